package io.leat.benchmarks;

import io.leat.features.online.OnlineStore;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.stack.JvmProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long an online store of a large state makes no vectors after a crash. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description =
        "Time from kill -9 of the online store to the first correct vector: alone, and with a"
            + " standby on a second instance.")
final class RestoreCommand implements Callable<Integer> {
  private static final Path FOLDER = Path.of("benchmarks/pipelines/peers");
  private static final Duration LONGEST = Duration.ofMinutes(20);

  /** Files are up to twice as large while they are being compacted. */
  private static final double LEAST_OF_THE_OTHER = 0.5;

  private static final double MEGABYTE = 1 << 20;

  /** A standby counts as caught up when its files have been as large as they are for so long. */
  private static final Duration QUIET = Duration.ofSeconds(10);

  @Option(
      names = "--megabytes",
      defaultValue = "1024",
      description = "Keys and values of the state. Default: ${DEFAULT-VALUE}.")
  private int megabytes;

  @Option(
      names = "--in-window",
      defaultValue = "14",
      description = "Events of a key in 30 days. Default: ${DEFAULT-VALUE}.")
  private int inWindow;

  @Option(
      names = "--per-second",
      defaultValue = "200",
      description = "Events a second all the while. Default: ${DEFAULT-VALUE}.")
  private int perSecond;

  @Option(
      names = "--online-option",
      split = ",",
      description = "More options of the online store, for example --kafka, name=value.")
  private List<String> onlineOptions = List.of();

  @Option(
      names = "--jvm-option",
      split = ",",
      defaultValue = "-Xmx1g",
      description = "Of the online store. Default: ${DEFAULT-VALUE}.")
  private List<String> jvmOptions = List.of();

  @Option(names = "--results", defaultValue = "benchmarks/RESULTS.md", hidden = true)
  private Path results = Path.of(".");

  @Override
  public Integer call() throws Exception {
    Results out =
        new Results(
            results,
            "benchmarks/run restore --megabytes %d --in-window %d --per-second %d%s"
                .formatted(
                    megabytes,
                    inWindow,
                    perSecond,
                    onlineOptions.isEmpty()
                        ? ""
                        : " --online-option " + String.join(",", onlineOptions)));
    try (Cluster cluster = Cluster.start(Path.of("benchmarks/target/cluster"))) {
      Pipeline pipeline = PipelineReader.read(FOLDER);
      new Applier(cluster.kafka(), cluster.newRegistryClient()).apply(pipeline, "benchmark");
      Contract contract = pipeline.contracts().get(0);
      RestoreState state = new RestoreState(pipeline, inWindow, megabytes);
      state.writeTo(cluster);
      out.line(
          "Exactly-once, one store of %,d keys, %,.0f MB of keys and values, of %d events each; %s;"
              + " %d events a second all the while.",
          state.keys(),
          state.bytes() / MEGABYTE,
          inWindow,
          String.join(" ", jvmOptions),
          perSecond);
      out.line("");
      out.line(
          "| | s to the first correct vector | records restored | s of it | MB/s of it | MB on disk before |");
      out.line("|---|---|---|---|---|---|");
      try (RestoreProbe probe = new RestoreProbe(cluster, contract, state, perSecond)) {
        measure(out, cluster, probe, state);
      }
    }
    out.append();
    return 0;
  }

  private void measure(Results out, Cluster cluster, RestoreProbe probe, RestoreState state)
      throws IOException {
    Path directory = cluster.directory().resolve("online");
    FeatureJob.copyPipeline(FOLDER, directory.resolve("pipeline"), state.pipeline(), path -> true);
    List<JvmProcess> started = new ArrayList<>();
    try {
      probe.mark();
      JvmProcess one = start(cluster, directory, "-1", 0, started);
      line(out, "first start, nothing on disk", probe.awaitVector(one), one, state, 0);
      double size = onDisk(directory, "-1");
      probe.mark();
      one.kill();
      one = start(cluster, directory, "-1", 0, started);
      line(out, "`kill -9`, alone", probe.awaitVector(one), one, state, size);
      one.stop();
      size = onDisk(directory, "-1");
      probe.mark();
      one = start(cluster, directory, "-1", 0, started);
      line(out, "stopped and started again", probe.awaitVector(one), one, state, size);
      probe.mark();
      one.kill();
      one = start(cluster, directory, "-1", 0, started);
      line(out, "`kill -9` before RocksDB flushed", probe.awaitVector(one), one, state, size);
      one.stop();

      one = start(cluster, directory, "-1", 1, started);
      probe.awaitVector(one);
      JvmProcess two = start(cluster, directory, "-2", 1, started);
      awaitQuiet(two, directory, LEAST_OF_THE_OTHER * onDisk(directory, "-1"));
      size = onDisk(directory, "-1");
      probe.mark();
      one.kill();
      line(out, "`kill -9`, one standby", probe.awaitVector(two), two, state, size);
    } finally {
      started.stream().filter(JvmProcess::isAlive).forEach(JvmProcess::kill);
    }
  }

  private JvmProcess start(
      Cluster cluster, Path directory, String instance, int standbys, List<JvmProcess> started) {
    List<String> options = new ArrayList<>(onlineOptions);
    options.addAll(List.of("--standby-replicas", Integer.toString(standbys)));
    JvmProcess process =
        FeatureJob.process(cluster, OnlineStore.class, directory, instance, jvmOptions, options);
    started.add(process);
    return process;
  }

  private static void line(
      Results out,
      String label,
      double seconds,
      JvmProcess process,
      RestoreState state,
      double onDisk) {
    Restored restored = Restored.of(process.log());
    double megabytes =
        state.bytes() / MEGABYTE * Math.min(1, (double) restored.records() / state.keys());
    out.line(
        "| %s | %.1f | %,d | %.1f | %s | %.0f |",
        label,
        seconds,
        restored.records(),
        restored.seconds(),
        restored.seconds() == 0 ? "-" : "%.0f".formatted(megabytes / restored.seconds()),
        onDisk);
  }

  /**
   * What a process says that it has restored.
   *
   * @param seconds from its first word of that to its last; 0 where there was nothing to restore
   */
  private record Restored(long records, double seconds) {
    private static final Pattern BEGIN = Pattern.compile("(?m)^(\\S+Z) .* restoring \\S+: ");
    private static final Pattern END =
        Pattern.compile("(?m)^(\\S+Z) .* is restored: (\\d+) records");

    static Restored of(String log) {
      Matcher begin = BEGIN.matcher(log);
      Matcher end = END.matcher(log);
      long records = 0;
      Instant last = Instant.MIN;
      while (end.find()) {
        last = Instant.parse(end.group(1));
        records += Long.parseLong(end.group(2));
      }
      return records > 0 && begin.find()
          ? new Restored(
              records, Duration.between(Instant.parse(begin.group(1)), last).toMillis() / 1e3)
          : new Restored(records, 0);
    }
  }

  private static double onDisk(Path directory, String instance) {
    return ProcessUsage.bytesOnDisk(directory.resolve("state" + instance)) / MEGABYTE;
  }

  private static void awaitQuiet(JvmProcess standby, Path directory, double atLeast) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    double before = -1;
    while (true) {
      if (!standby.isAlive()) {
        throw standby.died();
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "the standby has not caught up in %d minutes: %.0f MB of %.0f; its log is %s"
                .formatted(LONGEST.toMinutes(), before, atLeast, standby.logFile()));
      }
      double now = onDisk(directory, "-2");
      if (now >= atLeast && Math.abs(now - before) < Math.max(2, 0.01 * now)) {
        return;
      }
      before = now;
      LockSupport.parkNanos(QUIET.toNanos());
    }
  }
}
