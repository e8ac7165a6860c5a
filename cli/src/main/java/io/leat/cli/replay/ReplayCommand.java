package io.leat.cli.replay;

import io.leat.cli.PlatformOptions;
import io.leat.cli.UserError;
import io.leat.cli.rows.EventRows;
import io.leat.cli.rows.EventRows.EventRow;
import io.leat.cli.rows.EventRows.Fitting;
import io.leat.cli.rows.EventRows.Unfitting;
import io.leat.pipeline.Contract;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import io.leat.runtime.options.RowFileOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
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
            + " fit are named by line and left out; the exit code is then 3.")
public final class ReplayCommand implements Callable<Integer> {
  private static final int ROWS_LEFT_OUT = 3;
  private static final int NAMED_ROWS = 20;

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file = Path.of(".");

  @Option(
      names = "--event",
      required = true,
      paramLabel = "NAME",
      description = "Name of the contract.")
  private String event = "";

  @Option(
      names = "--pipeline",
      paramLabel = "DIR",
      description =
          "Folder of the pipeline that declares it. Default: the one that 'leat up' runs.")
  private @Nullable Path pipelineFolder;

  @Option(
      names = "--time-column",
      paramLabel = "NAME",
      description =
          "Column that holds the event time. Default: the one named as the contract's field.")
  private @Nullable String timeColumn;

  @ArgGroup(exclusive = true)
  private PaceOptions pace = new PaceOptions();

  @Mixin private RowFileOptions format = new RowFileOptions();

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

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
    Contract contract = contract();
    long unfitting = 0;
    try (EventRows rows = EventRows.open(file, contract, Optional.ofNullable(timeColumn), format);
        EventPublisher publisher = new EventPublisher(platform, contract);
        ProgressBar bar = bar(rows)) {
      tellUnused(rows);
      long first = 0;
      long began = System.nanoTime();
      for (Optional<EventRow> row = rows.next(); row.isPresent(); row = rows.next()) {
        bar.stepTo(rows.position());
        if (row.get() instanceof Fitting fitting) {
          long time = publisher.eventTime(fitting.event());
          if (publisher.sent() == 0) {
            first = time;
            began = System.nanoTime();
          }
          long due = chosen.dueNanos(publisher.sent(), time, first).orElse(0);
          pause(due - (System.nanoTime() - began));
          publisher.send(fitting.event());
        } else if (row.get() instanceof Unfitting left) {
          unfitting++;
          if (unfitting <= NAMED_ROWS) {
            spec.commandLine().getErr().printf("%s:%d: %s%n", file, left.line(), left.problem());
          }
        }
      }
      publisher.flush();
      bar.stepTo(rows.size());
      bar.close();
      summary(publisher.sent(), unfitting, Duration.ofNanos(System.nanoTime() - began));
    }
    return unfitting == 0 ? 0 : ROWS_LEFT_OUT;
  }

  private Pace chosenPace() {
    try {
      return pace.pace();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Contract contract() throws PipelineException, IOException {
    Path folder = pipelineFolder;
    if (folder == null) {
      Path running = platform.folder().resolve("pipeline");
      if (!Files.exists(running)) {
        throw new UserError(
            "No stack runs in %s to take the pipeline from; name it with --pipeline DIR."
                .formatted(platform.folder()));
      }
      folder = Path.of(Files.readString(running));
    }
    Pipeline pipeline = PipelineReader.read(folder);
    return pipeline
        .contract(event)
        .orElseThrow(
            () ->
                new UserError(
                    "Pipeline %s has no event %s; it has %s."
                        .formatted(
                            pipeline.name(),
                            event,
                            String.join(
                                ", ",
                                pipeline.contracts().stream().map(Contract::event).toList()))));
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

  private void pause(long nanos) throws InterruptedException {
    if (nanos > 0) {
      TimeUnit.NANOSECONDS.sleep(nanos);
    }
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
