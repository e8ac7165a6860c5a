package io.leat.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.runtime.JobOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StreamsServiceTest {
  @TempDir private Path folder;

  @Test
  void aServiceThatNeedsARegistryAndFindsNoneSaysSoInOneSentence() throws IOException {
    String registry;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      registry = "http://localhost:" + socket.getLocalPort();
    }

    assertThat(run("--registry-url=" + registry, "--bootstrap-servers=localhost:1"))
        .startsWith("The schema registry at " + registry + " did not answer when asked to register")
        .endsWith("Is it running?\n")
        .hasLineCount(1);
  }

  @Test
  void brokersThatAreNoAddressAreReportedInOneSentence() throws IOException {
    assertThat(run("--registry-url=mock://service", "--bootstrap-servers=nonsense"))
        .isEqualTo(
            "shop-asking cannot start with the Kafka settings that it was given: Invalid url in bootstrap.servers: nonsense\n");
  }

  @Test
  void whoHasAStandbyIsReplacedByItAfterTenSecondsOfSilence() {
    assertThat(settings("--standby-replicas=1"))
        .containsEntry("main.consumer.session.timeout.ms", 10_000);
  }

  @Test
  void whoHasNoStandbyKeepsItsPartitionsUntilItIsBack() {
    assertThat(settings()).doesNotContainKey("main.consumer.session.timeout.ms");
  }

  @Test
  void aCrashUnderExactlyOnceNeedsNoFullRestore() {
    assertThat(settings("--state-memory=64MB"))
        .containsEntry("enable.transactional.statestores", true)
        .containsEntry("statestore.uncommitted.max.bytes", 8L << 20);
    assertThat(settings("--guarantee=at_least_once"))
        .containsEntry("enable.transactional.statestores", false);
  }

  @Test
  void whoRunsAServiceCanTurnTransactionalStoresOff() throws IOException {
    Path kafka =
        Files.writeString(
            folder.resolve("kafka.properties"), "enable.transactional.statestores=false");

    assertThat(settings("--kafka-properties=" + kafka))
        .containsEntry("enable.transactional.statestores", "false");
  }

  private Properties settings(String... more) {
    JobOptions options = new JobOptions();
    new CommandLine(options)
        .parseArgs(
            Stream.concat(
                    Stream.of("--pipeline=" + folder, "--state-dir=" + folder.resolve("state")),
                    Stream.of(more))
                .toArray(String[]::new));
    return StreamsService.settings("shop-asking", options);
  }

  /** Runs the job as its main does, and gives what it says when it ends with code 1. */
  private String run(String... more) throws IOException {
    Files.writeString(folder.resolve("pipeline.yaml"), "pipeline: shop\nowner: test\n");
    String[] arguments = {
      "--pipeline=" + folder, "--state-dir=" + folder.resolve("state"), more[0], more[1]
    };
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, UTF_8));
    try {
      assertThat(StreamsService.main(new Asking(), arguments)).isEqualTo(1);
    } finally {
      System.setErr(before);
    }
    return said.toString(UTF_8);
  }

  /** Registers a schema before it can run. */
  private static final class Asking implements StreamsJob {
    @Override
    public String name() {
      return "asking";
    }

    @Override
    public Topology topology(JobContext context) {
      RegistryRetry retry = new RegistryRetry(InstantSource.system(), time -> {});
      retry.callAtStart(
          () ->
              context
                  .registry()
                  .register("answers", SchemaBuilder.record("Answer").fields().endRecord()));
      StreamsBuilder builder = new StreamsBuilder();
      builder.stream("questions").to("answers");
      return builder.build();
    }
  }
}
