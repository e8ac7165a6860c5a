package io.leat.features.offline;

import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.util.Tasks;

/**
 * Changes of a table beside others who change it: the jobs commit at every checkpoint, maintenance
 * and commands in between. Iceberg tries some of its commits again when another came first, and not
 * those of references and of columns.
 */
public final class TableCommits {
  private static final int RETRIES = 20;
  private static final long SHORTEST_WAIT_MILLIS = 50;
  private static final long LONGEST_WAIT_MILLIS = 2_000;
  private static final long MOST_MILLIS = 60_000;
  private static final double FACTOR = 1.5;

  private TableCommits() {}

  /**
   * Makes a change, and makes it again on the table as it then is where somebody else's came first.
   *
   * @param change looks at the table and commits; is called once or more
   * @throws CommitFailedException if others came first for a minute on end
   */
  public static void commit(Table table, Consumer<Table> change) {
    Tasks.foreach(table)
        .retry(RETRIES)
        .exponentialBackoff(SHORTEST_WAIT_MILLIS, LONGEST_WAIT_MILLIS, MOST_MILLIS, FACTOR)
        .onlyRetryOn(CommitFailedException.class)
        .run(
            fresh -> {
              fresh.refresh();
              change.accept(fresh);
            });
  }
}
