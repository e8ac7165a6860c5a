package io.leat.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.aggregation.AggregateFunctions;
import io.leat.features.engine.EntriesInMemory;
import io.leat.features.engine.ViewEngine;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How often the number of a customer's payments in a window is not the exact one, (t-w, t], by
 * resolution and by the window's edges as other systems have them.
 */
@Command(
    name = "accuracy",
    mixinStandardHelpOptions = true,
    description = "Share of real payments whose windowed count differs from the exact one.")
final class AccuracyCommand implements Callable<Integer> {
  private static final List<Duration> WINDOWS =
      List.of(Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30));
  private static final long LONGEST = WINDOWS.get(WINDOWS.size() - 1).toMillis();
  private static final Contract PAYMENTS =
      Contract.of(
          "payments",
          SchemaBuilder.record("Payment")
              .fields()
              .requiredLong("id")
              .requiredLong("at")
              .endRecord(),
          "benchmarks",
          "",
          Optional.empty(),
          "id",
          "at",
          Duration.ofMinutes(5),
          List.of(),
          new Contract.TopicSettings(1, Optional.empty(), Duration.ofDays(30)));

  @Option(
      names = "--payments",
      defaultValue = "../shared/data/card-payments/transactions.csv.gz",
      description = "The Fraud Detection Handbook's payments. Default: ${DEFAULT-VALUE}.")
  private Path payments = Path.of(".");

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  /** The first payment that lies in a full window of each length. */
  private int full;

  private record Payment(String customer, long time) {}

  /** Where a window begins, the begin included: windows end at t, that payment included. */
  private interface Begin {
    long of(long time, long window);
  }

  @Override
  public Integer call() throws Exception {
    if (!Files.exists(payments)) {
      System.err.println("There is no " + payments + "; name the file with --payments.");
      return 1;
    }
    Results out = new Results(results, "benchmarks/run accuracy");
    List<Payment> all = read();
    full = (int) all.stream().filter(p -> p.time < all.get(0).time + LONGEST).count();
    out.line(
        "%,d payments, of which the %,d from the 31st day on are evaluated: share of counts that"
            + " are not the exact ones.",
        all.size(), all.size() - full);
    out.line("");
    out.line("| windows | 1 d | 7 d | 30 d |");
    out.line("|---|---|---|---|");
    long[][] exact = counts(all, (time, window) -> time - window + 1);
    for (Duration resolution :
        List.of(
            Duration.ofMillis(1),
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            Duration.ofDays(1))) {
      row(out, "Leat, resolution " + Durations.format(resolution), leat(all, resolution), exact);
    }
    row(out, "[t-w, t] (OpenMLDB)", counts(all, (time, window) -> time - window), exact);
    row(
        out,
        "[floor(t-w), t), hop 1 h below 12 d, else 1 d (Chronon), and the payment itself",
        counts(all, AccuracyCommand::hopped),
        exact);
    out.append();
    return 0;
  }

  private static long hopped(long time, long window) {
    long hop =
        (window < Duration.ofDays(12).toMillis() ? Duration.ofHours(1) : Duration.ofDays(1))
            .toMillis();
    return Math.floorDiv(time - window, hop) * hop;
  }

  private void row(Results out, String name, long[][] found, long[][] exact) {
    StringBuilder row = new StringBuilder("| " + name);
    for (int w = 0; w < WINDOWS.size(); w++) {
      long different = 0;
      for (int i = full; i < exact.length; i++) {
        different += found[i][w] == exact[i][w] ? 0 : 1;
      }
      row.append(" | %.2f %%".formatted(100.0 * different / (exact.length - full)));
    }
    out.line("%s |", row);
  }

  /** The engine's counts, events in the order of the file. */
  private static long[][] leat(List<Payment> all, Duration resolution) {
    ViewEngine engine =
        new ViewEngine(
            new FeatureView(
                "activity",
                1,
                new Entity("customer", "customer_id"),
                "payments",
                WINDOWS,
                resolution,
                Duration.ZERO,
                Duration.ZERO,
                List.of(
                    new Aggregation(
                        "payments",
                        AggregateFunctions.COUNT,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))),
            PAYMENTS,
            1_024);
    EntriesInMemory entries = new EntriesInMemory();
    GenericData.Record event = new GenericData.Record(PAYMENTS.schema());
    long[][] counts = new long[all.size()][WINDOWS.size()];
    for (int i = 0; i < counts.length; i++) {
      Payment payment = all.get(i);
      event.put("id", (long) i);
      event.put("at", payment.time);
      Object[] values =
          engine.updateAndEvaluate(entries, payment.customer.getBytes(UTF_8), event).values();
      for (int w = 0; w < values.length; w++) {
        counts[i][w] = (Long) values[w];
      }
    }
    return counts;
  }

  /** Counts of what has been read so far and is no older than a window's begin. */
  private static long[][] counts(List<Payment> all, Begin begin) {
    Map<String, List<Long>> times = new HashMap<>();
    long[][] counts = new long[all.size()][WINDOWS.size()];
    for (int i = 0; i < counts.length; i++) {
      Payment payment = all.get(i);
      List<Long> before = times.computeIfAbsent(payment.customer, c -> new ArrayList<>());
      before.add(payment.time);
      for (int w = 0; w < counts[i].length; w++) {
        long from = begin.of(payment.time, WINDOWS.get(w).toMillis());
        for (int k = before.size() - 1; k >= 0 && before.get(k) >= from; k--) {
          counts[i][w]++;
        }
      }
    }
    return counts;
  }

  private List<Payment> read() throws IOException {
    List<Payment> read = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(payments)), UTF_8))) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] row = line.split(",", -1);
        read.add(
            new Payment(
                row[2], LocalDateTime.parse(row[1]).toInstant(ZoneOffset.UTC).toEpochMilli()));
      }
    }
    return read;
  }
}
