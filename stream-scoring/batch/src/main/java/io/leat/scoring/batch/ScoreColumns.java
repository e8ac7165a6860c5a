package io.leat.scoring.batch;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.features.offline.ScoreTable;
import io.leat.features.offline.VectorTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * The columns of what is written: those of the input that hold no feature, by the names that SQL
 * takes, and then those of the score, called as in {@code scores_<model>}.
 */
final class ScoreColumns {
  static final String MODEL = "model";
  static final String UNSCORED = "unscored";
  static final String UNSCORED_MESSAGE = "unscored_message";
  static final String INPUT = "input";
  static final String INPUT_SNAPSHOT = "input_snapshot";

  private ScoreColumns() {}

  /**
   * The columns.
   *
   * @return with field ids that are provisional
   * @throws LeatException if two columns would have the same name
   */
  static Schema of(Schema input, FeatureColumns features) {
    List<Types.NestedField> columns = new ArrayList<>();
    for (int i = 0; i < input.columns().size(); i++) {
      if (!features.contains(i)) {
        Types.NestedField column = input.columns().get(i);
        columns.add(optional(columns.size() + 1, outputName(column), column.type(), column.doc()));
      }
    }
    addOwn(columns);
    requireDistinct(columns);
    return new Schema(columns);
  }

  /** What a column of the input is called in the output. */
  static String outputName(Types.NestedField column) {
    return VectorTable.column(column.name());
  }

  private static void addOwn(List<Types.NestedField> columns) {
    int id = columns.size();
    columns.add(required(++id, MODEL, Types.StringType.get(), "Name of the model."));
    columns.add(
        required(
            ++id,
            ScoreTable.MODEL_VERSION,
            Types.StringType.get(),
            "Label of the version that scored."));
    columns.add(
        required(++id, ScoreTable.MODEL_NUMBER, Types.IntegerType.get(), "Number of the version."));
    columns.add(
        required(++id, ScoreTable.MODEL_DIGEST, Types.StringType.get(), "Digest of the version."));
    columns.add(
        optional(
            ++id,
            ScoreTable.SCORE,
            Types.DoubleType.get(),
            "The output that the model's definition calls score; null where the row has none."));
    columns.add(
        optional(
            ++id,
            ScoreTable.DECISION,
            Types.StringType.get(),
            "The first decision whose condition held; null where none did."));
    columns.add(
        optional(
            ++id,
            ScoreTable.OUTPUTS,
            Types.StringType.get(),
            "JSON of the further outputs that the model's definition names, by name; null where it names none."));
    columns.add(
        optional(
            ++id,
            ScoreTable.CONTRIBUTION_BASE,
            Types.DoubleType.get(),
            "The margin where no feature is known; null where the score is not explained."));
    id++;
    columns.add(
        optional(
            id,
            ScoreTable.CONTRIBUTIONS,
            Types.MapType.ofRequired(
                id + 1, id + 2, Types.StringType.get(), Types.DoubleType.get()),
            "What features added to the margin, by name; null where the score is not explained."));
    id += 2;
    columns.add(
        optional(
            ++id,
            UNSCORED,
            Types.StringType.get(),
            "Why the row has no score: a reason of unscored vectors; null where it has one."));
    columns.add(
        optional(
            ++id,
            UNSCORED_MESSAGE,
            Types.StringType.get(),
            "What was found, and what was expected, of a row without a score."));
    columns.add(
        required(
            ++id, INPUT, Types.StringType.get(), "The table, file or folder that was scored."));
    columns.add(
        required(
            ++id,
            INPUT_SNAPSHOT,
            Types.StringType.get(),
            "Id of the table's snapshot that was scored, or SHA-256 of the files."));
  }

  private static void requireDistinct(List<Types.NestedField> columns) {
    Set<String> names = new HashSet<>();
    for (Types.NestedField column : columns) {
      if (!names.add(column.name())) {
        throw new LeatException(
            ErrorCode.INPUT,
            "The output would have two columns %s: one of the input is called as another one, or as a column of scores. Rename it, or leave it out of the input."
                .formatted(column.name()));
      }
    }
  }

  private static Types.NestedField optional(int id, String name, Type type, String meaning) {
    return Types.NestedField.optional(id, name, type, meaning);
  }

  private static Types.NestedField required(int id, String name, Type type, String meaning) {
    return Types.NestedField.required(id, name, type, meaning);
  }
}
