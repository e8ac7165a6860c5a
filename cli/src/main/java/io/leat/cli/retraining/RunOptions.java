package io.leat.cli.retraining;

import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.records.RetrainingRun;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;

/** Where the runs are read from. */
final class RunOptions {
  @Mixin private PlatformOptions platform = new PlatformOptions();

  /** Every run with its records in their order, the oldest run first. */
  Map<String, List<RetrainingRun>> runs() {
    AvroCodec codec = new AvroCodec(platform.registry());
    Map<String, List<RetrainingRun>> runs = new LinkedHashMap<>();
    try (TopicLog topic = TopicLog.open(platform.kafka(), Topics.RETRAINING_RUNS)) {
      topic.readToEnd(
          record -> {
            try {
              if (record.value() != null) {
                RetrainingRun run = codec.decode(record.value(), RetrainingRun.class);
                runs.computeIfAbsent(run.getRunId(), id -> new ArrayList<>()).add(run);
              }
            } catch (MalformedValueException e) {
              // 'leat tail retraining-runs' shows it
            }
            return true;
          });
    }
    return runs;
  }

  /**
   * The records of a run.
   *
   * @param id its id, or the beginning of it
   * @throws UserError if none or several begin so
   */
  List<RetrainingRun> run(String id) {
    Map<String, List<RetrainingRun>> runs = runs();
    List<String> found = runs.keySet().stream().filter(one -> one.startsWith(id)).toList();
    if (found.size() != 1) {
      throw new UserError(
          "%s runs begin with '%s'; expected one. There are: %s."
              .formatted(found.isEmpty() ? "No" : found.size(), id, runs.keySet()));
    }
    return runs.getOrDefault(found.get(0), List.of());
  }

  /** The last record of a run, as {@link #run} finds it. */
  RetrainingRun last(String id) {
    List<RetrainingRun> records = run(id);
    return records.get(records.size() - 1);
  }
}
