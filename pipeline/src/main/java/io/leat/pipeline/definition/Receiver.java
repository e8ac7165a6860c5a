package io.leat.pipeline.definition;

import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Who is told of episodes, and of which.
 *
 * @param to where to
 * @param monitors whose episodes; empty: all
 * @param severity the least severity of an episode that it is told of
 * @param kinds at least one
 */
public record Receiver(
    String name, Target to, List<String> monitors, AlertSeverity severity, Set<Kind> kinds) {
  public Receiver {
    monitors = List.copyOf(monitors);
    kinds = Set.copyOf(kinds);
  }

  /** What an episode is about. */
  public enum Kind {
    DRIFT,
    PERFORMANCE,
    DATA_QUALITY,
    RETRAINING;

    /** As {@code kind} of an alert says it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Where a receiver is told; secrets by where they are found. */
  public sealed interface Target {}

  /**
   * Alertmanager, by its API v2.
   *
   * @param url without {@code /api/v2/alerts}
   */
  public record Alertmanager(URI url) implements Target {}

  /**
   * Whatever takes Alertmanager's webhooks.
   *
   * @param secret what requests are signed with; empty: they are not
   */
  public record Webhook(URI url, Optional<KeySource> secret) implements Target {}

  /**
   * PagerDuty, by its Events API v2.
   *
   * @param url where events are sent
   */
  public record PagerDuty(KeySource routingKey, URI url) implements Target {
    public static final URI DEFAULT_URL = URI.create("https://events.pagerduty.com/v2/enqueue");
  }

  /**
   * An incoming webhook of Slack, or of what takes its messages.
   *
   * @param url a secret: whoever has it may write
   */
  public record Slack(KeySource url) implements Target {}

  /**
   * A mail server, by SMTP.
   *
   * @param login what the server is logged into with; empty: without
   * @param from sender's address
   * @param to addresses, at least one
   */
  public record Email(
      String host,
      int port,
      Encryption encryption,
      Optional<Login> login,
      String from,
      List<String> to)
      implements Target {
    public Email {
      to = List.copyOf(to);
    }

    /** How the way to the server is encrypted; whoever cannot is told nothing. */
    public enum Encryption {
      /** Begins in the clear and has to go over to TLS before anything is said (RFC 3207). */
      STARTTLS(587),
      /** TLS from the beginning (RFC 8314). */
      TLS(465),
      /** Not at all: for a server of the same machine or network. */
      NONE(25);

      private final int port;

      Encryption(int port) {
        this.port = port;
      }

      /** Where servers usually listen for it. */
      public int port() {
        return port;
      }
    }

    /**
     * A user of the server.
     *
     * @param password by where it is found
     */
    public record Login(String user, KeySource password) {}
  }
}
