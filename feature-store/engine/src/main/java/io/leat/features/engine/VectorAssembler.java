package io.leat.features.engine;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Column;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.derivation.VectorExpressions;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes a service's vector of its spine event and of its views' values. Thread-safe.
 *
 * <p>A vector holds Long, Double, Boolean, String, or in their place the {@link NullReason} for
 * which there is no value, and never a number that is not finite. Of event features, enums are
 * their symbols.
 *
 * <p><b>Derived features</b> over a view's value that is not known ({@link NullReason#isUnknown})
 * are not known either, whatever their expression would make of a null: with {@code has}, or where
 * another operand decides. Over what is known not to be there, an empty window say, they are what
 * the expression makes of it; where that is null, for the reason of the first such view's value by
 * name, and of the event where no view's is null. They are null too where the result is not finite
 * and where the expression fails, which is counted.
 */
public final class VectorAssembler {
  /** One place of the vector. */
  private interface Slot {
    Object read(Input input);
  }

  /**
   * @param views by place among {@link #views}
   * @param bindings of the derived features' scope
   */
  private record Input(
      GenericRecord event, @Nullable Object[][] views, Map<String, Object> bindings) {
    /** A column's value, or why there is none. */
    Object value(Place place) {
      @Nullable Object[] values = views[place.view()];
      return values == null ? NullReason.NO_KEY : values[place.column()];
    }
  }

  /**
   * Where a view's value is found.
   *
   * @param view place among {@link #views}
   */
  private record Place(int view, int column) {}

  private final List<FeatureView> views;

  private final Scope scope;
  private final boolean derives;
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
    this.views = pipeline.viewsFor(service);
    VectorExpressions expressions = new VectorExpressions(spine, views);
    this.scope = expressions.scope();
    this.derives = service.features().stream().anyMatch(DerivedFeature.class::isInstance);
    Map<ViewFeature, Place> places = places();
    for (Feature feature : service.features()) {
      List<Place> columns = new ArrayList<>();
      for (ViewFeature column : feature.inputs().columns()) {
        Place place = places.get(column);
        if (place == null) {
          throw missing(service, "the feature " + column.name() + " of a view");
        }
        columns.add(place);
      }
      if (feature instanceof EventFeature event) {
        EventFeatureReader reader = new EventFeatureReader(spine, event.field());
        slots.add(input -> reader.valueOrReason(input.event()));
      } else if (feature instanceof DerivedFeature derived) {
        Program program = expressions.compile(derived.expression());
        slots.add(input -> derive(program, columns, input));
      } else {
        Place place = columns.get(0);
        slots.add(input -> input.value(place));
      }
    }
  }

  /** Where each column of {@link #views} is found. */
  private Map<ViewFeature, Place> places() {
    Map<ViewFeature, Place> places = new HashMap<>();
    for (int v = 0; v < views.size(); v++) {
      List<Column> columns = views.get(v).columns();
      for (int i = 0; i < columns.size(); i++) {
        places.put(new ViewFeature(views.get(v).id(), columns.get(i).name()), new Place(v, i));
      }
    }
    return places;
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
   * @param byView for each of {@link #views} its values and reasons, as {@link ViewEngine#evaluate}
   *     gives them (defaults applied); null where the event has no key for the view's entity. Not
   *     changed
   * @return one value or {@link NullReason} a feature, in the service's order
   */
  public List<Object> assemble(GenericRecord spineEvent, @Nullable Object[][] byView) {
    Input input =
        new Input(spineEvent, byView, derives ? scope.bind(spineEvent, byView) : Map.of());
    List<Object> vector = new ArrayList<>(slots.size());
    for (Slot slot : slots) {
      vector.add(slot.read(input));
    }
    return vector;
  }

  /** How many derived values have been null because they failed or were not finite. */
  public long failedDerivations() {
    return failed.sum();
  }

  /**
   * @param columns what the program uses of views, in the order of their full names
   */
  private Object derive(Program program, List<Place> columns, Input input) {
    NullReason ofNull = NullReason.NULL_IN_EVENT;
    for (int i = columns.size() - 1; i >= 0; i--) {
      if (input.value(columns.get(i)) instanceof NullReason reason
          && (reason.isUnknown() || !ofNull.isUnknown())) {
        ofNull = reason;
      }
    }
    if (ofNull.isUnknown()) {
      return ofNull;
    }
    Object value;
    try {
      value = program.evaluate(input.bindings());
    } catch (ExpressionException e) {
      failed.increment();
      return NullReason.NO_RESULT;
    }
    if (value instanceof Double number && !Double.isFinite(number)) {
      failed.increment();
      return NullReason.NOT_FINITE;
    }
    return value == null ? ofNull : value;
  }

  private static IllegalArgumentException missing(FeatureService service, String what) {
    return new IllegalArgumentException(
        "feature service %s needs %s, which the pipeline does not declare"
            .formatted(service.name(), what));
  }
}
