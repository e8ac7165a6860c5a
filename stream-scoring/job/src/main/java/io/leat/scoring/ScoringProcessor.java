package io.leat.scoring;

import io.leat.records.DeadLetter;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.WireFormat;
import io.leat.schemas.deadletter.DeadLetterWriter;
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
  private final RegistryRetry retry;
  private final AvroCodec codec;
  private final String scoreSubject;
  private final String scoreSink;
  private final String deadLetterSink;
  private ProcessorContext<byte[], byte[]> context;
  private VectorScorer scorer;

  /**
   * @param scoreSink name of the topology's node that takes scores
   * @param deadLetterSink name of the node that takes vectors without one
   */
  ScoringProcessor(
      ServedModel served,
      ScoringMetrics metrics,
      RegistryClient registry,
      RegistryRetry retry,
      String scoreSink,
      String deadLetterSink) {
    this.served = served;
    this.metrics = metrics;
    this.registry = registry;
    this.retry = retry;
    this.codec = new AvroCodec(registry);
    this.scoreSubject = Topics.valueSubject(Topics.scores(served.model().name()));
    this.scoreSink = scoreSink;
    this.deadLetterSink = deadLetterSink;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
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
          UnscoredReason.NULL_VALUE,
          new UnscoredVectorException("the record has no value; expected a feature vector"));
      return;
    }
    FeatureVector vector;
    try {
      vector = retry.call(() -> codec.decode(record.value(), FeatureVector.class));
    } catch (MalformedValueException e) {
      refuse(record, position, UnscoredReason.of(e.kind()), e);
      return;
    }
    Outcome outcome = scorer.score(vector);
    if (outcome instanceof Scored scored) {
      Score score = score(vector, position, scored);
      int schema = retry.call(() -> registry.register(scoreSubject, Score.getClassSchema()));
      context.forward(record.withValue(codec.encode(schema, score)), scoreSink);
      metrics.scores().increment();
    } else if (outcome instanceof Unscored unscored) {
      refuse(record, position, unscored.reason(), new UnscoredVectorException(unscored.message()));
    }
  }

  private Score score(FeatureVector vector, LogPosition position, Scored scored) {
    return Score.newBuilder()
        .setModel(served.model().name())
        .setModelVersion(served.model().version())
        .setEventId(vector.getEventId())
        .setEventTime(vector.getEventTime())
        .setScore(scored.prediction().score())
        .setDecision(scored.decision().orElse(null))
        .setService(vector.getService())
        .setServiceVersion(vector.getServiceVersion())
        .setDefinition(vector.getDefinition())
        .setVector(position)
        .setSource(vector.getSource())
        .setModelDigest(served.file().sha256())
        .setOutputs(scored.prediction().outputs())
        .build();
  }

  private void refuse(
      Record<byte[], byte[]> record,
      LogPosition position,
      UnscoredReason reason,
      RuntimeException why) {
    String message = String.valueOf(why.getMessage());
    DeadLetter deadLetter =
        DeadLetter.newBuilder()
            .setEvent(served.model().name())
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
    context.forward(record.withHeaders(headers), deadLetterSink);
    metrics.unscored(reason).increment();
    log.debug("Model {} has no score for {}: {}", served.model().name(), position, message);
  }

  @Override
  public void close() {
    scorer.close();
  }
}
