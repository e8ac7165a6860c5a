package io.leat.features.offline;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.NullReasons;
import io.leat.schemas.Topics;
import io.leat.schemas.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * {@code vectors_<service>}: the spine event's id and time, the entities' keys, one column a
 * feature, the definition that made them, their lineage, and why features are null.
 */
public final class VectorTable {
  public static final String EVENT_ID = "event_id";
  public static final String EVENT_TIME = "event_time";
  public static final String SERVICE_VERSION = "service_version";
  public static final String DEFINITION = "definition";

  private VectorTable() {}

  /** Name of the table of a service's vectors. */
  public static String name(String service) {
    return OfflineTables.identifier("vectors_" + service);
  }

  /**
   * The table of a service's vectors.
   *
   * @throws io.leat.common.LeatException if a feature is called as one of the table's own columns
   */
  static OfflineTable of(FeatureService service, Pipeline pipeline) {
    AtomicInteger ids = new AtomicInteger();
    List<Types.NestedField> columns = new ArrayList<>();
    columns.add(
        Types.NestedField.required(
            ids.incrementAndGet(), EVENT_ID, Types.StringType.get(), "Id of the spine event."));
    columns.add(
        Types.NestedField.required(
            ids.incrementAndGet(),
            EVENT_TIME,
            Types.TimestampType.withZone(),
            "When the spine event happened: the time that the vector was evaluated at."));
    Map<String, String> keyColumns = keyColumns(service, pipeline);
    keyColumns.forEach(
        (entity, column) ->
            columns.add(
                Types.NestedField.optional(
                    ids.incrementAndGet(),
                    column,
                    Types.StringType.get(),
                    "Key of the " + entity + ".")));
    for (Feature feature : service.features()) {
      columns.add(
          Types.NestedField.optional(
              ids.incrementAndGet(),
              column(feature.name()),
              type(feature, service, pipeline),
              feature.name()));
    }
    columns.add(
        Types.NestedField.required(
            ids.incrementAndGet(),
            SERVICE_VERSION,
            Types.IntegerType.get(),
            "Version of the feature service."));
    columns.add(
        Types.NestedField.required(
            ids.incrementAndGet(),
            DEFINITION,
            Types.StringType.get(),
            "Fingerprint of the service's and its views' definitions."));
    columns.addAll(SourceColumns.columns(ids, Topics.features(service.name())));
    columns.add(
        Types.NestedField.optional(
            ids.incrementAndGet(),
            NullReasons.COLUMN,
            Types.StringType.get(),
            "Why features are null: column=reason, ...; one that is not named had no event in its window."));
    return OfflineTables.table(
        "vectors_" + service.name(),
        columns,
        entity(service, pipeline, keyColumns),
        EVENT_TIME,
        "service " + service.name());
  }

  /** The column of the entity that the spine is keyed by; else of the service's first entity. */
  private static Optional<String> entity(
      FeatureService service, Pipeline pipeline, Map<String, String> keyColumns) {
    Optional<String> key = pipeline.contract(service.spine()).flatMap(Contract::key);
    return Stream.concat(
            pipeline.entities().stream()
                .filter(entity -> key.equals(Optional.of(entity.key())))
                .map(Entity::name),
            keyColumns.keySet().stream())
        .flatMap(entity -> Optional.ofNullable(keyColumns.get(entity)).stream())
        .findFirst();
  }

  /** The column of a feature: {@code view__column}, {@code event__field}, {@code name}. */
  public static String column(String feature) {
    return OfflineTables.identifier(feature.replace(".", "__"));
  }

  /**
   * Entity name to the column of its key, for every entity whose views the service uses. The column
   * is called as the events' field; as {@code entity__field} where entities share a field.
   */
  public static Map<String, String> keyColumns(FeatureService service, Pipeline pipeline) {
    Map<String, String> columns = new LinkedHashMap<>();
    for (FeatureView view : pipeline.viewsFor(service)) {
      Entity entity = view.entity();
      boolean shared =
          pipeline.entities().stream()
              .anyMatch(
                  other -> !other.name().equals(entity.name()) && other.key().equals(entity.key()));
      columns.put(
          entity.name(),
          OfflineTables.identifier(shared ? entity.name() + "__" + entity.key() : entity.key()));
    }
    return columns;
  }

  private static Schema spine(FeatureService service, Pipeline pipeline) {
    return pipeline.contract(service.spine()).map(Contract::schema).orElseThrow();
  }

  /** Type of a feature's values. */
  public static Type type(Feature feature, FeatureService service, Pipeline pipeline) {
    if (feature instanceof EventFeature field) {
      return ofField(
          AvroColumns.withoutNull(spine(service, pipeline).getField(field.field()).schema()));
    }
    if (feature instanceof ViewFeature of) {
      FeatureView view = pipeline.view(of.view()).orElseThrow();
      return ofType(view.column(of.column()).orElseThrow().aggregation().type());
    }
    return ofType(((DerivedFeature) feature).type());
  }

  private static Type ofType(ValueType type) {
    return switch (type) {
      case LONG -> Types.LongType.get();
      case DOUBLE -> Types.DoubleType.get();
      case BOOLEAN -> Types.BooleanType.get();
      case STRING -> Types.StringType.get();
    };
  }

  /** As a vector carries a field: one of double, long, boolean, string. */
  private static Type ofField(Schema field) {
    return switch (field.getType()) {
      case FLOAT, DOUBLE -> Types.DoubleType.get();
      case INT, LONG -> Types.LongType.get();
      case BOOLEAN -> Types.BooleanType.get();
      default -> Types.StringType.get();
    };
  }
}
