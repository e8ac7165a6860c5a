package io.leat.features.offline.consistency;

import io.leat.common.Lookups;
import io.leat.features.engine.Micros;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.SourceColumns;
import io.leat.features.offline.VectorTable;
import io.leat.features.offline.replay.Item;
import io.leat.features.offline.replay.Progress;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.features.offline.replay.SortKey;
import io.leat.features.offline.replay.SpineRow;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.schemas.NullReasons;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Makes items of logged vectors: rows whose values are the features. */
final class ReadVectors extends RichFlatMapFunction<RowData, Item> {
  private static final long serialVersionUID = 1L;
  private static final int MICROSECONDS = 6;

  private final ServiceReference service;
  private final Schema table;
  private final int oneIn;
  private transient String definition;
  private transient List<String> columns;
  private transient List<RowData.FieldGetter> features;

  /** Null where the table is of a release that gave no reasons. */
  private transient RowData.@Nullable FieldGetter reasons;

  private transient RowData.@Nullable FieldGetter sampledKey;
  private transient Progress progress;

  /**
   * @param table columns of the rows
   * @param oneIn of so many keys of the first entity the vectors of one are taken
   * @throws OfflineException if the table lacks a feature of the service
   */
  ReadVectors(ServiceReference service, Schema table, int oneIn) {
    this.service = service;
    this.table = table;
    this.oneIn = oneIn;
    for (Feature feature : service.definition().features()) {
      if (table.asStruct().field(VectorTable.column(feature.name())) == null) {
        throw new OfflineException(
            "The offline table of service %s has no column for its feature %s: no vector of this definition has been logged."
                .formatted(service.service(), feature.name()));
      }
    }
  }

  @Override
  public void open(OpenContext context) {
    definition = service.definition().definition();
    columns = service.definition().featureNames().stream().map(VectorTable::column).toList();
    features = columns.stream().map(this::getter).toList();
    reasons =
        table.asStruct().field(NullReasons.COLUMN) == null ? null : getter(NullReasons.COLUMN);
    sampledKey =
        service.entities().isEmpty()
            ? null
            : getter(
                Lookups.required(
                    VectorTable.keyColumns(service.definition(), service.pipeline()),
                    service.entities().get(0).name()));
    progress = Progress.of(getRuntimeContext());
  }

  private RowData.FieldGetter getter(String column) {
    Types.NestedField field = table.asStruct().field(column);
    return RowData.createFieldGetter(FlinkSchemaUtil.convert(field.type()), place(column));
  }

  private int place(String column) {
    return table.columns().indexOf(table.asStruct().field(column));
  }

  @Override
  public void flatMap(RowData vector, Collector<Item> out) {
    progress.step();
    String id = vector.getString(place(VectorTable.EVENT_ID)).toString();
    Object key = sampledKey == null ? null : sampledKey.getFieldOrNull(vector);
    if (SortKey.bucketOf(SortKey.bucket(key == null ? id : key.toString())) % oneIn != 0) {
      return;
    }
    Object why = reasons == null ? null : reasons.getFieldOrNull(vector);
    NullReasons.Reader whyNull = NullReasons.read(why == null ? null : why.toString());
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Object value = features.get(i).getFieldOrNull(vector);
      values.add(
          value instanceof Long || value instanceof Double || value instanceof Boolean
              ? value
              : value == null ? whyNull.of(columns.get(i)) : value.toString());
    }
    SpineRow row =
        new SpineRow(
            id,
            Micros.of(vector.getTimestamp(place(VectorTable.EVENT_TIME), MICROSECONDS).toInstant()),
            vector.getInt(place(SourceColumns.PARTITION)),
            vector.getLong(place(SourceColumns.OFFSET)),
            new byte[0],
            values);
    boolean own = vector.getString(place(VectorTable.DEFINITION)).toString().equals(definition);
    out.collect(CompareVectors.item(own ? CompareVectors.LOGGED : CompareVectors.OTHER, row));
  }
}
