package io.leat.features.offline;

import io.leat.records.FeatureVector;
import io.leat.runtime.flink.BadRecordException;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.NullReason;
import io.leat.schemas.NullReasons;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of {@link VectorTable} out of decoded vectors. A vector brings the names of its
 * features in the schema that it was written with, so vectors of earlier versions of a service find
 * their columns too; one with a feature that the table lacks is refused.
 */
final class VectorRows
    implements DecodeAvro.Mapping<DecodeAvro.WithWriterSchema<FeatureVector>, RowData> {
  private static final long serialVersionUID = 1L;

  private final Schema table;
  private final HashMap<String, String> keyColumns;
  private transient @Nullable Map<String, Integer> places;
  private transient @Nullable Map<org.apache.avro.Schema, Layout> layouts;

  /**
   * @param table the table's columns as they are in the catalog
   * @param keyColumns entity name to the column of its key
   */
  VectorRows(Schema table, Map<String, String> keyColumns) {
    this.table = table;
    this.keyColumns = new HashMap<>(keyColumns);
  }

  /** Where the values of vectors of one schema go: a column and its place in the row each. */
  private record Layout(List<String> names, List<String> columns, int[] places) {}

  @Override
  public RowData apply(KafkaRecord record, DecodeAvro.WithWriterSchema<FeatureVector> decoded)
      throws BadRecordException {
    FeatureVector vector = decoded.value();
    Layout layout = layout(decoded.writerSchema());
    List<Object> values = vector.getValues();
    if (values.size() != layout.names().size()) {
      throw new BadRecordException(
          "wrong_length",
          "the vector has %d values; its schema names %d features"
              .formatted(values.size(), layout.names().size()));
    }
    GenericRowData row = new GenericRowData(table.columns().size());
    set(row, VectorTable.EVENT_ID, StringData.fromString(vector.getEventId()));
    set(
        row,
        VectorTable.EVENT_TIME,
        TimestampData.fromInstant(
            vector.getEventTimeMicros() == null
                ? vector.getEventTime()
                : vector.getEventTimeMicros()));
    set(row, VectorTable.SERVICE_VERSION, vector.getServiceVersion());
    set(row, VectorTable.DEFINITION, StringData.fromString(vector.getDefinition()));
    for (String column : SourceColumns.NAMES) {
      set(row, column, SourceColumns.value(column, record, vector.getSource()));
    }
    for (Map.Entry<String, String> key : vector.getKeys().entrySet()) {
      String column = keyColumns.get(key.getKey());
      if (column == null) {
        throw new BadRecordException(
            "unknown_entity",
            "the vector has a key of entity %s, which the service does not use in the pipeline that this job runs with"
                .formatted(key.getKey()));
      }
      set(row, column, StringData.fromString(key.getValue()));
    }
    for (int i = 0; i < values.size(); i++) {
      Object value = values.get(i);
      int place = layout.places()[i];
      if (value != null) {
        row.setField(
            place, convert(value, table.columns().get(place).type(), layout.names().get(i)));
      }
    }
    set(
        row,
        NullReasons.COLUMN,
        StringData.fromString(
            NullReasons.text(
                layout.columns(), NullReason.joined(values, vector.getNullReasons()))));
    return row;
  }

  private void set(GenericRowData row, String column, @Nullable Object value)
      throws BadRecordException {
    row.setField(place(column, column), value);
  }

  private Layout layout(org.apache.avro.Schema written) throws BadRecordException {
    if (layouts == null) {
      layouts = new HashMap<>();
    }
    Layout layout = layouts.get(written);
    if (layout == null) {
      layout = makeLayout(written);
      layouts.put(written, layout);
    }
    return layout;
  }

  private Layout makeLayout(org.apache.avro.Schema written) throws BadRecordException {
    List<String> names;
    try {
      names = FeatureVectorSchema.names(written);
    } catch (IllegalArgumentException e) {
      throw new BadRecordException("unnamed_features", String.valueOf(e.getMessage()));
    }
    List<String> columns = names.stream().map(VectorTable::column).toList();
    int[] places = new int[names.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = place(columns.get(i), names.get(i));
    }
    return new Layout(names, columns, places);
  }

  private int place(String column, String name) throws BadRecordException {
    if (places == null) {
      places = new HashMap<>();
      for (int i = 0; i < table.columns().size(); i++) {
        places.put(table.columns().get(i).name(), i);
      }
    }
    Integer place = places.get(column);
    if (place == null) {
      throw new BadRecordException(
          "unknown_feature",
          "the vector has a feature %s and the table no column %s; start this job again with the pipeline that was applied"
              .formatted(name, column));
    }
    return place;
  }

  private static Object convert(Object value, Type column, String name) throws BadRecordException {
    if (column instanceof Types.DoubleType && value instanceof Number number) {
      return number.doubleValue();
    }
    if (column instanceof Types.LongType && value instanceof Long
        || column instanceof Types.BooleanType && value instanceof Boolean) {
      return value;
    }
    if (column instanceof Types.StringType && value instanceof CharSequence text) {
      return StringData.fromString(text.toString());
    }
    throw new BadRecordException(
        "wrong_type",
        "feature %s is a %s; its column is a %s"
            .formatted(name, value.getClass().getSimpleName(), column));
  }
}
