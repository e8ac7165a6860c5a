package io.leat.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command behind {@code benchmarks/run}, at the root of the project. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    subcommands = {
      AccuracyCommand.class,
      BusyKeysCommand.class,
      DriftAlarmsCommand.class,
      DriftCommand.class,
      FeatureServerCommand.class,
      FeaturesCommand.class,
      IngestionCommand.class,
      ManyKeysCommand.class,
      MemoryCommand.class,
      PeersCommand.class,
      RestoreCommand.class,
      RulesCommand.class,
      ScoringCommand.class
    })
public final class BenchmarksMain {
  private BenchmarksMain() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new BenchmarksMain()).execute(arguments));
  }
}
