package io.leat.features.engine;

import io.leat.pipeline.Contract;
import io.leat.pipeline.FeatureService;
import io.leat.pipeline.FeatureService.DerivedFeature;
import io.leat.pipeline.FeatureService.EventFeature;
import io.leat.pipeline.FeatureService.Feature;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes a service's vector of its spine event and of its views' values. Thread-safe.
 *
 * <p>A vector holds Long, Double, Boolean, String or null, and never a number that is not finite.
 * Of event features, enums are their symbols. Derived features are null where an input that they
 * need is null, where the result is not finite, and where the expression fails; the latter two are
 * counted.
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
  private final List<Slot> slots = new ArrayList<>();
  private final LongAdder failed = new LongAdder();

  /**
   * @param pipeline the pipeline that declares the service
   * @throws IllegalArgumentException if the pipeline lacks the spine or a view's feature, or an
   *     event feature is no scalar
   * @throws ExpressionException if a derived feature does not compile
   */
  public VectorAssembler(FeatureService service, Pipeline pipeline) {
    Schema spine =
        pipeline
            .contract(service.spine())
            .map(Contract::schema)
            .orElseThrow(() -> missing(service, "event " + service.spine()));
    Map<String, FeatureView> viewOf = new LinkedHashMap<>();
    List<FeatureView> known = pipeline.viewsFor(service);
    known.forEach(v -> fullNames(v).forEach(name -> viewOf.put(name, v)));
    this.scope = Scope.ofVector(spine, known);
    Set<FeatureView> used = new HashSet<>();
    for (Feature feature : service.features()) {
      if (feature instanceof EventFeature event) {
        EventFeatureReader reader = new EventFeatureReader(spine, event.field());
        slots.add(input -> reader.read(input.event()));
      } else if (feature instanceof DerivedFeature derived) {
        Program program = Program.compile(derived.expression(), scope, Program.Result.SCALAR);
        program.names().stream().map(viewOf::get).filter(Objects::nonNull).forEach(used::add);
        slots.add(input -> derive(program, input.bindings()));
      } else {
        String name = feature.name();
        if (!viewOf.containsKey(name)) {
          throw missing(service, "the feature " + name + " of a view");
        }
        used.add(viewOf.get(name));
        slots.add(input -> input.viewFeatures().get(name));
      }
    }
    this.views = known.stream().filter(used::contains).toList();
  }

  /**
   * The views whose values the vector needs, for features of theirs or derived ones, in the order
   * of the pipeline.
   */
  public List<FeatureView> views() {
    return views;
  }

  /** Full names of a view's values, {@code view.column}, in the order of its columns. */
  public static List<String> fullNames(FeatureView view) {
    return view.columns().stream().map(column -> view.name() + "." + column.name()).toList();
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
