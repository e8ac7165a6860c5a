package io.leat.cli.retraining;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.cli.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replays the months in which the electricity example's market changed. */
class BacktestPolicyCommandTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("leat.project", "..")).resolve("examples/electricity");
  private static final Instant CHANGE = Instant.parse("1997-05-02T00:00:00Z");

  @TempDir private Path folder;

  @Test
  void theChangeOfTheMarketOpensAnEpisodeWhichRunsAndIsShown() throws Exception {
    Path page = folder.resolve("page.html");

    CommandRun run = backtest("--json", "--html=" + page);

    assertThat(run.code()).as(run.out()).isZero();
    JsonNode report = new ObjectMapper().readTree(run.out());
    Instant opened = Instant.parse(report.at("/episodes/0/at").asText());
    assertThat(opened).isAfter(CHANGE).isBefore(CHANGE.plus(Duration.ofDays(8)));
    assertThat(report.at("/runs/0/cause").asText())
        .isEqualTo(report.at("/episodes/0/episode").asText());
    List<Instant> asked = new ArrayList<>();
    report.path("runs").forEach(one -> asked.add(Instant.parse(one.path("at").asText())));
    assertThat(asked.get(0)).isEqualTo(opened);
    for (int i = 1; i < asked.size(); i++) {
      assertThat(Duration.between(asked.get(i - 1), asked.get(i)))
          .as("the cool-down of the policy")
          .isGreaterThanOrEqualTo(Duration.ofDays(30));
    }
    for (JsonNode week : report.path("weeks")) {
      assertThat(week.path("hindsight").asDouble())
          .isGreaterThanOrEqualTo(week.path("never").asDouble());
      if (Instant.parse(week.path("from").asText()).isBefore(CHANGE.minus(Duration.ofDays(7)))) {
        assertThat(week.path("policy").asDouble())
            .as("nothing has run yet")
            .isEqualTo(week.path("never").asDouble());
      }
    }
    assertThat(report.path("totals"))
        .extracting(one -> one.path("strategy").asText())
        .containsExactly("policy", "never", "weekly", "hindsight");
    assertThat(report.at("/totals/2/trained").asInt()).isGreaterThan(8);
    assertThat(Files.readString(page)).contains("<svg", "polyline").doesNotContain("<script");
  }

  @Test
  void aRunThatPassesGivesTheChampionOfTheWeeksBehindItAndAnswersItsEpisode() throws Exception {
    Path pipeline = folder.resolve("pipeline");
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.toString().endsWith(".gz")) {
          Path copy = pipeline.resolve(EXAMPLE.relativize(file).toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
    Files.writeString(
        pipeline.resolve("retraining/price.yaml"),
        "{ retraining: price, when: [drift], cool_down: 7d, window: 60d, gates: {} }");

    CommandRun run = backtest(pipeline, "--json", "--until=1997-06-20");

    assertThat(run.code()).as(run.out()).isZero();
    JsonNode report = new ObjectMapper().readTree(run.out());
    Map<String, Integer> promoted = new HashMap<>();
    report
        .path("runs")
        .forEach(
            one -> {
              assertThat(one.path("why").asText()).isEqualTo("promoted");
              assertThat(one.path("learnt").asInt()).isLessThan(60 * 48);
              promoted.merge(one.path("cause").asText(), 1, Integer::sum);
            });
    assertThat(promoted).isNotEmpty().allSatisfy((cause, times) -> assertThat(times).isEqualTo(1));
    JsonNode weeks = report.path("weeks");
    assertThat(weeks.get(0).path("champion").asInt()).isZero();
    assertThat(weeks.get(weeks.size() - 1).path("champion").asInt()).isEqualTo(promoted.size());
    assertThat(report.at("/totals/0/trained").asInt()).isEqualTo(promoted.size());
  }

  @Test
  void whatCannotBeReplayedIsNamed() {
    assertThat(backtest("--policy=prices").out())
        .contains("no retraining policy prices", "[price]");
    assertThat(backtest("--begin=1999-01-01").out()).contains("give another --begin");
  }

  private static CommandRun backtest(String... more) {
    return backtest(EXAMPLE, more);
  }

  private static CommandRun backtest(Path pipeline, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "retraining",
                "backtest",
                pipeline.toString(),
                "--events",
                "readings=" + EXAMPLE.resolve("readings.csv.gz"),
                "--from=1996-11-01"));
    List<String> given = List.of(more);
    if (given.stream().noneMatch(one -> one.startsWith("--until"))) {
      arguments.add("--until=1997-07-10");
    }
    if (given.stream().noneMatch(one -> one.startsWith("--policy"))) {
      arguments.add("--policy=price");
    }
    if (given.stream().noneMatch(one -> one.startsWith("--begin"))) {
      arguments.add("--begin=1997-04-21");
    }
    arguments.addAll(given);
    return CommandRun.of(arguments.toArray(String[]::new));
  }
}
