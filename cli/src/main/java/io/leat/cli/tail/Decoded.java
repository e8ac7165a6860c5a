package io.leat.cli.tail;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.cli.PipelineOptions;
import io.leat.ingestion.letters.RecordText;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Consumer;

/** The records of one of the platform's own topics, as JSON. */
final class Decoded {
  private Decoded() {}

  /**
   * Hands over the value of every record, in their order; says how many cannot be read.
   *
   * @throws io.leat.cli.UserError if the topic is not there, or the brokers do not answer
   */
  static void read(
      PipelineOptions options, String topic, PrintWriter err, Consumer<JsonNode> values) {
    RecordText text = new RecordText(topic, Optional.empty(), options.platform().registry(), false);
    long[] unreadable = {0};
    try (TopicRecords records = new TopicRecords(options.platform(), topic)) {
      records.begin(new From.Earliest());
      records.read(
          record -> {
            JsonNode value = text.json(record).path("value");
            if (value.isObject()) {
              values.accept(value);
            } else {
              unreadable[0]++;
            }
            return true;
          });
    }
    if (unreadable[0] > 0) {
      err.printf(
          "%,d records of %s cannot be read; './leat tail %s' shows them.%n",
          unreadable[0], topic, topic);
    }
  }
}
