package io.leat.ingestion;

import static io.leat.ingestion.Payments.contract;
import static io.leat.ingestion.Payments.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry that is out of order holds events up; it makes no dead letter. */
class RegistryPatienceTest {
  private static final InstantSource CLOCK = InstantSource.fixed(Payments.NOW);

  private final AtomicInteger outOfOrder = new AtomicInteger();
  private final List<Duration> pauses = new ArrayList<>();
  private HttpServer server;

  @BeforeEach
  void startARegistryThatIsOutOfOrderForAWhile() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          boolean broken = outOfOrder.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
          boolean post = exchange.getRequestMethod().equals("POST");
          String schema = Payments.SCHEMA.toString().replace("\"", "\\\"");
          String answer =
              broken
                  ? "{\"error_code\": 50001, \"message\": \"store is starting\"}"
                  : post
                      ? "{\"id\": 3, \"version\": 1, \"subject\": \"s\", \"schema\": \""
                          + schema
                          + "\"}"
                      : "{\"schema\": \"" + schema + "\"}";
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(broken ? 500 : 200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void anOutageIsWaitedOutAndTheEventPasses() {
    RegistryClient registry =
        new RegistryClient("http://127.0.0.1:" + server.getAddress().getPort());
    byte[] value = new AvroCodec(registry).encode(3, payment("p1", 1).build());
    List<String> seen = new ArrayList<>();
    List<RegistryPatience> told = new ArrayList<>();
    RegistryPatience patience =
        new RegistryPatience(
            CLOCK,
            time -> {
              pauses.add(time);
              told.get(0).problem().ifPresent(seen::add);
            });
    told.add(patience);
    ContractSchemas schemas = new ContractSchemas(contract(), registry, patience, CLOCK);
    ContractCheck check =
        new ContractCheck(
            contract(), schemas, new Rules(contract()), new AvroCodec(registry), CLOCK);
    outOfOrder.set(3);

    Verdict verdict = check.check(value);

    assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
    assertThat(pauses)
        .containsExactly(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(400));
    assertThat(seen).hasSize(3).allSatisfy(problem -> assertThat(problem).contains("registry"));
    assertThat(patience.problem()).isEmpty();
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
