package io.leat.features.offline.maintenance;

import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.files.SortedRowWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.RowDataWrapper;
import org.apache.iceberg.flink.sink.FlinkFileWriterFactory;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/** A real table of grists by number: by day, sorted by miller and time. Rows are of two days. */
final class Grists implements AutoCloseable {
  static final int DAYS = 2;
  private static final String NAME = "grists";
  private static final Instant FIRST = Instant.parse("2024-01-01T00:00:00Z");
  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "number", Types.IntegerType.get()),
          Types.NestedField.optional(2, "miller", Types.StringType.get()),
          Types.NestedField.required(3, "at", Types.TimestampType.withZone()));

  private final OfflineCatalog offline;
  private final Catalog catalog;
  private final TableIdentifier identifier;
  private int checkpoint;

  /** Makes the table where the warehouse has none. */
  Grists(Path warehouse) {
    this.offline = OfflineCatalog.of(warehouse.toString(), Map.of(), "mill");
    this.catalog = offline.open();
    this.identifier = offline.identifier(NAME);
    if (!catalog.tableExists(identifier)) {
      ((SupportsNamespaces) catalog).createNamespace(identifier.namespace());
      catalog
          .buildTable(identifier, SCHEMA)
          .withPartitionSpec(PartitionSpec.builderFor(SCHEMA).day("at").build())
          .withSortOrder(SortOrder.builderFor(SCHEMA).asc("miller").asc("at").build())
          .withProperty(TableProperties.COMMIT_NUM_RETRIES, "20")
          .create();
    }
  }

  OfflineCatalog offline() {
    return offline;
  }

  /** The table as it is now. */
  Table table() {
    return catalog.loadTable(identifier);
  }

  /** Commits grists in sorted files, as the streaming job does. */
  void stream(int from, int to) throws IOException {
    Table table = table();
    try (SortedRowWriter writer = new SortedRowWriter(table, 0, SortedRowWriter.MOST_BYTES)) {
      for (int i = from; i < to; i++) {
        writer.write(row(i));
      }
      AppendFiles append = table.newAppend();
      writer.complete().forEach(append::appendFile);
      append.set("flink.max-committed-checkpoint-id", Integer.toString(++checkpoint)).commit();
    }
  }

  /** Commits grists of one day as they come, as any other writer may. */
  void append(IntStream numbers) throws IOException {
    Table table = table();
    PartitionKey day = new PartitionKey(table.spec(), table.schema());
    OutputFileFactory names = OutputFileFactory.builderFor(table, 0, 0).build();
    List<Integer> all = numbers.boxed().toList();
    day.partition(
        new RowDataWrapper(FlinkSchemaUtil.convert(SCHEMA), SCHEMA.asStruct())
            .wrap(row(all.get(0))));
    DataWriter<RowData> writer =
        factory(table).newDataWriter(names.newOutputFile(day), table.spec(), day);
    try (writer) {
      all.forEach(i -> writer.write(row(i)));
    }
    table.newAppend().appendFile(writer.toDataFile()).commit();
  }

  /** Deletes the first row of a file, without writing the file again. */
  void deleteFirstRow(DataFile file) throws IOException {
    Table table = table();
    OutputFileFactory names = OutputFileFactory.builderFor(table, 0, 0).build();
    PositionDeleteWriter<RowData> writer =
        factory(table)
            .newPositionDeleteWriter(
                names.newOutputFile(file.partition()), table.spec(), file.partition());
    try (writer) {
      writer.write(PositionDelete.<RowData>create().set(file.location(), 0));
    }
    table.newRowDelta().addDeletes(writer.toDeleteFile()).commit();
  }

  private static FlinkFileWriterFactory factory(Table table) {
    return new FlinkFileWriterFactory.Builder(table).dataSchema(table.schema()).build();
  }

  /** Days of two millers more than there are days, some of none; each a minute of its own. */
  private static RowData row(int i) {
    return GenericRowData.of(
        i,
        i % 5 == 0 ? null : StringData.fromString("miller-" + i * 7 % 13),
        TimestampData.fromInstant(at(i)));
  }

  private static Instant at(int i) {
    return FIRST.plus(i * 37L % (DAYS * 24 * 60), ChronoUnit.MINUTES);
  }

  /** Numbers of a day, counted from 0, below a bound. */
  static IntStream numbersOfDay(int day, int bound) {
    return IntStream.range(0, bound)
        .filter(i -> at(i).isBefore(FIRST.plus(day + 1L, ChronoUnit.DAYS)))
        .filter(i -> !at(i).isBefore(FIRST.plus(day, ChronoUnit.DAYS)));
  }

  /** The numbers in the table, ascending; one that is there twice is here twice. */
  List<Integer> numbers() throws IOException {
    List<Integer> numbers = new ArrayList<>();
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table()).build()) {
      rows.forEach(row -> numbers.add((Integer) row.getField("number")));
    }
    return numbers.stream().sorted().toList();
  }

  /** The data files of the current snapshot. */
  List<DataFile> files() throws IOException {
    List<DataFile> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks = table().newScan().planFiles()) {
      tasks.forEach(task -> files.add(task.file()));
    }
    return files;
  }

  /** A file's rows as they lie in it: miller, empty for none, and time. */
  List<String> keysIn(DataFile file) throws IOException {
    List<String> keys = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        Parquet.read(table().io().newInputFile(file.location()))
            .project(SCHEMA)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(SCHEMA, type))
            .build()) {
      rows.forEach(
          row ->
              keys.add(
                  (row.getField("miller") == null ? "" : row.getField("miller"))
                      + " "
                      + row.getField("at")));
    }
    return keys;
  }

  /** Every Parquet file in the warehouse, of the table or not. */
  static List<Path> parquetFiles(Path warehouse) throws IOException {
    try (Stream<Path> files = Files.walk(warehouse)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).toList();
    }
  }

  @Override
  public void close() {
    OfflineCatalog.close(catalog);
  }
}
