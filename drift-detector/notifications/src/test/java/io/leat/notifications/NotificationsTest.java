package io.leat.notifications;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.notifications.Ear.Heard;
import io.leat.notifications.Ear.Reply;
import io.leat.pipeline.definition.Receiver;
import io.leat.pipeline.definition.Receiver.Kind;
import io.leat.pipeline.definition.Receiver.Target;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import io.leat.records.AlertControl;
import io.leat.records.AlertControlKind;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import io.leat.records.NotificationAnswer;
import io.leat.records.NotificationStage;
import io.leat.records.Severity;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.deadletter.DeadLetterReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Given these records, receivers that are real servers hear this. */
class NotificationsTest {
  private static final String DEAD_LETTERS = "power-notifications.dlq";
  private static final Instant START = Instant.parse("2026-05-01T12:00:00Z");

  private final List<Receiver> receivers = new ArrayList<>();
  private SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private RegistryClient registry;
  private AvroCodec codec;
  private Ear ear;
  private Ear other;
  private Instant now = START;
  private TopologyTestDriver driver;
  @TempDir private Path directory;

  @BeforeEach
  void open(TestInfo test) throws IOException {
    registry = new RegistryClient("mock://" + test.getDisplayName());
    codec = new AvroCodec(registry);
    ear = Ear.open();
    other = Ear.open();
  }

  @AfterEach
  void close() {
    driver.close();
    ear.close();
    other.close();
  }

  private static Receiver receiver(String name, Target to) {
    return new Receiver(name, to, List.of(), AlertSeverity.WARN, EnumSet.allOf(Kind.class));
  }

  private Target webhook(Ear heard) {
    return new Receiver.Webhook(heard.url(), Optional.empty());
  }

  private void start(Receiver... wanted) {
    receivers.clear();
    receivers.addAll(List.of(wanted));
    Map<String, Channel> channels = new HashMap<>();
    receivers.forEach(
        receiver -> channels.put(receiver.name(), Channels.of(receiver, "power", () -> now)));
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "power-notifications");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:9092");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    driver =
        new TopologyTestDriver(
            NotificationsJob.topology(
                () ->
                    new NotificationsProcessor(
                        receivers,
                        Set.of("price"),
                        new Courier(channels),
                        new Outbox.Format(
                            codec,
                            registry,
                            "power-notifications-outbox-changelog-value",
                            RegistryRetry.none()),
                        new DeliveryMetrics(metrics)),
                DEAD_LETTERS),
            settings,
            now);
  }

  private void tick(Duration time) {
    now = now.plus(time);
    driver.advanceWallClockTime(time);
  }

  /** Lets seconds pass until it is so. */
  private void until(BooleanSupplier condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              tick(Duration.ofSeconds(1));
              return condition.getAsBoolean();
            });
  }

  private void untilAnswered(String receiver, String episode, NotificationStage stage) {
    until(() -> answer(receiver, episode, stage).isPresent());
  }

  private void produce(DriftAlert alert) {
    produce(alert, now);
  }

  private void produce(DriftAlert alert, Instant came) {
    produce(Topics.DRIFT_ALERTS, alert.getModel(), alert, came);
  }

  private void produce(String topic, String key, SpecificRecordBase record, Instant came) {
    TestInputTopic<byte[], byte[]> input =
        driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    int id = registry.register(Topics.valueSubject(topic), record.getSchema());
    input.pipeInput(key.getBytes(UTF_8), codec.encode(id, record), came);
  }

  private Optional<Notification> stored(String receiver, String episode) {
    KeyValueStore<String, byte[]> store = driver.getKeyValueStore(Outbox.STORE);
    return Optional.ofNullable(store.get(Outbox.key(receiver, episode)))
        .map(value -> codec.decode(value, Notification.class));
  }

  private Optional<NotificationAnswer> answer(
      String receiver, String episode, NotificationStage stage) {
    return stored(receiver, episode).flatMap(known -> Stages.answer(known, stage));
  }

  private static List<String> ids(Ear heard) {
    return heard.heard().stream().map(one -> one.header("webhook-id")).toList();
  }

  private AlertControl control(AlertControlKind kind, String id, Map<String, String> matchers) {
    return AlertControl.newBuilder()
        .setControlId(id)
        .setKind(kind)
        .setMatchers(matchers)
        .setFrom(now)
        .setUntil(kind == AlertControlKind.ACK ? null : now.plusSeconds(600))
        .setActor("somebody")
        .setTime(now)
        .setReason("it is known")
        .build();
  }

  private void produce(AlertControl control) {
    produce(Topics.ALERT_CONTROLS, control.getControlId(), control, now);
  }

  @Test
  void anEpisodeIsToldOfOnceAStage() {
    start(receiver("team", webhook(ear)));
    produce(Episodes.open("e1"));
    untilAnswered("team", "e1", NotificationStage.OPENED);
    produce(Episodes.open("e1")); // the same again
    produce(Episodes.raised("e1"));
    untilAnswered("team", "e1", NotificationStage.RAISED);
    produce(Episodes.closed("e1"));
    untilAnswered("team", "e1", NotificationStage.CLOSED);
    tick(Duration.ofMinutes(10));

    assertThat(ids(ear)).containsExactly("e1-opened", "e1-raised", "e1-closed");
    assertThat(answer("team", "e1", NotificationStage.CLOSED))
        .map(NotificationAnswer::getAnswer)
        .contains("HTTP 200");
  }

  @Test
  void whatIsNotAnsweredIsToldAgainWithTheSameKey() {
    start(receiver("team", webhook(ear)));
    ear.next(Reply.status(500), Reply.status(503), Reply.status(429, "Retry-After", "5"));
    produce(Episodes.open("e1"));
    untilAnswered("team", "e1", NotificationStage.OPENED);

    assertThat(ids(ear)).hasSize(4).containsOnly("e1-opened");
    assertThat(answer("team", "e1", NotificationStage.OPENED))
        .map(NotificationAnswer::getAttempts)
        .contains(4);
    assertThat(
            metrics
                .get("leat.notifications.told")
                .tags("receiver", "team", "outcome", "failed")
                .counter()
                .count())
        .isEqualTo(3);
  }

  @Test
  void aReceiverThatIsDownHoldsNobodyElse() {
    ear.usually(ear.silent());
    start(receiver("deaf", webhook(ear)), receiver("team", webhook(other)));
    produce(Episodes.open("e1"));
    produce(Episodes.open("e2"));
    untilAnswered("team", "e2", NotificationStage.OPENED);
    produce(Episodes.closed("e1"));
    untilAnswered("team", "e1", NotificationStage.CLOSED);

    assertThat(ids(other)).containsExactlyInAnyOrder("e1-opened", "e2-opened", "e1-closed");
    assertThat(answer("deaf", "e1", NotificationStage.OPENED)).isEmpty();
  }

  @Test
  void whatIsRefusedIsRecordedAndDoesNotStandInTheWay() {
    start(receiver("team", webhook(ear)));
    ear.next(Reply.status(400));
    produce(Episodes.open("e1"));
    untilAnswered("team", "e1", NotificationStage.OPENED);
    produce(Episodes.open("e2"));
    untilAnswered("team", "e2", NotificationStage.OPENED);

    assertThat(ids(ear)).containsExactly("e1-opened", "e2-opened");
    assertThat(answer("team", "e1", NotificationStage.OPENED))
        .hasValueSatisfying(
            answer -> {
              assertThat(answer.getTaken()).isFalse();
              assertThat(answer.getAnswer()).isEqualTo("HTTP 400");
            });
  }

  @Test
  void whoeverWasDownForBothIsToldBothInTheirOrder() {
    ear.usually(Reply.status(503));
    start(receiver("team", webhook(ear)));
    produce(Episodes.open("e1"));
    until(() -> !ear.heard().isEmpty());
    produce(Episodes.closed("e1"));
    until(() -> ear.heard().size() > 1);
    ear.usually(Reply.status(200));
    untilAnswered("team", "e1", NotificationStage.CLOSED);

    assertThat(ids(ear).get(ids(ear).size() - 1)).isEqualTo("e1-closed");
    assertThat(ids(ear).stream().filter("e1-closed"::equals)).hasSize(1);
  }

  @Test
  void alertmanagerIsToldAgainEachMinuteAndForFiveAfterTheEnd() {
    start(receiver("alerts", new Receiver.Alertmanager(ear.url())));
    produce(Episodes.open("e1"));
    untilAnswered("alerts", "e1", NotificationStage.OPENED);
    for (int minute = 1; minute <= 3; minute++) {
      int before = ear.heard().size();
      tick(Duration.ofMinutes(1));
      until(() -> ear.heard().size() == before + 1);
    }
    produce(Episodes.closed("e1"));
    untilAnswered("alerts", "e1", NotificationStage.CLOSED);
    Instant end = now;
    int closed = ear.heard().size();
    for (int minute = 1; minute <= 4; minute++) {
      int before = ear.heard().size();
      tick(Duration.ofMinutes(1));
      until(() -> ear.heard().size() == before + 1);
    }
    for (int minute = 5; minute <= 8; minute++) {
      tick(Duration.ofMinutes(1));
      Instant heard = now.plusSeconds(5);
      until(() -> now.isAfter(heard));
    }

    List<Heard> after = ear.heard().subList(closed - 1, ear.heard().size());
    assertThat(after).hasSizeBetween(5, 6);
    assertThat(after)
        .allSatisfy(
            heard ->
                assertThat(Instant.parse(heard.json().get(0).path("endsAt").asText()))
                    .isBefore(end));
  }

  @Test
  void receiversAreToldOfWhatTheyWant() {
    start(
        new Receiver(
            "pager", webhook(ear), List.of("daily"), AlertSeverity.CRITICAL, Set.of(Kind.DRIFT)),
        receiver("team", webhook(other)));
    produce(Episodes.open("mild"));
    produce(Episodes.open("worse"));
    produce(Episodes.raised("worse"));
    produce(DriftAlert.newBuilder(Episodes.raised("hourly")).setMonitor("hourly").build());
    produce(DriftAlert.newBuilder(Episodes.raised("worth")).setKind("performance").build());
    produce(DriftAlert.newBuilder(Episodes.raised("others")).setModel("demand").build());
    untilAnswered("pager", "worse", NotificationStage.OPENED);
    untilAnswered("team", "worth", NotificationStage.OPENED);
    untilAnswered("team", "hourly", NotificationStage.OPENED);

    assertThat(ids(ear)).containsExactly("worse-opened");
    assertThat(ids(other))
        .contains("mild-opened", "worth-opened", "hourly-opened")
        .doesNotContain("others-opened");
  }

  @Test
  void aNewReceiverIsToldOfWhatIsOpenAndNotOfWhatWasOverBefore() {
    start(receiver("team", webhook(ear)));
    Instant before = now.minus(Duration.ofDays(3));
    produce(Episodes.open("over"), before);
    produce(Episodes.open("open"), before.plusSeconds(1));
    produce(Episodes.closed("over"), before.plusSeconds(2));
    untilAnswered("team", "open", NotificationStage.OPENED);

    assertThat(ids(ear)).containsExactly("open-opened");
    assertThat(now).isAfterOrEqualTo(START.plus(NotificationsProcessor.READS_HISTORY));
  }

  @Test
  void whatIsSilencedIsRecordedAndToldWhenTheSilenceExpires() {
    start(receiver("team", webhook(ear)));
    produce(
        control(
            AlertControlKind.SILENCE, "s1", Map.of("monitor", "daily", "segment", "market=NSW")));
    produce(Episodes.open("e1"));
    until(() -> stored("team", "e1").orElseThrow().getWithheld() != null);
    assertThat(stored("team", "e1").orElseThrow().getWithheld())
        .isEqualTo("silenced by somebody until 2026-05-01T12:10:00Z (s1)");
    assertThat(ear.heard()).isEmpty();
    untilAnswered("team", "e1", NotificationStage.OPENED);

    assertThat(now).isAfterOrEqualTo(START.plusSeconds(600));
    assertThat(ids(ear)).containsExactly("e1-opened");
  }

  @Test
  void ofWhatClosesWhileItIsSilencedNothingIsTold() {
    start(receiver("team", webhook(ear)));
    produce(control(AlertControlKind.SILENCE, "s1", Map.of("model", "price")));
    produce(Episodes.open("e1"));
    produce(Episodes.closed("e1"));
    untilAnswered("team", "e1", NotificationStage.CLOSED);
    tick(Duration.ofHours(1));

    assertThat(ear.heard()).isEmpty();
    assertThat(answer("team", "e1", NotificationStage.CLOSED))
        .map(NotificationAnswer::getAnswer)
        .hasValueSatisfying(words -> assertThat(words).startsWith("not told: silenced by"));
  }

  @Test
  void anOpenEpisodeOfDataQualityInhibitsThoseOfDrift() {
    start(receiver("team", webhook(ear)));
    produce(DriftAlert.newBuilder(Episodes.raised("broken")).setKind("data_quality").build());
    produce(Episodes.open("e1"));
    untilAnswered("team", "broken", NotificationStage.OPENED);
    until(() -> stored("team", "e1").orElseThrow().getWithheld() != null);
    produce(
        DriftAlert.newBuilder(Episodes.of("broken", AlertState.CLOSED, Severity.CRITICAL))
            .setKind("data_quality")
            .build());
    untilAnswered("team", "e1", NotificationStage.OPENED);

    assertThat(ids(ear)).contains("broken-opened", "e1-opened");
    assertThat(
            metrics
                .get("leat.notifications.withheld")
                .tags("receiver", "team", "by", "data_quality")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void whoIsToldOfAnEpisodeIsToldWhoHasSeenIt() {
    start(
        receiver("team", webhook(ear)), receiver("alerts", new Receiver.Alertmanager(other.url())));
    produce(Episodes.open("e1"));
    untilAnswered("team", "e1", NotificationStage.OPENED);
    produce(control(AlertControlKind.ACK, "e1", Map.of()));
    untilAnswered("team", "e1", NotificationStage.ACKNOWLEDGED);
    untilAnswered("alerts", "e1", NotificationStage.ACKNOWLEDGED);

    assertThat(ear.heard().get(1).json().path("commonAnnotations").path("acknowledged_by").asText())
        .isEqualTo("somebody");
    assertThat(answer("alerts", "e1", NotificationStage.ACKNOWLEDGED))
        .map(NotificationAnswer::getTaken)
        .contains(false);
  }

  /** The one alert of an Alertmanager's request that is about the severity it has now. */
  private static JsonNode alert(Heard heard) {
    return heard.json().get(heard.json().size() - 1);
  }

  private static boolean fires(Heard heard, Instant at) {
    return Instant.parse(alert(heard).path("endsAt").asText()).isAfter(at);
  }

  @Test
  void whatAlertmanagerFiresIsResolvedWhileItIsSilencedAndFiresAgainAfterwards() {
    start(receiver("alerts", new Receiver.Alertmanager(ear.url())));
    produce(Episodes.open("e1"));
    untilAnswered("alerts", "e1", NotificationStage.OPENED);
    produce(control(AlertControlKind.SILENCE, "s1", Map.of("model", "price")));
    Instant expires = now.plusSeconds(600);
    int before = ear.heard().size();
    until(() -> ear.heard().size() > before);
    until(() -> !now.isBefore(expires.minusSeconds(5)));

    assertThat(ear.heard().subList(before, ear.heard().size()))
        .as("it is resolved once, and nothing is said again until the silence expires")
        .hasSize(1)
        .noneMatch(heard -> fires(heard, expires));
    assertThat(stored("alerts", "e1").orElseThrow().getWithheld()).contains("silenced by");

    until(() -> ear.heard().size() > before + 1);
    assertThat(now).isAfterOrEqualTo(expires);
    assertThat(ear.heard().get(before + 1)).matches(heard -> fires(heard, expires));
    assertThat(alert(ear.heard().get(before + 1)).path("startsAt"))
        .isEqualTo(alert(ear.heard().get(0)).path("startsAt"));
    assertThat(stored("alerts", "e1").orElseThrow().getWithheld()).isNull();
  }

  @Test
  void whatClosesWhileAlertmanagerWasMadeToForgetIsResolved() {
    start(receiver("alerts", new Receiver.Alertmanager(ear.url())));
    produce(Episodes.open("e1"));
    untilAnswered("alerts", "e1", NotificationStage.OPENED);
    produce(control(AlertControlKind.SILENCE, "s1", Map.of("model", "price")));
    until(() -> ear.heard().size() == 2);
    produce(Episodes.raised("e1"));
    tick(Duration.ofMinutes(2));
    assertThat(ear.heard()).as("it is not told of what is silenced").hasSize(2);
    produce(Episodes.closed("e1"));
    untilAnswered("alerts", "e1", NotificationStage.CLOSED);

    assertThat(ear.heard().subList(1, ear.heard().size()))
        .isNotEmpty()
        .noneMatch(heard -> fires(heard, now));
  }

  @Test
  void whatAlertmanagerRefusesIsADeadLetterAndNotSaidAgain() {
    start(receiver("alerts", new Receiver.Alertmanager(ear.url())));
    ear.next(Reply.status(400));
    produce(Episodes.open("first"));
    untilAnswered("alerts", "first", NotificationStage.OPENED);
    tick(Duration.ofMinutes(5));
    until(() -> now.isAfter(START.plus(Duration.ofMinutes(6))));
    assertThat(ear.heard()).as("the refusal is final").hasSize(1);

    produce(Episodes.open("later"));
    untilAnswered("alerts", "later", NotificationStage.OPENED);
    ear.usually(Reply.status(400));
    int before = ear.heard().size();
    tick(Duration.ofMinutes(1));
    until(() -> !stored("alerts", "later").map(Stages::stands).orElseThrow());
    tick(Duration.ofMinutes(5));
    until(() -> now.isAfter(START.plus(Duration.ofMinutes(15))));
    assertThat(ear.heard()).as("also of what it had taken before").hasSize(before + 1);

    TestOutputTopic<byte[], byte[]> refused =
        driver.createOutputTopic(
            DEAD_LETTERS, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    assertThat(refused.readRecordsToList())
        .hasSize(2)
        .first()
        .satisfies(
            letter -> {
              DeadLetterReader why = new DeadLetterReader(letter.headers());
              assertThat(why.reason()).contains(NotificationsProcessor.REFUSED);
              assertThat(why.message())
                  .isEqualTo(
                      "Receiver alerts refuses (HTTP 400) to be told that episode first is opened.");
              assertThat(codec.decode(letter.value(), Notification.class).getOpened())
                  .isEqualTo(Episodes.open("first"));
            });
  }

  @Test
  void aReceiverThatHasBeenThereLongIsToldOfItsFirstEpisodeAtOnce() {
    start(receiver("team", webhook(ear)));
    tick(Duration.ofDays(1));
    Instant opened = now;
    produce(Episodes.open("e1"), opened.minusSeconds(2));
    untilAnswered("team", "e1", NotificationStage.OPENED);

    assertThat(now).isBefore(opened.plus(NotificationsProcessor.READS_HISTORY));
  }

  private static DriftAlert ofStream(String id, AlertState state) {
    return DriftAlert.newBuilder(Episodes.of(id, state, Severity.WARN))
        .setEvidence(null)
        .setAlarmAt(null)
        .setGuarantee(null)
        .setStreams(List.of())
        .build();
  }

  @Test
  void ofManyAlertsOfOneWindowTheFirstIsToldAndStandsForTheOthers() {
    start(receiver("team", webhook(ear)));
    for (String id : List.of("d", "a", "b", "c")) {
      produce(ofStream(id, AlertState.OPEN));
    }
    produce(
        DriftAlert.newBuilder(ofStream("later", AlertState.OPEN))
            .setWindowStart(Episodes.WINDOW.plusSeconds(86_400))
            .build());
    untilAnswered("team", "d", NotificationStage.OPENED);
    untilAnswered("team", "later", NotificationStage.OPENED);
    assertThat(ids(ear)).containsExactlyInAnyOrder("d-opened", "later-opened");
    assertThat(stored("team", "b").orElseThrow().getWithheld())
        .isEqualTo("d stands for it: monitor daily opened it and others in the same window");

    produce(ofStream("a", AlertState.CLOSED));
    produce(ofStream("d", AlertState.CLOSED));
    untilAnswered("team", "b", NotificationStage.OPENED);
    untilAnswered("team", "c", NotificationStage.OPENED);
    assertThat(ids(ear)).as("of what closed meanwhile nothing is told").doesNotContain("a-opened");
  }
}
