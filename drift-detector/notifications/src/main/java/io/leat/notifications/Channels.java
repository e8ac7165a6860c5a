package io.leat.notifications;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.KeySource;
import io.leat.pipeline.definition.Receiver;
import io.leat.schemas.OwnerOnly;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The ways to tell, by what receivers declare. */
final class Channels {
  private Channels() {}

  /**
   * The way to tell a receiver, with its secrets.
   *
   * @throws LeatException with one sentence, which quotes nothing of it, if a secret is not there
   */
  static Channel of(Receiver receiver, String pipeline, InstantSource clock) {
    Receiver.Target to = receiver.to();
    if (to instanceof Receiver.Alertmanager alertmanager) {
      return new AlertmanagerChannel(alertmanager.url(), pipeline, clock);
    }
    if (to instanceof Receiver.Webhook webhook) {
      return new WebhookChannel(
          webhook.url(), webhook.secret().map(Channels::secret), receiver.name(), pipeline, clock);
    }
    if (to instanceof Receiver.PagerDuty pagerDuty) {
      return new PagerDutyChannel(pagerDuty.url(), secret(pagerDuty.routingKey()), pipeline, clock);
    }
    if (to instanceof Receiver.Email email) {
      return new EmailChannel(
          email, email.login().map(login -> secret(login.password())), pipeline, clock);
    }
    KeySource place = ((Receiver.Slack) to).url();
    try {
      URI url = URI.create(secret(place));
      if (url.getHost() != null) {
        return new SlackChannel(url, pipeline, clock);
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new LeatException(
        ErrorCode.SECRET,
        "What is at %s is no address; expected that of an incoming webhook, as Slack shows it."
            .formatted(place.text()));
  }

  private static String secret(KeySource source) {
    String found;
    try {
      found = text(source);
    } catch (IOException e) {
      throw refused(source, "the file cannot be read (" + e.getClass().getSimpleName() + ")");
    }
    if (found == null || found.isBlank()) {
      throw refused(source, "there is nothing");
    }
    return found.strip();
  }

  private static @Nullable String text(KeySource source) throws IOException {
    if (source instanceof KeySource.Environment environment) {
      return System.getenv(environment.name());
    }
    KeySource.SecretFile file = (KeySource.SecretFile) source;
    OwnerOnly.problem(file.path())
        .ifPresent(
            problem -> {
              throw new LeatException(ErrorCode.SECRET, problem);
            });
    return Files.readString(file.path());
  }

  private static LeatException refused(KeySource source, String found) {
    return new LeatException(
        ErrorCode.SECRET,
        "No secret at %s: %s. A receiver of the pipeline names it."
            .formatted(source.text(), found));
  }
}
