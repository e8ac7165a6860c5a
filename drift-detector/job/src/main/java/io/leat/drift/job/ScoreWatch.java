package io.leat.drift.job;

import io.leat.drift.ColumnValues;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.Score;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.KafkaRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of a model's scores what its monitors watch: those that the champion gave to vectors of
 * the service that the model was trained on. What a canary says is not what the model's users see
 * of the champion, and is passed over, as are scores of another definition.
 */
final class ScoreWatch implements DecodeAvro.Mapping<Score, WatchedVector> {
  private static final long serialVersionUID = 1L;
  private static final String CHAMPION = "CHAMPION";

  private final String service;
  private final int version;
  private final String definition;
  private final List<String> columns;

  /**
   * @param columns what some monitor of the model watches, as {@link Monitor#outputs} names it
   */
  ScoreWatch(String service, int version, String definition, List<String> columns) {
    this.service = service;
    this.version = version;
    this.definition = definition;
    this.columns = List.copyOf(columns);
  }

  /** The order of the values of {@link WatchedVector#row()}. */
  List<String> columns() {
    return columns;
  }

  @Override
  public WatchedVector apply(KafkaRecord record, Score score) {
    boolean current =
        score.getService().equals(service)
            && score.getServiceVersion() == version
            && score.getDefinition().equals(definition)
            && (score.getRole() == null || score.getRole().equals(CHAMPION));
    int number = score.getModelNumber() == null ? Champions.UNKNOWN : score.getModelNumber();
    ColumnValues row =
        current
            ? ColumnValues.of(columns.stream().map(name -> value(score, name)).toArray())
            : ColumnValues.of();
    return new WatchedVector(
        current,
        "",
        record.isAfterGap(),
        score.getEventTime().toEpochMilli(),
        record.partition(),
        record.offset(),
        number,
        row,
        null);
  }

  /** Lists and maps are no categories, and so null. */
  private static @Nullable Object value(Score score, String column) {
    return switch (column) {
      case Monitor.SCORE -> score.getScore();
      case Monitor.DECISION -> score.getDecision();
      default -> score.getOutputs().get(column.substring(Monitor.OUTPUTS.length()));
    };
  }
}
