package io.leat.cli.demo;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Fraud moves to where the model does not look, and the loop closes by itself. */
@Command(
    name = "drift",
    mixinStandardHelpOptions = true,
    description =
        "Plays card payments in which fraud moves to where the model does not look, and tells as it"
            + " happens what the platform makes of it: an episode, a retraining, its gates, the new"
            + " version in the shadow and as the champion. Ends with what the new version is worth"
            + " beside the old one on the same payments, and a page of plots. Exit code 0: the loop"
            + " closed. With --nulls no fraud moves, but amounts are missing: an incident, and"
            + " nothing is retrained.")
final class DriftDemoCommand implements Callable<Integer> {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = ".leat-demo",
      description =
          "Folder of the demonstration: its pipeline, its stack, its page. What an earlier one left"
              + " there is removed. Default: ${DEFAULT-VALUE} in the current folder.")
  private Path folder = Path.of(".leat-demo");

  @Option(
      names = "--trainer",
      paramLabel = "YAML",
      defaultValue = DriftDemo.BUILTIN,
      description =
          "Who trains again, as a policy's key trainer says it, such as '{ command: [python3,"
              + " /somewhere/train.py] }'. Default: ${DEFAULT-VALUE}.")
  private String trainer = DriftDemo.BUILTIN;

  @Option(
      names = "--nulls",
      description =
          "Leave out amounts for a week in place of moving fraud. Exit code 0: it was told as a"
              + " matter of data quality, asked for no retraining, and passed.")
  private boolean hasNulls;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    Play play = hasNulls ? Play.NULLS : Play.USUAL;
    Figures figures =
        new DriftDemo(DemoFolder.prepare(folder), play, trainer, spec.commandLine().getOut()).run();
    return figures.holds() ? 0 : 1;
  }
}
