package io.leat.pipeline.reader;

import io.leat.pipeline.definition.KeySource;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Receiver;
import io.leat.pipeline.definition.Receiver.Email.Encryption;
import io.leat.pipeline.definition.Receiver.Kind;
import io.leat.pipeline.definition.Receiver.Target;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code notifications/*.yaml}: who is told of episodes. */
public final class ReceiverReader {
  public static final Keys KEYS =
      Keys.of("a receiver")
          .requires("notify", "to")
          .allows("description", "monitors", "severity", "kinds");

  static final Keys TO_KEYS =
      Keys.of("to").allows("alertmanager", "webhook", "pagerduty", "slack", "email");
  static final Keys ALERTMANAGER_KEYS = Keys.of("an Alertmanager").requires("url");
  static final Keys WEBHOOK_KEYS = Keys.of("a webhook").requires("url").allows("secret");
  static final Keys PAGERDUTY_KEYS = Keys.of("PagerDuty").requires("routing_key").allows("url");
  static final Keys SLACK_KEYS = Keys.of("Slack").requires("url");
  static final Keys EMAIL_KEYS =
      Keys.of("an e-mail")
          .requires("host", "from", "to")
          .allows("port", "encryption", "user", "password");

  private static final int GREATEST_PORT = 65_535;

  /** No more than that a mail server may know it: the rest is the server's to say. */
  private static final Pattern ADDRESS = Pattern.compile("[^\\s@<>,;\"]+@[^\\s@<>,;\"]+");

  private final Folder folder;
  private final Declared<Monitor> monitors;

  ReceiverReader(Folder folder, Declared<Monitor> monitors) {
    this.folder = folder;
    this.monitors = monitors;
  }

  Optional<Receiver> read(Block block, String name) {
    Optional<Target> to = block.get("to").flatMap(this::target);
    List<String> watched = new ArrayList<>();
    for (Value entry : block.get("monitors").map(Value::nonEmptyList).orElse(List.of())) {
      entry
          .text()
          .ifPresent(
              monitor -> {
                monitors.find(entry, monitor);
                watched.add(monitor);
              });
    }
    AlertSeverity severity =
        block
            .get("severity")
            .flatMap(value -> value.oneOf(AlertSeverity.class))
            .orElse(AlertSeverity.WARN);
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (Value entry : block.get("kinds").map(Value::nonEmptyList).orElse(List.of())) {
      entry.oneOf(Kind.class).ifPresent(kinds::add);
    }
    if (block.isBroken() || to.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Receiver(
            name,
            to.get(),
            watched,
            severity,
            kinds.isEmpty() ? EnumSet.allOf(Kind.class) : kinds));
  }

  private Optional<Target> target(Value value) {
    return value.block(TO_KEYS).flatMap(block -> target(value, block));
  }

  private Optional<Target> target(Value value, Block block) {
    List<Value> given = block.values();
    if (given.size() != 1) {
      value.problem(
          "to names %s; expected one of %s",
          given.isEmpty()
              ? "nobody"
              : String.join(" and ", given.stream().map(Value::name).toList()),
          String.join(", ", TO_KEYS.all()));
      return Optional.empty();
    }
    Value target = given.get(0);
    return switch (target.name()) {
      case "alertmanager" ->
          target
              .block(ALERTMANAGER_KEYS)
              .flatMap(keys -> url(keys, "Alertmanager"))
              .map(Receiver.Alertmanager::new);
      case "webhook" -> target.block(WEBHOOK_KEYS).flatMap(this::webhook);
      case "pagerduty" -> target.block(PAGERDUTY_KEYS).flatMap(this::pagerDuty);
      case "slack" ->
          target.block(SLACK_KEYS).flatMap(keys -> secret(keys, "url")).map(Receiver.Slack::new);
      case "email" -> target.block(EMAIL_KEYS).flatMap(this::email);
      default -> Optional.empty(); // said already
    };
  }

  private Optional<Target> webhook(Block keys) {
    Optional<KeySource> secret = secret(keys, "secret");
    return url(keys, "a webhook").map(url -> new Receiver.Webhook(url, secret));
  }

  private Optional<Target> pagerDuty(Block keys) {
    URI url = url(keys, "PagerDuty").orElse(Receiver.PagerDuty.DEFAULT_URL);
    return secret(keys, "routing_key").map(key -> new Receiver.PagerDuty(key, url));
  }

  private Optional<Target> email(Block keys) {
    Optional<String> host = keys.get("host").flatMap(Value::text);
    Encryption encryption =
        keys.get("encryption")
            .flatMap(value -> value.oneOf(Encryption.class))
            .orElse(Encryption.STARTTLS);
    int port = keys.get("port").flatMap(ReceiverReader::port).orElse(encryption.port());
    Optional<String> from = keys.get("from").flatMap(ReceiverReader::address);
    List<String> to = new ArrayList<>();
    for (Value entry : keys.get("to").map(Value::nonEmptyList).orElse(List.of())) {
      address(entry).ifPresent(to::add);
    }
    Optional<String> user = keys.get("user").flatMap(Value::text);
    Optional<KeySource> password = secret(keys, "password");
    keys.get(keys.get("user").isPresent() ? "user" : "password")
        .ifPresent(
            one -> {
              if (keys.get("user").isPresent() != keys.get("password").isPresent()) {
                one.problem(
                    "%s is given alone; expected user and password, or neither", one.name());
              } else if (encryption == Encryption.NONE) {
                one.problem(
                    "%s is given, and encryption is none: a password never goes in the clear; expected starttls or tls",
                    one.name());
              }
            });
    if (keys.isBroken() || host.isEmpty() || from.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Receiver.Email(
            host.get(),
            port,
            encryption,
            user.flatMap(name -> password.map(found -> new Receiver.Email.Login(name, found))),
            from.get(),
            to));
  }

  private static Optional<Integer> port(Value value) {
    Optional<Integer> port = value.integer(1);
    if (port.isPresent() && port.get() > GREATEST_PORT) {
      value.problem("port is %d; expected %d at most", port.get(), GREATEST_PORT);
      return Optional.empty();
    }
    return port;
  }

  private static Optional<String> address(Value value) {
    Optional<String> text = value.text();
    if (text.isPresent() && !ADDRESS.matcher(text.get()).matches()) {
      value.problem("'%s' is no address; expected one as in risk@example.org", text.get());
      return Optional.empty();
    }
    return text;
  }

  private static Optional<URI> url(Block keys, String whose) {
    return keys.get("url").flatMap(value -> TrainerReader.url(value, whose));
  }

  private Optional<KeySource> secret(Block keys, String key) {
    return keys.get(key).flatMap(value -> PrivacyReader.key(value, folder, "a pipeline"));
  }
}
