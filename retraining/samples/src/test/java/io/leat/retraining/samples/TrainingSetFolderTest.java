package io.leat.retraining.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.schemas.NullReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of a training set's rows. */
class TrainingSetFolderTest {
  private static final FeatureService SERVICE =
      new FeatureService(
          "prices",
          1,
          "readings",
          List.of(new EventFeature("a"), new EventFeature("b"), new EventFeature("c")),
          Optional.empty(),
          "d1");
  private static final String FEATURES =
      """
      message row {
        required int64 event_time (TIMESTAMP(MICROS,true));
        optional double event.a;
        optional double event.b;
        optional double event.c;
        %s
      }
      """;

  @TempDir Path folder;

  @Test
  void aNullBringsItsReasonAlongAndOneThatIsNotNamedHadNoEvent() throws Exception {
    MessageType columns =
        MessageTypeParser.parseMessageType(
            FEATURES.formatted("optional binary null_reasons (STRING);"));

    assertThat(
            read(
                columns,
                group(columns).append("event.a", 1.0).append("null_reasons", "event.b=late"),
                group(columns)))
        .containsExactly(
            List.of(1.0, NullReason.LATE, NullReason.NO_EVENT),
            List.of(NullReason.UNSTATED, NullReason.UNSTATED, NullReason.UNSTATED));
  }

  @Test
  void aTrainingSetOfAReleaseThatGaveNoReasonsHasNone() throws Exception {
    MessageType columns = MessageTypeParser.parseMessageType(FEATURES.formatted(""));

    assertThat(read(columns, group(columns).append("event.c", 2.0)))
        .containsExactly(List.of(NullReason.UNSTATED, NullReason.UNSTATED, 2.0));
  }

  private static Group group(MessageType columns) {
    return new SimpleGroup(columns).append("event_time", 1_000_000L);
  }

  private List<List<Object>> read(MessageType columns, Group... rows) throws Exception {
    Path file = folder.resolve(TrainingSetFolder.TRAIN);
    write(file, columns, rows);
    Files.writeString(
        folder.resolve("lineage.json"),
        """
        {"format": "leat-training-set", "formatVersion": 1,
         "service": {"name": "prices", "version": 1, "definition": "d1"},
         "files": [{"name": "%s", "sha256": "%s"}]}
        """
            .formatted(
                TrainingSetFolder.TRAIN,
                HexFormat.of()
                    .formatHex(
                        MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)))));
    List<List<Object>> found = new ArrayList<>();
    TrainingSetFolder.open(folder, SERVICE)
        .read(
            TrainingSetFolder.TRAIN,
            SERVICE,
            (time, valuesOrReasons, label) -> {
              assertThat(time).isEqualTo(1_000);
              found.add(valuesOrReasons);
            });
    return found;
  }

  private static void write(Path file, MessageType columns, Group... rows) throws IOException {
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(columns)
            .withConf(new PlainParquetConfiguration())
            .build()) {
      for (Group row : rows) {
        writer.write(row);
      }
    }
  }
}
