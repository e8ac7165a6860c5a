package io.leat.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.schemas.MalformedValueException;
import io.leat.schemas.MalformedValueException.Kind;
import java.util.List;
import java.util.Properties;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

class MalformedToDeadLettersTest {
  private final MalformedValueException malformed =
      new MalformedValueException(Kind.NOT_FRAMED, "the value is " + "x".repeat(3_000), null);

  @Test
  void aRecordThatCannotBeReadHasTheHeadersThatItAlwaysHadBehindItsOwn() {
    malformed.setStackTrace(new StackTraceElement[0]);
    TestRecord<byte[], byte[]> given =
        new TestRecord<>("k".getBytes(UTF_8), "no event".getBytes(UTF_8));
    given.headers().add("producer", "till 7".getBytes(UTF_8));
    given.headers().add("__streams.errors.topic", "from before".getBytes(UTF_8));
    try (TopologyTestDriver driver = driver(malformed)) {
      input(driver).pipeInput(given);

      TestRecord<byte[], byte[]> deadLetter =
          driver
              .createOutputTopic(
                  "shop.dlq", new ByteArrayDeserializer(), new ByteArrayDeserializer())
              .readRecord();
      assertThat(deadLetter.key()).isEqualTo(given.key());
      assertThat(deadLetter.value()).isEqualTo(given.value());
      assertThat(headers(deadLetter))
          .containsExactly(
              "producer=till 7",
              "__streams.errors.topic=from before",
              "__streams.errors.exception=io.leat.schemas.MalformedValueException",
              "__streams.errors.message=the value is " + "x".repeat(2_000 - 13) + "...",
              "__streams.errors.stacktrace=io.leat.schemas.MalformedValueException: the value is "
                  + "x".repeat(3_000)
                  + System.lineSeparator(),
              "__streams.errors.topic=raw",
              "__streams.errors.partition=0",
              "__streams.errors.offset=0");
    }
  }

  @Test
  void anyOtherFailureStopsTheJob() {
    try (TopologyTestDriver driver = driver(new IllegalStateException("half done"))) {
      TestInputTopic<byte[], byte[]> input = input(driver);

      assertThatThrownBy(() -> input.pipeInput(new byte[0])).hasRootCauseMessage("half done");
    }
  }

  private record Failing(RuntimeException failure)
      implements Processor<byte[], byte[], Void, Void> {
    @Override
    public void process(Record<byte[], byte[]> record) {
      throw failure;
    }
  }

  private static TopologyTestDriver driver(RuntimeException failure) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "shop");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:9092");
    settings.put(
        StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, MalformedToDeadLetters.class);
    return new TopologyTestDriver(
        new Topology()
            .addSource("source", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "raw")
            .addProcessor("failing", () -> new Failing(failure), "source"),
        settings);
  }

  private static TestInputTopic<byte[], byte[]> input(TopologyTestDriver driver) {
    return driver.createInputTopic("raw", new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static List<String> headers(TestRecord<byte[], byte[]> record) {
    return StreamSupport.stream(record.headers().spliterator(), false)
        .map(header -> header.key() + "=" + new String(header.value(), UTF_8))
        .toList();
  }
}
