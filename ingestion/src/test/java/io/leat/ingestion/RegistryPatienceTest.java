package io.leat.ingestion;

import static io.leat.ingestion.Payments.contract;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.runtime.streams.RegistryPatience;
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
class RegistryPatienceTest {
  private static final InstantSource CLOCK = InstantSource.fixed(Payments.NOW);

  private final List<Duration> pauses = new ArrayList<>();

  @Test
  void anOutageIsWaitedOutAndTheEventPasses() throws IOException {
    try (FakeRegistry server = new FakeRegistry()) {
      RegistryClient producers = server.client();
      int id = producers.register("payments-value", Payments.SCHEMA);
      RegistryClient registry = server.client();
      List<String> told = new ArrayList<>();
      AtomicReference<RegistryPatience> patience = new AtomicReference<>();
      patience.set(
          new RegistryPatience(
              CLOCK,
              time -> {
                pauses.add(time);
                patience.get().problem().ifPresent(told::add);
              }));
      ContractSchemas schemas = new ContractSchemas(contract(), registry, patience.get(), CLOCK);
      server.outOfOrderFor(3);

      assertThat(schemas.writer(id)).isPresent();

      assertThat(pauses)
          .containsExactly(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(400));
      assertThat(told)
          .hasSize(3)
          .allSatisfy(problem -> assertThat(problem).contains("the store is starting"));
      assertThat(patience.get().problem()).isEmpty();
    }
  }

  @Test
  void withoutPatienceAnOutageIsToldAtOnce() {
    RegistryException away = new RegistryException("away", true, new IOException());
    List<String> asked = new ArrayList<>();

    assertThatThrownBy(
            () ->
                RegistryPatience.none()
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
      RegistryPatience patience = new RegistryPatience(CLOCK, pauses::add);
      ContractSchemas schemas = new ContractSchemas(contract(), server.client(), patience, CLOCK);

      for (int i = 0; i < 100; i++) {
        assertThat(schemas.writer(77)).isEmpty();
      }

      assertThat(server.requests()).isEqualTo(1);
    }
  }

  @Test
  void aLongOutageGivesTheTaskBackBeforeKafkaThinksTheThreadDead() {
    RegistryPatience patience = new RegistryPatience(CLOCK, pauses::add);

    assertThatThrownBy(
            () ->
                patience.call(
                    () -> {
                      throw new RegistryException("down", true, new IOException());
                    }))
        .isInstanceOf(TaskMigratedException.class);
    assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus))
        .isBetween(RegistryPatience.LONGEST_WAIT, Duration.ofSeconds(25));
    assertThat(patience.problem()).contains("down");
  }

  @Test
  void aRefusalIsNotWaitedFor() {
    RegistryPatience patience = new RegistryPatience(CLOCK, pauses::add);

    assertThatThrownBy(
            () ->
                patience.call(
                    () -> {
                      throw new RegistryException("incompatible", false, new IOException());
                    }))
        .isInstanceOf(RegistryException.class);
    assertThat(pauses).isEmpty();
  }
}
