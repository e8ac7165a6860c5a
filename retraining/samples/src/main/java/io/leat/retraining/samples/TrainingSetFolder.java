package io.leat.retraining.samples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.pipeline.definition.FeatureService;
import io.leat.schemas.NullReasons;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.parquet.ParquetRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * What {@code leat training-set} wrote: its files are as its lineage says, byte for byte, and of
 * the service as it is defined now.
 *
 * @param folder the folder
 * @param lineage SHA-256 of {@code lineage.json}, in hex: names the training set
 */
public record TrainingSetFolder(Path folder, String lineage) {
  public static final String TRAIN = "train.parquet";
  public static final String VALIDATION = "validation.parquet";
  public static final String TEST = "test.parquet";

  /** The file that says what the training set was made of. */
  public static final String LINEAGE = "lineage.json";

  private static final String FORMAT = "leat-training-set";
  private static final int FORMAT_VERSION = 1;
  private static final String TIME = "event_time";
  private static final String LABEL = "label";

  /** Takes one row. */
  @FunctionalInterface
  public interface Rows {
    /**
     * @param valuesOrReasons one a feature, in the service's order
     * @param label null where it is not known
     */
    void add(long timeMillis, List<Object> valuesOrReasons, @Nullable Object label);
  }

  /**
   * Opens a training set.
   *
   * @throws LeatException if the folder holds none, or one whose files have changed, or one of
   *     another service or of another definition of it
   */
  public static TrainingSetFolder open(Path folder, FeatureService service) {
    Path file = folder.resolve(LINEAGE);
    JsonNode lineage;
    try {
      lineage = new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INPUT,
          "%s holds no training set: %s cannot be read (%s). Make one with 'leat training-set'."
              .formatted(folder, file, e),
          e);
    }
    if (!lineage.path("format").asText().equals(FORMAT)
        || lineage.path("formatVersion").asInt() != FORMAT_VERSION) {
      throw new LeatException(
          ErrorCode.INPUT,
          "%s says it is %s of version %d; expected %s of version %d."
              .formatted(
                  file,
                  lineage.path("format").asText("nothing"),
                  lineage.path("formatVersion").asInt(),
                  FORMAT,
                  FORMAT_VERSION));
    }
    JsonNode made = lineage.path("service");
    if (!made.path("definition").asText().equals(service.definition())) {
      throw new LeatException(
          ErrorCode.INPUT,
          "%s was made for %s@%d, definition %s; the model reads %s@%d, definition %s. Make it again with 'leat training-set'."
              .formatted(
                  folder,
                  made.path("name").asText(),
                  made.path("version").asInt(),
                  made.path("definition").asText(),
                  service.name(),
                  service.version(),
                  service.definition()));
    }
    for (JsonNode part : lineage.path("files")) {
      Path data = folder.resolve(part.path("name").asText());
      if (!sha256(data).equals(part.path("sha256").asText())) {
        throw new LeatException(
            ErrorCode.INPUT,
            "%s is not what %s says it is: its bytes have changed. Make the training set again with 'leat training-set'."
                .formatted(data, file));
      }
    }
    return new TrainingSetFolder(folder, sha256(file));
  }

  /**
   * A lineage that says of which snapshots a training set is, and nothing else: what {@code leat
   * training-set --snapshots-of} reads.
   *
   * @param snapshots by the tables' full names
   */
  public static byte[] lineageOf(Map<String, Long> snapshots) {
    ObjectNode lineage =
        new ObjectMapper()
            .createObjectNode()
            .put("format", FORMAT)
            .put("formatVersion", FORMAT_VERSION);
    ArrayNode tables = lineage.putArray("tables");
    snapshots.forEach((table, id) -> tables.addObject().put("table", table).put("snapshot", id));
    return lineage.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Takes one row with what else the file has of it. */
  @FunctionalInterface
  public interface WholeRows {
    /**
     * As {@link Rows#add}.
     *
     * @param columns by name, keys among them
     */
    void add(
        long timeMillis,
        List<Object> valuesOrReasons,
        @Nullable Object label,
        Map<String, @Nullable Object> columns);
  }

  /**
   * Reads one part, by event time.
   *
   * @throws LeatException if it cannot be read or lacks a feature
   */
  public void read(String part, FeatureService service, Rows rows) {
    readWhole(part, service, (time, values, label, columns) -> rows.add(time, values, label));
  }

  /**
   * Reads one part, by event time, every column of it.
   *
   * @throws LeatException if it cannot be read or lacks a feature
   */
  public void readWhole(String part, FeatureService service, WholeRows rows) {
    Path file = folder.resolve(part);
    try (ParquetRows source = new ParquetRows(file)) {
      for (Optional<RowSource.Row> row = source.next(); row.isPresent(); row = source.next()) {
        Map<String, @Nullable Object> columns = row.get().values();
        List<Object> values = new ArrayList<>();
        NullReasons.Reader whyNull =
            NullReasons.read(Objects.toString(columns.get(NullReasons.COLUMN), null));
        for (String feature : service.featureNames()) {
          if (!columns.containsKey(feature)) {
            throw new LeatException(
                ErrorCode.INPUT, "%s has no column %s.".formatted(file, feature));
          }
          Object value = columns.get(feature);
          values.add(value == null ? whyNull.of(feature) : value);
        }
        if (!(columns.get(TIME) instanceof Instant time)) {
          throw new LeatException(
              ErrorCode.INPUT, "%s has no times in a column %s.".formatted(file, TIME));
        }
        rows.add(time.toEpochMilli(), values, columns.get(LABEL), columns);
      }
    } catch (IOException | ParquetRuntimeException e) {
      throw new LeatException(
          ErrorCode.INPUT, "Cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static String sha256(Path file) {
    try {
      return Sha256.hex(file);
    } catch (IOException e) {
      throw new LeatException(ErrorCode.INPUT, "Cannot read %s: %s".formatted(file, e), e);
    }
  }
}
