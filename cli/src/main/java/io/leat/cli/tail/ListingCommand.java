package io.leat.cli.tail;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.cli.command.PipelineOptions;
import io.leat.deadletters.RecordText;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists what the records of the platform's own topics say: a line each, or a JSON object. */
abstract class ListingCommand implements Callable<Integer> {
  @Option(
      names = "--output",
      paramLabel = "text|json",
      description = "One a line for people, or as JSON objects. Default: text.")
  private Output output = Output.text;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  /** What is listed, in order. */
  abstract List<? extends JsonNode> find();

  abstract String line(JsonNode found);

  /** The last line, after all others. */
  abstract String summary();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    find().forEach(found -> out.println(output == Output.json ? found : line(found)));
    if (output == Output.text) {
      out.println(summary());
    }
    out.flush();
    return 0;
  }

  /**
   * Hands over the value of every record of a topic, in their order; says how many cannot be read.
   *
   * @throws io.leat.cli.command.UserError if the topic is not there, or the brokers do not answer
   */
  final void read(String topic, Consumer<JsonNode> values) {
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
      spec.commandLine()
          .getErr()
          .printf(
              "%,d records of %s cannot be read; './leat tail %s' shows them.%n",
              unreadable[0], topic, topic);
    }
  }
}
