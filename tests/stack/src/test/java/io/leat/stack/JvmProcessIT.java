package io.leat.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leat.common.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmProcessIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Optional<String> NEVER = Optional.of("a gate");

  @TempDir private Path directory;

  @Test
  void processThatDiesAtStartIsReportedWithItsLastWords() {
    JvmProcess process = start("sluice", Mains.Fails.class);

    assertThatThrownBy(() -> process.awaitReady(() -> NEVER, StartWait.DEFAULT))
        .isInstanceOfSatisfying(
            StackException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROCESS_ENDED))
        .hasMessageStartingWith(
            "The sluice ended with exit code 1; its log is %s.".formatted(process.logFile()))
        .hasMessageContaining("first words")
        .hasMessageContaining("no such luck")
        .hasMessageNotContaining("\tat ");
  }

  @Test
  void processThatStandsStillIsReportedWithWhatItLacks() {
    try (JvmProcess process = start("sluice", Mains.Waits.class, file("go"))) {
      StartWait wait = new StartWait(Duration.ofSeconds(2), sentence -> {});

      assertThatThrownBy(() -> process.awaitReady(() -> NEVER, wait))
          .isInstanceOfSatisfying(
              StackException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY))
          .hasMessageContaining("made no progress for 2 s")
          .hasMessageContaining("it lacks a gate")
          .hasMessageContaining("--start-timeout or LEAT_START_TIMEOUT");
    }
  }

  @Test
  void processThatTakesItsTimeIsWaitedForAndShowsSignsOfLife() {
    List<String> reports = new ArrayList<>();
    try (JvmProcess process = start("sluice", Mains.Slow.class, "8")) {
      process.awaitReady(
          () -> process.missingInLog("open"), new StartWait(Duration.ofSeconds(3), reports::add));

      assertThat(reports)
          .isNotEmpty()
          .first()
          .asString()
          .matches("waiting for the sluice, [56] s: 'open' in its log \\| turn [a-z]");
    }
  }

  @Test
  void processThatIsRunHandsOnItsOutputAndKeepsItsErrorsInTheLog() {
    List<String> said = new ArrayList<>();

    JvmProcess process = JvmProcess.run(command("sluice", Mains.Fails.class), said::add);

    assertThat(said).containsExactly("first words");
    assertThat(process.exitCode()).hasValue(1);
    assertThat(process.log()).contains("no such luck").doesNotContain("first words");
  }

  @Test
  void whatAProcessWritesIsItsOwnersAlone() throws Exception {
    JvmProcess process =
        JvmProcess.run(command("sluice", Mains.Writes.class, file("made")), line -> {});

    assertThat(process.exitCode()).hasValue(0);
    for (String written : List.of("made", "made/file", "sluice.log")) {
      assertThat(Files.getPosixFilePermissions(directory.resolve(written)))
          .as(written)
          .isSubsetOf(PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void killedProcessIsGone() {
    JvmProcess process = start("sluice", Mains.Waits.class, file("go"));
    process.awaitReady(() -> process.missingInLog("waiting"), StartWait.DEFAULT);

    process.kill();

    assertThat(process.isAlive()).isFalse();
    assertThat(process.exitCode()).hasValue(128 + 9);
  }

  @Test
  void ctrlCInTheTerminalIsLeftToTheParent() throws Exception {
    try (JvmProcess process = start("sluice", Mains.Waits.class, file("go"))) {
      process.awaitReady(() -> process.missingInLog("waiting"), StartWait.DEFAULT);

      signal("INT", process.pid());
      signal("HUP", process.pid());
      Files.createFile(directory.resolve("go"));

      await().atMost(TIMEOUT).until(() -> !process.isAlive());
      assertThat(process.exitCode()).hasValue(0);
      assertThat(process.log()).contains("went on");
    }
  }

  @Test
  void childEndsWithAParentThatWasKilled() {
    JvmProcess parent = start("parent", Mains.Parent.class, file("never"), file("child.log"));
    parent.awaitReady(() -> parent.missingInLog("waiting"), StartWait.DEFAULT);
    Matcher pid = Pattern.compile("child (\\d+)").matcher(parent.log());
    assertThat(pid.find()).isTrue();
    ProcessHandle child = ProcessHandle.of(Long.parseLong(pid.group(1))).orElseThrow();
    await()
        .atMost(TIMEOUT)
        .until(() -> Files.readString(Path.of(file("child.log"))).contains("waiting"));

    parent.kill();

    await().atMost(TIMEOUT).until(() -> !child.isAlive());
    assertThat(Path.of(file("child.log"))).content().contains("has ended; so does this");
  }

  @Test
  void logOfAnEarlierProcessIsKeptButNotTakenForThisOnes() throws Exception {
    Files.createFile(directory.resolve("go"));
    for (int run = 0; run < 2; run++) {
      JvmProcess process = start("sluice", Mains.Waits.class, file("go"));
      await().atMost(TIMEOUT).until(() -> !process.isAlive());
      assertThat(process.log()).containsOnlyOnce("went on");
    }
    assertThat(Files.readString(directory.resolve("sluice.log")).lines())
        .filteredOn("went on"::equals)
        .hasSize(2);
  }

  @Test
  void largeLogIsReadFromItsEndAndPutAsideByTheNextProcess() throws Exception {
    Files.createFile(directory.resolve("go"));
    Path log = directory.resolve("sluice.log");
    Path aside = directory.resolve("sluice.log.1");
    JvmProcess first = start("sluice", Mains.Waits.class, file("go"));
    await().atMost(TIMEOUT).until(() -> !first.isAlive());
    Files.writeString(log, "x".repeat(11 << 20) + "last words", StandardOpenOption.APPEND);
    assertThat(first.log()).hasSize(64 << 10).endsWith("xlast words");

    JvmProcess second = start("sluice", Mains.Waits.class, file("go"));
    await().atMost(TIMEOUT).until(() -> !second.isAlive());

    assertThat(second.log()).contains("waiting", "went on").doesNotContain("last words");
    assertThat(log).hasSize(second.log().length());
    assertThat(aside).isRegularFile();
  }

  private JvmProcess start(String name, Class<?> main, String... arguments) {
    return JvmProcess.start(command(name, main, arguments));
  }

  private JvmProcess.Command command(String name, Class<?> main, String... arguments) {
    return JvmProcess.Command.of(
        name,
        System.getProperty("java.class.path"),
        main.getName(),
        List.of(arguments),
        directory.resolve(name + ".log"));
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }
}
