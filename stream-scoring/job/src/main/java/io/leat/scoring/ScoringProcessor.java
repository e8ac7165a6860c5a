package io.leat.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.records.DeadLetter;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelSwitch;
import io.leat.records.Rollout;
import io.leat.records.RolloutObservation;
import io.leat.records.Score;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.WireFormat;
import io.leat.schemas.deadletter.DeadLetterWriter;
import io.leat.scoring.engine.LoadedVersion;
import io.leat.scoring.engine.ModelRollouts;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.Outcome.Unscored;
import io.leat.scoring.engine.RolloutScorer;
import io.leat.scoring.engine.RolloutScorer.Answer;
import io.leat.scoring.engine.Scores;
import io.leat.scoring.engine.ScoringMetrics;
import io.leat.scoring.engine.StageObservations;
import io.leat.scoring.engine.UnscoredReason;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each vector to the version that its model's rollout has for it, and the outcome to its
 * topic: key, timestamp and headers are carried on; a vector without a score goes on byte for byte,
 * with its reason in headers.
 *
 * <p>Where a newer rollout is loaded than the one that the partition last went over to, the
 * position is recorded first, in the transaction of the scores.
 */
final class ScoringProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(ScoringProcessor.class);
  private static final byte[] NO_KEY = {};
  private static final String OBSERVATIONS = Topics.valueSubject(Topics.ROLLOUT_OBSERVATIONS);

  /**
   * The topology's nodes that take what comes out.
   *
   * @param scores takes scores of versions that decide
   * @param shadowScores takes those of shadows
   * @param deadLetters takes vectors without a score
   * @param observations takes what the guards of a rollout's stage are told
   */
  record Sinks(String scores, String shadowScores, String deadLetters, String observations) {}

  private final ModelRollouts rollouts;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private final AvroCodec codec;
  private final String scoreSubject;
  private final String shadowSubject;
  private final byte[] observationKey;
  private final Sinks sinks;
  private final Backlog backlog;
  private ProcessorContext<byte[], byte[]> context;
  private SwitchLog switches;
  private ModelRollouts.@Nullable Task task;
  private @Nullable RolloutScorer scorer;
  private Optional<StageObservations> observations = Optional.empty();

  ScoringProcessor(
      ModelRollouts rollouts,
      RegistryClient registry,
      RegistryRetry retry,
      Sinks sinks,
      Backlog backlog) {
    this.backlog = backlog;
    this.rollouts = rollouts;
    this.registry = registry;
    this.retry = retry;
    this.codec = new AvroCodec(registry);
    this.scoreSubject = Topics.valueSubject(Topics.scores(rollouts.model()));
    this.shadowSubject = Topics.valueSubject(Topics.shadowScores(rollouts.model()));
    this.observationKey = rollouts.model().getBytes(UTF_8);
    this.sinks = sinks;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    String store = SwitchLog.store(rollouts.model());
    String subject =
        Topics.valueSubject("%s-%s-changelog".formatted(context.applicationId(), store));
    this.switches =
        retry.call(
            () ->
                new SwitchLog(
                    rollouts.model(),
                    context.getStateStore(store),
                    codec,
                    () ->
                        retry.call(
                            () -> registry.register(subject, ModelSwitch.getClassSchema()))));
    this.task = rollouts.enter(context.taskId().partition(), switches.last());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata read =
        context
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("a vector came from no topic"));
    LogPosition position = new LogPosition(read.topic(), read.partition(), read.offset());
    RolloutScorer now = scorerOf(read.offset());
    if (record.value() == null) {
      refuse(
          record,
          position,
          now.rollout().champion(),
          UnscoredReason.NULL_VALUE,
          new UnscoredVectorException("the record has no value; expected a feature vector"));
      return;
    }
    FeatureVector vector;
    try {
      vector = retry.call(() -> codec.decode(record.value(), FeatureVector.class));
    } catch (MalformedValueException e) {
      refuse(record, position, now.rollout().champion(), UnscoredReason.of(e.kind()), e);
      return;
    }
    Rollout rollout = now.rollout().rollout();
    Answer answer = now.decide(record.key() == null ? NO_KEY : record.key(), vector);
    if (answer.outcome() instanceof Scored scored) {
      forward(
          record,
          Scores.of(vector, position, rollout, answer, scored),
          scoreSubject,
          sinks.scores());
      answer.version().metrics().scores().increment();
    } else if (answer.outcome() instanceof Unscored unscored) {
      refuse(
          record,
          position,
          answer.version(),
          unscored.reason(),
          new UnscoredVectorException(unscored.message()));
    }
    if (now.hasShadows() && backlog.isBehind(read.topic(), read.partition())) {
      now.leaveShadowsOut();
      observations.map(stage -> stage.leftOut(answer)).ifPresent(this::observe);
      return;
    }
    List<Answer> shadows = now.shadows(vector);
    for (Answer shadow : shadows) {
      ScoringMetrics metrics = shadow.version().metrics();
      if (shadow.outcome() instanceof Scored scored) {
        forward(
            record,
            Scores.of(vector, position, rollout, shadow, scored),
            shadowSubject,
            sinks.shadowScores());
        metrics.shadowScores().increment();
      } else if (shadow.outcome() instanceof Unscored unscored) {
        metrics.shadowUnscored(unscored.reason()).increment();
      }
    }
    observations.ifPresent(stage -> stage.of(answer, shadows).forEach(this::observe));
  }

  private void observe(RolloutObservation observation) {
    int schema =
        retry.call(() -> registry.register(OBSERVATIONS, RolloutObservation.getClassSchema()));
    context.forward(
        new Record<>(
            observationKey, codec.encode(schema, observation), context.currentSystemTimeMs()),
        sinks.observations());
  }

  /** By which an offset is scored; where it is another than before, it is recorded. */
  private RolloutScorer scorerOf(long offset) {
    RolloutScorer now = scorer;
    if (now == null || rollouts.revision() > now.rollout().revision()) {
      RolloutScorer next = new RolloutScorer(rollouts.acquire());
      if (now != null) {
        now.close();
      }
      scorer = next;
      now = next;
      observations = StageObservations.of(rollouts.model(), next.rollout().rollout());
    }
    if (switches.scoresFrom(offset, now.rollout().rollout())) {
      rollouts.metrics().switches().increment();
      log.info(
          "Model {}: partition {} goes over to rollout {} at offset {}",
          rollouts.model(),
          context.taskId().partition(),
          now.rollout().revision(),
          offset);
    }
    return now;
  }

  private void forward(Record<byte[], byte[]> record, Score score, String subject, String sink) {
    int schema = retry.call(() -> registry.register(subject, Score.getClassSchema()));
    context.forward(record.withValue(codec.encode(schema, score)), sink);
  }

  private void refuse(
      Record<byte[], byte[]> record,
      LogPosition position,
      LoadedVersion version,
      UnscoredReason reason,
      RuntimeException why) {
    String message = String.valueOf(why.getMessage());
    DeadLetter deadLetter =
        DeadLetter.newBuilder()
            .setEvent(rollouts.model())
            .setWriterSchemaId(
                record.value() != null && WireFormat.isFramed(record.value())
                    ? (Integer) WireFormat.schemaId(record.value())
                    : null)
            .setReason(reason.name())
            .setMessage(message)
            .setViolations(List.of())
            .setSource(position)
            .build();
    // A copy: other models get the same record.
    Headers headers =
        DeadLetterWriter.toCopyOf(record.headers())
            .exception(why)
            .readAt(position)
            .reason(reason.name())
            .details(deadLetter, codec, retry.call(() -> DeadLetterWriter.schemaId(registry)))
            .headers();
    context.forward(record.withHeaders(headers), sinks.deadLetters());
    version.metrics().unscored(reason).increment();
    log.debug("Model {} has no score for {}: {}", rollouts.model(), position, message);
  }

  @Override
  public void close() {
    if (task != null) {
      rollouts.leave(task);
    }
    RolloutScorer now = scorer;
    if (now != null) {
      now.close();
      scorer = null;
    }
  }
}
