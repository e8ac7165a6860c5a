package io.leat.cli.offline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.cli.CommandRun;
import io.leat.cli.up.RunningStack;
import io.leat.retraining.samples.ParquetRows;
import io.leat.retraining.samples.RowSource;
import io.leat.testing.PublishedData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first week of the handbook's card payments, some of them out of order, through the whole
 * platform into the tables; and what is made of the tables.
 */
class TrainingSetIT {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project"));
  private static final int PAYMENTS = 60_000;
  private static final int EVERY = 50;
  private static final int POSTPONED_BY = 2_000;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final List<String> FILES =
      List.of("train.parquet", "validation.parquet", "test.parquet", "lineage.json");

  @TempDir private Path temporary;
  private Path data;

  @Test
  void aTrainingSetHoldsTheHandbooksValuesAndTheLogIsConsistent() throws Exception {
    data = PublishedData.cardPayments();
    Path payments = writePayments();
    Path pipeline = copyOfExample();

    try (RunningStack stack = RunningStack.up(pipeline, temporary.resolve("leat"), "--no-play")) {
      CommandRun replay =
          stack.run(
              "replay", payments.toString(), "--event", "payments", "--time-column", "tx_time");
      assertThat(replay.code()).as(replay.out()).isZero();
      await("rows in both tables")
          .atMost(TIMEOUT)
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () ->
                  stack.committedRows("card_payments", "events_payments") >= PAYMENTS
                      && stack.committedRows("card_payments", "vectors_fraud") >= PAYMENTS);

      Path set = trainingSet(stack, "set");
      Map<String, Map<String, @Nullable Object>> rows = rows(set);
      assertThat(rows).hasSize(PAYMENTS);
      assertThat(reproduces("expected-customer-features.csv", "customer_activity", rows))
          .as("customers' values compared")
          .isGreaterThan(1_000);
      assertThat(reproduces("expected-terminal-features.csv", "terminal_risk", rows))
          .as("terminals' values compared")
          .isGreaterThan(500);

      // The job commits now and then though nothing comes: the newest snapshot is another by now.
      Path again = trainingSet(stack, "again", "--snapshots-of=" + set, "--parallelism=1");
      for (String file : FILES) {
        assertThat(again.resolve(file)).hasSameBinaryContentAs(set.resolve(file));
      }

      Path arrived = trainingSet(stack, "arrived", "--as-of=arrival");
      assertThat(rows(arrived)).hasSize(PAYMENTS).isNotEqualTo(rows);
      CommandRun consistency = stack.run("verify-consistency", "--service=fraud", "--json");
      assertThat(consistency.code()).as(consistency.out()).isZero();
      JsonNode report = new ObjectMapper().readTree(consistency.out());
      assertThat(report.at("/vectors/equal").asInt()).isEqualTo(PAYMENTS);
      assertThat(report.path("orderIsKnown").asBoolean()).isTrue();

      aFileOfKeysAndTimesGetsTheSameValues(stack, rows);
      aModelNamesTheTrainingSet(pipeline, set);
    }
  }

  private void aFileOfKeysAndTimesGetsTheSameValues(
      RunningStack stack, Map<String, Map<String, @Nullable Object>> rows) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("asked_at,customer_id,terminal_id,amount,outcome");
    List<Map<String, @Nullable Object>> asked = rows.values().stream().skip(50_000).toList();
    for (int i = 0; i < 100; i++) {
      Map<String, @Nullable Object> row = asked.get(i);
      lines.add(
          "%s,%s,%s,%s,%d"
              .formatted(
                  row.get("event_time"),
                  row.get("customer_id"),
                  row.get("terminal_id"),
                  row.get("event.amount"),
                  i % 2));
    }
    Path spine = Files.write(temporary.resolve("asked.csv"), lines, UTF_8);

    Path set =
        trainingSet(
            stack, "asked", "--spine=" + spine, "--time-column=asked_at", "--label=outcome");

    Map<String, Map<String, @Nullable Object>> found = rows(set);
    assertThat(found).hasSize(100);
    for (int i = 0; i < 100; i++) {
      Map<String, @Nullable Object> expected = new HashMap<>(asked.get(i));
      expected.put("event_id", Integer.toString(i + 1));
      expected.put("label", (double) (i % 2));
      assertThat(found.get(Integer.toString(i + 1))).isEqualTo(expected);
    }
    Files.writeString(spine, "asked_at,customer_id\nyesterday,7\n");
    CommandRun lacking = run(stack, "lacking", "--spine=" + spine, "--time-column=asked_at");
    assertThat(lacking.code()).isEqualTo(1);
    assertThat(lacking.out())
        .contains("asked.csv:2: paid_at is 'yesterday'; expected a time")
        .contains("1 row of");
  }

  private static void aModelNamesTheTrainingSet(Path pipeline, Path set) throws Exception {
    CommandRun train =
        CommandRun.of(
            "train", pipeline.toString(), "--model", "fraud", "--training-set", set.toString());
    assertThat(train.code()).as(train.out()).isZero();
    String lineage = sha256(set.resolve("lineage.json"));
    assertThat(train.out()).contains("training set with lineage " + lineage);
    try (OrtSession session =
        OrtEnvironment.getEnvironment()
            .createSession(pipeline.resolve("models/fraud/model.onnx").toString())) {
      assertThat(session.getMetadata().getCustomMetadata())
          .containsEntry("leat.training-set", lineage);
    }
    Files.write(set.resolve("test.parquet"), new byte[] {0});
    CommandRun refused =
        CommandRun.of(
            "train", pipeline.toString(), "--model", "fraud", "--training-set", set.toString());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.out()).contains("its bytes have changed");
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private Path trainingSet(RunningStack stack, String name, String... more) {
    CommandRun made = run(stack, name, more);
    assertThat(made.code()).as(made.out()).isZero();
    return temporary.resolve(name);
  }

  private CommandRun run(RunningStack stack, String name, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("training-set", "--service=fraud", "--out=" + temporary.resolve(name)));
    arguments.addAll(List.of(more));
    return stack.run(arguments.toArray(String[]::new));
  }

  /** Event id to columns, in the order of the files. */
  private static Map<String, Map<String, @Nullable Object>> rows(Path set) throws IOException {
    Map<String, Map<String, @Nullable Object>> rows = new LinkedHashMap<>();
    for (String part : FILES.subList(0, 3)) {
      try (ParquetRows source = new ParquetRows(set.resolve(part))) {
        for (Optional<RowSource.Row> row = source.next(); row.isPresent(); row = source.next()) {
          Map<String, @Nullable Object> values = row.get().values();
          rows.put(String.valueOf(values.get("event_id")), values);
        }
      }
    }
    return rows;
  }

  /** Compares what is expected of the payments that are there; gives the number of values. */
  private int reproduces(String file, String view, Map<String, Map<String, @Nullable Object>> rows)
      throws IOException {
    boolean customers = view.equals("customer_activity");
    int compared = 0;
    for (String line : Files.readAllLines(data.resolve(file)).stream().skip(1).toList()) {
      String[] expected = line.split(",", -1);
      Map<String, @Nullable Object> row = rows.get(expected[0]);
      if (row == null) {
        continue;
      }
      List<String> windows = List.of("1d", "7d", "30d");
      for (int i = 0; i < windows.size(); i++) {
        String mean = (customers ? ".avg_amount_" : ".risk_") + windows.get(i);
        assertThat(number(row.get(view + ".payments_" + windows.get(i))))
            .isEqualTo(Double.parseDouble(expected[1 + 2 * i]));
        assertThat(number(row.get(view + mean)))
            .isCloseTo(Double.parseDouble(expected[2 + 2 * i]), within(1e-9));
        compared += 2;
      }
    }
    return compared;
  }

  private static double number(@Nullable Object value) {
    return ((Number) value).doubleValue();
  }

  /** The first payments, every fiftieth of them postponed: it arrives behind later ones. */
  private Path writePayments() throws IOException {
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(data.resolve("transactions.csv.gz"))),
                UTF_8))) {
      for (int i = 0; i <= PAYMENTS; i++) {
        lines.add(reader.readLine());
      }
    }
    for (int i = EVERY; i + POSTPONED_BY < lines.size(); i += EVERY) {
      lines.add(i + POSTPONED_BY, lines.remove(i));
    }
    return Files.write(temporary.resolve("payments.csv"), lines, UTF_8);
  }

  private Path copyOfExample() throws IOException {
    Path example = PROJECT.resolve("examples/card-payments");
    Path copy = temporary.resolve("card-payments");
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.toList()) {
        Path target = copy.resolve(example.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    return copy;
  }
}
