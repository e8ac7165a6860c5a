package io.leat.cli.demo;

import io.leat.cli.command.UserError;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Commands of Leat as people run them: each a process of its own, which ends with this one. */
final class LeatProcess {
  private static final String LEAT = "io.leat.cli.Leat";

  private final LeatHome home = LeatHome.find();
  private final DemoFolder folder;

  LeatProcess(DemoFolder folder) {
    this.folder = folder;
  }

  /** Starts a command. */
  JvmProcess start(String name, List<String> arguments) {
    return JvmProcess.start(command(name, LEAT, arguments));
  }

  /**
   * Runs a command to its end.
   *
   * @return the lines that it printed
   * @throws UserError if it failed
   */
  List<String> run(String name, List<String> arguments) {
    return run(name, LEAT, arguments);
  }

  /** Runs the main of another class to its end, as {@link #run(String, List)}. */
  List<String> run(String name, String main, List<String> arguments) {
    List<String> lines = new ArrayList<>();
    JvmProcess process = JvmProcess.run(command(name, main, arguments), lines::add);
    if (!process.exitCode().equals(OptionalInt.of(0))) {
      throw new UserError(
          "'%s %s' failed with code %s: %s Its log is %s."
              .formatted(
                  name,
                  String.join(" ", arguments),
                  process.exitCode(),
                  String.join(" ", lines),
                  process.logFile()));
    }
    return lines;
  }

  private JvmProcess.Command command(String name, String main, List<String> arguments) {
    return JvmProcess.Command.of(
            name, home.classPath("services"), main, arguments, folder.log(name))
        .withJvmOptions(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dleat.home=" + home.directory(),
            "-Dlogback.configurationFile=logback-cli.xml");
  }
}
