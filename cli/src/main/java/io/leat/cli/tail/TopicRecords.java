package io.leat.cli.tail;

import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.common.LeatException;
import io.leat.common.Lookups;
import io.leat.schemas.topic.TopicLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** The committed records of a topic, from where a command says. One thread owns it. */
final class TopicRecords implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  /** Transactions' markers take offsets too. */
  private static final int MARKERS = 100;

  private final String topic;
  private final TopicLog log;

  /**
   * @throws LeatException if the topic is not there, or the brokers do not answer
   */
  TopicRecords(PlatformOptions platform, String topic) {
    this.topic = topic;
    this.log =
        TopicLog.find(platform.kafka(), topic)
            .orElseThrow(
                () ->
                    new UserError(
                        "There is no topic %s at %s. There are: %s."
                            .formatted(topic, platform.bootstrapServers(), topics(platform))));
  }

  private static String topics(PlatformOptions platform) {
    try (Admin admin = Admin.create(platform.kafka())) {
      return admin.listTopics().names().get().stream()
          .filter(name -> !name.startsWith("_") && !name.contains("-changelog"))
          .sorted()
          .collect(Collectors.joining(", "));
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Begins with as many records of each partition as may hold the newest so many. */
  void beginWithNewest(int records) {
    Map<TopicPartition, Long> beginnings = log.beginnings();
    Map<TopicPartition, Long> positions = new HashMap<>(log.ends());
    positions.replaceAll(
        (partition, end) ->
            Math.max(Lookups.required(beginnings, partition), end - records - MARKERS));
    log.seek(positions);
  }

  /**
   * Begins somewhere.
   *
   * @throws UserError if the topic has no such position
   */
  void begin(From from) {
    if (from instanceof From.Latest) {
      log.seek(log.ends());
    } else if (from instanceof From.Written written) {
      log.seek(log.offsetsAt(written.time()));
    } else if (from instanceof From.Position position) {
      begin(position);
    } else {
      log.seekToBeginning();
    }
  }

  private void begin(From.Position position) {
    TopicPartition wanted = new TopicPartition(topic, position.partition());
    Long begin = log.beginnings().get(wanted);
    Long end = log.ends().get(wanted);
    if (begin == null || end == null || position.offset() < begin || position.offset() > end) {
      throw new UserError(
          "%s has no position %d/%d; %s."
              .formatted(
                  topic,
                  position.partition(),
                  position.offset(),
                  begin == null || end == null
                      ? "its partitions are 0 to " + (log.partitions().size() - 1)
                      : "of partition %d it has the offsets %d to %d"
                          .formatted(position.partition(), begin, end - 1)));
    }
    log.seek(Map.of(wanted, position.offset()));
  }

  /**
   * Reads up to where the topic ends now.
   *
   * @return whether more are wanted
   * @throws LeatException if the brokers cease to answer, or the topic loses what is to be read
   */
  boolean read(TopicLog.Visitor visitor) {
    return log.readToEnd(visitor);
  }

  /** Reads on, behind the end, until no more are wanted; throws as {@link #read} does. */
  void follow(TopicLog.Visitor visitor) {
    while (true) {
      for (var record : log.poll(POLL)) {
        if (!visitor.visit(record)) {
          return;
        }
      }
    }
  }

  @Override
  public void close() {
    log.close();
  }
}
