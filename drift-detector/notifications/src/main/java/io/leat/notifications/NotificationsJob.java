package io.leat.notifications;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Receiver;
import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.MalformedToDeadLetters;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * The service: who is told of the episodes of a pipeline.
 *
 * <pre>
 * drift-alerts ───┐
 * alert-controls ─┴─▶ notifications ──▶ Alertmanager, webhooks, PagerDuty, Slack, mail
 *                          │       └──▶ &lt;application id&gt;.dlq: what a receiver refused
 *                          │
 *                        state: what each receiver is to be told, and what it answered
 * </pre>
 */
public final class NotificationsJob implements StreamsJob {
  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new NotificationsJob(), arguments));
  }

  @Override
  public String name() {
    return "notifications";
  }

  @Override
  public Topology topology(JobContext context) {
    String pipeline = context.pipeline().name();
    Map<String, Channel> channels = new LinkedHashMap<>();
    for (Receiver receiver : context.pipeline().receivers()) {
      channels.put(receiver.name(), Channels.of(receiver, pipeline, InstantSource.system()));
    }
    RegistryRetry retry = RegistryRetry.of(context);
    String subject = Topics.valueSubject(changelog(pipeline));
    return topology(
        context
            .watch()
            .watched(
                () ->
                    new NotificationsProcessor(
                        context.pipeline().receivers(),
                        context.pipeline().models().stream()
                            .map(Model::name)
                            .collect(Collectors.toSet()),
                        new Courier(channels),
                        new Outbox.Format(
                            new AvroCodec(context.registry()), context.registry(), subject, retry),
                        new DeliveryMetrics(context.metrics()))),
        MalformedToDeadLetters.topic(context.applicationId(this)));
  }

  /** Where others read what receivers of a pipeline were told. */
  static String changelog(String pipeline) {
    return "%s-notifications-%s-changelog".formatted(pipeline, Outbox.STORE);
  }

  /**
   * @param deadLetters topic of what receivers refuse
   */
  static Topology topology(
      ProcessorSupplier<byte[], byte[], byte[], byte[]> processor, String deadLetters) {
    String name = "notifications";
    Topology topology = new Topology();
    for (String topic : new String[] {Topics.DRIFT_ALERTS, Topics.ALERT_CONTROLS}) {
      topology.addSource(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer(), topic);
    }
    return topology
        .addProcessor(name, processor, Topics.DRIFT_ALERTS, Topics.ALERT_CONTROLS)
        .addSink("refused", deadLetters, new ByteArraySerializer(), new ByteArraySerializer(), name)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Outbox.STORE), Serdes.String(), Serdes.ByteArray()),
            name)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Outbox.SINCE), Serdes.String(), Serdes.Long()),
            name)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Controls.STORE),
                Serdes.String(),
                Serdes.ByteArray()),
            name);
  }

  @Override
  public Map<String, Object> settings(JobOptions options) {
    return Map.of(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, MalformedToDeadLetters.class);
  }
}
