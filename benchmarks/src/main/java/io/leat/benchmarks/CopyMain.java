package io.leat.benchmarks;

import io.leat.ingestion.privacy.Protector;
import io.leat.ingestion.privacy.Sensitive;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.RuleSet;
import io.leat.pipeline.definition.Severity;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.records.LogPosition;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.WireFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The rungs below ingestion: a service that copies an event's raw topic to its valid topic, with
 * the settings that every service has.
 */
public final class CopyMain {
  private CopyMain() {}

  /** Takes the name of a {@link Rung}, then what every service takes. */
  public static void main(String[] arguments) {
    System.exit(
        StreamsService.main(
            new CopyJob(Rung.valueOf(arguments[0])),
            Arrays.copyOfRange(arguments, 1, arguments.length)));
  }

  private record CopyJob(Rung rung) implements StreamsJob {
    @Override
    public String name() {
      return "ingestion"; // the same consumer group as the service that it stands for
    }

    @Override
    public Topology topology(JobContext context) {
      Topology topology = new Topology();
      for (Contract contract : context.pipeline().contracts()) {
        String raw = contract.event();
        String valid = raw + ".valid";
        topology.addSource(
            AutoOffsetReset.earliest(),
            raw,
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            raw);
        String parent = raw;
        if (rung == Rung.SAME_OUTPUT) {
          parent = raw + "-same";
          topology.addProcessor(parent, () -> new SameOutput(contract, context.registry()), raw);
        } else if (rung != Rung.PASS_THROUGH) {
          parent = raw + "-decode";
          topology.addProcessor(
              parent, () -> new Decode(contract, context.registry(), rung == Rung.ENCODE), raw);
        }
        topology.addSink(
            valid, valid, new ByteArraySerializer(), new ByteArraySerializer(), parent);
      }
      return topology;
    }
  }

  /**
   * Writes for each event what ingestion writes for one of the first: by turns, so many that lz4
   * does not find them again. Only the header that says where the event was read is the event's
   * own.
   */
  private static final class SameOutput
      extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private static final int KEPT = 1_024;

    private final Contract contract;
    private final AvroCodec codec;
    private final Protector protector;
    private final Scope scope;
    private final Map<String, Program> warnings = new LinkedHashMap<>();
    private final Header named;
    private final List<Written> written = new ArrayList<>();
    private int next;

    private record Written(byte[] value, List<Header> headers) {}

    SameOutput(Contract contract, RegistryClient registry) {
      this.contract = contract;
      this.codec = new AvroCodec(registry);
      this.protector =
          new Protector(
              Sensitive.of(contract, RuleSet.EMPTY, Map.of()).fields(), contract.schema());
      this.scope = Scope.ofEvent(contract.schema());
      contract.rules().stream()
          .filter(rule -> rule.severity() == Severity.WARN)
          .forEach(
              rule ->
                  warnings.put(
                      rule.name(), Program.compile(rule.check(), scope, Program.Result.BOOL)));
      this.named =
          RecordHeaders.of(
              RecordHeaders.CONTRACT, RecordHeaders.contract(contract.event(), OptionalInt.of(1)));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      if (written.size() < KEPT) {
        written.add(written(record.value()));
      }
      Written one = written.get(next++ % written.size());
      Record<byte[], byte[]> out = new Record<>(record.key(), one.value(), record.timestamp());
      one.headers().forEach(out.headers()::add);
      RecordMetadata source = context().recordMetadata().orElseThrow();
      out.headers()
          .add(
              RecordHeaders.of(
                  RecordHeaders.SOURCE,
                  LogPositions.format(
                      new LogPosition(source.topic(), source.partition(), source.offset()))));
      context().forward(out);
    }

    private Written written(byte[] value) {
      GenericRecord event = codec.decode(value, contract.schema());
      List<Header> headers = new ArrayList<>();
      headers.add(RecordHeaders.of(RecordHeaders.EVENT_ID, event.get("payment_id").toString()));
      headers.add(RecordHeaders.of(RecordHeaders.EVENT_TIME, event.get("paid_at").toString()));
      headers.add(named);
      String broken =
          warnings.entrySet().stream()
              .filter(rule -> Boolean.FALSE.equals(rule.getValue().evaluate(scope.bind(event))))
              .map(Map.Entry::getKey)
              .collect(Collectors.joining(","));
      if (!broken.isEmpty()) {
        headers.add(RecordHeaders.of(RecordHeaders.WARNINGS, broken));
      }
      protector.protect(event);
      return new Written(codec.encode(WireFormat.schemaId(value), event), headers);
    }
  }

  private static final class Decode implements Processor<byte[], byte[], byte[], byte[]> {
    private final Contract contract;
    private final AvroCodec codec;
    private final boolean encode;
    private @Nullable ProcessorContext<byte[], byte[]> context;

    Decode(Contract contract, RegistryClient registry, boolean encode) {
      this.contract = contract;
      this.codec = new AvroCodec(registry);
      this.encode = encode;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      this.context = context;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      GenericRecord event = codec.decode(record.value(), contract.schema());
      Objects.requireNonNull(context, "init comes first")
          .forward(
              encode
                  ? record.withValue(codec.encode(WireFormat.schemaId(record.value()), event))
                  : record);
    }
  }
}
