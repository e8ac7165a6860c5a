package io.leat.cli.tail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.cli.command.PipelineOptions;
import io.leat.deadletters.RecordText;
import io.leat.pipeline.definition.PipelineException;
import io.leat.schemas.topic.TopicLog;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the records of a topic, decoded. */
@Command(
    name = "tail",
    mixinStandardHelpOptions = true,
    description = {
      "Shows records of a topic, decoded: Avro by the registry, JSON as it is, feature vectors by"
          + " the features' names, all else in hexadecimal digits. The newest ten, if nothing else"
          + " is asked for. Committed records alone; nothing is written, and no offset committed.",
      "What a contract protects is masked in its raw topic and in its dead letters."
    })
public final class TailCommand implements Callable<Integer> {
  private static final int USUAL = 10;

  @Parameters(paramLabel = "TOPIC", description = "Name of the topic, such as payments.valid.")
  private String topic = "";

  @Option(
      names = "--from",
      paramLabel = "POSITION",
      converter = From.Converter.class,
      description =
          "Where to begin: earliest, latest (what comes from now on, until Ctrl-C), the time of"
              + " writing, such as 2026-05-01T12:00:00Z, or partition/offset as in 0/17. Default:"
              + " as near the end as the number of records says.")
  private @Nullable From from;

  @Option(
      names = "--filter",
      paramLabel = "CEL",
      description =
          "Only records for which a condition holds, such as 'value.amount > 100'; over value (or"
              + " event), key, headers, topic, partition, offset, time and event_time.")
  private @Nullable String filter;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "So many records; 0 for all. Default: 10, with --follow all that come.")
  private @Nullable Integer limit;

  @Option(names = "--follow", description = "Go on behind the end, until Ctrl-C.")
  private boolean follow;

  @Option(
      names = "--output",
      paramLabel = "text|json",
      description = "One a line for people, or as JSON objects. Default: text.")
  private Output output = Output.text;

  @Option(names = "--clear", description = "Show protected values too.")
  private boolean clear;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    if (limit != null && limit < 0) {
      throw new ParameterException(spec.commandLine(), "--limit is at least 0");
    }
    Optional<RecordFilter> wanted = Optional.ofNullable(filter).map(RecordFilter::new);
    RecordText text = new RecordText(topic, options.find(), options.platform().registry(), clear);
    boolean following = follow || from instanceof From.Latest;
    long most = limit == null ? (following ? 0 : USUAL) : limit;
    long[] printed = {0};
    TopicLog.Visitor print =
        record -> {
          ObjectNode json = text.json(record);
          if (wanted.map(condition -> condition.wants(json)).orElse(true)) {
            print(json);
            printed[0]++;
          }
          return most == 0 || printed[0] < most;
        };
    try (TopicRecords records = new TopicRecords(options.platform(), topic)) {
      boolean more = true;
      if (from == null && (limit == null || limit > 0)) {
        newest(records, text, wanted).forEach(this::print);
        more = limit == null;
      } else {
        records.begin(from == null ? new From.Earliest() : from);
        more = records.read(print);
      }
      if (following && more) {
        records.follow(print);
      }
    }
    return 0;
  }

  /** The newest records that are wanted, in the order in which they were written. */
  private List<ObjectNode> newest(
      TopicRecords records, RecordText text, Optional<RecordFilter> wanted) {
    int most = limit == null ? USUAL : limit;
    if (wanted.isPresent()) {
      records.begin(new From.Earliest());
    } else {
      records.beginWithNewest(most);
    }
    record Shown(long written, ObjectNode json) {}
    Map<Integer, Deque<Shown>> last = new TreeMap<>();
    records.read(
        record -> {
          ObjectNode json = text.json(record);
          if (wanted.map(condition -> condition.wants(json)).orElse(true)) {
            Deque<Shown> part =
                last.computeIfAbsent(record.partition(), partition -> new ArrayDeque<>());
            part.add(new Shown(record.timestamp(), json));
            if (part.size() > most) {
              part.remove();
            }
          }
          return true;
        });
    List<Shown> all =
        last.values().stream()
            .flatMap(Deque::stream)
            .sorted(Comparator.comparingLong(Shown::written)) // stable: a partition keeps its order
            .toList();
    return all.subList(Math.max(0, all.size() - most), all.size()).stream()
        .map(Shown::json)
        .toList();
  }

  private void print(ObjectNode record) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        output == Output.json
            ? record
            : "%s/%s  %s%s  %s  %s"
                .formatted(
                    record.path("partition"),
                    record.path("offset"),
                    record.path("time").asText(),
                    record.has("event_time")
                        ? "  event_time=" + record.path("event_time").asText()
                        : "",
                    "key=" + record.path("key").asText("(null)"),
                    record.has("unreadable")
                        ? "unreadable: " + record.path("unreadable").asText()
                        : shown(record.path("value"))));
    out.flush();
  }

  private static String shown(JsonNode value) {
    return value.isTextual() ? value.textValue() : value.toString();
  }
}
