package io.leat.pipeline.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.KeySource;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.Receiver;
import io.leat.pipeline.definition.Receiver.Kind;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Given these files of receivers, these come out, or these problems. */
class ReceiverReaderTest {
  private static final String FILE = "notifications/team.yaml";

  @TempDir private Path directory;
  private TestFolder folder;

  @BeforeEach
  void copyCardPayments() {
    folder = TestFolder.cardPayments(directory);
  }

  @Test
  void aReceiverIsToldOfAllUnlessItSaysOtherwise() throws PipelineException {
    folder.write(FILE, "notify: team\nto: { alertmanager: { url: \"http://alerts:9093\" } }\n");

    assertThat(folder.read().receivers())
        .containsExactly(
            new Receiver(
                "team",
                new Receiver.Alertmanager(URI.create("http://alerts:9093")),
                List.of(),
                AlertSeverity.WARN,
                Set.of(Kind.values())));
  }

  @Test
  void aReceiverNamesItsMonitorsSeverityAndKinds() throws PipelineException {
    folder.write(
        FILE,
        """
        notify: team
        to: { webhook: { url: "https://hooks/leat", secret: env:HOOK } }
        monitors: [fraud]
        severity: critical
        kinds: [drift, data_quality]
        """);

    assertThat(folder.read().receivers())
        .containsExactly(
            new Receiver(
                "team",
                new Receiver.Webhook(
                    URI.create("https://hooks/leat"),
                    Optional.of(new KeySource.Environment("HOOK"))),
                List.of("fraud"),
                AlertSeverity.CRITICAL,
                Set.of(Kind.DRIFT, Kind.DATA_QUALITY)));
  }

  @Test
  void secretsAreNamedByTheirPlace() throws PipelineException {
    folder.write(
        "notifications/a.yaml", "notify: a\nto: { pagerduty: { routing_key: env:KEY } }\n");
    folder.write("notifications/b.yaml", "notify: b\nto: { slack: { url: file:hook } }\n");

    assertThat(folder.read().receivers())
        .extracting(Receiver::to)
        .containsExactly(
            new Receiver.PagerDuty(
                new KeySource.Environment("KEY"),
                URI.create("https://events.pagerduty.com/v2/enqueue")),
            new Receiver.Slack(
                new KeySource.SecretFile(
                    directory.toAbsolutePath().resolve("notifications/hook").normalize())));
  }

  @Test
  void mailGoesEncryptedUnlessItIsSaid() throws PipelineException {
    folder.write(
        "notifications/a.yaml", "{ notify: a, to: { email: { host: m, from: l@x, to: [a@x] } } }");
    folder.write(
        "notifications/b.yaml",
        "{ notify: b, to: { email: { host: m, from: l@x, to: [a@x, b@x], encryption: tls, port: 1465, user: u, password: env:P } } }");

    assertThat(folder.read().receivers())
        .extracting(Receiver::to)
        .containsExactly(
            new Receiver.Email(
                "m",
                587,
                Receiver.Email.Encryption.STARTTLS,
                Optional.empty(),
                "l@x",
                List.of("a@x")),
            new Receiver.Email(
                "m",
                1465,
                Receiver.Email.Encryption.TLS,
                Optional.of(new Receiver.Email.Login("u", new KeySource.Environment("P"))),
                "l@x",
                List.of("a@x", "b@x")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "to: { slack: { url: \"https://hooks.slack.com/x\" } } ~ url is no place of a key; expected env:NAME or file:PATH. A key itself never stands in a pipeline",
        "to: { webhook: { url: \"https://me:word@host\" } } ~ url is no address that a webhook could have; expected http:// or https://, a host and no user or password",
        "to: {} ~ to names nobody; expected one of alertmanager, webhook, pagerduty, slack, email",
        "to: { slack: { url: env:A }, webhook: { url: \"http://host\" } } ~ to names slack and webhook; expected one of alertmanager, webhook, pagerduty, slack, email",
        "to: { email: { host: h, from: a@b, to: [me] } } ~ 'me' is no address; expected one as in risk@example.org",
        "to: { email: { host: h, from: a@b, to: [c@d], user: u } } ~ user is given alone; expected user and password, or neither",
        "to: { email: { host: h, from: a@b, to: [c@d], port: 70000 } } ~ port is 70000; expected 65535 at most",
        "to: { email: { host: h, from: a@b, to: [c@d], user: u, password: env:P, encryption: none } } ~ user is given, and encryption is none: a password never goes in the clear; expected starttls or tls",
        "to: { slak: { url: env:A } } ~ unknown key slak; to has alertmanager, webhook, pagerduty, slack, email. Did you mean slack?",
        "to: { slack: { url: env:A } }, monitors: [fruad] ~ no monitor fruad; declared are fraud. Did you mean fraud?",
        "to: { slack: { url: env:A } }, severity: high ~ severity is 'high'; expected warn or critical.",
        "to: { slack: { url: env:A } }, kinds: [latency] ~ an entry of kinds is 'latency'; expected drift or performance or data_quality or retraining.",
      })
  void whatIsWrongIsToldInASentence(String rest, String problem) {
    folder.write(FILE, "{ notify: team, " + rest + " }\n");

    assertThat(folder.problems()).containsExactly(FILE + ":1: " + problem);
  }
}
