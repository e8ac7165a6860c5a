package io.leat.scoring.batch;

import io.leat.features.offline.ScoreTable;
import io.leat.features.offline.VectorTable;
import io.leat.features.offline.replay.Progress;
import io.leat.models.registry.Serving;
import io.leat.records.ModelVersion;
import io.leat.scoring.engine.LoadedVersion;
import io.leat.scoring.engine.Outcome;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.Outcome.Unscored;
import io.leat.scoring.engine.VectorScorer;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * From a row of the input to a row of scores, one by one as the stream does it: what a batch would
 * make of a row may hang on the others. A task has a session of ONNX Runtime of its own, from its
 * opening to its close.
 */
final class ScoreRows extends RichMapFunction<RowData, RowData> {
  private static final long serialVersionUID = 1L;

  private final ScoreJob job;
  private final Schema output;

  private transient @Nullable LoadedVersion version;
  private transient @Nullable VectorScorer scorer;
  private transient RowScorer rows;
  private transient Tally tally;
  private transient Progress progress;

  /**
   * @param output the columns of the rows that are made, as they are where they go
   */
  ScoreRows(ScoreJob job, Schema output) {
    this.job = job;
    this.output = output;
  }

  @Override
  public void open(OpenContext context) {
    version = job.open();
    scorer = new VectorScorer(version);
    rows = new RowScorer(job, output, scorer);
    tally = Tally.of(getRuntimeContext());
    progress = Progress.of(getRuntimeContext());
  }

  @Override
  public RowData map(RowData row) {
    progress.step();
    Outcome outcome = rows.score(row);
    tally.count(outcome);
    return rows.write(row, outcome);
  }

  @Override
  public void close() {
    if (scorer != null) {
      scorer.close();
    }
    if (version != null) {
      version.release();
    }
  }

  /** Reads and writes rows of one input and one output. */
  private static final class RowScorer {
    private static final int NONE = -1;

    private final ScoreJob job;
    private final Serving serving;
    private final VectorScorer scorer;
    private final FeatureColumns.Reader features;
    private final String[] names;

    /** Of each column of the output, what reads the input's that it is taken from. */
    private final RowData.@Nullable FieldGetter[] taken;

    private final RowData.@Nullable FieldGetter eventId;
    private final RowData.@Nullable FieldGetter serviceVersion;
    private final RowData.@Nullable FieldGetter definition;

    RowScorer(ScoreJob job, Schema output, VectorScorer scorer) {
      this.job = job;
      this.serving = job.serving();
      this.scorer = scorer;
      this.features = job.features().reader(job.columns());
      this.names = output.columns().stream().map(Types.NestedField::name).toArray(String[]::new);
      this.taken = new RowData.FieldGetter[names.length];
      for (int i = 0; i < names.length; i++) {
        taken[i] = getter(names[i]);
      }
      this.eventId = getter(ScoreTable.EVENT_ID);
      this.serviceVersion = getter(VectorTable.SERVICE_VERSION);
      this.definition = getter(VectorTable.DEFINITION);
    }

    /** Null where the input has no such column. */
    private RowData.@Nullable FieldGetter getter(String name) {
      int place = NONE;
      for (int i = 0; i < job.columns().columns().size(); i++) {
        if (!job.features().contains(i)
            && ScoreColumns.outputName(job.columns().columns().get(i)).equals(name)) {
          place = i;
        }
      }
      return place == NONE
          ? null
          : RowData.createFieldGetter(
              FlinkSchemaUtil.convert(job.columns().columns().get(place).type()), place);
    }

    Outcome score(RowData row) {
      String id = eventId == null ? "" : String.valueOf(eventId.getFieldOrNull(row));
      if (serviceVersion == null || definition == null) {
        return scorer.score(
            serving.service().name(),
            serving.service().version(),
            serving.definition(),
            id,
            features.values(row));
      }
      return scorer.score(
          serving.service().name(),
          serviceVersion.getFieldOrNull(row) instanceof Number number ? number.intValue() : 0,
          String.valueOf(definition.getFieldOrNull(row)),
          id,
          features.values(row));
    }

    RowData write(RowData row, Outcome outcome) {
      GenericRowData written = new GenericRowData(names.length);
      for (int i = 0; i < names.length; i++) {
        RowData.FieldGetter from = taken[i];
        written.setField(i, from == null ? value(names[i], outcome) : from.getFieldOrNull(row));
      }
      return written;
    }

    private @Nullable Object value(String column, Outcome outcome) {
      ModelVersion version = job.version();
      return switch (column) {
        case ScoreColumns.MODEL -> StringData.fromString(version.getModel());
        case ScoreTable.MODEL_VERSION -> StringData.fromString(version.getLabel());
        case ScoreTable.MODEL_NUMBER -> version.getNumber();
        case ScoreTable.MODEL_DIGEST -> StringData.fromString(version.getDigest());
        case ScoreColumns.INPUT -> StringData.fromString(job.input());
        case ScoreColumns.INPUT_SNAPSHOT -> StringData.fromString(job.snapshot());
        default ->
            outcome instanceof Scored scored
                ? value(column, scored)
                : value(column, (Unscored) outcome);
      };
    }

    private static @Nullable Object value(String column, Scored scored) {
      return switch (column) {
        case ScoreTable.SCORE -> scored.prediction().score();
        case ScoreTable.DECISION -> StringData.fromString(scored.decision().orElse(null));
        case ScoreTable.OUTPUTS -> ScoreTable.outputs(scored.prediction().outputs());
        case ScoreTable.CONTRIBUTION_BASE ->
            scored.contributions().map(one -> one.getBase()).orElse(null);
        case ScoreTable.CONTRIBUTIONS ->
            ScoreTable.contributions(scored.contributions().orElse(null));
        default -> null; // of another input's
      };
    }

    private static @Nullable Object value(String column, Unscored unscored) {
      return switch (column) {
        case ScoreColumns.UNSCORED -> StringData.fromString(unscored.reason().name());
        case ScoreColumns.UNSCORED_MESSAGE -> StringData.fromString(unscored.message());
        default -> null;
      };
    }
  }
}
