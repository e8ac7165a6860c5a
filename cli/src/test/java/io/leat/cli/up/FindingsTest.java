package io.leat.cli.up;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineReader;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.Severity;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryException;
import io.leat.schemas.Topics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Findings of the electricity example, whose model is called price. */
class FindingsTest {
  private static final int ALERT_SCHEMA = 1;

  private HttpServer registry;
  private AvroCodec codec;
  private Findings findings;

  @BeforeEach
  void startARegistryThatKnowsTheSchemaOfAlerts() throws Exception {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] answer =
        new ObjectMapper()
            .writeValueAsString(Map.of("schema", DriftAlert.getClassSchema().toString()))
            .getBytes(UTF_8);
    registry.createContext(
        "/schemas/ids/" + ALERT_SCHEMA,
        exchange -> {
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    registry.start();
    codec =
        new AvroCodec(new RegistryClient("http://127.0.0.1:" + registry.getAddress().getPort()));
    Pipeline pipeline =
        PipelineReader.read(
            Path.of(System.getProperty("leat.project", "..")).resolve("examples/electricity"));
    findings = new Findings(pipeline, codec);
  }

  @AfterEach
  void stopIt() {
    registry.stop(0);
  }

  @Test
  void alertsOfThePipelinesModelsAreAddedUpAndOthersPassedOver() {
    findings.add(alert("price", AlertState.OPEN, "first"));
    findings.add(alert("price", AlertState.OPEN, "second"));
    findings.add(alert("price", AlertState.CLOSED, "over"));
    findings.add(alert("fraud", AlertState.OPEN, "somebody else's"));

    assertThat(findings.summary())
        .isEqualTo(new Findings.Summary(2, 1, Optional.of("second"), 0, Optional.empty(), 0));
  }

  @Test
  void whatCannotBeReadIsCountedAndTheRestGoesOn() {
    findings.add(record("drift!".getBytes(UTF_8)));
    findings.add(new ConsumerRecord<>(Topics.RETRAINING_REQUESTS, 0, 0, null, null));
    findings.add(alert("price", AlertState.OPEN, "first"));

    assertThat(findings.summary().unreadable()).isEqualTo(2);
    assertThat(findings.summary().opened()).isEqualTo(1);
  }

  @Test
  void anAlertIsNotPassedOverBecauseTheRegistryIsAway() {
    ConsumerRecord<byte[], byte[]> alert = alert("price", AlertState.OPEN, "first");
    registry.stop(0);

    assertThatThrownBy(() -> findings.add(alert)).isInstanceOf(RegistryException.class);
    assertThat(findings.summary().unreadable()).isZero();
  }

  private ConsumerRecord<byte[], byte[]> alert(String model, AlertState state, String message) {
    return record(
        codec.encode(
            ALERT_SCHEMA,
            DriftAlert.newBuilder()
                .setAlertId("a")
                .setMonitor("m")
                .setModel(model)
                .setKind("drift")
                .setFeature("event.vic_price")
                .setMetric("ks")
                .setState(state)
                .setSeverity(Severity.WARN)
                .setWindowStart(Instant.EPOCH)
                .setWindowEnd(Instant.EPOCH)
                .setValue(1)
                .setThreshold(0.5)
                .setMessage(message)
                .setReference("r")
                .build()));
  }

  private static ConsumerRecord<byte[], byte[]> record(byte[] value) {
    return new ConsumerRecord<>(Topics.DRIFT_ALERTS, 0, 0, null, value);
  }
}
