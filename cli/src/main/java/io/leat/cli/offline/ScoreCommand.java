package io.leat.cli.offline;

import io.leat.cli.command.Endpoints;
import io.leat.cli.command.UserError;
import io.leat.runtime.settings.ScoreOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Scores all rows of a table or of files with one version of a model. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = {
      "Scores all rows of an offline table or of Parquet files with one version of a model: the same"
          + " scores and decisions as the stream's, to the last bit. Rows that cannot be scored are"
          + " in the output too, and say why.",
      "Once for a version and a snapshot: a second run adds nothing, and of a run that was ended"
          + " nothing is seen."
    })
public final class ScoreCommand implements Callable<Integer> {
  private static final String MAIN = "io.leat.scoring.batch.ScoreCommand";

  @Mixin private ScoreOptions options = new ScoreOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  /**
   * @throws UserError if it cannot be done
   */
  @Override
  public Integer call() {
    Optional<Endpoints> stack = Endpoints.find(options.folder());
    List<String> more = new ArrayList<>();
    if (!options.namesBrokers()) {
      stack.ifPresent(
          found -> more.add(ScoreOptions.BOOTSTRAP_SERVERS + "=" + found.bootstrapServers()));
    }
    if (!options.namesRegistry()) {
      stack.ifPresent(found -> more.add(ScoreOptions.REGISTRY_URL + "=" + found.registryUrl()));
    }
    return new TableProcess("score", MAIN, options, spec).run(more.toArray(String[]::new));
  }
}
