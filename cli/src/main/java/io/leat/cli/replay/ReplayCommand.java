package io.leat.cli.replay;

import io.leat.cli.command.PipelineOptions;
import io.leat.cli.command.UserError;
import io.leat.cli.rows.EventRows;
import io.leat.cli.rows.EventRows.EventRow;
import io.leat.cli.rows.EventRows.Fitting;
import io.leat.cli.rows.EventRows.Unfitting;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.settings.RowFileOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Publishes the rows of a file as events of a contract. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description =
        "Publishes the rows of a CSV (.csv, .csv.gz) or Parquet file as events, in the file's order. Rows that do not"
            + " fit are named by line and left out; the exit code is then 3. A replay that was cut off goes on"
            + " with --resume.")
public final class ReplayCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(ReplayCommand.class);
  private static final int ROWS_LEFT_OUT = 3;
  private static final int NAMED_ROWS = 20;
  private static final long LONG_PAUSE = Duration.ofMillis(100).toNanos();
  private static final int LAST_COMMIT_SECONDS = 30;
  private static final Set<String> FORMAT =
      Set.of(
          "--time-column",
          "--delimiter",
          "--decimal",
          "--time-format",
          "--time-zone",
          "--truncate-times",
          "--null",
          "--true",
          "--false",
          "--rename");

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file = Path.of(".");

  @Option(
      names = "--event",
      required = true,
      paramLabel = "NAME",
      description = "Name of the contract.")
  private String event = "";

  @Option(
      names = "--time-column",
      paramLabel = "NAME",
      description =
          "Column that holds the event time. Default: the one named as the contract's field.")
  private @Nullable String timeColumn;

  @ArgGroup(exclusive = true)
  private PaceOptions pace = new PaceOptions();

  @Mixin private RowFileOptions format = new RowFileOptions();

  @Option(
      names = "--resume",
      description =
          "Go on behind the rows of this very file that are in already, after a replay of it was cut"
              + " off.")
  private boolean resume;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** At most one of these. */
  static final class PaceOptions {
    @Option(names = "--rate", paramLabel = "N/s", description = "So many events a second.")
    private @Nullable String rate;

    @Option(
        names = "--speed",
        paramLabel = "Nx",
        description = "So many times as fast as the events happened.")
    private @Nullable String speed;

    @SuppressWarnings("UnusedVariable") // there to exclude the others
    @Option(names = "--fastest", description = "As fast as the brokers take them; the default.")
    private boolean fastest;

    Pace pace() {
      if (rate != null) {
        return Pace.Rate.parse(rate);
      }
      if (speed != null) {
        return Pace.Speed.parse(speed);
      }
      return new Pace.Fastest(); // asked for, or nothing was
    }
  }

  @Override
  public Integer call() throws PipelineException, IOException, InterruptedException {
    Pace chosen = chosenPace();
    Contract contract = PipelineOptions.contract(options.pipeline(), event);
    try (EventRows rows = EventRows.open(file, contract, Optional.ofNullable(timeColumn), format);
        EventPublisher publisher =
            new EventPublisher(options.platform(), contract, ReplayName.of(file, given()))) {
      ReplayProgress from = from(publisher, contract);
      if (resume && from.complete()) {
        print("All %,d rows of %s are in already; nothing was published.", from.rows(), file);
        return 0;
      }
      tellUnused(rows);
      Thread hook = new Thread(this::stopAndWait, "stop");
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        return publish(rows, publisher, from, chosen, contract);
      } catch (UserError e) {
        tellCutOff(publisher.in(), contract);
        throw e;
      } finally {
        stopped.countDown();
        forget(hook);
      }
    }
  }

  private int publish(
      EventRows rows, EventPublisher publisher, ReplayProgress from, Pace pace, Contract contract)
      throws InterruptedException {
    publisher.begin(from);
    long unfitting = 0;
    long sent = 0;
    long first = 0;
    long began = System.nanoTime();
    try (ProgressBar bar = bar(rows)) {
      for (long passed = 0; passed < from.rows() && rows.next().isPresent(); passed++) {
        bar.stepTo(rows.position());
      }
      for (Optional<EventRow> row = rows.next(); row.isPresent(); row = rows.next()) {
        bar.stepTo(rows.position());
        if (row.get() instanceof Fitting fitting) {
          long time = publisher.eventTime(fitting.event());
          if (sent == 0) {
            first = time;
            began = System.nanoTime();
          }
          long due = pace.dueNanos(sent, time, first).orElse(0) - (System.nanoTime() - began);
          if (due > LONG_PAUSE) {
            publisher.commit(false);
          }
          if (due > 0 ? stop.await(due, TimeUnit.NANOSECONDS) : isStopped()) {
            publisher.commit(false);
            bar.close();
            tellCutOff(publisher.in(), contract);
            return 1;
          }
          publisher.send(fitting.event());
          sent++;
        } else if (row.get() instanceof Unfitting left) {
          publisher.passed();
          unfitting++;
          if (unfitting <= NAMED_ROWS) {
            spec.commandLine().getErr().printf("%s:%d: %s%n", file, left.line(), left.problem());
          }
        }
      }
      publisher.commit(true);
      bar.stepTo(rows.size());
    }
    summary(sent, unfitting, Duration.ofNanos(System.nanoTime() - began));
    return unfitting == 0 ? 0 : ROWS_LEFT_OUT;
  }

  /** Where to begin, once it is told what is in already. */
  private ReplayProgress from(EventPublisher publisher, Contract contract) {
    if (publisher.before().isEmpty()) {
      return ReplayProgress.NONE;
    }
    ReplayProgress before = publisher.before().get();
    if (resume) {
      print("%,d rows of %s are in already; going on behind them.", before.rows(), file);
      return before;
    }
    print(
        "%,d events of %s are in already, %s. %s",
        before.events(),
        file,
        before.complete()
            ? "all that it has"
            : "from a replay that was cut off behind row %,d".formatted(before.rows()),
        twice(contract));
    return ReplayProgress.NONE;
  }

  private void tellCutOff(ReplayProgress in, Contract contract) {
    print(
        "Cut off: %,d rows of %s are done with, %,d of them published as events of %s, and no other. The same command with --resume goes on behind them. %s",
        in.rows(), file, in.events(), event, in.events() == 0 ? "" : twice(contract));
  }

  /** What becomes of events that are published a second time. */
  private static String twice(Contract contract) {
    return contract
        .duplicatesWithin()
        .map(
            within ->
                "Without it they are published a second time; ingestion drops them as duplicates (duplicates_within %s) as far as it still knows their ids: those less than three times that older than the newest event."
                    .formatted(Durations.format(within)))
        .orElse(
            "Without --resume they are published a second time and count twice: the contract has no duplicates_within.");
  }

  private void print(String text, Object... values) {
    PrintWriter err = spec.commandLine().getErr();
    err.printf(text.stripTrailing() + "%n", values);
    err.flush();
  }

  /** What says how the file is read. */
  private List<String> given() {
    return spec.commandLine().getParseResult().matchedOptions().stream()
        .filter(option -> FORMAT.contains(option.longestName()))
        .map(option -> option.longestName() + "=" + option.originalStringValues())
        .sorted()
        .toList();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      log.debug("the JVM is ending, and its hooks run already", e);
    }
  }

  private boolean isStopped() {
    return stop.getCount() == 0;
  }

  /** Ctrl-C: lets what was sent be committed and told. */
  private void stopAndWait() {
    stop.countDown();
    try {
      stopped.await(LAST_COMMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Pace chosenPace() {
    try {
      return pace.pace();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private void tellUnused(EventRows rows) {
    if (!rows.unusedColumns().isEmpty()) {
      spec.commandLine()
          .getErr()
          .printf(
              "Columns that no field of %s takes: %s%n",
              event, String.join(", ", rows.unusedColumns()));
    }
  }

  private ProgressBar bar(EventRows rows) {
    return new ProgressBarBuilder()
        .setTaskName(event)
        .setInitialMax(rows.size())
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(System.console() == null ? 5_000 : 250)
        .build();
  }

  private void summary(long sent, long unfitting, Duration time) {
    PrintWriter out = spec.commandLine().getOut();
    double seconds = time.toMillis() / 1000.0;
    out.printf(
        "Published %,d events of %s in %.1f s (%,.0f/s).%n",
        sent, event, seconds, sent / Math.max(0.001, seconds));
    if (unfitting > 0) {
      out.printf(
          "%,d rows did not fit and were left out%s.%n",
          unfitting,
          unfitting > NAMED_ROWS ? "; the first " + NAMED_ROWS + " are named above" : "");
    }
    out.flush();
  }
}
