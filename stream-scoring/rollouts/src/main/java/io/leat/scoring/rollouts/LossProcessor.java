package io.leat.scoring.rollouts;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.models.guard.OutcomeLoss;
import io.leat.models.registry.RolloutPlans;
import io.leat.records.Outcome;
import io.leat.records.Rollout;
import io.leat.records.RolloutLoss;
import io.leat.records.RolloutObservation;
import io.leat.records.StageKind;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Holds the scores of a rollout's stage against their labels, each at the same age, and tells the
 * stage's guards what they cost. Owned by one stream thread.
 *
 * <p>Some labels come sooner than others, and not by chance: so a score counts only once the stream
 * has come as far beyond its event as the loss declares, with the label that had come by then. Time
 * is that of the outcomes. Where both versions score the same vectors they count together, once
 * both are there.
 *
 * <p>The store has a row a score: under the event's time and id and the version's number stand the
 * rollout and, until it has counted, the outcome. A row goes when no outcome of its event can come
 * any more, or another stage has begun; what comes nevertheless does not count.
 */
final class LossProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  /** By how much outcomes of one partition may be behind, and what comes late be later still. */
  private static final Duration SLACK = Duration.ofDays(2);

  private static final String SUBJECT = Topics.valueSubject(Topics.ROLLOUT_OBSERVATIONS);

  private final String model;
  private final Duration kept;
  private final Supplier<Optional<Rollout>> rollout;
  private final RegistryClient registry;
  private final AvroCodec codec;
  private final RegistryRetry retry;
  private @Nullable KeyValueStore<Bytes, byte[]> rows;
  private @Nullable ProcessorContext<byte[], byte[]> context;

  /** Event time that the outcomes have reached, microseconds. */
  private long now = Long.MIN_VALUE;

  /** Event time up to which all rows that can count have counted, microseconds. */
  private long counted = Long.MIN_VALUE;

  /** Event time before which all rows are gone, microseconds. */
  private long forgotten = Long.MIN_VALUE;

  /** Rows of rollouts before this one are gone. */
  private long from = Long.MIN_VALUE;

  /**
   * @param within how long after an event its label may come
   * @param rollout the model's, as the registry last said it
   */
  LossProcessor(
      String model,
      Duration within,
      Supplier<Optional<Rollout>> rollout,
      RegistryClient registry,
      RegistryRetry retry) {
    this.model = model;
    this.kept = within.plus(SLACK);
    this.rollout = rollout;
    this.registry = registry;
    this.codec = new AvroCodec(registry);
    this.retry = retry;
  }

  /** Name of a model's store. */
  static String store(String model) {
    return model + "-losses";
  }

  /**
   * The stage that a rollout is in.
   *
   * @param loss empty where it does not go by labels
   */
  private record Stage(Rollout rollout, StageKind kind, Optional<RolloutLoss> loss) {
    static Optional<Stage> of(Rollout rollout) {
      return RolloutPlans.stage(rollout)
          .map(stage -> new Stage(rollout, stage.getKind(), Optional.ofNullable(stage.getLoss())));
    }

    int version() {
      return RolloutPlans.candidate(rollout).getNumber();
    }

    int champion() {
      return RolloutPlans.before(rollout).getNumber();
    }

    /** Whether an outcome is of this rollout or one before, not of one that is not known yet. */
    boolean knows(Outcome outcome) {
      return Objects.requireNonNull(outcome.getRollout()) <= rollout.getRevision();
    }

    /** Whether both versions score each vector. */
    boolean isPaired() {
      return kind == StageKind.SHADOW || kind == StageKind.BLUE_GREEN;
    }
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.rows = context.getStateStore(store(model));
    context.schedule(
        RolloutProcessor.LOOKS, PunctuationType.WALL_CLOCK_TIME, time -> countWhatIsDue());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (record.value() == null) {
      return; // it says nothing
    }
    Outcome outcome = retry.call(() -> codec.decode(record.value(), Outcome.class));
    now = Math.max(now, micros(outcome.getKnownAt()));
    if (outcome.getStage() == null
        || outcome.getRollout() == null
        || outcome.getModelNumber() == null
        || outcome.getFallback() != null // what another could not score is no fair sample
        || outcome.getRollout() < firstOf(rollout.get())
        || micros(outcome.getEventTime()) < now - micros(kept)) {
      return;
    }
    Optional<Stage> stage = rollout.get().flatMap(Stage::of);
    Bytes key = key(outcome, outcome.getModelNumber());
    byte[] known = rows().get(key);
    if (known != null && (isCounted(known) || isLate(outcome, stage))) {
      return; // another label holds now, which came too late
    }
    rows().put(key, row(outcome.getRollout(), record.value()));
    if (micros(outcome.getEventTime()) > counted) {
      return;
    }
    if (stage.isPresent() && stage.get().knows(outcome)) {
      count(stage.get(), outcome);
    } else {
      counted = micros(outcome.getEventTime()) - 1; // once the registry's follower has come to it
    }
  }

  private static boolean isLate(Outcome outcome, Optional<Stage> stage) {
    return stage.flatMap(Stage::loss).filter(loss -> OutcomeLoss.isLate(outcome, loss)).isPresent();
  }

  /** The first rollout whose scores may count; any where the registry was not read yet. */
  private static long firstOf(Optional<Rollout> rollout) {
    return rollout
        .map(
            known ->
                Stage.of(known).flatMap(Stage::loss).isPresent()
                    ? RolloutPlans.began(known)
                    : known.getRevision() + 1)
        .orElse(0L);
  }

  private void countWhatIsDue() {
    Optional<Rollout> known = rollout.get();
    if (known.isEmpty() || now == Long.MIN_VALUE) {
      return;
    }
    forgetBefore(firstOf(known));
    Optional<Stage> stage = Stage.of(known.get());
    Optional<RolloutLoss> loss = stage.flatMap(Stage::loss);
    if (loss.isEmpty()) {
      return;
    }
    long due = now - micros(OutcomeLoss.after(loss.get()));
    if (due <= counted) {
      return;
    }
    long next = due;
    try (KeyValueIterator<Bytes, byte[]> found =
        rows().range(time(counted == Long.MIN_VALUE ? counted : counted + 1), time(due + 1))) {
      while (found.hasNext()) {
        byte[] row = found.next().value;
        if (isCounted(row)) {
          continue;
        }
        Outcome outcome = outcome(row);
        if (stage.get().knows(outcome)) {
          count(stage.get(), outcome);
        } else {
          // The registry's follower is behind.
          next = Math.min(next, micros(outcome.getEventTime()) - 1);
        }
      }
    }
    counted = Math.max(counted, next);
  }

  /**
   * Counts a score, and where it belongs to one the other's of the same vector, if that is there.
   */
  private void count(Stage stage, Outcome outcome) {
    RolloutLoss loss = stage.loss().orElse(null);
    int number = Objects.requireNonNull(outcome.getModelNumber());
    boolean isVersion = number == stage.version();
    if (loss == null
        || isCounted(rows().get(key(outcome, number)))
        || (!isVersion && number != stage.champion())) {
      return;
    }
    Optional<Double> own = OutcomeLoss.of(outcome, loss);
    if (!stage.isPaired()) {
      mark(outcome, number);
      own.ifPresent(cost -> tell(stage, isVersion ? cost : null, isVersion ? null : cost));
      return;
    }
    int other = isVersion ? stage.champion() : stage.version();
    byte[] beside = rows().get(key(outcome, other));
    if (beside == null || isCounted(beside)) {
      return;
    }
    Optional<Double> others = OutcomeLoss.of(outcome(beside), loss);
    mark(outcome, number);
    mark(outcome, other);
    if (own.isPresent() && others.isPresent()) {
      tell(stage, isVersion ? own.get() : others.get(), isVersion ? others.get() : own.get());
    }
  }

  private void tell(Stage stage, @Nullable Double version, @Nullable Double champion) {
    RolloutObservation observation =
        RolloutObservation.newBuilder()
            .setModel(model)
            .setRollout(RolloutPlans.began(stage.rollout()))
            .setCandidate(version != null)
            .setScore(null)
            .setSlow(null)
            .setMargin(null)
            .setVersionLoss(version)
            .setChampionLoss(champion)
            .build();
    int schema = retry.call(() -> registry.register(SUBJECT, RolloutObservation.getClassSchema()));
    ProcessorContext<byte[], byte[]> told = Objects.requireNonNull(context, "init comes first");
    told.forward(
        new Record<>(
            model.getBytes(UTF_8), codec.encode(schema, observation), told.currentSystemTimeMs()));
  }

  /** Forgets events of which no outcome can come any more, and stages that are over. */
  private void forgetBefore(long first) {
    List<Bytes> gone = new ArrayList<>();
    boolean isNew = first != from;
    from = first;
    long until = now - micros(kept);
    try (KeyValueIterator<Bytes, byte[]> found =
        isNew ? rows().all() : rows().range(time(forgotten), time(until))) {
      while (found.hasNext()) {
        KeyValue<Bytes, byte[]> row = found.next();
        if (!isNew || ByteBuffer.wrap(row.value).getLong() < first) {
          gone.add(row.key);
        }
      }
    }
    gone.forEach(rows()::delete);
    if (isNew) {
      counted = Long.MIN_VALUE;
    } else {
      forgotten = until;
    }
  }

  private KeyValueStore<Bytes, byte[]> rows() {
    return Objects.requireNonNull(rows, "init comes first");
  }

  private static byte[] row(long rollout, byte[] outcome) {
    return ByteBuffer.allocate(Long.BYTES + outcome.length).putLong(rollout).put(outcome).array();
  }

  private void mark(Outcome outcome, int number) {
    long of = Objects.requireNonNull(outcome.getRollout());
    rows().put(key(outcome, number), row(of, new byte[0]));
  }

  private static boolean isCounted(byte @Nullable [] row) {
    return row != null && row.length == Long.BYTES;
  }

  private Outcome outcome(byte[] row) {
    byte[] bytes = new byte[row.length - Long.BYTES];
    System.arraycopy(row, Long.BYTES, bytes, 0, bytes.length);
    return retry.call(() -> codec.decode(bytes, Outcome.class));
  }

  private static Bytes key(Outcome outcome, int number) {
    byte[] id = outcome.getEventId().getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(Long.BYTES + id.length + Integer.BYTES)
            .putLong(ordered(micros(outcome.getEventTime())))
            .put(id)
            .putInt(number)
            .array());
  }

  private static Bytes time(long micros) {
    return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(ordered(micros)).array());
  }

  private static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  private static long micros(Duration time) {
    return TimeUnit.MILLISECONDS.toMicros(time.toMillis());
  }

  /** Bytes are compared without a sign. */
  private static long ordered(long micros) {
    return micros ^ Long.MIN_VALUE;
  }
}
