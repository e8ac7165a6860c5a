package io.leat.features.offline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.engine.EventIdentity;
import io.leat.features.engine.Micros;
import io.leat.features.engine.ServiceReplay;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.runtime.flink.BadRecordException;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.NullReason;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.sink.RowDataTaskWriterFactory;
import org.apache.iceberg.io.TaskWriter;

/**
 * Brings events and vectors into the offline tables as the job makes their rows, without a stream
 * before it. Each call is a commit.
 */
public final class OfflineTableWriter implements Closeable {
  private static final long FILE_SIZE = 1 << 20;

  private final Pipeline pipeline;
  private final OfflineCatalog offline;
  private final Catalog catalog;

  /**
   * An event where its producer wrote it.
   *
   * @param event the record, of the contract's schema
   * @param appendedAt when the broker appended it to its valid topic, in the same place
   */
  public record Arrived(GenericRecord event, int partition, long offset, long appendedAt) {}

  /**
   * A logged vector.
   *
   * @param definition what made it
   */
  public record Logged(
      ServiceReplay.Vector vector, String definition, int partition, long offset) {}

  public OfflineTableWriter(Path warehouse, Pipeline pipeline) {
    this.pipeline = pipeline;
    this.offline = OfflineCatalog.of(warehouse.toString(), Map.of(), pipeline.name());
    this.catalog = offline.open();
  }

  /** Commits events of one contract; none make the table alone. */
  public void events(String event, List<Arrived> events) throws IOException {
    Contract contract = pipeline.contract(event).orElseThrow();
    Table table = table(EventTable.of(contract, pipeline.entities()));
    commit(table, rows(contract, table.schema(), events));
  }

  /** The rows that the job makes of events. */
  public static List<RowData> rows(Contract contract, Schema table, List<Arrived> events) {
    EventTable.Rows rows = new EventTable.Rows(contract, table);
    EventIdentity identity = new EventIdentity(contract);
    List<RowData> made = new ArrayList<>();
    for (Arrived one : events) {
      KafkaRecord record =
          record(
              Topics.valid(contract.event()),
              identity.id(one.event()),
              Math.floorDiv(identity.timeMicros(one.event()), 1_000L),
              one.partition(),
              one.offset(),
              one.appendedAt());
      try {
        made.add(rows.apply(record, one.event()));
      } catch (BadRecordException e) {
        throw new AssertionError(e);
      }
    }
    return made;
  }

  /** The columns of a contract's table. */
  public static Schema columns(Contract contract) {
    return EventTable.of(contract, List.of()).schema();
  }

  /** Commits vectors of one service. */
  public void vectors(String service, List<Logged> vectors) throws IOException {
    FeatureService definition = pipeline.service(service).orElseThrow();
    Table table = table(VectorTable.of(definition, pipeline));
    VectorRows rows = new VectorRows(table.schema(), VectorTable.keyColumns(definition, pipeline));
    org.apache.avro.Schema schema = FeatureVectorSchema.of(definition.featureNames());
    List<RowData> made = new ArrayList<>();
    for (Logged one : vectors) {
      ServiceReplay.Vector vector = one.vector();
      LogPosition source = new LogPosition(definition.spine(), one.partition(), one.offset());
      FeatureVector record =
          new FeatureVector(
              service,
              definition.version(),
              one.definition(),
              vector.eventId(),
              Micros.toInstant(vector.eventTime()),
              vector.keys(),
              Collections.unmodifiableList(vector.values()),
              source,
              NullReason.codes(vector.valuesOrReasons()),
              Micros.toInstant(vector.eventTime()));
      try {
        made.add(
            rows.apply(
                record(
                    Topics.features(service),
                    vector.eventId(),
                    Math.floorDiv(vector.eventTime(), 1_000L),
                    0,
                    0,
                    0),
                new DecodeAvro.WithWriterSchema<>(record, schema)));
      } catch (BadRecordException e) {
        throw new AssertionError(e);
      }
    }
    commit(table, made);
  }

  /** Expires all snapshots of a table but the newest and those that have a tag. */
  public void expireSnapshots(String table) {
    catalog
        .loadTable(offline.identifier(table))
        .expireSnapshots()
        .expireOlderThan(Long.MAX_VALUE)
        .retainLast(1)
        .commit();
  }

  private Table table(OfflineTable wanted) {
    return OfflineCatalog.ensure(catalog, offline.identifier(wanted.name()), wanted);
  }

  private static KafkaRecord record(
      String topic, String id, long time, int partition, long offset, long appendedAt) {
    org.apache.kafka.common.header.Headers headers =
        new org.apache.kafka.common.header.internals.RecordHeaders();
    RecordHeaders.set(headers, RecordHeaders.EVENT_ID, id);
    RecordHeaders.set(headers, RecordHeaders.EVENT_TIME, Long.toString(time));
    RecordHeaders.set(headers, RecordHeaders.SOURCE, "raw/" + partition + "/" + offset);
    RecordHeaders.set(headers, RecordHeaders.CONTRACT, "shop@1");
    return new KafkaRecord(topic, partition, offset, appendedAt, headers, id.getBytes(UTF_8), null);
  }

  private static void commit(Table table, List<RowData> rows) throws IOException {
    RowDataTaskWriterFactory factory =
        new RowDataTaskWriterFactory(
            table,
            FlinkSchemaUtil.convert(table.schema()),
            FILE_SIZE,
            FileFormat.PARQUET,
            Map.of(),
            null,
            false);
    factory.initialize(0, 0);
    AppendFiles append = table.newAppend();
    try (TaskWriter<RowData> writer = factory.create()) {
      for (RowData row : rows) {
        writer.write(row);
      }
      for (DataFile file : writer.complete().dataFiles()) {
        append.appendFile(file);
      }
    }
    append.commit();
  }

  @Override
  public void close() throws IOException {
    if (catalog instanceof Closeable closeable) {
      closeable.close();
    }
  }
}
