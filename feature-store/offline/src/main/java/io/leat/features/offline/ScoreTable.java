package io.leat.features.offline;

import io.leat.pipeline.definition.Model;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.runtime.flink.BadRecordException;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * {@code scores_<model>}: the spine event's id, time and key, what which version of the model said
 * of it, the vector that was scored.
 */
final class ScoreTable {
  static final String EVENT_ID = "event_id";
  static final String EVENT_TIME = "event_time";
  static final String KEY = "_key";
  static final String MODEL_VERSION = "model_version";
  static final String MODEL_DIGEST = "model_digest";
  static final String SCORE = "score";
  static final String DECISION = "decision";
  static final String SERVICE = "service";
  static final String SERVICE_VERSION = "service_version";
  static final String DEFINITION = "definition";
  static final String VECTOR_PARTITION = "_vector_partition";
  static final String VECTOR_OFFSET = "_vector_offset";

  private ScoreTable() {}

  /** The table of a model's scores. */
  static OfflineTable of(Model model) {
    AtomicInteger ids = new AtomicInteger();
    List<Types.NestedField> columns = new ArrayList<>();
    columns.add(required(ids, EVENT_ID, Types.StringType.get(), "Id of the spine event."));
    columns.add(
        required(
            ids, EVENT_TIME, Types.TimestampType.withZone(), "When the spine event happened."));
    columns.add(
        required(
            ids,
            MODEL_VERSION,
            Types.StringType.get(),
            "Version of the model that gave the score."));
    columns.add(
        required(
            ids,
            SCORE,
            Types.DoubleType.get(),
            "The output that the model's definition calls score."));
    columns.add(
        Types.NestedField.optional(
            ids.incrementAndGet(),
            DECISION,
            Types.StringType.get(),
            "The first decision whose condition held; null where none did."));
    columns.add(
        required(ids, SERVICE, Types.StringType.get(), "Feature service that made the vector."));
    columns.add(
        required(ids, SERVICE_VERSION, Types.IntegerType.get(), "Version of that service."));
    columns.add(
        required(
            ids,
            DEFINITION,
            Types.StringType.get(),
            "Fingerprint of the definitions that made the vector."));
    columns.add(
        required(
            ids,
            VECTOR_PARTITION,
            Types.IntegerType.get(),
            "Partition of features.<service> that holds the scored vector, from 0."));
    columns.add(
        required(ids, VECTOR_OFFSET, Types.LongType.get(), "The vector's offset there, from 0."));
    columns.add(
        Types.NestedField.optional(
            ids.incrementAndGet(),
            KEY,
            Types.BinaryType.get(),
            "The record's key: that of the spine event."));
    columns.add(
        Types.NestedField.optional(
            ids.incrementAndGet(),
            MODEL_DIGEST,
            Types.StringType.get(),
            "SHA-256 (hex) of the model's file that gave the score; null where it is not known."));
    columns.addAll(SourceColumns.columns(ids, Topics.scores(model.name())));
    return OfflineTables.table(
        "scores_" + model.name(), columns, Optional.of(KEY), EVENT_TIME, "model " + model.name());
  }

  private static Types.NestedField required(
      AtomicInteger ids, String name, Type type, String meaning) {
    return Types.NestedField.required(ids.incrementAndGet(), name, type, meaning);
  }

  /** Makes a table's rows out of decoded scores. */
  static final class Rows implements DecodeAvro.Mapping<Score, RowData> {
    private static final long serialVersionUID = 1L;

    private final String[] columns;

    /**
     * @param table the table's columns as they are in the catalog
     */
    Rows(Schema table) {
      this.columns = table.columns().stream().map(Types.NestedField::name).toArray(String[]::new);
    }

    @Override
    public RowData apply(KafkaRecord record, Score score) throws BadRecordException {
      GenericRowData row = new GenericRowData(columns.length);
      for (int i = 0; i < columns.length; i++) {
        row.setField(i, value(columns[i], record, score));
      }
      return row;
    }

    private static @Nullable Object value(String column, KafkaRecord record, Score score)
        throws BadRecordException {
      LogPosition vector = score.getVector();
      return switch (column) {
        case EVENT_ID -> StringData.fromString(score.getEventId());
        case EVENT_TIME -> TimestampData.fromEpochMillis(score.getEventTime().toEpochMilli());
        case KEY -> record.key();
        case MODEL_VERSION -> StringData.fromString(score.getModelVersion());
        case MODEL_DIGEST -> StringData.fromString(score.getModelDigest()); // null stays null
        case SCORE -> score.getScore();
        case DECISION -> StringData.fromString(score.getDecision()); // null stays null
        case SERVICE -> StringData.fromString(score.getService());
        case SERVICE_VERSION -> score.getServiceVersion();
        case DEFINITION -> StringData.fromString(score.getDefinition());
        case VECTOR_PARTITION -> vector.getPartition();
        case VECTOR_OFFSET -> vector.getOffset();
        default -> SourceColumns.value(column, record, score.getSource());
      };
    }
  }
}
