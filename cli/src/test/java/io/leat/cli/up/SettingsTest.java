package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.server.ServerOptions;
import io.leat.ingestion.gateway.GatewayOptions;
import io.leat.mlflow.MlflowServerOptions;
import io.leat.retraining.worker.WorkerOptions;
import io.leat.runtime.JobOptions;
import io.leat.runtime.settings.Declaration;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.LocalClusterOptions;
import io.leat.runtime.settings.MemorySize;
import io.leat.runtime.settings.Settings;
import io.leat.scoring.server.ScoringServerOptions;
import io.leat.testing.MadeText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Each setting of the services and of the Flink jobs is settable, and documented, as declared. */
class SettingsTest {
  private static final String BEGIN = "<!-- made from %s -->";
  private static final String END = "<!-- end of what is made -->";
  private static final List<Supplier<Object>> ALL =
      List.of(
          JobOptions::new,
          GatewayOptions::new,
          ServerOptions::new,
          ScoringServerOptions::new,
          MlflowServerOptions::new,
          WorkerOptions::new,
          LocalClusterOptions::new);

  static Stream<Arguments> settings() {
    return ALL.stream()
        .flatMap(
            made ->
                Settings.of(made.get()).stream()
                    .map(setting -> Arguments.of(setting.name(), made, setting)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("settings")
  void aSettingIsTakenFromItsFlagElseFromItsVariable(
      String name, Supplier<Object> made, Declaration setting) {
    String sample = sample(setting);

    assertThat(value(made.get(), name, Map.of(setting.variable(), sample)))
        .as("%s=%s", setting.variable(), sample)
        .isEqualTo(sample);
    String flag = isSwitch(setting) ? setting.flag() : setting.flag() + "=" + sample;
    assertThat(value(made.get(), name, Map.of(), flag)).as(flag).isEqualTo(sample);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("settings")
  void theHelpTextOfASettingNamesItsVariable(
      String name, Supplier<Object> made, Declaration setting) {
    assertThat(
            Settings.document(new CommandLine(made.get()))
                .getUsageMessage()
                .replaceAll("\\s+", " "))
        .contains("Environment: " + setting.variable() + ".");
  }

  @Test
  void thePagesListEverySettingAndNoOther() throws IOException {
    check("services.md", "io.leat.runtime.JobOptions", new JobOptions(), setting -> true);
    check(
        "services.md",
        "io.leat.runtime.settings.LocalClusterOptions",
        new LocalClusterOptions(),
        setting -> true);
    Predicate<Declaration> own = setting -> !isOfEveryService(setting);
    check("http-gateway.md", "io.leat.ingestion.gateway.GatewayOptions", new GatewayOptions(), own);
    check("feature-server.md", "io.leat.features.server.ServerOptions", new ServerOptions(), own);
    check(
        "scoring-server.md",
        "io.leat.scoring.server.ScoringServerOptions",
        new ScoringServerOptions(),
        own);
    check(
        "mlflow-registry.md", "io.leat.mlflow.MlflowServerOptions", new MlflowServerOptions(), own);
    check("retraining.md", "io.leat.retraining.worker.WorkerOptions", new WorkerOptions(), own);
  }

  private static void check(
      String page, String source, Object settings, Predicate<Declaration> which)
      throws IOException {
    new MadeText("docs/reference/" + page, BEGIN.formatted(source), END)
        .check(
            "| flag | environment | default | meaning |\n|---|---|---|---|\n"
                + Settings.of(settings).stream()
                    .filter(which)
                    .map(setting -> setting.row() + "\n")
                    .collect(Collectors.joining()));
  }

  private static boolean isOfEveryService(Declaration setting) {
    return Settings.of(new JobOptions()).stream()
        .anyMatch(other -> other.variable().equals(setting.variable()));
  }

  /** What a setting is after a start with this environment and these flags, as a log shows it. */
  private static String value(
      Object settings, String name, Map<String, String> environment, String... flags) {
    CommandLine command = new CommandLine(settings);
    command.setDefaultValueProvider(
        new EnvironmentDefaults(
            variable ->
                environment.getOrDefault(
                    variable, variable.equals("LEAT_PIPELINE") ? "here" : null)));
    List<String> arguments = new ArrayList<>(List.of(flags));
    command.parseArgs(arguments.toArray(String[]::new));
    return Settings.of(settings).stream()
        .filter(setting -> setting.name().equals(name))
        .findFirst()
        .orElseThrow()
        .shown()
        .orElse("");
  }

  private static boolean isSwitch(Declaration setting) {
    return setting.argument() instanceof OptionSpec option && option.arity().max() == 0;
  }

  /** A value that is not the default. */
  private static String sample(Declaration setting) {
    Class<?> type = setting.argument().type();
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return constants[constants.length - 1].toString();
    }
    return Map.<Class<?>, String>of(
            int.class, "7",
            Integer.class, "7",
            long.class, "7",
            boolean.class, "true",
            Duration.class, "7s",
            MemorySize.class, "77MB",
            Path.class, "some/where",
            String.class, "else")
        .get(type);
  }
}
