package io.leat.features.offline.trainingset;

import io.leat.features.offline.replay.Item;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Takes finished rows in order, in one task, and writes the training set's files when all are
 * there.
 *
 * @param folder the folder to write to; exists
 * @param columns columns of the files
 * @param shares of the parts
 * @param lineage what is known of the training set before its rows are, as JSON
 */
record TrainingSetSink(String folder, List<Column> columns, Shares shares, String lineage)
    implements Sink<Item> {
  TrainingSetSink {
    columns = List.copyOf(columns);
  }

  @Override
  public SinkWriter<Item> createWriter(WriterInitContext context) throws IOException {
    return new TrainingSetWriter(this);
  }
}
