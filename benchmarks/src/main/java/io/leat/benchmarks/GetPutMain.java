package io.leat.benchmarks;

import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.Topics;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
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
 * The floor of a feature view: for each valid event one get and one put of 512 bytes under its key,
 * in a store like a view's, with its changelog and every service's settings.
 */
public final class GetPutMain {
  private static final String STORE = "values";
  private static final int BYTES = 512;

  private GetPutMain() {}

  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new GetPutJob(), arguments));
  }

  private static final class GetPutJob implements StreamsJob {
    @Override
    public String name() {
      return "features"; // the same consumer group as the service that it stands for
    }

    @Override
    public Topology topology(JobContext context) {
      String event = context.pipeline().contracts().get(0).event();
      return new Topology()
          .addSource(
              AutoOffsetReset.earliest(),
              event,
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer(),
              Topics.valid(event))
          .addProcessor("get-put", GetPut::new, event)
          .addStateStore(
              Stores.keyValueStoreBuilder(
                      Stores.persistentKeyValueStore(STORE), Serdes.Bytes(), Serdes.ByteArray())
                  .withCachingEnabled()
                  .withLoggingEnabled(Map.of()),
              "get-put");
    }
  }

  private static final class GetPut extends ContextualProcessor<byte[], byte[], Void, Void> {
    private @Nullable KeyValueStore<Bytes, byte[]> store;

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      super.init(context);
      store = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      Bytes key = Bytes.wrap(record.key());
      byte[] before = store.get(key);
      byte[] value = new byte[BYTES];
      System.arraycopy(record.value(), 0, value, 0, Math.min(BYTES, record.value().length));
      value[BYTES - 1] = (byte) (before == null ? 0 : before[BYTES - 1] + 1);
      store.put(key, value);
    }
  }
}
