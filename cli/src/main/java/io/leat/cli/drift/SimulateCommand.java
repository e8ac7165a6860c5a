package io.leat.cli.drift;

import io.leat.cli.command.UserError;
import io.leat.cli.drift.Replayed.VectorRow;
import io.leat.cli.drift.Simulation.Delays;
import io.leat.cli.drift.Simulation.FalseAlarms;
import io.leat.cli.train.VectorOptions;
import io.leat.drift.StreamReference;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.MonitorWindows;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tries a monitor on a model's own rows: how often it would alarm in vain, and how late it is. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Tries a monitor on rows that a model is trained on, without and with a shift: false alarms a"
          + " week, delay, misses, and what each stream's reference promises. Needs no stack and"
          + " changes nothing.",
      "The reference is made of the first rows; whole weeks of the rest are drawn in blocks and"
          + " replayed after it, many times, with fixed seeds. The same rows give the same table."
    })
final class SimulateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PIPELINE", description = "Folder of the pipeline.")
  private Path folder = Path.of(".");

  @Option(
      names = "--monitor",
      paramLabel = "NAME",
      description = "The monitor. Default: the pipeline's, if it has one alone.")
  private @Nullable String name;

  @Mixin private VectorOptions vectors = new VectorOptions();

  @Option(
      names = "--budget",
      paramLabel = "RATE",
      description = "False alarms a week. Default: the monitor's.")
  private @Nullable Double budget;

  @Option(
      names = "--shift",
      paramLabel = "SHIFT",
      defaultValue = "1sd",
      converter = Shift.Converter.class,
      description =
          "What changes: 0.5sd makes a column's numbers greater by half a standard deviation of the"
              + " reference, 2%%null makes 2 %% of its values null. Default: ${DEFAULT-VALUE}.")
  private Shift shift = new Shift(1, 0);

  @Option(
      names = "--column",
      paramLabel = "FEATURE",
      description =
          "The column that changes, by its full name. Default: each that the monitor watches and"
              + " that can change so, in turn.")
  private @Nullable String column;

  @Option(
      names = "--weeks",
      paramLabel = "NUMBER",
      defaultValue = "26",
      description =
          "How long a run is; what has not been found then is missed. Default: ${DEFAULT-VALUE}.")
  private int weeks;

  @Option(
      names = "--runs",
      paramLabel = "NUMBER",
      defaultValue = "100",
      description =
          "Runs without a shift, and runs with it, shared by the columns. Default:"
              + " ${DEFAULT-VALUE}.")
  private int runs;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Seed of the first run; the next has the next. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--reference-share",
      paramLabel = "SHARE",
      defaultValue = "0.5",
      description = "Share of the vectors that make the reference. Default: ${DEFAULT-VALUE}.")
  private double referenceShare;

  /** What is replayed. */
  enum Blocks {
    /** The vectors behind the reference. */
    REST,
    /** The reference's own. */
    REFERENCE
  }

  @Option(
      names = "--blocks",
      defaultValue = "REST",
      description =
          "What blocks are drawn from: ${COMPLETION-CANDIDATES}. The rest shows what the reference"
              + " has not seen, and also what has really changed since; the reference shows neither."
              + " Default: ${DEFAULT-VALUE}, and REFERENCE where the rest has no four weeks.")
  private Blocks blocks = Blocks.REST;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** A variant of the monitor or its reference, and what came of it. */
  private record Row(String name, FalseAlarms falseAlarms, Delays delays) {}

  /**
   * @throws PipelineException if the pipeline is wrong
   * @throws UserError if the rows do not fit it, or are too few
   */
  @Override
  public Integer call() throws PipelineException {
    requireRanges();
    Pipeline pipeline = PipelineReader.readBeforeTraining(folder);
    Monitor monitor = monitor(pipeline);
    Model model = pipeline.model(monitor.model()).orElseThrow();
    FeatureService service = pipeline.service(model.service()).orElseThrow();
    PrintWriter out = spec.commandLine().getOut();
    List<VectorRow> rows = new ArrayList<>();
    vectors.read(
        pipeline, service, out, (time, values, label) -> rows.add(new VectorRow(time, values)));
    rows.sort(Comparator.comparingLong(VectorRow::time));
    int cut = (int) (rows.size() * referenceShare);
    if (cut == 0 || cut == rows.size()) {
      throw new UserError(
          "%,d vectors cannot be cut into a reference and a rest at %s of them; give more, or another --reference-share."
              .formatted(rows.size(), referenceShare));
    }

    boolean ofReference = blocks == Blocks.REFERENCE;
    Simulation asItIs = new Simulation(model, service, monitor, rows, cut, ofReference, weeks);
    List<String> columns = columns(asItIs);
    describe(asItIs, rows.subList(0, cut), rows.subList(cut, rows.size()), out);
    List<String> left = new ArrayList<>(asItIs.columns());
    left.removeAll(asItIs.columns(shift));
    if (column == null && !left.isEmpty()) {
      out.printf(
          "not changed: %s, of which no two numbers of the reference differ (10%%null would change them)%n%n",
          String.join(", ", left));
    }
    Map<String, Delays> byColumn = new LinkedHashMap<>();
    for (String one : columns) {
      byColumn.put(one, asItIs.delays(shift, one, Math.max(1, runs / columns.size()), seed));
    }
    FalseAlarms falseAlarms = asItIs.falseAlarms(runs, seed);
    List<Row> table = new ArrayList<>();
    table.add(new Row("as it is", falseAlarms, Delays.of(List.copyOf(byColumn.values()))));
    table.add(
        row(
            "windows of " + Durations.format(longer(monitor).window()),
            new Simulation(model, service, longer(monitor), rows, cut, ofReference, weeks),
            columns));
    int more = Math.min(rows.size() - 1, cut + cut / 2);
    Simulation longerReference =
        new Simulation(model, service, monitor, rows, more, ofReference, weeks);
    if (longerReference.isOfReference() == asItIs.isOfReference()) {
      table.add(
          row("reference of %s".formatted(weeks(rows.subList(0, more))), longerReference, columns));
    }
    print(table, out);
    warn(asItIs, falseAlarms, out);
    print(byColumn, out);
    printGuarantees(asItIs, out);
    out.flush();
    return 0;
  }

  private void requireRanges() {
    if (weeks < 1 || runs < 1 || !(referenceShare > 0 && referenceShare < 1)) {
      throw new ParameterException(
          spec.commandLine(),
          "--weeks %d, --runs %d, --reference-share %s; expected 1 or more of both, and a share between 0 and 1."
              .formatted(weeks, runs, referenceShare));
    }
    if (budget != null && !(budget > 0)) {
      throw new ParameterException(
          spec.commandLine(), "--budget " + budget + "; expected false alarms a week, above 0.");
    }
  }

  private Monitor monitor(Pipeline pipeline) {
    List<Monitor> named =
        pipeline.monitors().stream()
            .filter(monitor -> name == null || monitor.name().equals(name))
            .toList();
    if (named.size() != 1) {
      throw new UserError(
          "Pipeline %s has %s; it has %s."
              .formatted(
                  pipeline.name(),
                  name == null
                      ? "not one monitor alone, and no --monitor is given"
                      : "no monitor " + name,
                  pipeline.monitors().stream().map(Monitor::name).toList()));
    }
    Monitor found = named.get(0);
    if (found.windows().areCounted()) {
      throw new UserError(
          "Monitor %s has windows of %s; weeks can be replayed of windows of time alone."
              .formatted(found.name(), found.windows().text()));
    }
    return found.with(
        MonitorWindows.tumbling(found.window()),
        budget == null ? found.falseAlarmsPerWeek() : budget);
  }

  private static Monitor longer(Monitor monitor) {
    return monitor.with(
        MonitorWindows.tumbling(monitor.window().multipliedBy(2)), monitor.falseAlarmsPerWeek());
  }

  private List<String> columns(Simulation simulation) {
    List<String> fit = simulation.columns(shift);
    if (column == null ? fit.isEmpty() : !fit.contains(column)) {
      throw new UserError(
          "%s: that cannot be of %s; monitor %s watches %s of which it can."
              .formatted(
                  shift,
                  column == null ? "any column" : column,
                  simulation.monitor().name(),
                  fit.isEmpty() ? "none" : fit));
    }
    return column == null ? fit : List.of(column);
  }

  private Row row(String variant, Simulation simulation, List<String> columns) {
    return new Row(
        variant,
        simulation.falseAlarms(runs, seed),
        Delays.of(
            columns.stream()
                .map(one -> simulation.delays(shift, one, Math.max(1, runs / columns.size()), seed))
                .toList()));
  }

  private void describe(
      Simulation simulation, List<VectorRow> reference, List<VectorRow> rest, PrintWriter out) {
    Monitor monitor = simulation.monitor();
    out.printf(
        "monitor %s of model %s, rule %s: windows of %s, %d streams by their statistics, %s false alarms a week%n",
        monitor.name(),
        monitor.model(),
        monitor.rule().name().toLowerCase(Locale.ROOT),
        Durations.format(monitor.window()),
        simulation.references().size(),
        monitor.falseAlarmsPerWeek());
    out.printf(
        "reference: %,d vectors, %s (%s)%n", reference.size(), span(reference), weeks(reference));
    out.printf(
        "replayed: blocks of %d weeks out of %d of %s%n",
        simulation.weeksOfABlock(),
        simulation.weeksOfBlocks(),
        simulation.isOfReference()
            ? "the reference itself, which knows them: real weeks are farther off"
            : "the rest, %s".formatted(span(rest)));
    out.printf(
        "%d runs of %d weeks without a shift, and %d with one column changed from the first window on: %s; seeds from %d%n%n",
        runs, weeks, runs, shift, seed);
  }

  private static String span(List<VectorRow> rows) {
    return "%s to %s".formatted(day(rows.get(0)), day(rows.get(rows.size() - 1)));
  }

  private static LocalDate day(VectorRow row) {
    return LocalDate.ofInstant(Instant.ofEpochMilli(row.time()), ZoneOffset.UTC);
  }

  private static String weeks(List<VectorRow> rows) {
    long millis = rows.get(rows.size() - 1).time() - rows.get(0).time();
    return "%.1f weeks".formatted(millis / (double) Duration.ofDays(7).toMillis());
  }

  private void print(List<Row> table, PrintWriter out) {
    out.printf(
        "Missed is what is not found in %d weeks; - stands for a delay longer than that.%n", weeks);
    out.println("                          false alarms a week   runs       delay in days");
    out.println(
        "                            mean  up to (95 %)  with none  median    90 %   missed");
    for (Row row : table) {
      out.printf(
          Locale.ROOT,
          "%-24s  %6.3f  %12.3f  %9d  %6s  %6s  %7s%n",
          row.name(),
          row.falseAlarms().mean(),
          row.falseAlarms().upper(),
          row.falseAlarms().runsWithNone(),
          days(row.delays().quantile(0.5)),
          days(row.delays().quantile(0.9)),
          "%d/%d".formatted(row.delays().missed(), row.delays().days().length));
    }
    out.println();
  }

  private static void warn(Simulation simulation, FalseAlarms falseAlarms, PrintWriter out) {
    if (falseAlarms.mean() <= simulation.monitor().falseAlarmsPerWeek()) {
      return;
    }
    out.println(
        simulation.isOfReference()
            ? "More than the budget: a longer reference or windows, or a smaller budget, would help."
            : "More than the budget: either the rest has really changed since the reference, and these are no false"
                + " alarms (--blocks REFERENCE tells what it is without that), or the reference has not seen what"
                + " its weeks can be.");
    out.println();
  }

  private static void print(Map<String, Delays> byColumn, PrintWriter out) {
    if (byColumn.size() > 1) {
      out.println("column that is shifted                    median    90 %   missed");
      byColumn.forEach(
          (column, delays) ->
              out.printf(
                  "%-40s  %6s  %6s  %7s%n",
                  column,
                  days(delays.quantile(0.5)),
                  days(delays.quantile(0.9)),
                  "%d/%d".formatted(delays.missed(), delays.days().length)));
      out.println();
    }
  }

  private static void printGuarantees(Simulation simulation, PrintWriter out) {
    out.println("stream                                    statistic          guarantee");
    for (StreamReference one : simulation.references()) {
      out.printf(
          "%-40s  %-17s  %s%s%n",
          one.stream(),
          one.statistic().name(),
          one.guarantee().text(),
          one.merged() > 1
              ? " (%d windows together)".formatted(one.merged())
              : one.seasons() > 1 ? " (%d seasons)".formatted(one.seasons()) : "");
    }
  }

  private static String days(double days) {
    return Double.isInfinite(days) ? "-" : String.format(Locale.ROOT, "%.1f", days);
  }
}
