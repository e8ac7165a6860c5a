package io.leat.features.engine;

import io.leat.pipeline.Contract;
import io.leat.pipeline.FeatureService;
import io.leat.pipeline.FeatureService.DerivedFeature;
import io.leat.pipeline.FeatureService.EventFeature;
import io.leat.pipeline.FeatureService.Feature;
import io.leat.pipeline.FeatureService.ViewFeature;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes a service's vector of its spine event and of its views' values. Thread-safe.
 *
 * <p>A vector holds Long, Double, Boolean, String or null, and never a number that is not finite.
 * Event features: timestamps are milliseconds since 1970-01-01 UTC, enums their symbols, decimals
 * the nearest double. Derived features are null where an input that they need is null, where the
 * result is not finite, and where the expression fails; the latter two are counted.
 */
public final class VectorAssembler {
  /** One place of the vector. */
  private interface Slot {
    @Nullable Object read(Input input);
  }

  /**
   * @param bindings of the derived features' scope
   */
  private record Input(
      GenericRecord event,
      Map<String, @Nullable Object> viewFeatures,
      Map<String, Object> bindings) {}

  private final List<FeatureView> views;
  private final Scope scope;
  private final List<Slot> slots;
  private final LongAdder failed = new LongAdder();

  /**
   * @param pipeline the pipeline that declares the service
   * @throws IllegalArgumentException if the pipeline lacks the spine or a view, or an event feature
   *     is no scalar
   * @throws ExpressionException if a derived feature does not compile
   */
  public VectorAssembler(FeatureService service, Pipeline pipeline) {
    Schema spine =
        pipeline
            .contract(service.spine())
            .map(Contract::schema)
            .orElseThrow(() -> missing(service, "event " + service.spine()));
    this.views =
        service.features().stream()
            .filter(ViewFeature.class::isInstance)
            .map(feature -> ((ViewFeature) feature).view())
            .distinct()
            .map(
                name ->
                    pipeline.view(name).orElseThrow(() -> missing(service, "feature view " + name)))
            .toList();
    this.scope = Scope.ofVector(spine, views.stream().flatMap(v -> fullNames(v).stream()).toList());
    this.slots = service.features().stream().map(feature -> slot(feature, spine)).toList();
  }

  /** The views whose values the vector needs, in the order of their first use. */
  public List<FeatureView> views() {
    return views;
  }

  /** Full names of a view's values, {@code view.column}, in the order of its columns. */
  public static List<String> fullNames(FeatureView view) {
    return ViewEngine.columnsOf(view).stream().map(column -> view.name() + "." + column).toList();
  }

  /**
   * Makes a vector.
   *
   * @param spineEvent of the spine's current schema
   * @param viewFeatures values by full name, as {@link ViewEngine#evaluate} gives them (defaults
   *     applied); an absent name is null, as for an event that has no key for the view's entity
   * @return one value a feature, in the service's order
   */
  public List<@Nullable Object> assemble(
      GenericRecord spineEvent, Map<String, @Nullable Object> viewFeatures) {
    Input input = new Input(spineEvent, viewFeatures, scope.bind(spineEvent, viewFeatures));
    List<@Nullable Object> vector = new ArrayList<>(slots.size());
    for (Slot slot : slots) {
      vector.add(slot.read(input));
    }
    return vector;
  }

  /** How many derived values have been null because they failed or were not finite. */
  public long failedDerivations() {
    return failed.sum();
  }

  private Slot slot(Feature feature, Schema spine) {
    if (feature instanceof EventFeature event) {
      EventFeatureReader reader = new EventFeatureReader(spine, event.field());
      return input -> reader.read(input.event());
    }
    if (feature instanceof DerivedFeature derived) {
      Program program = Program.compile(derived.expression(), scope, Program.Result.SCALAR);
      return input -> derive(program, input.bindings());
    }
    String name = feature.name();
    return input -> input.viewFeatures().get(name);
  }

  private @Nullable Object derive(Program program, Map<String, Object> bindings) {
    Object value;
    try {
      value = program.evaluate(bindings);
    } catch (ExpressionException e) {
      failed.increment();
      return null;
    }
    if (value instanceof Double number && !Double.isFinite(number)) {
      failed.increment();
      return null;
    }
    return value;
  }

  private static IllegalArgumentException missing(FeatureService service, String what) {
    return new IllegalArgumentException(
        "feature service %s needs %s, which the pipeline does not declare"
            .formatted(service.name(), what));
  }
}
