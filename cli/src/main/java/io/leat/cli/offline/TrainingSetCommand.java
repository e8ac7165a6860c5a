package io.leat.cli.offline;

import io.leat.cli.command.UserError;
import io.leat.pipeline.definition.PipelineException;
import io.leat.runtime.settings.TrainingSetOptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Makes a training set out of the offline tables. */
@Command(
    name = "training-set",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the features of a service, with labels, for every row of a spine: Parquet files split"
          + " by time, and the lineage of every number. No row sees what came after it.",
      "The same tables give the same files, byte for byte."
    })
public final class TrainingSetCommand implements Callable<Integer> {
  private static final String MAIN = "io.leat.features.offline.trainingset.TrainingSetCommand";

  @Mixin private TrainingSetOptions options = new TrainingSetOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  /**
   * @throws PipelineException if the pipeline is wrong
   * @throws UserError if the spine's file does not fit, or the training set cannot be made
   */
  @Override
  public Integer call() throws PipelineException, IOException {
    TableProcess process = new TableProcess("training-set", MAIN, options, spec);
    Optional<Path> file = options.spineFile();
    if (file.isEmpty()) {
      return process.run();
    }
    Path tmp = Files.createDirectories(options.folder().resolve("tmp"));
    try (Scratch scratch = new Scratch(Files.createTempFile(tmp, "spine-", ".avro"))) {
      new SpineRecords(options, spec.commandLine().getErr()).write(file.get(), scratch.file());
      return process.run("--spine-records=" + scratch.file());
    }
  }

  /** A file that is there for as long as it is needed. */
  private record Scratch(Path file) implements Closeable {
    @Override
    public void close() throws IOException {
      Files.deleteIfExists(file);
    }
  }
}
