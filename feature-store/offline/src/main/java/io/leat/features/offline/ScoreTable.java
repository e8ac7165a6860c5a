package io.leat.features.offline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.pipeline.definition.Model;
import io.leat.records.Contributions;
import io.leat.records.LogPosition;
import io.leat.records.Score;
import io.leat.runtime.flink.BadRecordException;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
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
public final class ScoreTable {
  public static final String EVENT_ID = "event_id";
  public static final String EVENT_TIME = "event_time";
  static final String KEY = "_key";
  public static final String MODEL_VERSION = "model_version";
  public static final String MODEL_DIGEST = "model_digest";
  public static final String SCORE = "score";
  public static final String DECISION = "decision";
  static final String SERVICE = "service";
  static final String SERVICE_VERSION = "service_version";
  static final String DEFINITION = "definition";
  static final String VECTOR_PARTITION = "_vector_partition";
  static final String VECTOR_OFFSET = "_vector_offset";
  public static final String MODEL_NUMBER = "model_number";
  static final String ROLE = "role";
  static final String ROLLOUT = "rollout";
  static final String PROPENSITY = "propensity";
  static final String STAGE = "stage";
  static final String FALLBACK = "fallback";
  public static final String OUTPUTS = "outputs";
  public static final String CONTRIBUTION_BASE = "contribution_base";
  public static final String CONTRIBUTIONS = "contributions";

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

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
        optional(
            ids,
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
        optional(ids, KEY, Types.BinaryType.get(), "The record's key: that of the spine event."));
    columns.add(
        optional(
            ids,
            MODEL_DIGEST,
            Types.StringType.get(),
            "Digest of the model version that gave the score, or SHA-256 of its file; null where it is not known."));
    columns.addAll(columnsOfRollouts(ids));
    columns.addAll(SourceColumns.columns(ids, Topics.scores(model.name())));
    return OfflineTables.table(
        "scores_" + model.name(), columns, Optional.of(KEY), EVENT_TIME, "model " + model.name());
  }

  /** What scores have had since versions are rolled out; null in rows from before. */
  private static List<Types.NestedField> columnsOfRollouts(AtomicInteger ids) {
    return List.of(
        optional(
            ids,
            MODEL_NUMBER,
            Types.IntegerType.get(),
            "Number of the model version that gave the score."),
        optional(ids, ROLE, Types.StringType.get(), "CHAMPION or CANARY."),
        optional(
            ids,
            ROLLOUT,
            Types.LongType.get(),
            "Revision of the rollout by which the version was chosen."),
        optional(
            ids,
            PROPENSITY,
            Types.DoubleType.get(),
            "How likely it was, over entities, that this version scored the vector."),
        optional(
            ids,
            STAGE,
            Types.IntegerType.get(),
            "Stage of the rollout, from 0; null where it has no stages or has come to its end."),
        optional(
            ids,
            FALLBACK,
            Types.StringType.get(),
            "Why another than the version that should have decided gave the score; null where none took its place."),
        optional(
            ids,
            OUTPUTS,
            Types.StringType.get(),
            "JSON of the further outputs that the model's definition names, by name; null where it names none."),
        optional(
            ids,
            CONTRIBUTION_BASE,
            Types.DoubleType.get(),
            "The margin where no feature is known; null where the score is not explained."),
        optional(
            ids,
            CONTRIBUTIONS,
            Types.MapType.ofRequired(
                ids.incrementAndGet(),
                ids.incrementAndGet(),
                Types.StringType.get(),
                Types.DoubleType.get()),
            "What features added to the margin, by name; null where the score is not explained."));
  }

  private static Types.NestedField optional(
      AtomicInteger ids, String name, Type type, String meaning) {
    return Types.NestedField.optional(ids.incrementAndGet(), name, type, meaning);
  }

  private static Types.NestedField required(
      AtomicInteger ids, String name, Type type, String meaning) {
    return Types.NestedField.required(ids.incrementAndGet(), name, type, meaning);
  }

  /**
   * Further outputs as the column holds them: JSON, names in order, so that the same outputs are
   * the same text; null where there are none.
   */
  public static @Nullable StringData outputs(Map<String, Object> outputs) {
    if (outputs.isEmpty()) {
      return null;
    }
    try {
      return StringData.fromString(JSON.writeValueAsString(outputs));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("outputs are numbers, texts, lists and maps of them", e);
    }
  }

  /** Contributions as the column holds them; null where the score is not explained. */
  public static @Nullable MapData contributions(@Nullable Contributions contributions) {
    if (contributions == null) {
      return null;
    }
    Map<StringData, Double> byFeature = new LinkedHashMap<>();
    contributions
        .getFeatures()
        .forEach(one -> byFeature.put(StringData.fromString(one.getFeature()), one.getValue()));
    return new GenericMapData(byFeature);
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
        case MODEL_NUMBER -> score.getModelNumber();
        case ROLE -> StringData.fromString(score.getRole()); // null stays null
        case ROLLOUT -> score.getRollout();
        case PROPENSITY -> score.getPropensity();
        case STAGE -> score.getStage();
        case FALLBACK -> StringData.fromString(score.getFallback()); // null stays null
        case OUTPUTS -> outputs(score.getOutputs());
        case CONTRIBUTION_BASE ->
            score.getContributions() == null ? null : score.getContributions().getBase();
        case CONTRIBUTIONS -> contributions(score.getContributions());
        default -> SourceColumns.value(column, record, score.getSource());
      };
    }
  }
}
