package io.leat.scoring;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Lookups;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.RegistryView;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelSwitch;
import io.leat.records.Rollout;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.RolloutLoader;
import io.leat.scoring.engine.RolloutScorer;
import io.leat.scoring.engine.RolloutScorer.Answer;
import io.leat.scoring.engine.Scores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Makes the scores of a span of a model's vectors again, each by the rollout whose recorded
 * interval holds it, and holds them against the scores that were written. Writes nothing. Keeps the
 * scores of the span in memory.
 */
public final class ScoreReplay {
  private static final int EXAMPLES = 10;
  private static final byte[] NO_KEY = {};

  private final Map<String, ?> kafka;
  private final AvroCodec codec;
  private final RolloutLoader loader;
  private final String model;
  private final RegistryView registry;
  private final RecordedSwitches switches;

  /**
   * What was found.
   *
   * @param vectors of the span
   * @param same whose score is, field by field, the one that was written
   * @param unscored that the model cannot score, and has not
   * @param beforeRegistry that were scored before positions were recorded; nothing is made again of
   *     them
   * @param different of any other kind
   * @param examples of these, a sentence each, ten at most
   */
  public record Report(
      long vectors,
      long same,
      long unscored,
      long beforeRegistry,
      long different,
      List<String> examples) {
    public Report {
      examples = List.copyOf(examples);
    }
  }

  /**
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   * @param application id of the scoring service: {@code <pipeline>-scoring}
   * @throws LeatException if there is no registry, or no position was recorded
   */
  public ScoreReplay(
      Map<String, ?> kafka,
      AvroCodec codec,
      ArtifactStore artifacts,
      String application,
      String model) {
    this.kafka = kafka;
    this.codec = codec;
    this.loader = new RolloutLoader(artifacts, new SimpleMeterRegistry());
    this.model = model;
    this.registry =
        RegistryView.read(kafka, codec)
            .orElseThrow(
                () ->
                    new LeatException(
                        ErrorCode.NOT_APPLIED,
                        "There is no topic %s on this cluster. Run 'leat apply'."
                            .formatted(Topics.MODEL_REGISTRY)));
    this.switches = RecordedSwitches.read(kafka, codec, application, model);
  }

  /**
   * Makes scores again.
   *
   * @param service whose vectors the model reads
   * @param from first vector that was written then or later; empty: the first there is
   * @param to end of the span, exclusive; empty: the end as it is now
   * @param most offsets; the first of each partition are looked at where there are more
   * @throws LeatException if a version's files are not there any more, or the brokers do not answer
   */
  public Report run(String service, Optional<Instant> from, Optional<Instant> to, long most) {
    try (TopicLog vectors = TopicLog.open(kafka, Topics.features(service))) {
      Map<TopicPartition, Long> begin = from.map(vectors::offsetsAt).orElseGet(vectors::beginnings);
      Map<TopicPartition, Long> end =
          bounded(begin, to.map(vectors::offsetsAt).orElseGet(vectors::ends), most);
      Counts counts = new Counts();
      try (Scorers scorers = new Scorers()) {
        Map<LogPosition, Score> written = written(begin, end);
        end.replaceAll((partition, offset) -> scoredTo(partition, begin, written));
        vectors.seek(begin);
        vectors.readTo(
            end,
            record -> {
              LogPosition position =
                  new LogPosition(record.topic(), record.partition(), record.offset());
              look(
                  record, position, Optional.ofNullable(written.remove(position)), scorers, counts);
              return true;
            });
        written.forEach(
            (position, score) ->
                counts.differs("%s has a score, and there is no such vector", position));
      }
      return counts.report();
    }
  }

  /** The same end, or an earlier one, so that the span has at most so many offsets. */
  private static Map<TopicPartition, Long> bounded(
      Map<TopicPartition, Long> begin, Map<TopicPartition, Long> end, long most) {
    long each = most / begin.size();
    Map<TopicPartition, Long> bounded = new HashMap<>();
    begin.forEach(
        (partition, first) ->
            bounded.put(partition, Math.min(Lookups.required(end, partition), first + each)));
    return bounded;
  }

  /** Behind the last vector of a partition that has a score: what follows may not be scored yet. */
  private static long scoredTo(
      TopicPartition partition, Map<TopicPartition, Long> begin, Map<LogPosition, Score> written) {
    return written.keySet().stream()
        .filter(position -> position.getPartition() == partition.partition())
        .mapToLong(position -> position.getOffset() + 1)
        .max()
        .orElse(Lookups.required(begin, partition));
  }

  /** The scores that were written of a span's vectors. */
  private Map<LogPosition, Score> written(
      Map<TopicPartition, Long> begin, Map<TopicPartition, Long> end) {
    Map<LogPosition, Score> written = new HashMap<>();
    try (TopicLog scores = TopicLog.open(kafka, Topics.scores(model))) {
      scores.readToEnd(
          record -> {
            score(record)
                .ifPresent(
                    score -> {
                      LogPosition vector = score.getVector();
                      TopicPartition partition =
                          new TopicPartition(vector.getTopic(), vector.getPartition());
                      Long first = begin.get(partition);
                      if (first != null
                          && vector.getOffset() >= first
                          && vector.getOffset() < Lookups.required(end, partition)) {
                        written.put(vector, score);
                      }
                    });
            return true;
          });
    }
    return written;
  }

  /** Empty of what is none: anybody may write into the topic. */
  private Optional<Score> score(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    byte[] value = record.value();
    try {
      return value == null ? Optional.empty() : Optional.of(codec.decode(value, Score.class));
    } catch (MalformedValueException e) {
      return Optional.empty();
    }
  }

  private void look(
      ConsumerRecord<byte @Nullable [], byte @Nullable []> record,
      LogPosition position,
      Optional<Score> written,
      Scorers scorers,
      Counts counts) {
    counts.vectors++;
    Optional<Rollout> rollout = rollout(record.partition(), record.offset());
    if (rollout.isEmpty()) {
      counts.beforeRegistry++;
      return;
    }
    Optional<Score> made = made(record, position, scorers.of(rollout.get()));
    if (made.equals(written)) {
      if (made.isPresent()) {
        counts.same++;
      } else {
        counts.unscored++;
      }
    } else {
      counts.differs(
          "%s: made again %s, written was %s",
          position,
          made.map(Score::toString).orElse("nothing"),
          written.map(Score::toString).orElse("nothing"));
    }
  }

  private Optional<Rollout> rollout(int partition, long offset) {
    return switches.at(partition, offset).map(ModelSwitch::getRollout);
  }

  private Optional<Score> made(
      ConsumerRecord<byte @Nullable [], byte @Nullable []> record,
      LogPosition position,
      RolloutScorer scorer) {
    byte[] value = record.value();
    if (value == null) {
      return Optional.empty();
    }
    FeatureVector vector;
    try {
      vector = codec.decode(value, FeatureVector.class);
    } catch (MalformedValueException e) {
      return Optional.empty();
    }
    byte[] key = record.key();
    Answer answer = scorer.decide(key == null ? NO_KEY : key, vector);
    return answer.outcome() instanceof Scored scored
        ? Optional.of(Scores.of(vector, position, scorer.rollout().rollout(), answer, scored))
        : Optional.empty();
  }

  /** One a rollout, opened when it is first needed. */
  private final class Scorers implements AutoCloseable {
    private final Map<Long, RolloutScorer> open = new HashMap<>();

    RolloutScorer of(Rollout rollout) {
      return open.computeIfAbsent(
          rollout.getRevision(),
          revision -> new RolloutScorer(loader.load(model, rollout, registry, Optional.empty())));
    }

    @Override
    public void close() {
      open.values().forEach(RolloutScorer::close);
    }
  }

  /** What was found so far. */
  private static final class Counts {
    private long vectors;
    private long same;
    private long unscored;
    private long beforeRegistry;
    private long different;
    private final List<String> examples = new ArrayList<>();

    void differs(String message, Object... arguments) {
      different++;
      if (examples.size() < EXAMPLES) {
        examples.add(message.formatted(arguments));
      }
    }

    Report report() {
      return new Report(vectors, same, unscored, beforeRegistry, different, examples);
    }
  }
}
