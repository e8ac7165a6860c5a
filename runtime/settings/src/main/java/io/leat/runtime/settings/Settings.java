package io.leat.runtime.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** What is done with the settings that a class declares by {@link Setting}. */
public final class Settings {
  private Settings() {}

  /**
   * Reads settings that no command line of their own has.
   *
   * @param flags as a command line takes them; what they leave out comes from the environment
   * @return the same object
   * @throws ParameterException with one sentence if a flag or a variable is wrong
   */
  public static <T> T parse(T settings, String... flags) {
    CommandLine command = new CommandLine(settings);
    command.parseArgs(flags);
    check(command.getCommandSpec());
    return settings;
  }

  /**
   * Makes sure that what was parsed is within its bounds.
   *
   * @throws ParameterException with one sentence that names every setting that is not
   */
  public static void check(CommandSpec parsed) {
    String problems =
        declared(parsed).stream()
            .flatMap(setting -> setting.problem().stream())
            .collect(Collectors.joining("; "));
    if (!problems.isEmpty()) {
      throw new ParameterException(parsed.commandLine(), problems);
    }
  }

  /** The settings of a class, as they are declared, with the values that an object of it has. */
  public static List<Declaration> of(Object settings) {
    return declared(CommandSpec.forAnnotatedObject(settings));
  }

  /** Name to value of every setting that has one, as a log may show them. */
  public static Map<String, String> shown(Object settings) {
    Map<String, String> shown = new LinkedHashMap<>();
    of(settings)
        .forEach(setting -> setting.shown().ifPresent(value -> shown.put(setting.name(), value)));
    return shown;
  }

  /** A command line whose settings are documented, and checked before it runs. */
  public static CommandLine commandLine(Object command) {
    return document(new CommandLine(command)).setExecutionStrategy(checked(new RunLast()));
  }

  /** Runs what another strategy does once {@link #check} has found nothing wrong. */
  public static IExecutionStrategy checked(IExecutionStrategy strategy) {
    return parsed -> {
      for (ParseResult part = parsed; part != null; part = part.subcommand()) {
        check(part.commandSpec());
      }
      return strategy.execute(parsed);
    };
  }

  /** Adds to the help text of each setting its variable, its bounds and its default. */
  public static CommandLine document(CommandLine command) {
    document(command.getCommandSpec());
    command.getSubcommands().values().forEach(Settings::document);
    return command;
  }

  private static void document(CommandSpec spec) {
    for (Declaration setting : declared(spec)) {
      if (setting.argument() instanceof OptionSpec option) {
        spec.remove(option);
        spec.addOption(OptionSpec.builder(option).description(help(setting)).build());
      }
    }
  }

  private static String help(Declaration setting) {
    boolean fixed =
        setting.setting().otherwise().isEmpty() && setting.argument().defaultValue() != null;
    return setting.doc()
        + setting.bounds().map(bounds -> " " + bounds + ".").orElse("")
        + " Environment: "
        + setting.variable()
        + ". Default: "
        + (fixed ? "${DEFAULT-VALUE}" : setting.usual())
        + ".";
  }

  private static List<Declaration> declared(CommandSpec spec) {
    List<Declaration> declared = new ArrayList<>();
    for (ArgSpec argument : spec.args()) {
      Declaration.of(argument).ifPresent(declared::add);
    }
    return declared;
  }
}
