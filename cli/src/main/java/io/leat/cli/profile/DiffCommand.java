package io.leat.cli.profile;

import io.leat.drift.ProfileDifference;
import io.leat.drift.ReferenceProfile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares two profiles. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description =
        "Compares two profiles column by column, by every statistic that is defined of the column;"
            + " the first is the reference. Says how far apart they are, and not whether that is much.")
public final class DiffCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE", description = "The earlier profile.")
  private Path first = Path.of("");

  @Parameters(index = "1", paramLabel = "OTHER", description = "The later one.")
  private Path second = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    ReferenceProfile before = Profiles.read(first);
    ReferenceProfile after = Profiles.read(second);
    PrintWriter out = spec.commandLine().getOut();
    out.println("first:  " + Profiles.headline(before));
    out.println("second: " + Profiles.headline(after));
    for (ProfileDifference one : ProfileDifference.of(before, after)) {
      out.printf(
          Locale.ROOT,
          "%-36s nulls %.2f%% -> %.2f%%  %s%n",
          one.column(),
          100 * one.before().share(),
          100 * one.after().share(),
          one.what().isEmpty() ? values(one) : one.what());
    }
    out.flush();
    return 0;
  }

  private static String values(ProfileDifference one) {
    return one.values().entrySet().stream()
        .map(
            value -> String.format(Locale.ROOT, "%s %.4g", value.getKey().name(), value.getValue()))
        .collect(Collectors.joining("  "));
  }
}
