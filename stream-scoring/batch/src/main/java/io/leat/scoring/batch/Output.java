package io.leat.scoring.batch;

import java.io.IOException;
import java.util.Optional;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.Schema;

/**
 * Where the scores of one version and one state of an input go: all at once, or none. Called in the
 * order of the methods.
 */
interface Output {
  /** What it is called. */
  String name();

  /**
   * How many rows of this version and this state are there already; empty: none were written.
   *
   * @throws io.leat.common.LeatException if something else is there
   */
  Optional<Long> written() throws IOException;

  /**
   * Makes it ready to be written to.
   *
   * @param wanted the columns, with provisional field ids
   * @return the columns that rows must have
   * @throws io.leat.common.LeatException if it cannot have these columns
   */
  Schema prepare(Schema wanted) throws IOException;

  /** Takes rows; nobody sees them before all are there and {@link #finish} has been called. */
  void take(DataStream<RowData> rows);

  /** Shows all rows that were taken. */
  void finish(Tally.Counts counts) throws IOException;

  /** Takes away what a failed run left. */
  void abandon() throws IOException;
}
