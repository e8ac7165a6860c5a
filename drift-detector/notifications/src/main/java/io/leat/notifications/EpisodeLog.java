package io.leat.notifications;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.records.AlertControl;
import io.leat.records.AlertControlKind;
import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The episodes of a cluster and what was said of them, read and said by commands. Errors are those
 * of {@link TopicLog}. One thread owns it.
 */
public final class EpisodeLog {
  private final Map<String, Object> kafka;
  private final RegistryClient registry;
  private final AvroCodec codec;
  private long unreadable;

  /**
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   */
  public EpisodeLog(Map<String, ?> kafka, RegistryClient registry) {
    this.kafka = new HashMap<>(kafka);
    this.registry = registry;
    this.codec = new AvroCodec(registry);
  }

  /**
   * All episodes there are now, in the order in which they opened.
   *
   * @param pipeline whose receivers' answers are read too; empty: none
   * @throws LeatException if there is no topic of alerts, or the brokers do not answer
   */
  public List<Episode> read(Optional<String> pipeline, Instant now) {
    unreadable = 0;
    Map<String, List<DriftAlert>> records = new LinkedHashMap<>();
    try (TopicLog log = TopicLog.open(kafka, Topics.DRIFT_ALERTS)) {
      each(
          log,
          DriftAlert.class,
          alert -> records.computeIfAbsent(alert.getAlertId(), id -> new ArrayList<>()).add(alert));
    }
    Map<String, AlertControl> controls = controls();
    Map<String, Map<String, Notification>> told = new HashMap<>();
    pipeline.ifPresent(
        name ->
            find(
                NotificationsJob.changelog(name),
                Notification.class,
                notification ->
                    told.computeIfAbsent(
                            notification.getOpened().getAlertId(), id -> new LinkedHashMap<>())
                        .put(notification.getReceiver(), notification)));
    return records.entrySet().stream()
        .map(
            entry -> {
              List<Notification> answers =
                  List.copyOf(told.getOrDefault(entry.getKey(), Map.of()).values());
              Episode bare =
                  new Episode(entry.getValue(), Optional.empty(), Optional.empty(), answers);
              return new Episode(
                  entry.getValue(),
                  Optional.ofNullable(controls.get(entry.getKey()))
                      .filter(control -> control.getKind() == AlertControlKind.ACK),
                  controls.values().stream()
                      .filter(control -> EpisodeControls.isInForce(control, now))
                      .filter(control -> EpisodeControls.matches(control, bare.lastOpen()))
                      .findFirst(),
                  answers);
            })
        .toList();
  }

  /** How many records could not be read when it was last read. */
  public long unreadable() {
    return unreadable;
  }

  /** Acks and silences by their ids; none where the topic is not there yet. */
  private Map<String, AlertControl> controls() {
    Map<String, AlertControl> controls = new LinkedHashMap<>();
    find(
        Topics.ALERT_CONTROLS,
        AlertControl.class,
        control -> controls.put(control.getControlId(), control));
    return controls;
  }

  private <T extends SpecificRecordBase> void find(
      String topic, Class<T> type, Consumer<T> records) {
    Optional<TopicLog> found = TopicLog.find(kafka, topic);
    if (found.isPresent()) {
      try (TopicLog log = found.get()) {
        each(log, type, records);
      }
    }
  }

  private <T extends SpecificRecordBase> void each(
      TopicLog log, Class<T> type, Consumer<T> records) {
    log.readToEnd(
        record -> {
          byte[] value = record.value();
          if (value != null) {
            try {
              records.accept(codec.decode(value, type));
            } catch (MalformedValueException e) {
              unreadable++;
            }
          }
          return true;
        });
  }

  /**
   * Says something of episodes.
   *
   * @throws LeatException if the topic is not there, or the brokers or the registry refuse
   */
  public void say(AlertControl control) {
    TopicLog.open(kafka, Topics.ALERT_CONTROLS).close(); // it is not to be made by writing to it
    int id =
        registry.register(
            Topics.valueSubject(Topics.ALERT_CONTROLS), AlertControl.getClassSchema());
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.ALERT_CONTROLS,
                  control.getControlId().getBytes(UTF_8),
                  codec.encode(id, control)))
          .get();
    } catch (ExecutionException e) {
      throw new LeatException(
          ErrorCode.KAFKA,
          "Cannot write to %s: %s".formatted(Topics.ALERT_CONTROLS, e.getCause()),
          e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
