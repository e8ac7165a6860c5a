package io.leat.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.cli.CommandRun;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A replay that is cut off, by whatever, goes on where it was: real broker, real processes. */
@ExtendWith(SharedCluster.class)
class ReplayIT {
  private static final Path MILL =
      Path.of(System.getProperty("leat.project", ".."), "cli/src/test/resources/mill");
  private static final int ROWS = 30_000;

  @TempDir private Path folder;

  @Test
  void everyRowIsInOnceHoweverOftenTheReplayIsCutOff(TestCluster cluster) throws Exception {
    Path file = folder.resolve("levels.csv");
    Files.write(
        file,
        () ->
            IntStream.rangeClosed(0, ROWS)
                .<CharSequence>mapToObj(
                    row -> row == 0 ? "id,at,level" : row + ",2026-01-01," + row + ".5")
                .iterator());
    cluster.clear();
    List<String> platform =
        List.of(
            "--bootstrap-servers",
            cluster.bootstrapServers(),
            "--registry-url",
            cluster.registryUrl());
    assertThat(run(platform, "apply", MILL.toString()).code()).isZero();
    List<String> replay =
        List.of("replay", file.toString(), "--event=levels", "--pipeline=" + MILL);

    Path said = folder.resolve("said.txt");
    Process killed = start(said, platform, replay, "--rate=5000/s");
    await().atMost(Duration.ofMinutes(1)).until(() -> values(cluster).size() > 1_000);
    killed.destroyForcibly().waitFor();
    int first = values(cluster).size();

    Process stopped = start(said, platform, replay, "--rate=5000/s", "--resume");
    await().atMost(Duration.ofMinutes(1)).until(() -> values(cluster).size() > first + 1_000);
    stopped.destroy(); // as Ctrl-C does
    assertThat(stopped.waitFor(1, TimeUnit.MINUTES)).isTrue();
    int second = values(cluster).size();
    assertThat(Files.readString(said))
        .contains("%,d rows of %s are in already; going on behind them.".formatted(first, file))
        .contains("Cut off: %,d rows of %s are done with".formatted(second, file))
        .contains("with --resume goes on behind them")
        .contains("count twice: the contract has no duplicates_within");

    CommandRun rest = run(platform, replay, "--resume");
    assertThat(rest.code()).isZero();
    assertThat(rest.out()).contains("Published %,d events".formatted(ROWS - second));
    List<byte[]> values = values(cluster);
    assertThat(values).hasSize(ROWS);
    assertThat(values.stream().map(Arrays::toString).distinct().count()).isEqualTo(ROWS);

    assertThat(run(platform, replay, "--resume").out()).contains("nothing was published");
    assertThat(values(cluster)).hasSize(ROWS);
    assertThat(run(platform, replay).out())
        .contains("%,d events of %s are in already, all that it has".formatted(ROWS, file));
    assertThat(values(cluster)).hasSize(2 * ROWS);
  }

  private static CommandRun run(List<String> platform, List<String> command, String... more) {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(platform);
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private static CommandRun run(List<String> platform, String... command) {
    return run(platform, List.of(command));
  }

  private static Process start(
      Path said, List<String> platform, List<String> command, String... more) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.leat.cli.Leat"));
    line.addAll(command);
    line.addAll(platform);
    line.addAll(List.of(more));
    return new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(said.toFile()).start();
  }

  /** What is in the topic for good, in its order. */
  private static List<byte[]> values(TestCluster cluster) {
    try (TopicReader reader = cluster.newReader("levels")) {
      return reader.readToEnd().stream().map(ConsumerRecord::value).toList();
    }
  }
}
