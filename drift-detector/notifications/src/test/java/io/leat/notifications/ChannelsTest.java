package io.leat.notifications;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.common.LeatException;
import io.leat.notifications.Channel.Answer;
import io.leat.notifications.Channel.Outcome;
import io.leat.notifications.Ear.Reply;
import io.leat.pipeline.definition.KeySource;
import io.leat.pipeline.definition.Receiver;
import io.leat.pipeline.definition.Receiver.Kind;
import io.leat.pipeline.definition.Receiver.Target;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import io.leat.records.Notification;
import io.leat.records.NotificationAnswer;
import io.leat.records.NotificationStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What receivers hear, and what their answers mean. */
class ChannelsTest {
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
  private static final Instant OPENED = NOW.minusSeconds(3_600);

  @TempDir private Path directory;
  private Ear ear;

  @BeforeEach
  void open() throws IOException {
    ear = Ear.open();
  }

  @AfterEach
  void close() {
    ear.close();
  }

  private static Channel channel(Target to) {
    return Channels.of(
        new Receiver("risk-team", to, List.of(), AlertSeverity.WARN, Set.of(Kind.DRIFT)),
        "power",
        InstantSource.fixed(NOW));
  }

  private static Notification episode() {
    return Episodes.notification("risk-team", "e1", OPENED);
  }

  private static Notification raised() {
    return Notification.newBuilder(episode())
        .setRaised(Episodes.raised("e1"))
        .setRaisedAt(OPENED.plusSeconds(60))
        .build();
  }

  private static Notification closed(Notification notification) {
    return Notification.newBuilder(notification)
        .setClosed(Episodes.closed("e1"))
        .setClosedAt(NOW.minusSeconds(5))
        .build();
  }

  private KeySource secret(String text) throws IOException {
    Path file = directory.resolve("secret");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
    return new KeySource.SecretFile(file);
  }

  @Test
  void alertmanagerHearsOfAnAlertThatEndsUnlessItIsToldAgain() throws Exception {
    Channel channel = channel(new Receiver.Alertmanager(ear.url()));

    assertThat(channel.tell(episode(), NotificationStage.OPENED).outcome())
        .isEqualTo(Outcome.TAKEN);

    assertThat(ear.heard().get(0).url().getPath()).isEqualTo("/api/v2/alerts");
    JsonNode alerts = ear.heard().get(0).json();
    assertThat(alerts).hasSize(1);
    JsonNode alert = alerts.get(0);
    assertThat(alert.path("startsAt").asText()).isEqualTo("2026-05-01T11:00:00Z");
    assertThat(alert.path("endsAt").asText()).isEqualTo("2026-05-01T12:04:00Z");
    assertThat(alert.path("labels").toString())
        .isEqualTo(
            "{\"alertname\":\"LeatDrift\",\"pipeline\":\"power\",\"model\":\"price\",\"monitor\":\"daily\","
                + "\"kind\":\"drift\",\"severity\":\"warn\",\"episode\":\"e1\",\"feature\":\"event.demand\"}");
    assertThat(alert.path("annotations").path("evidence").asText())
        .isEqualTo("212.5 to 1; alarms at 140.0");
    assertThat(alert.path("annotations").path("description").asText())
        .isEqualTo(
            "event.demand[market=NSW]: ks 0.2500 (threshold 0.1250), evidence 850.0 to 1 (seasonal)");
  }

  @Test
  void alertmanagersAlertOfTheSeverityBeforeEndsWhereTheNextBegins() throws Exception {
    Channel channel = channel(new Receiver.Alertmanager(ear.url()));

    channel.tell(raised(), NotificationStage.RAISED);
    channel.tell(closed(raised()), NotificationStage.CLOSED);

    JsonNode both = ear.heard().get(0).json();
    assertThat(both).hasSize(2);
    assertThat(both.get(0).path("labels").path("severity").asText()).isEqualTo("warn");
    assertThat(both.get(0).path("endsAt").asText()).isEqualTo("2026-05-01T11:01:00Z");
    assertThat(both.get(1).path("labels").path("severity").asText()).isEqualTo("critical");
    assertThat(both.get(1).path("endsAt").asText()).isEqualTo("2026-05-01T12:04:00Z");
    JsonNode ended = ear.heard().get(1).json();
    assertThat(ended.get(1).path("labels")).isEqualTo(both.get(1).path("labels"));
    assertThat(ended.get(1).path("endsAt").asText()).isEqualTo("2026-05-01T11:59:55Z");
  }

  @Test
  void aWebhookHasAlertmanagersShapeAndASignatureOfWhatItHolds() throws Exception {
    byte[] key = "0123456789abcdef".getBytes(UTF_8);
    KeySource secret = secret("whsec_" + Base64.getEncoder().encodeToString(key) + "\n");
    Channel channel = channel(new Receiver.Webhook(ear.url(), Optional.of(secret)));

    channel.tell(episode(), NotificationStage.OPENED);
    channel.tell(closed(episode()), NotificationStage.CLOSED);

    Ear.Heard opened = ear.heard().get(0);
    assertThat(opened.header("webhook-id")).isEqualTo("e1-opened");
    assertThat(opened.header("webhook-timestamp")).isEqualTo("1777636800");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update("e1-opened.1777636800.".getBytes(UTF_8));
    assertThat(opened.header("webhook-signature"))
        .isEqualTo("v1," + Base64.getEncoder().encodeToString(mac.doFinal(opened.body())));
    JsonNode firing = opened.json();
    assertThat(firing.path("version").asText()).isEqualTo("4");
    assertThat(firing.path("status").asText()).isEqualTo("firing");
    assertThat(firing.path("receiver").asText()).isEqualTo("risk-team");
    assertThat(firing.path("alerts").get(0).path("fingerprint").asText()).isEqualTo("e1");
    JsonNode resolved = ear.heard().get(1).json();
    assertThat(resolved.path("status").asText()).isEqualTo("resolved");
    assertThat(resolved.path("groupKey")).isEqualTo(firing.path("groupKey"));
    assertThat(resolved.path("alerts").get(0).path("endsAt").asText())
        .isEqualTo("2026-05-01T11:59:55Z");
    assertThat(ear.heard().get(1).header("webhook-id")).isEqualTo("e1-closed");
  }

  @Test
  void pagerDutyHearsOfOneIncidentAnEpisode() throws Exception {
    ear.usually(Reply.status(202));
    Channel channel = channel(new Receiver.PagerDuty(secret("R0UT1NG"), ear.url()));

    channel.tell(episode(), NotificationStage.OPENED);
    channel.tell(raised(), NotificationStage.RAISED);
    channel.tell(raised(), NotificationStage.ACKNOWLEDGED);
    channel.tell(closed(raised()), NotificationStage.CLOSED);

    assertThat(ear.heard())
        .extracting(heard -> heard.json().path("event_action").asText())
        .containsExactly("trigger", "trigger", "acknowledge", "resolve");
    assertThat(ear.heard())
        .allSatisfy(
            heard -> {
              assertThat(heard.json().path("dedup_key").asText()).isEqualTo("e1");
              assertThat(heard.json().path("routing_key").asText()).isEqualTo("R0UT1NG");
            });
    assertThat(ear.heard())
        .extracting(heard -> heard.json().path("payload").path("severity").asText())
        .containsExactly("warning", "critical", "", "");
  }

  @Test
  void slackReadsNothingOfWhatIsSaidAsACommand() throws Exception {
    Channel channel = channel(new Receiver.Slack(secret(ear.url().toString())));

    channel.tell(raised(), NotificationStage.RAISED);

    assertThat(ear.heard().get(0).json().path("text").asText())
        .startsWith("*raised: drift of price, critical*\nevent.demand &lt;drifts&gt;\n")
        .endsWith("pipeline power, monitor daily, episode e1");
  }

  @ParameterizedTest
  @CsvSource({
    "200, TAKEN", "202, TAKEN", "204, TAKEN", "301, FAILED", "400, REFUSED", "401, FAILED",
    "403, FAILED", "404, FAILED", "413, REFUSED", "422, REFUSED", "429, FAILED", "500, FAILED",
    "503, FAILED"
  })
  void aStatusSaysWhetherToTellItAgain(int status, Outcome outcome) throws Exception {
    ear.next(Reply.status(status));

    Answer answer =
        channel(new Receiver.Alertmanager(ear.url())).tell(episode(), NotificationStage.OPENED);

    assertThat(answer).isEqualTo(new Answer(outcome, "HTTP " + status));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "7 ~ PT7S",
        "86400 ~ PT1H",
        "Fri, 1 May 2026 12:00:30 GMT ~ PT30S",
        "Fri, 1 May 2026 11:00:00 GMT ~",
        "soon ~"
      })
  void retryAfterIsHeededForAnHourAtMost(String header, Duration expected) throws Exception {
    ear.next(Reply.status(429, "Retry-After", header));

    Answer answer =
        channel(new Receiver.Alertmanager(ear.url())).tell(episode(), NotificationStage.OPENED);

    assertThat(answer.retryAfter()).isEqualTo(Optional.ofNullable(expected));
  }

  @Test
  void anAnswerThatIsLostIsNone() throws Exception {
    ear.next(Reply.lost());
    Channel channel = channel(new Receiver.Alertmanager(ear.url()));

    assertThat(channel.tell(episode(), NotificationStage.OPENED).outcome())
        .isEqualTo(Outcome.FAILED);
    assertThat(ear.heard()).isNotEmpty();
  }

  @Test
  void nobodyIsWaitedForLongerThanTheLimit() throws Exception {
    ear.usually(ear.silent());

    Answer answer =
        channel(new Receiver.Alertmanager(ear.url())).tell(episode(), NotificationStage.OPENED);

    assertThat(answer).isEqualTo(new Answer(Outcome.FAILED, "no answer in 10 s"));
  }

  @Test
  void aSecretThatIsNotThereIsNamedByItsPlace() {
    KeySource absent = new KeySource.Environment("LEAT_TEST_NO_SUCH_VARIABLE");

    assertThatThrownBy(() -> channel(new Receiver.Slack(absent)))
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "No secret at env:LEAT_TEST_NO_SUCH_VARIABLE: there is nothing. A receiver of the pipeline names it.");
  }

  @Test
  void aSecretThatIsNoAddressIsNotQuoted() throws IOException {
    KeySource wrong = secret("xoxb-not-an-address");

    assertThatThrownBy(() -> channel(new Receiver.Slack(wrong)))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("is no address")
        .message()
        .doesNotContain("xoxb");
  }

  @Test
  void whoNeverTookThatItOpenedIsToldThatFirst() {
    Notification both = closed(raised());
    NotificationAnswer answer =
        NotificationAnswer.newBuilder()
            .setStage(NotificationStage.OPENED)
            .setTime(NOW)
            .setAttempts(1)
            .setTaken(true)
            .setAnswer("HTTP 200")
            .build();

    assertThat(Stages.next(both)).contains(NotificationStage.OPENED);
    assertThat(Stages.next(Stages.answered(both, answer, false)))
        .contains(NotificationStage.RAISED);
    assertThat(Stages.next(Stages.answered(both, answer, true))).contains(NotificationStage.CLOSED);
  }

  @Test
  void pausesGrowToFiveMinutesAndDiffer() {
    for (int attempts = 1; attempts < 40; attempts++) {
      long whole = Math.min(1_000L << Math.min(attempts - 1, 16), 300_000);
      assertThat(NotificationsProcessor.pause("team/e1", attempts).toMillis())
          .isBetween(whole / 2, whole);
    }
    assertThat(NotificationsProcessor.pause("team/e1", 9))
        .isNotEqualTo(NotificationsProcessor.pause("team/e2", 9));
  }
}
