package io.leat.ingestion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.ingestion.decoding.ContractSchemas;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.RegistryClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchemaGateTest {
  private FakeRegistry server;
  private RegistryClient producers;
  private RegistryRetry retry;
  private SchemaGate gate;

  @BeforeEach
  void start() throws IOException {
    server = new FakeRegistry();
    producers = server.client();
    InstantSource clock = InstantSource.system();
    retry = new RegistryRetry(clock, time -> {});
    gate =
        new SchemaGate(
            "payments",
            new ContractSchemas(Payments.contract(), server.client(), retry, clock),
            retry,
            clock);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void whatNamesNoSchemaPassesUnasked() {
    assertThat(gate.mayPass(record(null))).isTrue();
    assertThat(gate.mayPass(record("{}".getBytes(UTF_8)))).isTrue();
    assertThat(gate.mayPass(record(framed(0)))).isTrue();
    assertThat(gate.mayPass(record(framed(-1)))).isTrue();
    assertThat(server.requests()).isZero();
  }

  @Test
  void aSchemaOfARegistryInOrderPassesAtOnceAndIsAskedForOnce() {
    int id = producers.register("payments-value", Payments.SCHEMA);
    int before = server.requests();

    assertThat(gate.mayPass(record(framed(id)))).isTrue();
    int asked = server.requests();
    assertThat(gate.mayPass(record(framed(id)))).isTrue();

    assertThat(asked).isGreaterThan(before);
    assertThat(server.requests()).isEqualTo(asked);
    assertThat(retry.problem()).isEmpty();
  }

  @Test
  void anIdThatTheRegistryDoesNotKnowPassesToBeRefused() {
    assertThat(gate.mayPass(record(framed(77)))).isTrue();
    assertThat(gate.mayPass(record(framed(77)))).isTrue();
    assertThat(server.requests()).isEqualTo(1);
  }

  @Test
  void anOutageIsReportedAndTheRecordPassesAfterIt() {
    int id = producers.register("payments-value", Payments.SCHEMA);
    server.outOfOrderFor(3);

    assertThat(gate.mayPass(record(framed(id)))).isFalse();
    assertThat(retry.problem()).isPresent();
    await().until(() -> gate.mayPass(record(framed(id))));

    assertThat(retry.problem()).isEmpty();
  }

  private static byte[] framed(int id) {
    return ByteBuffer.allocate(6).put((byte) 0).putInt(id).put((byte) 1).array();
  }

  private static ConsumerRecord<byte[], byte[]> record(byte @Nullable [] value) {
    return new ConsumerRecord<>("payments", 0, 0, new byte[0], value);
  }
}
