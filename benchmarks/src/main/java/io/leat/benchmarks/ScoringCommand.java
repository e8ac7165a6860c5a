package io.leat.benchmarks;

import ai.onnxruntime.OrtException;
import io.leat.models.onnx.OnnxSession;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What scoring costs beside ONNX Runtime alone, and what explaining costs beside scoring. */
@Command(
    name = "scoring",
    mixinStandardHelpOptions = true,
    description =
        "A score in the process, beside a bare ONNX Runtime loop; contributions; several rows a"
            + " run (JMH). A score through Kafka, beside the shape of Crayfish; its latency while versions are"
            + " swapped.")
final class ScoringCommand implements Callable<Integer> {
  /** Of the loop, for the stage without Kafka. */
  private static final double BAR = 0.8;

  /** Times a score, for its contributions. */
  private static final double EXPLAINED_BAR = 10;

  @Option(names = "--forks", defaultValue = "2", description = "Default: ${DEFAULT-VALUE}.")
  private int forks;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "Of warm-up, and of measurement, a fork. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--events",
      defaultValue = "600000",
      description =
          "Through Kafka, of Leat; the peers have fewer. The first half warms up. Default:"
              + " ${DEFAULT-VALUE}.")
  private int events;

  @Option(
      names = "--swaps",
      defaultValue = "100",
      description = "Of versions, under load. Default: ${DEFAULT-VALUE}.")
  private int swaps;

  @Option(
      names = "--rate",
      defaultValue = "500",
      description = "Vectors a second while versions are swapped. Default: ${DEFAULT-VALUE}.")
  private int rate;

  @Option(
      names = "--parts",
      split = ",",
      description = "Some of ${COMPLETION-CANDIDATES}. Default: all.")
  private List<Part> parts = List.of(Part.values());

  @Option(
      names = "--jvm-option",
      defaultValue = "-Xmx512m",
      description = "Of the services that are measured. Default: ${DEFAULT-VALUE}.")
  private List<String> jvmOptions = List.of();

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  /** What is measured. */
  enum Part {
    PROCESS,
    BATCHES,
    KAFKA,
    SWAPS
  }

  @Override
  public Integer call() throws Exception {
    Results out =
        new Results(
            results,
            "benchmarks/run scoring --parts %s --forks %d --seconds %d --events %d --swaps %d"
                .formatted(
                    parts.stream().map(Part::name).collect(Collectors.joining(",")),
                    forks,
                    seconds,
                    events,
                    swaps));
    out.line("ONNX Runtime %s.", OnnxSession.runtimeVersion());
    out.line("");
    if (parts.contains(Part.PROCESS)) {
      inProcess(out);
      out.line("");
    }
    if (parts.contains(Part.BATCHES)) {
      batches(out);
      out.line("");
    }
    if (parts.contains(Part.KAFKA)) {
      CrayfishComparison.run(out, events, forks, jvmOptions);
      out.line("");
    }
    if (parts.contains(Part.SWAPS)) {
      SwapLatency.run(out, swaps, rate, jvmOptions);
    }
    out.append();
    return 0;
  }

  private Collection<RunResult> run(Class<?> benchmark) throws RunnerException {
    return new Runner(
            new OptionsBuilder()
                .include(benchmark.getSimpleName())
                .forks(forks)
                .jvmArgs("-Xmx512m")
                .warmupIterations(seconds)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(seconds)
                .measurementTime(TimeValue.seconds(1))
                .build())
        .run();
  }

  /** What a batch saves, and whether it changes a number. */
  private void batches(Results out) throws RunnerException, OrtException {
    Map<ScoringModels, Map<Integer, String>> cells = new TreeMap<>();
    for (RunResult result : run(BatchBenchmark.class)) {
      ScoringModels model = ScoringModels.valueOf(result.getParams().getParam("model"));
      int size = Integer.parseInt(result.getParams().getParam("size"));
      cells
          .computeIfAbsent(model, key -> new TreeMap<>())
          .put(
              size,
              "%.2f (%d)"
                  .formatted(
                      counter(result, "nanos") / counter(result, "events") / 1_000,
                      BatchBenchmark.others(model, size)));
    }
    out.line(
        "Several rows a run, by the loop of kept tensors; CPU µs a score, and in brackets how many"
            + " of %d rows have a score of other bits than alone.",
        BatchBenchmark.ROWS);
    out.line("");
    out.line("| | %s |", joined(cells.get(ScoringModels.LOGISTIC).keySet()));
    out.line("|---|---|---|---|");
    cells.forEach((model, of) -> out.line("| %s | %s |", model.label(), joined(of.values())));
  }

  private static String joined(Collection<?> cells) {
    return cells.stream().map(Object::toString).collect(Collectors.joining(" | "));
  }

  private void inProcess(Results out) throws RunnerException {
    Map<ScoringModels, Map<String, Double>> nanos = new TreeMap<>();
    for (RunResult result : run(ScoringBenchmark.class)) {
      nanos
          .computeIfAbsent(
              ScoringModels.valueOf(result.getParams().getParam("model")), key -> new TreeMap<>())
          .put(
              result.getPrimaryResult().getLabel(),
              counter(result, "nanos") / counter(result, "events"));
    }
    out.line(
        "One row a run, one thread; CPU µs a score of the thread, and in brackets events/CPU-s"
            + " beside the loop of kept tensors.");
    out.line("");
    out.line(
        "| | loop, kept tensors | loop, a tensor a row | vector to score | with Avro |"
            + " contributions (times the loop, kept tensors) |");
    out.line("|---|---|---|---|---|---|");
    nanos.forEach(
        (model, of) ->
            out.line(
                "| %s | %.2f | %s | %s | %s | %s |",
                model.label(),
                micros(of, "kept"),
                beside(of, "plain"),
                beside(of, "stage"),
                beside(of, "codec"),
                model.isExplained()
                    ? "%.2f (%.1f)"
                        .formatted(
                            micros(of, "explained"), micros(of, "explained") / micros(of, "kept"))
                    : "-"));
    out.line("");
    for (ScoringModels model : List.copyOf(nanos.keySet())) {
      Map<String, Double> of = Objects.requireNonNull(nanos.get(model));
      double ratio = micros(of, "kept") / micros(of, "stage");
      out.line(
          "- %s: the stage is %.2f of the loop of kept tensors (%.2f of the other); the bar is"
              + " %.1f: %s.",
          model.label(),
          ratio,
          micros(of, "plain") / micros(of, "stage"),
          BAR,
          ratio >= BAR ? "met" : "missed");
      if (model.isExplained()) {
        double times = micros(of, "explained") / micros(of, "kept");
        out.line(
            "- %s: contributions cost %.1f times the score; the bar is %.0f: %s.",
            model.label(), times, EXPLAINED_BAR, times <= EXPLAINED_BAR ? "met" : "missed");
      }
    }
  }

  private static String beside(Map<String, Double> of, String what) {
    return "%.2f (%.2f)".formatted(micros(of, what), micros(of, "kept") / micros(of, what));
  }

  private static double micros(Map<String, Double> of, String what) {
    return Objects.requireNonNull(of.get(what), what) / 1_000;
  }

  private static double counter(RunResult result, String name) {
    return Objects.requireNonNull(result.getSecondaryResults().get(name), name).getScore();
  }
}
