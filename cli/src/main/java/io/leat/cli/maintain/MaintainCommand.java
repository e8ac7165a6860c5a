package io.leat.cli.maintain;

import io.leat.cli.command.UserError;
import io.leat.runtime.settings.MaintenanceOptions;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.StackException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Cares for the offline tables of a pipeline, whether or not its job runs. */
@Command(
    name = "maintain",
    mixinStandardHelpOptions = true,
    description =
        "Makes few sorted files out of the many small ones of the offline tables, expires old snapshots and deletes"
            + " files that belong to none. The job that writes the tables may run meanwhile; 'leat up' does this"
            + " every ten minutes.")
public final class MaintainCommand implements Callable<Integer> {
  @Mixin private MaintenanceOptions options = new MaintenanceOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  /**
   * @throws UserError if the options do not say whose tables
   * @throws StackException if the process cannot be started, or ends as it should not
   */
  @Override
  public Integer call() {
    options.pipelineFolder(); // refused before a folder is made for the log of no stack
    List<String> given =
        spec.commandLine().getParseResult().matchedOptions().stream()
            .map(option -> option.longestName() + "=" + option.originalStringValues().get(0))
            .toList();
    PrintWriter out = spec.commandLine().getOut();
    AtomicBoolean reported = new AtomicBoolean();
    JvmProcess process =
        JvmProcess.run(
            command(LeatHome.find(), given, options.folder().resolve("logs/maintain.log"))
                .withJvmOptions("-Dleat.log.target=System.err", "-XX:+DisplayVMOutputToStderr"),
            line -> {
              out.println(line);
              out.flush();
              reported.set(true);
            });
    int code = process.exitCode().orElseThrow();
    if (code != 0 && !reported.get()) {
      throw process.died();
    }
    return code;
  }

  /**
   * The process that does the work.
   *
   * @param arguments as {@link MaintenanceOptions} takes them
   */
  public static JvmProcess.Command command(LeatHome home, List<String> arguments, Path log) {
    return JvmProcess.Command.of(
            "maintenance",
            home.classPath("flink"),
            "io.leat.features.offline.maintenance.MaintenanceMain",
            arguments,
            log)
        .withJvmOptions(
            "@" + home.library("flink").resolve("jvm.options"), "-Xmx512m", "-XX:+UseSerialGC");
  }
}
