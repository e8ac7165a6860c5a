package io.leat.notifications;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.notifications.Channel.Answer;
import io.leat.notifications.Channel.Outcome;
import io.leat.notifications.Controls.Withheld;
import io.leat.notifications.Courier.Told;
import io.leat.pipeline.definition.Receiver;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import io.leat.records.AlertControl;
import io.leat.records.AlertControlKind;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import io.leat.records.NotificationAnswer;
import io.leat.records.NotificationStage;
import io.leat.records.Severity;
import io.leat.schemas.Topics;
import io.leat.schemas.deadletter.DeadLetterWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what receivers are to be told, and once a second gives what is due to the {@link
 * Courier} and takes the answers. Runs on the stream thread of the topics' only partitions.
 *
 * <p>An answer is kept in the transaction of some later commit. If the service ends before, its
 * receiver is told again, with the same key. What a receiver refuses is forwarded as a dead letter,
 * once: the notification, and why in headers.
 */
final class NotificationsProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  /** Reason code of what a receiver refuses. */
  static final String REFUSED = "RECEIVER_REFUSED";

  static final Duration LOOKS = Duration.ofSeconds(1);

  /** How often a channel that forgets is told again. */
  static final Duration REPEATS = Duration.ofMinutes(1);

  /** How long a new receiver is told nothing of what was there before it: that is being read. */
  static final Duration READS_HISTORY = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(NotificationsProcessor.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final int DOUBLINGS = 16;
  private static final Duration SAYS = Duration.ofMinutes(10);
  private static final Duration PURGES = Duration.ofHours(6);

  private final List<Receiver> receivers;
  private final Set<String> models;
  private final Courier courier;
  private final Outbox.Format format;
  private final DeliveryMetrics metrics;

  /** When a channel that forgets was last told. */
  private final Map<String, Instant> repeated = new HashMap<>();

  /** Before which a receiver wants to hear nothing. */
  private final Map<String, Instant> notBefore = new HashMap<>();

  /** What a channel that forgets is to forget, since it is held back now; whether it has. */
  private final Map<String, Boolean> quiet = new HashMap<>();

  /** When it was last said of a receiver that it does not answer. */
  private final Map<String, Instant> said = new HashMap<>();

  private @Nullable ProcessorContext<byte[], byte[]> context;
  private @Nullable Outbox outbox;
  private @Nullable Controls controls;
  private Instant purged = Instant.MIN;

  /**
   * @param models of the pipeline; the topics are shared with others'
   * @param courier closed with the processor
   */
  NotificationsProcessor(
      List<Receiver> receivers,
      Set<String> models,
      Courier courier,
      Outbox.Format format,
      DeliveryMetrics metrics) {
    this.receivers = List.copyOf(receivers);
    this.models = Set.copyOf(models);
    this.courier = courier;
    this.format = format;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.outbox =
        new Outbox(
            context.getStateStore(Outbox.STORE),
            context.getStateStore(Outbox.SINCE),
            format,
            receivers.stream().map(Receiver::name).collect(Collectors.toSet()),
            Instant.ofEpochMilli(context.currentSystemTimeMs()));
    this.controls =
        new Controls(
            context.getStateStore(Controls.STORE),
            value -> format.decode(value, AlertControl.class),
            value -> format.decode(value, DriftAlert.class));
    Instant now = Instant.ofEpochMilli(context.currentSystemTimeMs());
    receivers.forEach(receiver -> outbox().since(receiver.name(), now));
    context.schedule(
        LOOKS, PunctuationType.WALL_CLOCK_TIME, time -> look(Instant.ofEpochMilli(time)));
  }

  private Outbox outbox() {
    return Objects.requireNonNull(outbox, "init comes first");
  }

  private Controls controls() {
    return Objects.requireNonNull(controls, "init comes first");
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (record.value() == null) {
      return; // nothing is unsaid: silences expire
    }
    ProcessorContext<byte[], byte[]> here = Objects.requireNonNull(context, "init comes first");
    boolean isControl = here.recordMetadata().orElseThrow().topic().equals(Topics.ALERT_CONTROLS);
    if (isControl) {
      AlertControl control = format.decode(record.value(), AlertControl.class);
      controls().add(control, record.value());
      if (control.getKind() == AlertControlKind.ACK) {
        acknowledge(control);
      }
      return;
    }
    DriftAlert alert = format.decode(record.value(), DriftAlert.class);
    if (!models.contains(alert.getModel())) {
      return;
    }
    controls().add(alert, record.value(), here.recordMetadata().orElseThrow().offset());
    Instant came = Instant.ofEpochMilli(record.timestamp());
    Instant now = Instant.ofEpochMilli(here.currentSystemTimeMs());
    for (Receiver receiver : receivers) {
      take(receiver, alert, came, outbox().since(receiver.name(), now));
    }
  }

  private void acknowledge(AlertControl ack) {
    for (Notification notification : outbox().active()) {
      if (notification.getOpened().getAlertId().equals(ack.getControlId())
          && notification.getAcknowledged() == null) {
        outbox().put(Notification.newBuilder(notification).setAcknowledged(ack).build());
      }
    }
  }

  /**
   * @param since what came before is history to the receiver
   */
  private void take(Receiver receiver, DriftAlert alert, Instant came, Instant since) {
    boolean history = came.isBefore(since);
    Optional<Notification> known = outbox().find(receiver.name(), alert.getAlertId());
    if (alert.getState() == AlertState.OPEN) {
      if (!wants(receiver, alert)) {
        return;
      }
      if (known.isEmpty()) {
        outbox()
            .put(
                Notification.newBuilder()
                    .setReceiver(receiver.name())
                    .setOpened(alert)
                    .setOpenedAt(came)
                    .setAcknowledged(controls().ack(alert.getAlertId()).orElse(null))
                    .setDueAt(history ? since.plus(READS_HISTORY) : came)
                    .build());
      } else if (known.get().getClosed() == null
          && alert.getSeverity().compareTo(Stages.severity(known.get())) > 0) {
        outbox()
            .put(Notification.newBuilder(known.get()).setRaised(alert).setRaisedAt(came).build());
      }
    } else if (known.isPresent() && known.get().getClosed() == null) {
      if (history && known.get().getAnswers().isEmpty()) {
        outbox().delete(known.get());
      } else {
        outbox()
            .put(Notification.newBuilder(known.get()).setClosed(alert).setClosedAt(came).build());
      }
    }
  }

  private static boolean wants(Receiver receiver, DriftAlert alert) {
    return (receiver.severity() == AlertSeverity.WARN || alert.getSeverity() == Severity.CRITICAL)
        && (receiver.monitors().isEmpty() || receiver.monitors().contains(alert.getMonitor()))
        && receiver.kinds().stream().anyMatch(kind -> kind.text().equals(alert.getKind()));
  }

  private void look(Instant now) {
    for (Told told : courier.drain()) {
      take(told, now);
    }
    outbox().active().forEach(notification -> consider(notification, now));
    receivers.forEach(receiver -> report(receiver.name(), now));
    if (purged.isBefore(now.minus(PURGES))) {
      purged = now;
      outbox().purge(now);
      controls().purge(now);
    }
  }

  private void consider(Notification notification, Instant now) {
    if (courier.isUnderWay(notification)) {
      return;
    }
    Channel channel = courier.channel(notification.getReceiver());
    Optional<NotificationStage> next = Stages.next(notification);
    if (next.isEmpty()) {
      if (!Stages.isActive(notification, now)) {
        outbox().retire(notification);
        forget(notification);
      } else if (channel.forgets()) {
        repeatOrQuiet(notification, now);
      }
      return;
    }
    NotificationStage stage = next.get();
    if (!channel.takes(stage)) {
      over(notification, stage, now, "not told of this");
      return;
    }
    boolean opens = stage == NotificationStage.OPENED || stage == NotificationStage.RAISED;
    if (opens && notification.getClosed() != null && notification.getWithheld() != null) {
      withheldToTheEnd(notification, stage, notification.getWithheld(), now);
      return;
    }
    Optional<Withheld> withheld = opens ? controls().withheld(notification, now) : Optional.empty();
    if (withheld.isPresent()) {
      withhold(notification, stage, withheld.get(), now);
      if (stage == NotificationStage.RAISED && channel.forgets()) {
        quiet(notification, now);
      }
      return;
    }
    Notification due = released(notification);
    Instant paused = notBefore.getOrDefault(due.getReceiver(), Instant.MIN);
    if (!now.isBefore(due.getDueAt()) && !now.isBefore(paused)) {
      repeated.put(Outbox.key(due), now);
      courier.offer(due, stage);
    }
  }

  private void forget(Notification notification) {
    repeated.remove(Outbox.key(notification));
    quiet.remove(Outbox.key(notification));
  }

  /** Nothing holds it back any more. */
  private Notification released(Notification notification) {
    if (quiet.remove(Outbox.key(notification)) != null) {
      repeated.remove(Outbox.key(notification));
    }
    if (notification.getWithheld() == null) {
      return notification;
    }
    Notification released = Notification.newBuilder(notification).setWithheld(null).build();
    outbox().put(released);
    return released;
  }

  /**
   * What a channel that forgets was told of an open episode stands only while it is said: it is not
   * while something holds the episode back, and again once nothing does.
   */
  private void repeatOrQuiet(Notification notification, Instant now) {
    boolean closed = Stages.isOver(notification, NotificationStage.CLOSED);
    Optional<Withheld> withheld =
        closed ? Optional.empty() : controls().withheld(notification, now);
    if (withheld.isPresent()) {
      withhold(notification, NotificationStage.OPENED, withheld.get(), now);
      quiet(notification, now);
    } else {
      repeat(
          released(notification),
          closed ? NotificationStage.CLOSED : NotificationStage.OPENED,
          now);
    }
  }

  /** Has it forgotten at once, and once it has, says nothing. */
  private void quiet(Notification notification, Instant now) {
    Boolean done = quiet.putIfAbsent(Outbox.key(notification), false);
    if (done == null) {
      repeated.remove(Outbox.key(notification));
    }
    if (done == null || !done) {
      repeat(notification, NotificationStage.CLOSED, now);
    }
  }

  /** Says again what the receiver took. */
  private void repeat(Notification notification, NotificationStage stage, Instant now) {
    Instant last = repeated.get(Outbox.key(notification));
    Instant paused = notBefore.getOrDefault(notification.getReceiver(), Instant.MIN);
    if (Stages.stands(notification)
        && !now.isBefore(paused)
        && (last == null || !now.isBefore(last.plus(REPEATS)))) {
      repeated.put(Outbox.key(notification), now);
      courier.offer(notification, stage);
    }
  }

  private void withhold(
      Notification notification, NotificationStage stage, Withheld withheld, Instant now) {
    if (notification.getClosed() != null) {
      withheldToTheEnd(notification, stage, withheld.sentence(), now);
    } else if (!withheld.sentence().equals(notification.getWithheld())) {
      outbox().put(Notification.newBuilder(notification).setWithheld(withheld.sentence()).build());
      metrics.withheld(notification.getReceiver(), stage, withheld.by());
      log.info(
          "Receiver {} is not told of episode {}: {}",
          notification.getReceiver(),
          notification.getOpened().getAlertId(),
          withheld.sentence());
    }
  }

  /** Of an episode that was held back until it closed nothing is told. */
  private void withheldToTheEnd(
      Notification notification, NotificationStage stage, String sentence, Instant now) {
    over(
        notification,
        stage == NotificationStage.OPENED ? NotificationStage.CLOSED : stage,
        now,
        "not told: " + sentence);
  }

  private void over(Notification notification, NotificationStage stage, Instant now, String words) {
    outbox()
        .put(
            Stages.answered(
                notification,
                NotificationAnswer.newBuilder()
                    .setStage(stage)
                    .setTime(now)
                    .setAttempts(0)
                    .setTaken(false)
                    .setAnswer(words)
                    .build(),
                false));
  }

  private void take(Told told, Instant now) {
    Notification sent = told.notification();
    Answer answer = told.answer();
    String receiver = sent.getReceiver();
    metrics.told(receiver, told.stage(), answer.outcome());
    say(sent, told, now);
    answer.retryAfter().ifPresent(wait -> notBefore.put(receiver, now.plus(wait)));
    if (told.stage() == NotificationStage.CLOSED && sent.getClosed() == null) {
      if (answer.outcome() != Outcome.FAILED) {
        quiet.replace(Outbox.key(sent), true);
      }
      return; // it is held back, and has not closed
    }
    Optional<Notification> known = outbox().find(receiver, sent.getOpened().getAlertId());
    if (known.isEmpty()) {
      return;
    }
    boolean again = Stages.isOver(known.get(), told.stage());
    if (answer.outcome() == Outcome.REFUSED) {
      refused(told, now);
    } else if (again) {
      return;
    }
    int attempts = known.get().getAttempts() + 1;
    if (answer.outcome() == Outcome.FAILED) {
      outbox()
          .put(
              Notification.newBuilder(known.get())
                  .setAttempts(attempts)
                  .setDueAt(now.plus(pause(Outbox.key(sent), attempts)))
                  .build());
      return;
    }
    outbox()
        .put(
            Stages.answered(
                known.get(),
                NotificationAnswer.newBuilder()
                    .setStage(told.stage())
                    .setTime(now)
                    .setAttempts(attempts)
                    .setTaken(answer.outcome() == Outcome.TAKEN)
                    .setAnswer(answer.words())
                    .build(),
                sent.getRaised() != null));
  }

  private void refused(Told told, Instant now) {
    Notification sent = told.notification();
    Headers headers =
        DeadLetterWriter.to(new RecordHeaders())
            .message(
                "Receiver %s refuses (%s) to be told that episode %s is %s."
                    .formatted(
                        sent.getReceiver(),
                        told.answer().words(),
                        sent.getOpened().getAlertId(),
                        told.stage().name().toLowerCase(Locale.ROOT)))
            .reason(REFUSED)
            .headers();
    Objects.requireNonNull(context, "init comes first")
        .forward(
            new Record<>(
                Outbox.key(sent).getBytes(UTF_8),
                format.encode(sent),
                now.toEpochMilli(),
                headers));
  }

  /**
   * Twice as long after each attempt, up to {@link #LONGEST_PAUSE}; between a half and the whole of
   * it, so that those who failed together do not come back together. Drawn by a hash, as {@link
   * Math#random} would not be the same in a test.
   */
  static Duration pause(String key, int attempts) {
    long longest = FIRST_PAUSE.toMillis() << Math.min(attempts - 1, DOUBLINGS);
    long whole = Math.min(longest, LONGEST_PAUSE.toMillis());
    return Duration.ofMillis(
        whole / 2 + Math.floorMod(Objects.hash(key, attempts) * 0x9E3779B97F4A7C15L, whole / 2));
  }

  private void say(Notification sent, Told told, Instant now) {
    String receiver = sent.getReceiver();
    String stage = told.stage().name().toLowerCase(Locale.ROOT);
    String episode = sent.getOpened().getAlertId();
    switch (told.answer().outcome()) {
      case TAKEN -> {
        if (said.remove(receiver) != null) {
          log.info("Receiver {} answers again.", receiver);
        }
        log.debug("Receiver {} was told that {} is {}", receiver, episode, stage);
      }
      case REFUSED ->
          log.error(
              "Receiver {} refuses ({}) to be told that episode {} is {}, and is not told again.",
              receiver,
              told.answer().words(),
              episode,
              stage);
      case FAILED -> {
        Instant last = said.get(receiver);
        if (last == null || !now.isBefore(last.plus(SAYS))) {
          said.put(receiver, now);
          log.warn(
              "Receiver {} cannot be told that episode {} is {} ({}). It is tried again; others are not held up.",
              receiver,
              episode,
              stage,
              told.answer().words());
        }
      }
    }
  }

  private void report(String receiver, Instant now) {
    long waiting = 0;
    Instant oldest = now;
    for (Notification notification : outbox().active()) {
      if (notification.getReceiver().equals(receiver)
          && notification.getWithheld() == null
          && Stages.next(notification).isPresent()
          && (notification.getAttempts() > 0 || !now.isBefore(notification.getDueAt()))) {
        waiting++;
        Instant since = since(notification);
        oldest = since.isBefore(oldest) ? since : oldest;
      }
    }
    metrics.waiting(receiver, waiting, Duration.between(oldest, now).toSeconds());
  }

  /** When that which a receiver is to be told next was so. */
  private static Instant since(Notification notification) {
    Optional<NotificationStage> next = Stages.next(notification);
    Instant then =
        next.equals(Optional.of(NotificationStage.CLOSED))
            ? notification.getClosedAt()
            : next.equals(Optional.of(NotificationStage.RAISED))
                ? notification.getRaisedAt()
                : notification.getOpenedAt();
    return then == null ? notification.getOpenedAt() : then;
  }

  @Override
  public void close() {
    courier.close();
  }
}
