package io.leat.retraining.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Trainer.Algorithm;
import io.leat.retraining.samples.TrainingSetFolder;
import io.leat.retraining.worker.RunTrainer.Task;
import io.leat.retraining.worker.RunTrainer.Trained;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltinTrainerTest {
  private static final FeatureService SERVICE =
      new FeatureService(
          "prices",
          1,
          "readings",
          List.of(new EventFeature("a")),
          Optional.of(
              new FeatureService.Label("up", "readings", "id", Duration.ofMillis(1), List.of())),
          "d1");
  private static final MessageType COLUMNS =
      MessageTypeParser.parseMessageType(
          """
          message row {
            required int64 event_time (TIMESTAMP(MICROS,true));
            optional double event.a;
            optional boolean label;
          }
          """);
  private static final Pipeline PIPELINE =
      new Pipeline(
          "power",
          "grid-team",
          List.of(),
          List.of(),
          List.of(),
          List.of(SERVICE),
          List.of(Tasks.MODEL),
          List.of(),
          List.of());

  @TempDir private Path folder;

  @Test
  void whatIsNotComparedOnIsLearntFrom() throws Exception {
    Task task = Tasks.in(folder);
    rows(task.folder().trainingSet().resolve(TrainingSetFolder.TRAIN), 0, 400);
    rows(task.folder().trainingSet().resolve(TrainingSetFolder.VALIDATION), 400, 500);

    Trained trained =
        (Trained)
            new BuiltinTrainer(PIPELINE, Algorithm.LOGISTIC)
                .advance(new Task(task.run(), task.model(), SERVICE, task.folder(), task.set()));

    assertThat(trained.parameters())
        .containsEntry("reported.training_rows", "500")
        .containsEntry("reported.validation_rows", "400");
  }

  /** A second apart; every third label is against the rule that the feature gives. */
  private static void rows(Path file, int from, int until) throws IOException {
    Files.delete(file);
    try (ParquetWriter<org.apache.parquet.example.data.Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(COLUMNS)
            .withConf(new PlainParquetConfiguration())
            .build()) {
      for (int row = from; row < until; row++) {
        double value = Math.sin(row);
        writer.write(
            new SimpleGroup(COLUMNS)
                .append("event_time", row * 1_000_000L)
                .append("event.a", value)
                .append("label", value > 0 ^ row % 3 == 0));
      }
    }
  }
}
