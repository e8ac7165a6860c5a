package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leat.cli.CommandRun;
import io.leat.cli.command.Endpoints;
import io.leat.schemas.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code leat up} and the commands around it promise, with a pipeline of one event. */
class UpIT {
  private static final Path MILL =
      Path.of(System.getProperty("leat.project"), "cli/src/test/resources/mill");
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path temporary;

  @Test
  void aStackGoesOnWhereItWasKilledAndIsRemovedOnlyOnceItIsDown() throws Exception {
    Path folder = temporary.resolve("leat");
    try (RunningStack stack = RunningStack.up(MILL, folder)) {
      Path levels =
          Files.writeString(
              temporary.resolve("levels.csv"),
              """
              id,at,level
              1,2026-01-01,0.5
              2,2026-01-01,high
              3,2026-01-01,-1
              4,2026-01-01,0.7
              """);
      CommandRun replay = stack.run("replay", levels.toString(), "--event", "levels");
      assertThat(replay.code()).isEqualTo(3);
      assertThat(replay.out())
          .contains(levels + ":3: level is 'high'; expected a number")
          .contains("Published 3 events of levels")
          .contains("1 rows did not fit and were left out.");
      writeRubbish(stack.endpoints());
      awaitStatus(stack, 3, 2, 1);
      assertThat(stack.run("status").out())
          .contains("1 records of drift-alerts and retraining-requests cannot be read");

      CommandRun second = stack.run("up", MILL.toString(), "--free-ports");
      assertThat(second.code()).isEqualTo(1);
      assertThat(second.out()).startsWith("Leat is already up in " + folder + ". Stop it");
      assertThat(stack.run("status").code()).isZero(); // the first is none the worse for it

      assertThat(ofOthersToo(folder)).isEmpty();

      stack.kill();
      assertThat(stack.log()).doesNotContain("Exception");
    }
    assertThat(CommandRun.of("status", "--dir", folder.toString()).out())
        .startsWith("Nothing is up in " + folder);

    try (RunningStack again = RunningStack.up(MILL, folder)) {
      Path more = Files.writeString(temporary.resolve("more.csv"), "id,at,level\n5,2026-01-02,1\n");
      assertThat(again.run("replay", more.toString(), "--event", "levels").code()).isZero();
      awaitStatus(again, 4, 3, 1);

      CommandRun down = again.run("down", "--clean");
      assertThat(down.code()).as(down.out()).isZero();
      assertThat(down.out()).contains("Stopping the stack in", "Removed " + folder);
      assertThat(again.isAlive()).isFalse();
      assertThat(folder).doesNotExist();
    }
  }

  @Test
  void aUsualPortThatIsTakenIsNamedWithItsOwner() throws IOException {
    int usual = Endpoints.choose(false).port("flink-metrics");
    try (ServerSocket socket = new ServerSocket(usual, 1, InetAddress.getLoopbackAddress())) {
      CommandRun up =
          CommandRun.of("up", MILL.toString(), "--dir", temporary.resolve("other").toString());

      assertThat(up.code()).isEqualTo(1);
      assertThat(up.out())
          .contains("port %d (flink-metrics)".formatted(socket.getLocalPort()))
          .contains("by pid %d (java)".formatted(ProcessHandle.current().pid()))
          .contains("--free-ports");
    }
  }

  /** What lies in a folder and can be read or changed by others than its owner. */
  private static List<Path> ofOthersToo(Path folder) throws IOException {
    Set<PosixFilePermission> owners = PosixFilePermissions.fromString("rwx------");
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        if (Files.exists(file) && !owners.containsAll(Files.getPosixFilePermissions(file))) {
          found.add(file);
        }
      }
    }
    return found;
  }

  private static void writeRubbish(Endpoints endpoints) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", endpoints.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>(Topics.DRIFT_ALERTS, "drift!")).get();
    }
  }

  /** Waits until {@code leat status} shows these totals, and that they match. */
  private static void awaitStatus(RunningStack stack, int in, int valid, int dead) {
    Pattern totals =
        Pattern.compile(
            "events in +levels +%d .*valid +levels +%d .*dead letters +levels +%d .*nothing is missing.*"
                .formatted(in, valid, dead),
            Pattern.DOTALL);
    await()
        .atMost(TIMEOUT)
        .untilAsserted(() -> assertThat(stack.run("status").out()).containsPattern(totals));
  }
}
