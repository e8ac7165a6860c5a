package io.leat.scoring;

import io.leat.stack.JvmProcess;
import io.leat.stack.Ports;
import io.leat.testing.ServiceProcess;
import io.leat.testing.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Three processes of the scoring service: one runs all the while, the others are killed, and come
 * back or are replaced.
 */
final class ScoringInstances implements AutoCloseable {
  /**
   * How long one may be silent before the others take its partitions; the broker's least is 6 s.
   */
  private static final String SETTINGS = "session.timeout.ms=10000\n";

  private final TestCluster cluster;
  private final Path folder;
  private final Path artifacts;
  private final Path settings;
  private final ServiceProcess spared;
  private final List<ServiceProcess> others = new ArrayList<>();

  ScoringInstances(TestCluster cluster, Path folder, Path artifacts) throws IOException {
    this.cluster = cluster;
    this.folder = folder;
    this.artifacts = artifacts;
    this.settings = cluster.newDirectory("settings").resolve("kafka.properties");
    Files.writeString(settings, SETTINGS);
    spared = start();
    others.add(start());
    others.add(start());
  }

  /** With a heap that is touched whole at the start, so that what grows is native memory. */
  private ServiceProcess start() {
    int port = Ports.free();
    return ServiceProcess.start(
        JvmProcess.Command.of(
                "scoring",
                ServiceProcess.testClassPath(),
                ScoringJob.class.getName(),
                List.of(
                    "--pipeline=" + folder,
                    "--bootstrap-servers=" + cluster.bootstrapServers(),
                    "--registry-url=" + cluster.registryUrl(),
                    "--kafka-properties=" + settings,
                    "--state-dir=" + cluster.newDirectory("state"),
                    "--artifacts=" + artifacts,
                    "--http-port=" + port),
                cluster.newDirectory("log").resolve("scoring.log"))
            .withJvmOptions(
                "-Xms192m",
                "-Xmx192m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED"),
        port);
  }

  /** Kills one, which comes back with its state and its partitions. */
  void killAndRestart(Random random) {
    ServiceProcess one = others.get(random.nextInt(others.size()));
    one.kill();
    one.restart();
  }

  /** Kills one for good; another, without any state, joins in its place. */
  void killAndReplace(Random random) {
    int place = random.nextInt(others.size());
    others.get(place).kill();
    others.set(place, start());
  }

  /** Resident memory, in kilobytes, of the one that runs all the while. */
  long residentKilobytes() throws IOException {
    Path status = Path.of("/proc", Long.toString(spared.process().pid()), "status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    spared.close();
    others.forEach(ServiceProcess::close);
  }
}
