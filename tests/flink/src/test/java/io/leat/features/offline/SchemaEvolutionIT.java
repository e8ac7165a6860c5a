package io.leat.features.offline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A contract that changes compatibly, and the table that holds its events of before and after. */
@ExtendWith(SharedCluster.class)
class SchemaEvolutionIT {
  private static final String TABLE = "events_levels";
  private static final long BEYOND_INT = 1L << 40;

  private final TestCluster cluster;
  @TempDir private Path folder;

  SchemaEvolutionIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void aContractThatChangesKeepsItsTableAndEveryRowOfBefore() throws Exception {
    Pipeline before =
        pipeline(
            """
            {"name": "gauge", "type": "string"},
            {"name": "count", "type": "int"},
            {"name": "level", "type": "float"},
            {"name": "remark", "type": ["null", "string"], "default": null}""");
    try (OfflineRun run = new OfflineRun(cluster, folder);
        TopicWriter writer = cluster.newWriter()) {
      writer.send(event(0, before, Map.of("count", 7, "level", 1.5f, "remark", "calm")));
      writer.flush();
      run.start();
      run.awaitRows(1, TABLE);
      run.stop();

      Pipeline after =
          pipeline(
              """
              {"name": "gauge", "type": "string"},
              {"name": "count", "type": "long"},
              {"name": "level", "type": "double"},
              {"name": "clear", "type": ["null", "boolean"], "default": null}""");
      run.apply(folder);
      writer.send(event(1, after, Map.of("count", BEYOND_INT, "level", 0.1, "clear", true)));
      writer.send(event(2, before, Map.of("count", 9, "level", 2.5f, "remark", "late")));
      writer.flush();
      run.start();
      run.awaitRows(3, TABLE);

      Table table = run.tables().table(TABLE);
      assertThat(table.schema().findType("count")).isEqualTo(Types.LongType.get());
      assertThat(table.schema().findType("level")).isEqualTo(Types.DoubleType.get());
      assertThat(table.schema().findField("clear").isOptional()).isTrue();
      assertThat(table.schema().findField("remark").isOptional()).isTrue();
      assertThatRowsAreOfNow(run);

      assertThat(run.tables().files(TABLE)).hasSizeGreaterThan(1);
      run.startMaintenance();
      run.awaitFiles(1, TABLE);
      assertThatRowsAreOfNow(run);
      assertThat(run.committed("levels-test-offline.dlq")).isEmpty();
    }
  }

  private static void assertThatRowsAreOfNow(OfflineRun run) {
    List<Map<String, @Nullable Object>> rows = run.tables().rows(TABLE, "_event_id");
    assertThat(rows).extracting(row -> row.get("count")).containsExactly(7L, BEYOND_INT, 9L);
    assertThat(rows).extracting(row -> row.get("level")).containsExactly(1.5, 0.1, 2.5);
    assertThat(rows).extracting(row -> row.get("remark")).containsExactly("calm", null, null);
    assertThat(rows).extracting(row -> row.get("clear")).containsExactly(null, true, null);
  }

  private Pipeline pipeline(String fields) throws Exception {
    write("pipeline.yaml", "pipeline: levels-test\nowner: test\nentities: {}\n");
    write(
        "contracts/levels.avsc",
        """
        {"type": "record", "name": "Level", "fields": [
        {"name": "id", "type": "string"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        %s]}"""
            .formatted(fields));
    write(
        "contracts/levels.yaml",
        "event: levels\nschema: levels.avsc\nkey: gauge\nevent_id: id\nevent_time: at\n");
    return PipelineReader.read(folder);
  }

  private void write(String file, String text) throws Exception {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  /** A valid event, written with the contract as a pipeline has it. */
  private ProducerRecord<byte[], byte[]> event(
      int i, Pipeline pipeline, Map<String, Object> values) {
    RegistryClient registry = cluster.newRegistryClient();
    Schema schema = pipeline.contract("levels").orElseThrow().schema();
    String topic = Topics.valid("levels");
    GenericRecordBuilder builder =
        new GenericRecordBuilder(schema)
            .set("id", "level-" + i)
            .set("at", (long) i)
            .set("gauge", "weir");
    values.forEach(builder::set);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic,
            "weir".getBytes(UTF_8),
            new AvroCodec(registry)
                .encode(registry.register(Topics.valueSubject(topic), schema), builder.build()));
    RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, "level-" + i);
    RecordHeaders.set(record.headers(), RecordHeaders.EVENT_TIME, Integer.toString(i));
    RecordHeaders.set(record.headers(), RecordHeaders.SOURCE, "levels/0/" + i);
    return record;
  }
}
