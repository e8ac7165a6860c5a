package io.leat.cli.offline;

import io.leat.runtime.settings.ConsistencyOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Compares logged vectors with recomputed ones. */
@Command(
    name = "verify-consistency",
    mixinStandardHelpOptions = true,
    description =
        "Recomputes the vectors that the stream made, from the offline events in the order in which"
            + " they arrived, and says of each feature how many values are the same, bit for bit."
            + " The exit code is 3 if not all are, or a vector is missing or extra.")
public final class VerifyConsistencyCommand implements Callable<Integer> {
  private static final String MAIN = "io.leat.features.offline.consistency.ConsistencyCommand";

  @Mixin private ConsistencyOptions options = new ConsistencyOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    return new TableProcess("verify-consistency", MAIN, options, spec).run();
  }
}
