package io.leat.features.online;

import io.leat.features.engine.EventIdentity;
import io.leat.features.engine.Micros;
import io.leat.features.engine.VectorAssembler;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.NullReason;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Makes one service's vector of an event that has passed every entity the service needs. */
final class VectorProcessor
    extends ContextualProcessor<byte @Nullable [], InFlight, byte @Nullable [], byte[]> {
  private final FeatureService service;
  private final List<FeatureView> views;

  /** As envelopes name the views. */
  private final List<String> ids;

  private final List<Entity> entities;
  private final EventIdentity spine;
  private final Pipeline pipeline;

  /** Made for each task that runs; Kafka Streams makes processors that never do. */
  private VectorAssembler assembler;

  private final AvroCodec codec;
  private final int schemaId;
  private final Counter vectors;
  private final Counter failedDerivations;

  /**
   * @param schemaId registry id of the schema of the service's vectors
   */
  VectorProcessor(
      FeatureService service,
      int schemaId,
      Pipeline pipeline,
      RegistryClient registry,
      MeterRegistry metrics) {
    this.service = service;
    this.schemaId = schemaId;
    this.spine = new EventIdentity(pipeline.contract(service.spine()).orElseThrow());
    this.pipeline = pipeline;
    this.views = pipeline.viewsFor(service);
    this.ids = views.stream().map(view -> view.id().toString()).toList();
    this.entities = views.stream().map(FeatureView::entity).distinct().toList();
    this.codec = new AvroCodec(registry);
    this.vectors = metrics.counter("leat.features.vectors", "service", service.name());
    this.failedDerivations =
        metrics.counter("leat.features.derivations.failed", "service", service.name());
  }

  @Override
  public void init(ProcessorContext<byte @Nullable [], byte[]> context) {
    super.init(context);
    this.assembler = new VectorAssembler(service, pipeline);
  }

  @Override
  public void process(Record<byte @Nullable [], InFlight> record) {
    GenericRecord event = record.value().event();
    Envelope envelope = record.value().envelope();
    EventHeaders origin = record.value().headers();
    long failedBefore = assembler.failedDerivations();
    List<Object> features = assembler.assemble(event, viewValues(envelope));
    Instant time = Micros.toInstant(spine.timeMicros(event));
    FeatureVector vector =
        new FeatureVector(
            service.name(),
            service.version(),
            service.definition(),
            origin.eventId(),
            time.truncatedTo(ChronoUnit.MILLIS),
            keys(event),
            NullReason.plain(features),
            origin.source(),
            NullReason.codes(features),
            time);
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders(record.headers());
    // Values are null because the event came too late for the view, or because the view waits.
    setViews(headers, RecordHeaders.LATE_FOR, envelope.lateFor());
    setViews(headers, RecordHeaders.NOT_YET, envelope.notYet());
    vectors.increment();
    failedDerivations.increment((double) assembler.failedDerivations() - failedBefore);
    context()
        .forward(
            new Record<>(
                envelope.key(), codec.encode(schemaId, vector), record.timestamp(), headers));
  }

  private Map<String, String> keys(GenericRecord event) {
    Map<String, String> keys = new TreeMap<>();
    for (Entity entity : entities) {
      String key = EntityKeys.text(entity, event);
      if (key != null) {
        keys.put(entity.name(), key);
      }
    }
    return keys;
  }

  private @Nullable Object[][] viewValues(Envelope envelope) {
    @Nullable Object[][] byView = new @Nullable Object[views.size()][];
    for (int v = 0; v < byView.length; v++) {
      FeatureView view = views.get(v);
      Object[] values = envelope.values().get(ids.get(v));
      byView[v] = values == null ? withoutValues(view, envelope) : values;
    }
    return byView;
  }

  private static Object[] withoutValues(FeatureView view, Envelope envelope) {
    Object[] reasons = new Object[view.columns().size()];
    Arrays.fill(reasons, reason(view, envelope));
    return reasons;
  }

  /** Why an event has brought no values of a view along. */
  private static NullReason reason(FeatureView view, Envelope envelope) {
    if (isNamed(view, envelope.notYet())) {
      return NullReason.NOT_YET;
    }
    return isNamed(view, envelope.lateFor()) ? NullReason.LATE : NullReason.NO_KEY;
  }

  /**
   * @param views ids; names, where an earlier form of the envelope has them
   */
  private static boolean isNamed(FeatureView view, List<String> views) {
    return views.contains(view.id().toString()) || views.contains(view.name());
  }

  /** Names those of some views that the service takes values of, as {@link #isNamed} takes them. */
  private void setViews(Headers headers, String header, List<String> some) {
    if (some.isEmpty()) {
      return;
    }
    List<String> needed =
        views.stream().filter(view -> isNamed(view, some)).map(FeatureView::name).toList();
    if (!needed.isEmpty()) {
      RecordHeaders.set(headers, header, String.join(",", needed));
    }
  }
}
