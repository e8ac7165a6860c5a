package io.leat.cli.up;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.leat.console.Findings;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
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
    findings.add(alert("a", "price", AlertState.OPEN, "first"));
    findings.add(alert("b", "price", AlertState.OPEN, "second"));
    findings.add(alert("a", "price", AlertState.CLOSED, "over"));
    findings.add(alert("c", "fraud", AlertState.OPEN, "somebody else's"));

    Findings.Summary summary = findings.summary();
    assertThat(summary.opened()).isEqualTo(2);
    assertThat(summary.closed()).isEqualTo(1);
    assertThat(summary.open()).extracting(Findings.OpenAlert::message).containsExactly("second");
    assertThat(summary.requests()).isZero();
  }

  @Test
  void openAlertsAreInTheOrderOfHowBadTheyAre() {
    findings.add(alert("a", Severity.WARN, 9.0, "2026-01-01T00:00:00Z"));
    findings.add(alert("b", Severity.CRITICAL, 0.6, "2026-01-02T00:00:00Z"));
    findings.add(alert("c", Severity.WARN, 0.7, "2026-01-01T00:00:00Z"));
    findings.add(alert("d", Severity.CRITICAL, -0.8, "2026-01-01T00:00:00Z"));
    findings.add(alert("e", Severity.WARN, 0.7, "2026-01-03T00:00:00Z"));

    assertThat(findings.summary().open())
        .extracting(Findings.OpenAlert::message)
        .containsExactly("d", "b", "a", "e", "c");
  }

  @Test
  void anAlertThatIsReadTwiceIsOne() {
    for (int time = 0; time < 2; time++) {
      findings.add(alert("a", "price", AlertState.OPEN, "first"));
      findings.add(alert("a", "price", AlertState.CLOSED, "over"));
    }

    assertThat(findings.summary().opened()).isEqualTo(1);
    assertThat(findings.summary().closed()).isEqualTo(1);
    assertThat(findings.summary().open()).isEmpty();
  }

  @Test
  void whatCannotBeReadIsCountedAndTheRestGoesOn() {
    findings.add(record("drift!".getBytes(UTF_8)));
    findings.add(new ConsumerRecord<>(Topics.RETRAINING_REQUESTS, 0, 0, null, null));
    findings.add(alert("a", "price", AlertState.OPEN, "first"));

    assertThat(findings.summary().unreadable()).isEqualTo(2);
    assertThat(findings.summary().opened()).isEqualTo(1);
  }

  @Test
  void anAlertIsNotPassedOverBecauseTheRegistryIsAway() {
    ConsumerRecord<byte[], byte[]> alert = alert("a", "price", AlertState.OPEN, "first");
    registry.stop(0);

    assertThatThrownBy(() -> findings.add(alert)).isInstanceOf(RegistryException.class);
    assertThat(findings.summary().unreadable()).isZero();
  }

  private ConsumerRecord<byte[], byte[]> alert(
      String id, String model, AlertState state, String message) {
    return alert(id, model, state, Severity.WARN, 1, Instant.EPOCH, message);
  }

  /** One that has opened; its message is its id. */
  private ConsumerRecord<byte[], byte[]> alert(
      String id, Severity severity, double value, String at) {
    return alert(id, "price", AlertState.OPEN, severity, value, Instant.parse(at), id);
  }

  private ConsumerRecord<byte[], byte[]> alert(
      String id,
      String model,
      AlertState state,
      Severity severity,
      double value,
      Instant at,
      String message) {
    return record(
        codec.encode(
            ALERT_SCHEMA,
            DriftAlert.newBuilder()
                .setAlertId(id)
                .setMonitor("m")
                .setModel(model)
                .setKind("drift")
                .setFeature("event.vic_price")
                .setMetric("ks")
                .setState(state)
                .setSeverity(severity)
                .setWindowStart(Instant.EPOCH)
                .setWindowEnd(at)
                .setValue(value)
                .setThreshold(0.5)
                .setMessage(message)
                .setReference("r")
                .build()));
  }

  private static ConsumerRecord<byte[], byte[]> record(byte[] value) {
    return new ConsumerRecord<>(Topics.DRIFT_ALERTS, 0, 0, null, value);
  }
}
