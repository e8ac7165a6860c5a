package io.leat.features.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Runs one feature service over events in memory, one after the other, as the stream does: for
 * training sets, backfills and checks. Not thread-safe. Keeps the state of every key that it has
 * seen, in the stream's own compact form.
 *
 * <p>An event updates every view that is made of it; an event of the spine then gives a vector,
 * evaluated at its time from what has been fed so far, the event itself included.
 *
 * <p>An event whose key for an entity is null is about no such entity: it updates no view of it,
 * and no value of those views is in its vector, counts and values with a default neither. (Of a key
 * that is known and has no events, counts are 0 and defaults stand.) The same holds of a window
 * that reaches back to what is no longer kept, of every window of a view that the event came too
 * late for ({@link ViewEngine}), and of what is derived of those two ({@link VectorAssembler}).
 */
public final class ServiceReplay {
  /**
   * A vector and what it belongs to.
   *
   * @param eventId id of the spine event
   * @param eventTime its time, microseconds since 1970-01-01 UTC
   * @param keys entity to key; an entity whose key was null is absent
   * @param valuesOrReasons one a feature, in the service's order: Long, Double, Boolean, String, or
   *     the {@link NullReason} for which there is no value
   */
  public record Vector(
      String eventId, long eventTime, Map<String, String> keys, List<Object> valuesOrReasons) {
    /** One value a feature, in the service's order; null where there is none. */
    public List<@Nullable Object> values() {
      return NullReason.plain(valuesOrReasons);
    }
  }

  private static final int CACHED_NODES = 1_024;

  private final FeatureService service;
  private final VectorAssembler assembler;
  private final EventIdentity spine;
  private final List<ReplayedView> views = new ArrayList<>();
  private long lateEvents;

  /**
   * @throws IllegalArgumentException if the pipeline lacks something that the service needs
   */
  public ServiceReplay(FeatureService service, Pipeline pipeline) {
    this(service, pipeline, view -> true);
  }

  private ServiceReplay(
      FeatureService service, Pipeline pipeline, Predicate<FeatureView> replayed) {
    this.service = service;
    this.assembler = new VectorAssembler(service, pipeline);
    this.spine = new EventIdentity(contract(pipeline, service.spine()));
    for (FeatureView view : assembler.views().stream().filter(replayed).toList()) {
      Contract source = contract(pipeline, view.source());
      NumericField.field(source.schema(), view.entity().key());
      NumericField.field(contract(pipeline, service.spine()).schema(), view.entity().key());
      views.add(new ReplayedView(view, new ViewEngine(view, source, CACHED_NODES)));
    }
  }

  /**
   * A replay of the service's views of one entity alone, for replays that are spread by key: {@link
   * #update} and {@link #viewValues} are what it is good for.
   *
   * @throws IllegalArgumentException as the constructor does
   */
  public static ServiceReplay ofEntity(FeatureService service, Pipeline pipeline, Entity entity) {
    return new ServiceReplay(service, pipeline, view -> view.entity().equals(entity));
  }

  /**
   * Feeds one event.
   *
   * @param event name of the event; one that the service does not use changes nothing
   * @param record of the event's current schema
   * @return the vector, where the event is the service's spine
   * @throws IllegalArgumentException if the record has another schema, or no id or event time
   */
  public Optional<Vector> feed(String event, GenericRecord record) {
    update(event, record);
    return event.equals(service.spine()) ? Optional.of(vector(record)) : Optional.empty();
  }

  /** Feeds one event and makes no vector of it; takes and throws what {@link #feed} does. */
  public void update(String event, GenericRecord record) {
    for (ReplayedView view : views) {
      if (view.view.source().equals(event)) {
        lateEvents += view.update(record) ? 1 : 0;
      }
    }
  }

  /**
   * The values of the replayed views for a spine event, evaluated at its time from what has been
   * fed so far. The event itself is not fed by this.
   *
   * @param spineEvent of the spine's current schema; only its keys and its time are read
   * @return for each of {@link #views} its values and reasons, as {@link VectorAssembler#assemble}
   *     takes them; null where the event has no key for the view's entity
   * @throws IllegalArgumentException if the event has no event time
   */
  public @Nullable Object[][] viewValues(GenericRecord spineEvent) {
    long time = spine.timeMicros(spineEvent);
    @Nullable Object[][] byView = new @Nullable Object[views.size()][];
    for (int v = 0; v < byView.length; v++) {
      byView[v] = views.get(v).evaluate(views.get(v).key(spineEvent), time);
    }
    return byView;
  }

  /** The replayed views, in the order of the pipeline. */
  public List<FeatureView> views() {
    return views.stream().map(view -> view.view).toList();
  }

  /** Forgets every key, as if nothing had been fed. What was counted stays. */
  public void forget() {
    views.forEach(ReplayedView::forget);
  }

  /** How many times an event came too late for a view, counted once a view. */
  public long lateEvents() {
    return lateEvents;
  }

  /** How many derived values have been null because they failed or were not finite. */
  public long failedDerivations() {
    return assembler.failedDerivations();
  }

  private Vector vector(GenericRecord spineEvent) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (ReplayedView view : views) {
      String key = view.key(spineEvent);
      if (key != null) {
        keys.put(view.view.entity().name(), key);
      }
    }
    return new Vector(
        spine.id(spineEvent),
        spine.timeMicros(spineEvent),
        keys,
        assembler.assemble(spineEvent, viewValues(spineEvent)));
  }

  private static Contract contract(Pipeline pipeline, String event) {
    return pipeline
        .contract(event)
        .orElseThrow(() -> new IllegalArgumentException("the pipeline declares no event " + event));
  }

  /** A view and the states of its keys. */
  private static final class ReplayedView {
    private final FeatureView view;
    private final ViewEngine engine;
    private final EntriesInMemory entries = new EntriesInMemory();

    ReplayedView(FeatureView view, ViewEngine engine) {
      this.view = view;
      this.engine = engine;
    }

    @Nullable String key(GenericRecord event) {
      Object key = event.get(view.entity().key());
      return key == null ? null : key.toString();
    }

    void forget() {
      entries.clear();
      engine.forgetDecoded();
    }

    /** Whether the event came too late. */
    boolean update(GenericRecord event) {
      String key = key(event);
      if (key == null) {
        return false;
      }
      return engine.update(entries, key.getBytes(UTF_8), event);
    }

    Object @Nullable [] evaluate(@Nullable String key, long time) {
      return key == null ? null : engine.evaluate(entries, key.getBytes(UTF_8), time);
    }
  }
}
