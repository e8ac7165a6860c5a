package io.leat.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leat.testing.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeMemoryIT {
  /**
   * An eighth of what {@value NativeMemorySoak#RELOADS} sessions of the soak's small model take
   * when they are not closed (26 to 37 MB).
   */
  private static final long LEAKED_KILOBYTES = 4_000;

  private static final int SWAPS = 400;

  @TempDir Path folder;

  /**
   * A process may grow for reasons of its own, such as code that is compiled; a leak makes it grow
   * in every round, so the median tells.
   */
  @Test
  void reloadsAndScoresLeaveNoNativeMemoryBehind() throws Exception {
    assertThat(medianGrowth(false)).isLessThan(LEAKED_KILOBYTES);
  }

  @Test
  void sessionsThatAreNotClosedAreSeen() throws Exception {
    assertThat(medianGrowth(true)).isGreaterThan(LEAKED_KILOBYTES);
  }

  /** The twin of {@link ModelSwapIT}, whose assertion this is. */
  @Test
  void swapsWhoseSessionsAreNotClosedAreSeen() throws Exception {
    List<Long> resident = numbers(ModelSwaps.class, SWAPS, true);
    assertThat(resident).hasSize(SWAPS);
    double growth = SettledMemory.growth(resident);
    System.out.println("times the memory that swaps which leak hold: " + growth);
    assertThat(growth).isGreaterThan(SettledMemory.GROWN);
  }

  /** Of five rounds, in kilobytes. */
  private long medianGrowth(boolean leak) throws Exception {
    List<Long> growth = numbers(NativeMemorySoak.class, 5, leak).stream().sorted().toList();
    System.out.println("kilobytes grown in each round: " + growth);
    assertThat(growth).hasSize(5);
    return growth.get(2);
  }

  /** The numbers that a program prints, in a process of its own. */
  private List<Long> numbers(Class<?> program, int times, boolean leak) throws Exception {
    assumeTrue(
        Files.exists(Path.of("/proc/self/status")),
        "skipped: this system has no /proc/self/status to read resident memory from");
    Path output = folder.resolve("output");
    Process soak =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms96m",
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-cp",
                ServiceProcess.testClassPath(),
                program.getName(),
                String.valueOf(times),
                String.valueOf(leak))
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(soak.waitFor()).isZero();
    return Files.readAllLines(output, UTF_8).stream()
        .filter(line -> line.matches("-?\\d+"))
        .map(Long::valueOf)
        .toList();
  }
}
