package io.leat.scoring.batch;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.OfflineTable;
import io.leat.features.offline.ScoreTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.DistributionMode;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.flink.sink.IcebergSink;
import org.apache.iceberg.flink.sink.SortedIcebergSink;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;

/**
 * A table of scores, partitioned by version and state of the input: a run is one partition, which
 * one commit puts in place of whatever was in it.
 */
final class TableOutput implements Output {
  private static final List<String> PARTITIONED_BY =
      List.of(ScoreTable.MODEL_DIGEST, ScoreColumns.INPUT_SNAPSHOT);

  /** How tables are called that the offline job writes. */
  private static final List<String> OF_THE_JOB = List.of("events_", "vectors_", "scores_");

  private final OfflineCatalog catalog;
  private final ScoreJob job;
  private final TableIdentifier identifier;
  private Optional<Table> table = Optional.empty();

  private TableOutput(OfflineCatalog catalog, ScoreJob job, TableIdentifier identifier) {
    this.catalog = catalog;
    this.job = job;
    this.identifier = identifier;
  }

  /**
   * A table of the pipeline, which need not be there.
   *
   * @param text its name; the pipeline's namespace may stand before
   * @throws LeatException if it cannot be called so
   */
  static TableOutput of(OfflineCatalog catalog, ScoreJob job, String text) {
    String name = inNamespace(catalog, text);
    if (!name.matches("[A-Za-z][A-Za-z0-9_]*") || OF_THE_JOB.stream().anyMatch(name::startsWith)) {
      throw new LeatException(
          ErrorCode.INPUT,
          "--output is '%s'; expected a name of letters, digits and _ for a table, which does not begin as those that the job 'offline' writes (%s): batch_%s. Or a folder, with a / in its name."
              .formatted(
                  text,
                  String.join(", ", OF_THE_JOB),
                  job.version().getModel().replaceAll("[^A-Za-z0-9_]", "_")));
    }
    return new TableOutput(catalog, job, catalog.identifier(name));
  }

  /** A table's name without the pipeline's namespace before it. */
  static String inNamespace(OfflineCatalog catalog, String name) {
    String namespace = catalog.identifier(name).namespace() + ".";
    return name.startsWith(namespace) ? name.substring(namespace.length()) : name;
  }

  @Override
  public String name() {
    return identifier.toString();
  }

  @Override
  public Optional<Long> written() {
    return catalog.with(
        opened ->
            opened.tableExists(identifier)
                ? written(opened.loadTable(identifier))
                : Optional.empty());
  }

  private Optional<Long> written(Table found) {
    requirePartitions(found);
    long rows = 0;
    boolean any = false;
    try (CloseableIterable<FileScanTask> files =
        found
            .newScan()
            .filter(
                Expressions.and(
                    Expressions.equal(ScoreTable.MODEL_DIGEST, job.version().getDigest()),
                    Expressions.equal(ScoreColumns.INPUT_SNAPSHOT, job.snapshot())))
            .planFiles()) {
      for (FileScanTask file : files) {
        rows += file.file().recordCount();
        any = true;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The table %s cannot be read".formatted(identifier), e);
    }
    return any ? Optional.of(rows) : Optional.empty();
  }

  private void requirePartitions(Table found) {
    List<String> columns =
        found.spec().fields().stream()
            .filter(field -> field.transform().isIdentity())
            .map(PartitionField::sourceId)
            .map(id -> found.schema().findColumnName(id))
            .toList();
    if (!columns.equals(PARTITIONED_BY)) {
      throw new LeatException(
          ErrorCode.TABLE,
          "The table %s is partitioned by %s; expected one that 'leat score' has made, by %s. Give another with --output."
              .formatted(identifier, found.spec().fields(), PARTITIONED_BY));
    }
  }

  @Override
  public Schema prepare(Schema wanted) {
    PartitionSpec.Builder partitions = PartitionSpec.builderFor(wanted);
    PARTITIONED_BY.forEach(partitions::identity);
    OfflineTable as =
        new OfflineTable(
            identifier.name(), wanted, partitions.build(), List.of(), "scores of " + job.input());
    Table ready = catalog.with(opened -> OfflineCatalog.ensure(opened, identifier, as));
    for (Types.NestedField column : wanted.columns()) {
      Types.NestedField there = ready.schema().findField(column.name());
      if (column.type().isPrimitiveType() && !there.type().equals(column.type())) {
        throw new LeatException(
            ErrorCode.TABLE,
            "The table %s has %s of type %s; that of %s is %s. Give another with --output."
                .formatted(identifier, column.name(), there.type(), job.input(), column.type()));
      }
    }
    table = Optional.of(ready);
    return ready.schema();
  }

  @Override
  public void take(DataStream<RowData> rows) {
    Table ready = table.orElseThrow();
    IcebergSink.Builder sink =
        IcebergSink.forRowData(rows)
            .table(ready)
            .tableLoader(catalog.loader(identifier))
            .overwrite(true)
            .distributionMode(DistributionMode.NONE)
            .uidSuffix(identifier.name());
    rows.sinkTo(SortedIcebergSink.of(sink, ready)).name(identifier.name()).uid(identifier.name());
  }

  @Override
  public void finish(Tally.Counts counts) {
    // The sink has committed.
  }

  @Override
  public void abandon() {
    // Nothing was committed, and maintenance deletes files that no snapshot names.
  }
}
