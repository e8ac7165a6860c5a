package io.leat.scoring;

import io.leat.records.DeadLetter;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.WireFormat;
import io.leat.scoring.Outcome.Scored;
import io.leat.scoring.Outcome.Unscored;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each vector to its model and the outcome to its topic: key, timestamp and headers are
 * carried on; a vector without a score goes on byte for byte, with its reason in headers.
 */
final class ScoringProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(ScoringProcessor.class);

  private final ServedModel served;
  private final ScoringMetrics metrics;
  private final RegistryClient registry;
  private final AvroCodec codec;
  private final String scoreSink;
  private final String deadLetterSink;
  private ProcessorContext<byte[], byte[]> context;
  private VectorScorer scorer;
  private int scoreSchema;
  private int deadLetterSchema;

  /**
   * @param scoreSink name of the topology's node that takes scores
   * @param deadLetterSink name of the node that takes vectors without one
   */
  @SuppressWarnings("NullAway.Init") // init() comes before process()
  ScoringProcessor(
      ServedModel served,
      ScoringMetrics metrics,
      RegistryClient registry,
      String scoreSink,
      String deadLetterSink) {
    this.served = served;
    this.metrics = metrics;
    this.registry = registry;
    this.codec = new AvroCodec(registry);
    this.scoreSink = scoreSink;
    this.deadLetterSink = deadLetterSink;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    String scores = Topics.scores(served.model().name());
    scoreSchema = registry.register(Topics.valueSubject(scores), Score.getClassSchema());
    deadLetterSchema = registry.register(DeadLetter.class.getName(), DeadLetter.getClassSchema());
    scorer = new VectorScorer(served, metrics.inference());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata read =
        context
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("a vector came from no topic"));
    LogPosition position = new LogPosition(read.topic(), read.partition(), read.offset());
    if (record.value() == null) {
      refuse(
          record,
          position,
          new Unscored(UnscoredReason.NULL_VALUE, "the record has no value; expected a vector"));
      return;
    }
    FeatureVector vector;
    try {
      vector = codec.decode(record.value(), FeatureVector.class);
    } catch (MalformedValueException e) {
      refuse(record, position, new Unscored(UnscoredReason.of(e.kind()), e.getMessage()));
      return;
    }
    Outcome outcome = scorer.score(vector);
    if (outcome instanceof Scored scored) {
      Score score = score(vector, position, scored);
      context.forward(record.withValue(codec.encode(scoreSchema, score)), scoreSink);
      metrics.scores().increment();
    } else if (outcome instanceof Unscored unscored) {
      refuse(record, position, unscored);
    }
  }

  private Score score(FeatureVector vector, LogPosition position, Scored scored) {
    return Score.newBuilder()
        .setModel(served.model().name())
        .setModelVersion(served.model().version())
        .setEventId(vector.getEventId())
        .setEventTime(vector.getEventTime())
        .setScore(scored.score())
        .setDecision(scored.decision().orElse(null))
        .setService(vector.getService())
        .setServiceVersion(vector.getServiceVersion())
        .setDefinition(vector.getDefinition())
        .setVector(position)
        .setSource(vector.getSource())
        .build();
  }

  private void refuse(Record<byte[], byte[]> record, LogPosition position, Unscored unscored) {
    DeadLetter letter =
        DeadLetter.newBuilder()
            .setEvent(served.model().name())
            .setWriterSchemaId(
                record.value() != null && WireFormat.isFramed(record.value())
                    ? (Integer) WireFormat.schemaId(record.value())
                    : null)
            .setReason(unscored.reason().name())
            .setMessage(unscored.message())
            .setViolations(List.of())
            .setSource(position)
            .build();
    // A copy: other models get the same record.
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders(record.headers());
    RecordHeaders.set(headers, RecordHeaders.REASON, unscored.reason().name());
    headers.remove(RecordHeaders.DEAD_LETTER);
    headers.add(RecordHeaders.DEAD_LETTER, codec.encode(deadLetterSchema, letter));
    context.forward(record.withHeaders(headers), deadLetterSink);
    metrics.unscored(unscored.reason()).increment();
    log.debug(
        "Model {} has no score for {}/{}/{}: {}",
        served.model().name(),
        position.getTopic(),
        position.getPartition(),
        position.getOffset(),
        unscored.message());
  }

  @Override
  public void close() {
    scorer.close();
  }
}
