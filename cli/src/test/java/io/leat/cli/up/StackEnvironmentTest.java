package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.cli.command.UserError;
import io.leat.runtime.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StackEnvironmentTest {
  /** What commands take that do not start a stack, but find one. */
  private static final Set<String> OF_COMMANDS =
      Set.of(
          "PipelineOptions",
          "PlatformOptions",
          "TableOptions",
          "BackfillOptions",
          "ScoreOptions",
          "StackFolder");

  private static final Path PROJECT = Path.of(System.getProperty("leat.project", ".."));
  private static final Pattern VARIABLE = Pattern.compile("\\bLEAT_[A-Z0-9_]+\\b");

  @Test
  void everyVariableThatAnyPartTakesIsHeededOrRefused() throws IOException {
    Set<String> known = new TreeSet<>(StackEnvironment.HEEDED.keySet());
    known.addAll(StackEnvironment.REFUSED.keySet());

    assertThat(namedInSources())
        .as("variables in the sources; each has to reach the stack of 'leat up' or be refused")
        .isNotEmpty()
        .isSubsetOf(known);
  }

  @Test
  void everyClassThatDeclaresSettingsIsOneOfAPartOfTheStack() throws IOException {
    Set<String> declaring = new TreeSet<>(declaring());
    declaring.removeAll(OF_COMMANDS);
    Set<String> ofParts = new TreeSet<>();
    StackEnvironment.PARTS
        .values()
        .forEach(
            part ->
                Settings.of(part)
                    .forEach(setting -> ofParts.add(setting.declaredBy().getSimpleName())));

    assertThat(declaring).isNotEmpty().isEqualTo(ofParts);
  }

  static Set<String> refused() {
    return StackEnvironment.REFUSED.keySet();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatCannotReachTheStackIsRefusedByItsName(String name) {
    assertThatThrownBy(() -> StackEnvironment.check(Map.of(name, "x")))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(name + " is set to 'x', but ")
        .hasMessageEndingWith("Unset it for 'leat up'.");
  }

  static Set<String> heeded() {
    return StackEnvironment.HEEDED.keySet();
  }

  @ParameterizedTest
  @MethodSource("heeded")
  void whatReachesTheStackIsLetThrough(String name) {
    assertThat(StackEnvironment.check(Map.of(name, "x"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "::1", ""})
  void aHostThatChangesNothingIsLetThrough(String host) {
    assertThat(StackEnvironment.check(Map.of("LEAT_HTTP_HOST", host))).isEmpty();
  }

  @Test
  void aNameThatIsNoSettingIsReported() {
    assertThat(StackEnvironment.check(Map.of("LEAT_COMIT_INTERVAL", "1s", "PATH", "/bin")))
        .containsExactly(
            "LEAT_COMIT_INTERVAL is set, but 'leat up' has no setting of that name; see"
                + " docs/reference/services.md.");
  }

  private static Set<String> declaring() throws IOException {
    Set<String> classes = new TreeSet<>();
    for (Path file : sources()) {
      if (Files.readString(file).contains("\n  @Setting")) {
        classes.add(file.getFileName().toString().replace(".java", ""));
      }
    }
    return classes;
  }

  private static Set<String> namedInSources() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Path file : sources()) {
      VARIABLE
          .matcher(Files.readString(file))
          .results()
          .map(MatchResult::group)
          .forEach(names::add);
    }
    names.remove("LEAT_"); // as the beginning of a name
    return names;
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(PROJECT)) {
      return files
          .filter(path -> path.toString().contains("/src/main/java/"))
          .filter(path -> path.toString().endsWith(".java"))
          .filter(path -> !path.startsWith(PROJECT.resolve("benchmarks")))
          .filter(Files::isRegularFile)
          .toList();
    }
  }
}
