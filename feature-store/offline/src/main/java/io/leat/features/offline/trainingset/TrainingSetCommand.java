package io.leat.features.offline.trainingset;

import io.leat.features.offline.EventTable;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.replay.PipelineReference;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.features.offline.replay.Snapshots;
import io.leat.features.offline.replay.TableCommand;
import io.leat.runtime.settings.TrainingSetOptions;
import io.leat.runtime.settings.TrainingSetOptions.AsOf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;

/** {@code leat training-set}. */
public final class TrainingSetCommand extends TableCommand<TrainingSetOptions> {
  /** Name of the command. */
  public static final String NAME = "training-set";

  /** Key of the metadata in which each of its files says, as JSON, what it was made of. */
  public static final String LINEAGE_PROPERTY = Lineage.PROPERTY;

  public TrainingSetCommand() {
    super(NAME, new TrainingSetOptions());
  }

  public static void main(String[] arguments) {
    System.exit(new TrainingSetCommand().execute(arguments));
  }

  @Override
  protected int run(TrainingSetOptions options, PipelineReference reference, OfflineCatalog catalog)
      throws IOException, InterruptedException {
    ServiceReference service = ServiceReference.of(reference, options.service());
    TrainingSetPlan plan = plan(options, service);
    Path out = options.out().toAbsolutePath().normalize();
    requireFree(out);
    Path unfinished = out.resolveSibling(out.getFileName() + ".part");
    FileUtils.deleteDirectory(unfinished.toFile());
    Files.createDirectories(unfinished);
    new AwaitTables(options.awaited(), options.awaitAtMost())
        .await(catalog, line -> say("%s", line));
    long began = System.nanoTime();
    Map<String, Long> wanted = options.snapshotsOf().map(Lineage::snapshotsOf).orElse(Map.of());
    try (Snapshots snapshots = new Snapshots(catalog, wanted)) {
      TrainingSetGraph graph = new TrainingSetGraph(plan, snapshots);
      runGraph(environment -> graph.build(environment, unfinished), graph::expectedSteps);
    } catch (RuntimeException e) {
      try {
        FileUtils.deleteDirectory(unfinished.toFile());
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
    Files.deleteIfExists(out);
    Files.move(unfinished, out, StandardCopyOption.ATOMIC_MOVE);
    tell(out, (System.nanoTime() - began) / 1e9);
    return 0;
  }

  private static TrainingSetPlan plan(TrainingSetOptions options, ServiceReference service)
      throws IOException {
    Shares shares = Shares.of(options.split());
    Optional<SpineFile> file =
        options
            .spineRecords()
            .map(
                records ->
                    SpineFile.open(
                        options.spineFile().orElseThrow(), records, service, options.label()));
    requireSpine(options, service, file);
    return new TrainingSetPlan(
        service,
        options.asOf(),
        options.from(),
        options.to(),
        file,
        LabelSource.of(options.label(), service, file),
        options.unlabelled(),
        shares,
        options.isTagged());
  }

  private static void requireSpine(
      TrainingSetOptions options, ServiceReference service, Optional<SpineFile> file) {
    String spine = service.definition().spine();
    if (file.isPresent() && options.asOf() == AsOf.arrival) {
      throw new OfflineException(
          "--as-of arrival needs the spine's own events: rows of a file have never arrived. Leave"
              + " out --spine, or --as-of.");
    }
    if (file.isEmpty()) {
      String name = options.spine().orElse(spine);
      if (!name.equals(spine) && !name.equals(EventTable.name(spine))) {
        throw new OfflineException(
            "--spine is '%s'; expected %s, which is the table of the spine of service %s, or a file (.csv, .csv.gz, .parquet)."
                .formatted(name, EventTable.name(spine), service.service()));
      }
    }
  }

  private static void requireFree(Path out) throws IOException {
    if (Files.isDirectory(out)) {
      try (Stream<Path> files = Files.list(out)) {
        if (files.findAny().isEmpty()) {
          return;
        }
      }
    }
    if (Files.exists(out)) {
      throw new OfflineException(
          "%s is there already. Give another folder with --out, or move it away.".formatted(out));
    }
  }

  private static void tell(Path out, double seconds) throws IOException {
    var tree = Lineage.parse(Files.readString(out.resolve(TrainingSetFiles.LINEAGE))).tree();
    long rows = tree.path("rows").path("count").asLong();
    say(
        "%,d rows of %s@%d in %.1f s (%,.0f rows/s)%s",
        rows,
        tree.path("service").path("name").asText(),
        tree.path("service").path("version").asInt(),
        seconds,
        rows / seconds,
        tree.path("rows").has("unlabelled")
            ? "; without a label: %,d".formatted(tree.path("rows").path("unlabelled").asLong())
            : "");
    for (var file : tree.path("files")) {
      say("%-19s %,9d rows", file.path("name").asText(), file.path("rows").asLong());
    }
    say(
        "validation from %s, test from %s",
        tree.path("split").path("validationFrom").asText(),
        tree.path("split").path("testFrom").asText());
    say("written: %s (lineage %s)", out, Lineage.sha256(out.resolve(TrainingSetFiles.LINEAGE)));
  }
}
