package io.leat.features.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.aggregation.AggregateFunctions;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.testing.PublishedData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The published features of the Fraud Detection Handbook's card payments (Le Borgne, Siblini,
 * Lebichot, Bontempi), which nobody here computed: exact windows give every one of them.
 */
class CardPaymentsTest {
  private final Path data = PublishedData.cardPayments();
  private static final Schema PAYMENT =
      SchemaBuilder.record("Payment")
          .fields()
          .requiredString("customer_id")
          .requiredString("terminal_id")
          .requiredDouble("amount")
          .requiredBoolean("fraud")
          .requiredString("id")
          .requiredLong("at")
          .endRecord();

  private record Payment(String id, GenericRecord record) {}

  @Test
  void customersCountsAndAveragesAreTheHandbooks() throws IOException {
    FeatureView view =
        view(
            "customer_activity",
            "customer",
            "0s",
            new Aggregation(
                "payments",
                AggregateFunctions.COUNT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            new Aggregation(
                "avg_amount",
                AggregateFunctions.AVG,
                Optional.of("amount"),
                Optional.empty(),
                Optional.empty()));

    reproduces("expected-customer-features.csv", view);
  }

  @Test
  void terminalsCountsAndRisksAWeekBackAreTheHandbooks() throws IOException {
    FeatureView view =
        view(
            "terminal_risk",
            "terminal",
            "7d",
            new Aggregation(
                "payments",
                AggregateFunctions.COUNT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            new Aggregation(
                "risk",
                AggregateFunctions.AVG,
                Optional.of("fraud"),
                Optional.empty(),
                Optional.of(0.0)));

    reproduces("expected-terminal-features.csv", view);
  }

  private void reproduces(String expectedFile, FeatureView view) throws IOException {
    List<Payment> payments = payments();
    Map<String, double[]> expected = expected(expectedFile);
    ViewEngine engine = new ViewEngine(view, Fixtures.contract(PAYMENT), 1_024);
    EntriesInMemory entries = new EntriesInMemory();
    Map<String, @Nullable Object[]> found = new HashMap<>();

    int late = 0;
    long began = System.nanoTime();
    for (Payment payment : payments) {
      String key = payment.record().get(view.entity().key()).toString();
      ViewEngine.Step step =
          engine.updateAndEvaluate(entries, key.getBytes(UTF_8), payment.record());
      late += step.late() ? 1 : 0;
      if (expected.containsKey(payment.id())) {
        found.put(payment.id(), step.values());
      }
    }
    double seconds = (System.nanoTime() - began) / 1e9;

    assertThat(late).isZero();
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    int compared = 0;
    double greatest = 0;
    for (Map.Entry<String, double[]> entry : expected.entrySet()) {
      double[] values = interleaved(found.get(entry.getKey()));
      for (int i = 0; i < values.length; i++) {
        greatest = Math.max(greatest, Math.abs(values[i] - entry.getValue()[i]));
        compared++;
      }
    }
    System.out.printf(
        "%s: %,d payments, %,d entries; %,d values compared, greatest difference %.1e; %,.0f"
            + " events/s, %,.0f bytes an entry%n",
        view.name(),
        payments.size(),
        entries.asMap().size(),
        compared,
        greatest,
        payments.size() / seconds,
        entries.asMap().values().stream().mapToInt(s -> s.length).average().orElseThrow());
    assertThat(payments).hasSize(585_177);
    assertThat(compared).isEqualTo(expected.size() * 6).isPositive();
    assertThat(greatest).isLessThanOrEqualTo(1e-9);
  }

  /** The files go window by window (count, average), the engine aggregation by aggregation. */
  private static double[] interleaved(@Nullable Object[] values) {
    double[] interleaved = new double[values.length];
    int windows = values.length / 2;
    for (int i = 0; i < values.length; i++) {
      Object value = values[i % 2 * windows + i / 2];
      interleaved[i] = value == null ? Double.NaN : ((Number) value).doubleValue();
    }
    return interleaved;
  }

  private static FeatureView view(
      String name, String entity, String offset, Aggregation... aggregations) {
    return new FeatureView(
        name,
        1,
        new Entity(entity, entity + "_id"),
        "payments",
        List.of(Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30)),
        Duration.ofMillis(1),
        Durations.parse(offset),
        Duration.ZERO,
        List.of(aggregations));
  }

  private List<Payment> payments() throws IOException {
    List<Payment> payments = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(data.resolve("transactions.csv.gz"))),
                UTF_8))) {
      assertThat(lines.readLine())
          .isEqualTo("transaction_id,tx_time,customer_id,terminal_id,amount,fraud");
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        payments.add(payment(line.split(",", -1)));
      }
    }
    return payments;
  }

  private static Payment payment(String[] row) {
    GenericRecord record = new GenericData.Record(PAYMENT);
    record.put("customer_id", row[2]);
    record.put("terminal_id", row[3]);
    record.put("amount", Double.valueOf(row[4]));
    record.put("fraud", row[5].equals("1"));
    record.put("id", row[0]);
    long time = LocalDateTime.parse(row[1]).toInstant(ZoneOffset.UTC).toEpochMilli();
    record.put("at", time);
    return new Payment(row[0], record);
  }

  private Map<String, double[]> expected(String file) throws IOException {
    Map<String, double[]> expected = new HashMap<>();
    for (String line : Files.readAllLines(data.resolve(file)).stream().skip(1).toList()) {
      String[] row = line.split(",", -1);
      expected.put(row[0], Arrays.stream(row).skip(1).mapToDouble(Double::parseDouble).toArray());
    }
    return expected;
  }
}
