package io.leat.benchmarks;

import io.leat.benchmarks.expert.Tiles;
import io.leat.pipeline.definition.Contract;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The same features as a team that knows Kafka Streams writes them by hand: one processor over one
 * value of {@link Tiles} a key, in a store with its changelog and every service's settings.
 */
public final class TilesMain {
  /** Takes the rows. */
  static final String TOPIC = "tiles-streams";

  private static final String STORE = "tiles";

  private TilesMain() {}

  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new TilesJob(), arguments));
  }

  private static final class TilesJob implements StreamsJob {
    @Override
    public String name() {
      return "features"; // the same consumer group as the service that it stands for
    }

    @Override
    public Topology topology(JobContext context) {
      Contract contract = context.pipeline().contracts().get(0);
      long resolution = context.pipeline().views().get(0).resolution().toMillis();
      String event = contract.event();
      return new Topology()
          .addSource(
              AutoOffsetReset.earliest(),
              event,
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer(),
              Topics.valid(event))
          .addProcessor(
              "windows", () -> new Windows(contract, context.registry(), resolution), event)
          .addStateStore(
              Stores.keyValueStoreBuilder(
                      Stores.persistentKeyValueStore(STORE), Serdes.Bytes(), Serdes.ByteArray())
                  .withCachingEnabled()
                  .withLoggingEnabled(Map.of()),
              "windows")
          .addSink(TOPIC, TOPIC, new ByteArraySerializer(), new ByteArraySerializer(), "windows");
    }
  }

  private static final class Windows extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final Contract contract;
    private final AvroCodec codec;
    private final Tiles tiles;
    private final int payment;
    private final int time;
    private final int amount;
    private @Nullable KeyValueStore<Bytes, byte[]> store;

    Windows(Contract contract, RegistryClient registry, long resolution) {
      this.contract = contract;
      this.codec = new AvroCodec(registry);
      this.tiles = new Tiles(resolution);
      this.payment = contract.schema().getField("payment_id").pos();
      this.time = contract.schema().getField("paid_at").pos();
      this.amount = contract.schema().getField("amount").pos();
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      super.init(context);
      store = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      KeyValueStore<Bytes, byte[]> states = Objects.requireNonNull(store, "init comes first");
      GenericRecord event = codec.decode(record.value(), contract.schema());
      Bytes key = Bytes.wrap(record.key());
      states.put(
          key, tiles.add(states.get(key), (long) event.get(time), (double) event.get(amount)));
      context()
          .forward(
              new Record<>(record.key(), tiles.row((long) event.get(payment)), record.timestamp()));
    }
  }
}
