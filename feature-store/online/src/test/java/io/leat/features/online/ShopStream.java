package io.leat.features.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.streams.JobContext;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.test.TestRecord;

/** The online store of a shop's payments, one partition of them. */
public final class ShopStream implements AutoCloseable {
  private final RegistryClient registry = new RegistryClient("mock://" + UUID.randomUUID());
  private final AvroCodec codec = new AvroCodec(registry);
  private final TopologyTestDriver driver;

  /** Makes something of an entry of a store. */
  @FunctionalInterface
  public interface OfEntry<T> {
    T of(String store, byte[] name, byte[] value);
  }

  public ShopStream(Path folder, Pipeline pipeline) {
    JobOptions options = JobOptions.of(folder, "none:9092", "mock://unused", folder, 0);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "shop-features");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:9092");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
    settings.putAll(new OnlineStore().settings(options));
    this.driver =
        new TopologyTestDriver(
            new OnlineStore()
                .topology(
                    new JobContext(
                        pipeline, registry, new SimpleMeterRegistry(), new Readiness(), options)),
            settings);
  }

  /** A payment arrives; its vector of one service. */
  public FeatureVector pay(GenericRecord payment, String service) {
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders();
    RecordHeaders.set(headers, RecordHeaders.EVENT_ID, payment.get("payment_id").toString());
    RecordHeaders.set(headers, RecordHeaders.EVENT_TIME, payment.get("paid_at").toString());
    RecordHeaders.set(headers, RecordHeaders.SOURCE, "payments/0/0");
    byte[] value = codec.encode(registry.register("payments.valid-value", Shop.PAYMENT), payment);
    driver
        .createInputTopic("payments.valid", new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>("key".getBytes(UTF_8), value, headers));
    return codec.decode(
        driver
            .createOutputTopic(
                "features." + service, new ByteArrayDeserializer(), new ByteArrayDeserializer())
            .readRecord()
            .value(),
        FeatureVector.class);
  }

  /** Time passes, in which idle keys are looked for. */
  public void sweep() {
    driver.advanceWallClockTime(Duration.ofSeconds(10));
  }

  /** Every entry of some views' stores. */
  public <T> List<T> entries(List<FeatureView> views, OfEntry<T> ofEntry) {
    List<T> entries = new ArrayList<>();
    for (FeatureView view : views) {
      String store = StateStores.name(view);
      try (KeyValueIterator<Bytes, byte[]> all =
          driver.<Bytes, byte[]>getKeyValueStore(store).all()) {
        while (all.hasNext()) {
          KeyValue<Bytes, byte[]> entry = all.next();
          entries.add(ofEntry.of(store, entry.key.get(), entry.value));
        }
      }
    }
    return entries;
  }

  @Override
  public void close() {
    driver.close();
  }
}
