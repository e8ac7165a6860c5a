package io.leat.ingestion;

import static io.leat.ingestion.Payments.contract;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.ingestion.decoding.ContractSchemas;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.Test;

/** A registry that is out of order holds events up; it makes no dead letter. */
class RegistryRetryTest {
  private static final InstantSource CLOCK = InstantSource.fixed(Payments.NOW);

  private final List<Duration> pauses = new ArrayList<>();

  @Test
  void anOutageIsWaitedOutAndTheEventPasses() throws IOException {
    try (FakeRegistry server = new FakeRegistry()) {
      RegistryClient producers = server.client();
      int id = producers.register("payments-value", Payments.SCHEMA);
      RegistryClient registry = server.client();
      List<String> reported = new ArrayList<>();
      AtomicReference<RegistryRetry> retry = new AtomicReference<>();
      retry.set(
          new RegistryRetry(
              CLOCK,
              time -> {
                pauses.add(time);
                retry.get().problem().ifPresent(reported::add);
              }));
      ContractSchemas schemas = new ContractSchemas(contract(), registry, retry.get(), CLOCK);
      server.outOfOrderFor(3);

      assertThat(schemas.writer(id)).isPresent();

      assertThat(pauses)
          .containsExactly(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(400));
      assertThat(reported)
          .hasSize(3)
          .allSatisfy(problem -> assertThat(problem).contains("the store is starting"));
      assertThat(retry.get().problem()).isEmpty();
    }
  }

  @Test
  void withoutRetryAnOutageIsReportedAtOnce() {
    RegistryException away = new RegistryException("away", true, new IOException());
    List<String> asked = new ArrayList<>();

    assertThatThrownBy(
            () ->
                RegistryRetry.none()
                    .call(
                        () -> {
                          asked.add("once");
                          throw away;
                        }))
        .isSameAs(away);
    assertThat(asked).containsExactly("once");
  }

  @Test
  void anUnknownIdIsAskedForOnceNotOnceAnEvent() throws IOException {
    try (FakeRegistry server = new FakeRegistry()) {
      RegistryRetry retry = new RegistryRetry(CLOCK, pauses::add);
      ContractSchemas schemas = new ContractSchemas(contract(), server.client(), retry, CLOCK);

      for (int i = 0; i < 100; i++) {
        assertThat(schemas.writer(77)).isEmpty();
      }

      assertThat(server.requests()).isEqualTo(1);
    }
  }

  @Test
  void aLongOutageGivesTheTaskBackBeforeKafkaThinksTheThreadDead() {
    RegistryRetry retry = new RegistryRetry(CLOCK, pauses::add);

    assertThatThrownBy(
            () ->
                retry.call(
                    () -> {
                      throw new RegistryException("down", true, new IOException());
                    }))
        .isInstanceOf(TaskMigratedException.class);
    assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus))
        .isBetween(RegistryRetry.LONGEST_WAIT, Duration.ofSeconds(25));
    assertThat(retry.problem()).contains("down");
  }

  @Test
  void aRefusalIsNotWaitedFor() {
    RegistryRetry retry = new RegistryRetry(CLOCK, pauses::add);

    assertThatThrownBy(
            () ->
                retry.call(
                    () -> {
                      throw new RegistryException("incompatible", false, new IOException());
                    }))
        .isInstanceOf(RegistryException.class);
    assertThat(pauses).isEmpty();
  }
}
