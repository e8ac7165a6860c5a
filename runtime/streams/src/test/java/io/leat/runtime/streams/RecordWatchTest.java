package io.leat.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordWatchTest {
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final AtomicLong seconds = new AtomicLong(1_000);
  private final RecordWatch watch = new RecordWatch(metrics, () -> SECONDS.toNanos(seconds.get()));
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> payments;

  /** Stops at a record that says so, fails at another, and hands on the rest. */
  private final class Stopping extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    @Override
    public void process(Record<byte[], byte[]> record) {
      String text = new String(record.value(), UTF_8);
      if (text.equals("fail")) {
        throw new IllegalStateException("as it was told");
      }
      if (text.equals("stop")) {
        reached.countDown();
        try {
          go.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      context().forward(record);
    }
  }

  @BeforeEach
  void start() {
    Topology topology = new Topology();
    topology.addSource(
        "payments", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "payments");
    topology.addProcessor("outer", watch.watched(Stopping::new), "payments");
    topology.addProcessor("inner", watch.watched(Stopping::new), "outer");
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "watched");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:9092");
    driver = new TopologyTestDriver(topology, settings);
    payments =
        driver.createInputTopic("payments", new ByteArraySerializer(), new ByteArraySerializer());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  private void send(String text) {
    payments.pipeInput(text.getBytes(UTF_8));
  }

  private double gauge(String name) {
    return metrics.get(name).tags("topic", "payments", "partition", "0").gauge().value();
  }

  @Test
  void aRecordThatIsWorkedOnForTooLongIsReportedWithItsPlaceUntilItIsDone() throws Exception {
    send("a");
    send("b");
    assertThat(watch.problem()).isEmpty();
    assertThat(gauge("leat.stream.record.offset")).isEqualTo(-1);

    CompletableFuture<Void> work = CompletableFuture.runAsync(() -> send("stop"));
    reached.await();
    seconds.addAndGet(29);
    assertThat(watch.problem()).isEmpty();
    seconds.addAndGet(2);

    assertThat(watch.problem())
        .hasValue(
            "the record at payments/0/2 has been worked on for 31 s, and nothing behind it is"
                + " processed");
    assertThat(gauge("leat.stream.record.seconds")).isEqualTo(31);
    assertThat(gauge("leat.stream.record.offset")).isEqualTo(2);

    go.countDown();
    work.get();
    assertThat(watch.problem()).isEmpty();
    assertThat(gauge("leat.stream.record.seconds")).isZero();
  }

  @Test
  void aRecordThatFailsIsWorkedOnNoLonger() {
    assertThatThrownBy(() -> send("fail")).hasRootCauseMessage("as it was told");
    seconds.addAndGet(100);

    assertThat(watch.problem()).isEmpty();
  }
}
