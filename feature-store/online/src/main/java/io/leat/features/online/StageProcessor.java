package io.leat.features.online;

import io.leat.features.engine.EventIdentity;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.backfill.BackfillGate;
import io.leat.features.online.backfill.KeptEvent;
import io.leat.features.online.backfill.Position;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * One entity's stage: folds the event into the views that are made of it, then evaluates the views
 * that vectors need, at the event's time, the event itself included.
 */
final class StageProcessor extends ContextualProcessor<byte[], InFlight, byte[], InFlight> {
  /** One view at work. */
  private record View(
      String id,
      ViewEngine engine,
      boolean updated,
      boolean evaluated,
      Counter late,
      Counter failedFilters,
      Counter notYet,
      StoreEntries entries,
      IdleKeys idle,
      Optional<BackfillGate> gate) {
    /** Whether the view has its values: it does not wait for its backfill. */
    boolean isOpen() {
      return gate.isEmpty() || gate.get().isOpen();
    }
  }

  private static final Duration SWEEP_EVERY = Duration.ofSeconds(10);
  private static final int SWEEP_ENTRIES = 5_000;

  private final Contract contract;
  private final EventIdentity identity;
  private final ChainPlan.Stage stage;
  private final Pipeline pipeline;
  private final MeterRegistry metrics;
  private final List<View> views = new ArrayList<>();

  /** Newest event time since the task started, in microseconds. */
  private long reached = Long.MIN_VALUE;

  StageProcessor(
      Contract contract, ChainPlan.Stage stage, Pipeline pipeline, MeterRegistry metrics) {
    this.contract = contract;
    this.identity = new EventIdentity(contract);
    this.stage = stage;
    this.pipeline = pipeline;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<byte[], InFlight> context) {
    super.init(context);
    views.clear(); // a task that was revived begins again, with what is committed
    reached = Long.MIN_VALUE;
    for (FeatureView view : stage.views()) {
      views.add(open(view, context));
    }
    context.schedule(SWEEP_EVERY, PunctuationType.WALL_CLOCK_TIME, now -> sweep());
  }

  private View open(FeatureView view, ProcessorContext<byte[], InFlight> context) {
    boolean updated = stage.updates().contains(view);
    // Another stage may write what this one only reads.
    ViewEngine engine =
        new ViewEngine(
            view,
            pipeline.contract(view.source()).orElseThrow(),
            updated ? StateStores.CACHED_NODES : 0);
    StoreEntries entries = new StoreEntries(context.getStateStore(StateStores.name(view)));
    return new View(
        view.id().toString(),
        engine,
        updated,
        stage.evaluates().contains(view),
        counter("leat.features.late", view, "event", contract.event()),
        counter("leat.features.filters.failed", view),
        counter("leat.features.backfill.not.yet", view),
        entries,
        new IdleKeys(engine, entries, counter("leat.features.idle.removed", view)),
        view.backfill()
            ? Optional.of(new BackfillGate(StateStores.tags(view), entries.store(), metrics))
            : Optional.empty());
  }

  private Counter counter(String name, FeatureView view, String... moreTags) {
    return metrics.counter(name, StateStores.tags(view).and(moreTags));
  }

  private void sweep() {
    if (reached > Long.MIN_VALUE) {
      views.stream()
          .filter(View::updated)
          .filter(View::isOpen)
          .forEach(view -> view.idle().sweep(SWEEP_ENTRIES, reached));
    }
  }

  @Override
  public void process(Record<byte[], InFlight> record) {
    InFlight inFlight = record.value();
    GenericRecord event = inFlight.event();
    byte[] key = record.key();
    long time = identity.timeMicros(event);
    reached = Math.max(reached, time);
    Map<String, Object[]> values = new LinkedHashMap<>();
    List<String> lateFor = new ArrayList<>();
    List<String> notYet = new ArrayList<>();
    Position position = inFlight.envelope().position();
    for (View view : views) {
      if (!view.isOpen()) {
        if (view.updated()) {
          view.gate().orElseThrow().keep(new KeptEvent(position, key, inFlight.envelope().event()));
        }
        if (view.evaluated()) {
          view.notYet().increment();
          notYet.add(view.id());
        }
        continue;
      }
      if (!view.updated() || view.gate().filter(gate -> gate.has(position)).isPresent()) {
        if (view.evaluated()) {
          values.put(view.id(), view.engine().evaluate(view.entries(), key, time));
        }
        continue;
      }
      long failedBefore = view.engine().failedFilters();
      boolean late;
      if (view.evaluated()) {
        ViewEngine.Step step = view.engine().updateAndEvaluate(view.entries(), key, event);
        late = step.late();
        values.put(view.id(), step.values());
      } else {
        late = view.engine().update(view.entries(), key, event);
      }
      view.failedFilters().increment((double) view.engine().failedFilters() - failedBefore);
      if (late) {
        view.late().increment();
        lateFor.add(view.id());
      }
    }
    context()
        .forward(
            record.withValue(inFlight.with(inFlight.envelope().with(values, lateFor, notYet))));
  }
}
