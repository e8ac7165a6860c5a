package io.leat.benchmarks;

import io.leat.pipeline.definition.Contract;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.WireFormat;
import java.util.Arrays;
import java.util.Objects;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
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
        if (rung != Rung.PASS_THROUGH) {
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
