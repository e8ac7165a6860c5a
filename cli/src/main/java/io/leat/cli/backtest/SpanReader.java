package io.leat.cli.backtest;

import io.leat.cli.backtest.Row.Answer;
import io.leat.cli.backtest.Row.Logged;
import io.leat.common.Lookups;
import io.leat.common.Sha256;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelVersion;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import io.leat.scoring.engine.Outcome;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.Outcome.Unscored;
import io.leat.scoring.engine.VectorScorer;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the vectors of a span and the scores that were written of them, and scores the vectors.
 * Keeps a row a vector in memory.
 */
final class SpanReader {
  private static final int DIGITS = 13;
  private static final double PLACES = Math.scalb(1.0, 4 * DIGITS);
  private static final byte[] NO_KEY = {};

  private final Map<String, ?> kafka;
  private final AvroCodec codec;
  private final List<SegmentField> segments;

  /**
   * What was read.
   *
   * @param rows those that are looked at
   * @param offsets in the span: as many vectors, or fewer
   * @param share of the entities that were looked at: 1, or less where there are too many vectors
   * @param entities that have a row
   * @param unreadable records that are no vectors
   * @param unscored vectors that the candidate cannot score, by reason
   */
  record Span(
      List<Row> rows,
      long offsets,
      double share,
      int entities,
      long unreadable,
      Map<String, Long> unscored) {}

  SpanReader(Map<String, ?> kafka, AvroCodec codec, List<SegmentField> segments) {
    this.kafka = kafka;
    this.codec = codec;
    this.segments = segments;
  }

  /**
   * Reads and scores.
   *
   * @param baseline scores the vectors too; empty: the scores that were written are the baseline
   * @param from first vector that was written then or later; empty: the first there is
   * @param to end of the span, exclusive; empty: the end as it is now
   * @param most rows, about: of a longer span a share of the entities is looked at
   */
  Span read(
      ModelVersion version,
      VectorScorer candidate,
      Optional<VectorScorer> baseline,
      Optional<Instant> from,
      Optional<Instant> to,
      long most) {
    try (TopicLog vectors = TopicLog.open(kafka, Topics.features(version.getService()))) {
      Map<TopicPartition, Long> begin = from.map(vectors::offsetsAt).orElseGet(vectors::beginnings);
      Map<TopicPartition, Long> end = to.map(vectors::offsetsAt).orElseGet(vectors::ends);
      end.replaceAll((partition, offset) -> Math.max(offset, Lookups.required(begin, partition)));
      long offsets =
          end.entrySet().stream()
              .mapToLong(one -> one.getValue() - Lookups.required(begin, one.getKey()))
              .sum();
      double share = offsets > most ? (double) most / offsets : 1;
      Map<LogPosition, Score> written = written(version.getModel(), begin, end, share);
      Reading reading = new Reading(version, candidate, baseline, written);
      vectors.seek(begin);
      vectors.readTo(
          end,
          record -> {
            if (isLookedAt(record.key(), share)) {
              reading.take(record);
            }
            return true;
          });
      return new Span(
          reading.rows,
          offsets,
          share,
          reading.entities.size(),
          reading.unreadable,
          reading.unscored);
    }
  }

  /** An entity is looked at or not, by the hash of its key: always the same ones. */
  private static boolean isLookedAt(byte @Nullable [] key, double share) {
    if (share == 1) {
      return true;
    }
    String hash = Sha256.hex(key == null ? NO_KEY : key);
    return Long.parseLong(hash.substring(0, DIGITS), 16) / PLACES < share;
  }

  private Map<LogPosition, Score> written(
      String model, Map<TopicPartition, Long> begin, Map<TopicPartition, Long> end, double share) {
    Map<LogPosition, Score> written = new HashMap<>();
    Optional<TopicLog> found = TopicLog.find(kafka, Topics.scores(model));
    if (found.isEmpty()) {
      return written;
    }
    try (TopicLog scores = found.get()) {
      scores.readToEnd(
          record -> {
            if (isLookedAt(record.key(), share)) {
              decoded(record, Score.class)
                  .filter(score -> isIn(score.getVector(), begin, end))
                  .ifPresent(score -> written.put(score.getVector(), score));
            }
            return true;
          });
    }
    return written;
  }

  private static boolean isIn(
      LogPosition vector, Map<TopicPartition, Long> begin, Map<TopicPartition, Long> end) {
    TopicPartition partition = new TopicPartition(vector.getTopic(), vector.getPartition());
    Long first = begin.get(partition);
    return first != null
        && vector.getOffset() >= first
        && vector.getOffset() < Lookups.required(end, partition);
  }

  /** Empty of what is none: anybody may write into a topic. */
  private <T extends SpecificRecordBase> Optional<T> decoded(
      ConsumerRecord<byte @Nullable [], byte @Nullable []> record, Class<T> type) {
    byte[] value = record.value();
    try {
      return value == null ? Optional.empty() : Optional.of(codec.decode(value, type));
    } catch (MalformedValueException e) {
      return Optional.empty();
    }
  }

  /** The rows so far. */
  private final class Reading {
    private final ModelVersion version;
    private final VectorScorer candidate;
    private final Optional<VectorScorer> baseline;
    private final Map<LogPosition, Score> written;
    private final List<Row> rows = new ArrayList<>();
    private final Map<ByteBuffer, Integer> entities = new HashMap<>();
    private final Map<String, Long> unscored = new TreeMap<>();
    private long unreadable;

    Reading(
        ModelVersion version,
        VectorScorer candidate,
        Optional<VectorScorer> baseline,
        Map<LogPosition, Score> written) {
      this.version = version;
      this.candidate = candidate;
      this.baseline = baseline;
      this.written = written;
    }

    void take(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
      Optional<FeatureVector> read = decoded(record, FeatureVector.class);
      if (read.isEmpty()) {
        unreadable++;
        return;
      }
      FeatureVector vector = read.get();
      byte[] key = record.key();
      int entity =
          entities.computeIfAbsent(
              ByteBuffer.wrap(key == null ? NO_KEY : key), any -> entities.size());
      Optional<Score> score =
          Optional.ofNullable(
              written.remove(new LogPosition(record.topic(), record.partition(), record.offset())));
      Outcome outcome = candidate.score(vector);
      if (outcome instanceof Unscored none) {
        unscored.merge(none.reason().name(), 1L, Long::sum);
      }
      rows.add(
          new Row(
              vector.getEventId(),
              vector.getEventTime(),
              entity,
              baseline.isPresent()
                  ? answer(baseline.get().score(vector))
                  : score.map(SpanReader::answer),
              answer(outcome),
              score.flatMap(this::logged),
              segments(vector)));
    }

    /**
     * Empty of a score without a propensity, and of one that another version gave in place of the
     * one that was chosen: its propensity is not the chance of that.
     */
    private Optional<Logged> logged(Score score) {
      Double propensity = score.getPropensity();
      Long rollout = score.getRollout();
      return propensity == null || rollout == null || score.getFallback() != null
          ? Optional.empty()
          : Optional.of(
              new Logged(
                  propensity,
                  rollout,
                  Objects.equals(score.getModelDigest(), version.getDigest())));
    }
  }

  private String[] segments(FeatureVector vector) {
    String[] found = new String[segments.size()];
    for (int i = 0; i < found.length; i++) {
      int feature = segments.get(i).feature();
      Object value =
          feature < 0 || feature >= vector.getValues().size()
              ? null
              : vector.getValues().get(feature);
      found[i] = value == null ? Row.NO_SEGMENT : value.toString();
    }
    return found;
  }

  private static Answer answer(Score score) {
    return new Answer(score.getScore(), Optional.ofNullable(score.getDecision()));
  }

  private static Optional<Answer> answer(Outcome outcome) {
    return outcome instanceof Scored scored
        ? Optional.of(new Answer(scored.prediction().score(), scored.decision()))
        : Optional.empty();
  }
}
