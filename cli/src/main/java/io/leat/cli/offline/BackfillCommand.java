package io.leat.cli.offline;

import io.leat.cli.command.Endpoints;
import io.leat.cli.command.UserError;
import io.leat.runtime.settings.BackfillOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Brings the history of a new view out of the offline tables into the online store. */
@Command(
    name = "backfill",
    mixinStandardHelpOptions = true,
    description =
        "Computes a new view over all events of the offline tables and hands it to the running"
            + " online store, so that every event is counted once and full windows are there from"
            + " the view's first value. The view says backfill: true, and the online store runs"
            + " with it already.")
public final class BackfillCommand implements Callable<Integer> {
  private static final String MAIN = "io.leat.features.offline.backfill.BackfillCommand";

  @Mixin private BackfillOptions options = new BackfillOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  /**
   * @throws UserError if it cannot be done
   */
  @Override
  public Integer call() {
    List<String> more = new ArrayList<>(List.of(options.view()));
    if (!options.namesBrokers()) {
      Endpoints.find(options.folder())
          .ifPresent(
              stack ->
                  more.add(BackfillOptions.BOOTSTRAP_SERVERS + "=" + stack.bootstrapServers()));
    }
    return new TableProcess("backfill", MAIN, options, spec).run(more.toArray(String[]::new));
  }
}
