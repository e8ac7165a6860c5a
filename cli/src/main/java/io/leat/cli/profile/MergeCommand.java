package io.leat.cli.profile;

import io.leat.cli.command.UserError;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes one profile of several. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    description =
        "Makes the profile of the rows of several, of one model and one definition of its service. It"
            + " has no thresholds, which come of the rows themselves: to show and compare, not to"
            + " monitor by.")
public final class MergeCommand implements Callable<Integer> {
  @Parameters(arity = "2..*", paramLabel = "FILE", description = "The profiles.")
  private List<Path> files = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "Where to write the profile.")
  private Path output = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      ReferenceProfile merged =
          files.stream().map(Profiles::read).reduce(ReferenceProfile::merge).orElseThrow();
      merged.write(output);
      out.println(Profiles.headline(merged));
      out.println("written: " + output);
    } catch (ReferenceProfileException e) {
      throw new UserError(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new UserError("Cannot write %s: %s".formatted(output, e), e);
    }
    out.flush();
    return 0;
  }
}
