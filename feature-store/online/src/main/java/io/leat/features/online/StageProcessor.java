package io.leat.features.online;

import io.leat.features.engine.ViewEngine;
import io.leat.pipeline.Contract;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.Pipeline;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * One entity's stage: folds the event into the views that are made of it, then evaluates the views
 * that vectors need, at the event's time, the event itself included.
 */
final class StageProcessor extends ContextualProcessor<byte[], InFlight, byte[], InFlight> {
  /** One view at work. */
  private record View(
      String id,
      String name,
      ViewEngine engine,
      boolean updated,
      boolean evaluated,
      Counter late,
      Counter failedFilters,
      KeyValueStore<Bytes, byte[]> store) {}

  private final Contract contract;
  private final ChainPlan.Stage stage;
  private final Pipeline pipeline;
  private final MeterRegistry metrics;
  private final List<View> views = new ArrayList<>();

  StageProcessor(
      Contract contract, ChainPlan.Stage stage, Pipeline pipeline, MeterRegistry metrics) {
    this.contract = contract;
    this.stage = stage;
    this.pipeline = pipeline;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<byte[], InFlight> context) {
    super.init(context);
    for (FeatureView view : stage.views()) {
      views.add(
          new View(
              view.id(),
              view.name(),
              new ViewEngine(view, pipeline.contract(view.source()).orElseThrow().schema()),
              stage.updates().contains(view),
              stage.evaluates().contains(view),
              metrics.counter("leat.features.late", "event", contract.event(), "view", view.name()),
              metrics.counter("leat.features.filters.failed", "view", view.name()),
              context.getStateStore(StateStores.name(view))));
    }
  }

  @Override
  public void process(Record<byte[], InFlight> record) {
    InFlight inFlight = record.value();
    EventHeaders event = EventHeaders.of(record.headers());
    Bytes key = Bytes.wrap(record.key());
    Map<String, List<@Nullable Object>> values = new LinkedHashMap<>();
    List<String> lateFor = new ArrayList<>();
    for (View view : views) {
      byte[] state = view.store().get(key);
      if (!view.updated()) {
        values.put(view.id(), Arrays.asList(view.engine().evaluate(state, event.eventTime())));
        continue;
      }
      long failedBefore = view.engine().failedFilters();
      ViewEngine.Step step =
          view.engine()
              .updateAndEvaluate(state, inFlight.event(), event.eventId(), event.eventTime());
      view.failedFilters().increment(view.engine().failedFilters() - failedBefore);
      if (step.late()) {
        view.late().increment();
        lateFor.add(view.name());
        continue;
      }
      view.store().put(key, step.state());
      if (view.evaluated()) {
        values.put(view.id(), Arrays.asList(step.values()));
      }
    }
    context().forward(record.withValue(inFlight.with(inFlight.envelope().with(values, lateFor))));
  }
}
