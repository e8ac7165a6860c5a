package io.leat.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.benchmarks.AlarmScenario.Change;
import io.leat.benchmarks.AlarmScenario.Kind;
import io.leat.benchmarks.AlarmTrial.Outcome;
import io.leat.benchmarks.AlarmTrial.Said;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How often monitors alarm in vain, and how late they see a change, by each rule and by what others
 * do. Counts, no times: who else uses the machine changes nothing.
 */
@Command(
    name = "drift-alarms",
    mixinStandardHelpOptions = true,
    description =
        "False alarms a week of streams that do not change, against the budget, and delay and"
            + " misses of those that do; evidence and thresholds beside PSI above 0.2, ADWIN and an"
            + " alarm at every window.")
final class DriftAlarmsCommand implements Callable<Integer> {
  private static final double NORMAL_95 = 1.645;

  /** The Poisson mean of which nothing comes in one case of twenty: -ln 0.05. */
  private static final double NOTHING_95 = 3.0;

  private static final int LIVE_DAYS = 15 * 7;
  private static final int MANY_COLUMNS = 20;
  private static final int MOST_COLUMNS = 200;

  /** Rows a window for changes that 24 rows cannot show. */
  private static final int MANY_ROWS = 1_000;

  @Option(
      names = "--streams",
      defaultValue = "200",
      description = "Streams of each kind, of one column. Default: ${DEFAULT-VALUE}.")
  private int streams;

  @Option(
      names = "--wide-streams",
      defaultValue = "200",
      description =
          "Streams of each kind, of " + MANY_COLUMNS + " columns. Default: ${DEFAULT-VALUE}.")
  private int wideStreams;

  @Option(
      names = "--widest-streams",
      defaultValue = "200",
      description =
          "Streams of each kind, of "
              + MOST_COLUMNS
              + " columns; 0 for none. Default: ${DEFAULT-VALUE}.")
  private int widestStreams;

  @Option(
      names = "--weeks",
      defaultValue = "104",
      description = "Weeks after the reference without a change. Default: ${DEFAULT-VALUE}.")
  private int weeks;

  @Option(
      names = "--references",
      split = ",",
      defaultValue = "30,90,365",
      description = "Windows of the reference. Default: ${DEFAULT-VALUE}.")
  private List<Integer> references = List.of();

  @Option(
      names = "--budgets",
      split = ",",
      defaultValue = "0.5,0.1",
      description = "False alarms a week. Default: ${DEFAULT-VALUE}.")
  private List<Double> budgets = List.of();

  /** A table of the report. */
  enum Part {
    /** Streams of one column without a change. */
    STILL,
    /** Monitors of many columns without a change. */
    WIDE,
    /** Shifts of one column. */
    POWER,
    /** Generators of concepts. */
    CONCEPTS
  }

  @Option(
      names = "--parts",
      split = ",",
      defaultValue = "STILL,WIDE,POWER,CONCEPTS",
      description = "What is run: ${COMPLETION-CANDIDATES}. Default: all.")
  private List<Part> parts = List.of();

  @Option(
      names = "--tsv",
      defaultValue = "benchmarks/target/drift-alarms.tsv",
      description = "Takes a line a scenario and way. Default: ${DEFAULT-VALUE}.")
  private Path tsv = Path.of(".");

  @Option(
      names = "--write",
      paramLabel = "DIR",
      description =
          "Writes the streams of one column and of the generators, ten of each, as CSV instead, for"
              + " other tools to watch.")
  private Path write;

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  @Override
  public Integer call() throws IOException {
    if (write != null) {
      writeStreams();
      return 0;
    }
    Results out =
        new Results(
            results,
            "benchmarks/run drift-alarms --parts %s --streams %d --wide-streams %d --widest-streams %d --weeks %d --references %s --budgets %s"
                .formatted(
                    list(parts),
                    streams,
                    wideStreams,
                    widestStreams,
                    weeks,
                    list(references),
                    list(budgets)));
    if (tsv.toAbsolutePath().getParent() != null) {
      Files.createDirectories(tsv.toAbsolutePath().getParent());
    }
    try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(tsv, UTF_8))) {
      lines.println(
          "kind\tcolumns\tdependent\treference_windows\trows_a_window\tchange\tway\tstreams\tdays\topened_a_week\tupper_95\tmedian_days\tp90_days\tmissed\treferences\twithout_guarantee");
      if (parts.contains(Part.STILL)) {
        falseAlarms("Streams of one column without a change", still(), out, lines);
      }
      if (parts.contains(Part.WIDE)) {
        falseAlarms("Monitors of many columns without a change", wide(), out, lines);
      }
      if (parts.contains(Part.POWER)) {
        power("Changes of one column", shifts(), out, lines);
      }
      if (parts.contains(Part.CONCEPTS)) {
        power("Generators of concepts", concepts(), out, lines);
      }
    }
    out.append();
    return 0;
  }

  private static String list(List<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private List<AlarmScenario> still() {
    List<AlarmScenario> all = new ArrayList<>();
    for (int reference : references) {
      for (Kind kind : Kind.values()) {
        if (!kind.isConcept() && kind != Kind.WITH_NULLS && kind != Kind.AR_0) {
          all.add(AlarmScenario.still(kind, 1, false, reference));
        }
      }
    }
    return all;
  }

  private List<AlarmScenario> wide() {
    List<AlarmScenario> all = new ArrayList<>();
    for (int columns :
        widestStreams == 0 ? List.of(MANY_COLUMNS) : List.of(MANY_COLUMNS, MOST_COLUMNS)) {
      for (int reference : references) {
        for (boolean dependent : new boolean[] {false, true}) {
          all.add(AlarmScenario.still(Kind.NORMAL, columns, dependent, reference));
        }
        if (columns == MANY_COLUMNS) {
          all.add(AlarmScenario.still(Kind.AR_0_9, columns, true, reference));
          all.add(AlarmScenario.still(Kind.AR_0_98, columns, true, reference));
        }
      }
    }
    return all;
  }

  private List<AlarmScenario> shifts() {
    List<AlarmScenario> all = new ArrayList<>();
    for (int reference : references) {
      for (Change change :
          List.of(Change.QUARTER, Change.HALF, Change.ONE, Change.TWO, Change.VARIANCE)) {
        all.add(AlarmScenario.changed(Kind.NORMAL, 1, reference, 24, change));
        if (change == Change.HALF || change == Change.ONE) {
          all.add(AlarmScenario.changed(Kind.NORMAL, MANY_COLUMNS, reference, 24, change));
        }
      }
      all.add(AlarmScenario.changed(Kind.AR_0_98, 1, reference, 24, Change.ONE));
      all.add(AlarmScenario.changed(Kind.ZIPF500, 1, reference, MANY_ROWS, Change.CATEGORY));
      all.add(AlarmScenario.changed(Kind.WITH_NULLS, 1, reference, MANY_ROWS, Change.NULLS));
    }
    return all;
  }

  private List<AlarmScenario> concepts() {
    List<AlarmScenario> all = new ArrayList<>();
    for (int reference : references) {
      for (Kind kind : Kind.values()) {
        for (Change change : List.of(Change.ABRUPT, Change.GRADUAL)) {
          if (kind.isConcept()) {
            all.add(
                AlarmScenario.changed(kind, ConceptStream.columns(kind), reference, 24, change));
          }
        }
      }
    }
    return all;
  }

  /** Streams of a scenario, run on all cores; the same whichever runs first. */
  private List<Outcome> run(AlarmScenario scenario, int days) {
    int count =
        switch (scenario.columns()) {
          case 1 -> streams;
          case MOST_COLUMNS -> widestStreams;
          default -> wideStreams;
        };
    return IntStream.rangeClosed(1, count)
        .parallel()
        .mapToObj(seed -> AlarmTrial.run(scenario, seed, budgets, days))
        .toList();
  }

  private void falseAlarms(
      String title, List<AlarmScenario> scenarios, Results out, PrintWriter lines) {
    List<String> ways = AlarmTrial.ways(budgets);
    out.line("");
    out.line(
        "%s: alarms opened a week, in brackets the 95 %% upper bound over the streams (bold: above the budget even of the mean).",
        title);
    out.line("");
    out.line(
        "| stream | columns | reference | streams | %s | no guarantee |", String.join(" | ", ways));
    out.line("|---|---|---|---|%s---|", "---|".repeat(ways.size()));
    for (AlarmScenario scenario : scenarios) {
      List<Outcome> outcomes = run(scenario, weeks * 7);
      StringBuilder row = new StringBuilder();
      for (String way : ways) {
        double[] rates =
            said(outcomes, way).stream().mapToDouble(s -> (double) s.opened() / weeks).toArray();
        double mean = Arrays.stream(rates).average().orElse(0);
        double upper = upper(rates, mean);
        boolean above = budget(way) > 0 && mean > budget(way);
        row.append(
            String.format(
                Locale.ROOT, above ? " **%.3f** (%.3f) |" : " %.3f (%.3f) |", mean, upper));
        line(lines, scenario, way, outcomes, weeks * 7, mean, upper);
      }
      out.line(
          "| %s%s | %d | %d d | %d |%s %s |",
          scenario.kind(),
          scenario.dependent() ? ", dependent" : "",
          scenario.columns(),
          scenario.referenceDays(),
          outcomes.size(),
          row,
          noGuarantee(outcomes));
    }
  }

  /** Of streams without any alarm, what is still likely enough; else by their own spread. */
  private double upper(double[] rates, double mean) {
    double variance =
        Arrays.stream(rates).map(rate -> (rate - mean) * (rate - mean)).sum()
            / Math.max(1, rates.length - 1);
    return Math.max(
        NOTHING_95 / (rates.length * (double) weeks),
        mean + NORMAL_95 * Math.sqrt(variance / rates.length));
  }

  private double budget(String way) {
    return budgets.stream()
        .filter(budget -> way.endsWith(" " + budget) && !way.startsWith("PSI"))
        .findFirst()
        .orElse(0.0);
  }

  private void power(String title, List<AlarmScenario> scenarios, Results out, PrintWriter lines) {
    List<String> ways = AlarmTrial.ways(budgets);
    out.line("");
    out.line(
        "%s: delay in days, median / 90 %%, and in brackets the misses within %d weeks.",
        title, LIVE_DAYS / 7);
    out.line("");
    out.line(
        "| change | stream | columns | rows a day | reference | streams | %s |",
        String.join(" | ", ways));
    out.line("|---|---|---|---|---|---|%s", "---|".repeat(ways.size()));
    for (AlarmScenario scenario : scenarios) {
      List<Outcome> outcomes = run(scenario, LIVE_DAYS);
      StringBuilder row = new StringBuilder();
      for (String way : ways) {
        row.append(
            " %s / %s (%d) |"
                .formatted(
                    quantile(outcomes, way, 0.5),
                    quantile(outcomes, way, 0.9),
                    missed(outcomes, way)));
        line(lines, scenario, way, outcomes, LIVE_DAYS, Double.NaN, Double.NaN);
      }
      out.line(
          "| %s | %s | %d | %d | %d d | %d |%s",
          scenario.change(),
          scenario.kind(),
          scenario.columns(),
          scenario.rowsADay(),
          scenario.referenceDays(),
          outcomes.size(),
          row);
    }
  }

  private static List<Said> said(List<Outcome> outcomes, String way) {
    return outcomes.stream().map(outcome -> outcome.said().get(way)).toList();
  }

  private static String quantile(List<Outcome> outcomes, String way, double share) {
    int[] days =
        said(outcomes, way).stream()
            .mapToInt(one -> one.firstDay().orElse(Integer.MAX_VALUE))
            .sorted()
            .toArray();
    int day = days[(int) Math.max(0, Math.ceil(share * days.length) - 1)];
    return day == Integer.MAX_VALUE ? "-" : String.valueOf(day);
  }

  private static long missed(List<Outcome> outcomes, String way) {
    return said(outcomes, way).stream().filter(one -> one.firstDay().isEmpty()).count();
  }

  private static String noGuarantee(List<Outcome> outcomes) {
    long all = outcomes.stream().mapToLong(Outcome::references).sum();
    long without = outcomes.stream().mapToLong(Outcome::withoutGuarantee).sum();
    return "%.0f %%".formatted(100.0 * without / all);
  }

  private static void line(
      PrintWriter lines,
      AlarmScenario scenario,
      String way,
      List<Outcome> outcomes,
      int days,
      double mean,
      double upper) {
    lines.printf(
        Locale.ROOT,
        "%s\t%d\t%s\t%d\t%d\t%s\t%s\t%d\t%d\t%.6f\t%.6f\t%s\t%s\t%d\t%d\t%d%n",
        scenario.kind(),
        scenario.columns(),
        scenario.dependent(),
        scenario.referenceDays(),
        scenario.rowsADay(),
        scenario.change(),
        way,
        outcomes.size(),
        days,
        mean,
        upper,
        quantile(outcomes, way, 0.5),
        quantile(outcomes, way, 0.9),
        missed(outcomes, way),
        outcomes.stream().mapToInt(Outcome::references).sum(),
        outcomes.stream().mapToInt(Outcome::withoutGuarantee).sum());
    lines.flush();
  }

  private void writeStreams() throws IOException {
    Files.createDirectories(write);
    List<AlarmScenario> scenarios = new ArrayList<>(still());
    scenarios.addAll(shifts());
    scenarios.addAll(concepts());
    for (AlarmScenario scenario : scenarios) {
      if (scenario.columns() > 1 && !scenario.kind().isConcept()) {
        continue;
      }
      int days =
          scenario.referenceDays() + (scenario.change() == Change.NONE ? weeks * 7 : LIVE_DAYS);
      for (int seed = 1; seed <= 10; seed++) {
        Path file =
            write.resolve(
                "%s_%s_%d_%d.csv"
                    .formatted(
                        scenario.kind().name(),
                        scenario.change().name(),
                        scenario.referenceDays(),
                        seed)
                    .toLowerCase(Locale.ROOT));
        AlarmStream stream = AlarmStream.of(scenario, seed);
        try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(file, UTF_8))) {
          lines.println(
              IntStream.range(0, scenario.columns())
                  .mapToObj(i -> ",c" + i)
                  .collect(Collectors.joining("", "day", "")));
          for (int row = 0; row < days * scenario.rowsADay(); row++) {
            lines.println(
                Arrays.stream(stream.next())
                    .map(value -> value == null ? "" : value.toString())
                    .collect(
                        Collectors.joining(
                            ",", row / scenario.rowsADay() - scenario.referenceDays() + ",", "")));
          }
        }
      }
    }
  }
}
