package io.leat.retraining.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.pipeline.definition.FeatureService;
import io.leat.retraining.samples.TrainingSetFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A run's training set, with what its lineage says.
 *
 * @param snapshots table to the snapshot that it was read at
 * @param testFrom event time of the first row that is not learnt from; empty: there is none
 * @param keys columns that hold the keys of the rows' entities
 */
record PinnedSet(
    TrainingSetFolder folder,
    Map<String, Long> snapshots,
    Optional<Instant> testFrom,
    List<String> keys) {
  PinnedSet {
    snapshots = Map.copyOf(snapshots);
    keys = List.copyOf(keys);
  }

  static PinnedSet open(RunFolder run, FeatureService service) {
    TrainingSetFolder folder = TrainingSetFolder.open(run.trainingSet(), service);
    Path file = run.trainingSet().resolve(TrainingSetFolder.LINEAGE);
    try {
      JsonNode lineage = new ObjectMapper().readTree(Files.readAllBytes(file));
      Map<String, Long> snapshots = new TreeMap<>();
      lineage
          .path("tables")
          .forEach(
              table ->
                  snapshots.put(table.path("table").asText(), table.path("snapshot").asLong()));
      List<String> keys = new ArrayList<>();
      for (JsonNode column : lineage.path("columns")) {
        if (column.path("role").asText().equals("key")) {
          keys.add(column.path("name").asText());
        }
      }
      JsonNode test = lineage.path("split").path("testFrom");
      return new PinnedSet(
          folder,
          snapshots,
          test.isTextual() ? Optional.of(Instant.parse(test.asText())) : Optional.empty(),
          keys);
    } catch (IOException e) {
      throw RunFolder.notWritable(file, e);
    }
  }
}
