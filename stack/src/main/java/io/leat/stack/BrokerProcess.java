package io.leat.stack;

import io.leat.common.ErrorCode;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * A Kafka broker in a process of its own: one KRaft node, broker and controller in one, plaintext
 * on loopback. What it stores survives restarts on the same directory.
 */
public final class BrokerProcess implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int ATTEMPTS = 5;
  private static final long ROOM_BYTES = 256L << 20;

  /** What the broker logs once it takes requests: kafka.server.KafkaRaftServer. */
  private static final String STARTED = "Kafka Server started";

  private final JvmProcess process;
  private final int port;
  private final Supplier<BrokerProcess> again;

  private BrokerProcess(JvmProcess process, int port, Supplier<BrokerProcess> again) {
    this.process = process;
    this.port = port;
    this.again = again;
  }

  /**
   * Starts a broker and waits until it takes requests.
   *
   * @param directory holds its data ({@code data}), settings and log ({@code broker.log}); made
   *     where missing
   * @param port of its clients
   * @param settings broker settings that replace ours; empty for none
   * @param jvmOptions beside ours; empty for none
   * @param wait how it is waited for
   * @throws StackException if it does not come up
   */
  public static BrokerProcess start(
      LeatHome home,
      Path directory,
      int port,
      Map<String, String> settings,
      List<String> jvmOptions,
      StartWait wait) {
    return start(home, directory, port, settings, jvmOptions, wait, Ports::free);
  }

  /**
   * As the other {@code start} does.
   *
   * @param controllerPorts a free port for the controller, which only the broker itself talks to;
   *     asked again where something else took the port meanwhile
   */
  static BrokerProcess start(
      LeatHome home,
      Path directory,
      int port,
      Map<String, String> settings,
      List<String> jvmOptions,
      StartWait wait,
      IntSupplier controllerPorts) {
    Path data = directory.resolve("data").toAbsolutePath();
    Directories.requireWritable(data);
    Directories.requireRoom(data, ROOM_BYTES);
    Ports.requireFree(port);
    for (int attempt = 1; ; attempt++) {
      int controllerPort = controllerPorts.getAsInt();
      Path properties = writeSettings(directory, settings(data, port, controllerPort, settings));
      JvmProcess process = launch(home, directory, properties, data, jvmOptions);
      try {
        process.awaitReady(() -> process.missingInLog(STARTED), wait);
        return new BrokerProcess(
            process, port, () -> start(home, directory, port, settings, jvmOptions, wait));
      } catch (StackException e) {
        process.kill();
        if (attempt == ATTEMPTS || !failedToBind(process, controllerPort)) {
          throw explained(e, process, port, data);
        }
      }
    }
  }

  private static JvmProcess launch(
      LeatHome home, Path directory, Path properties, Path data, List<String> jvmOptions) {
    return JvmProcess.start(
        JvmProcess.Command.of(
                "broker",
                home.classPath("broker"),
                BrokerMain.class.getName(),
                List.of(properties.toString(), data.toString()),
                directory.resolve("broker.log"))
            .withJvmOptions(
                "-Xmx512m",
                "-XX:+UseG1GC",
                "-XX:MaxGCPauseMillis=20",
                "-Djava.awt.headless=true",
                "-Dlog4j2.configurationFile=classpath:io/leat/stack/broker-log4j2.xml")
            .withJvmOptions(jvmOptions.toArray(String[]::new)));
  }

  /** A broker with our settings. */
  public static BrokerProcess start(LeatHome home, Path directory, int port) {
    return start(home, directory, port, Map.of(), List.of(), StartWait.DEFAULT);
  }

  /** For clients: {@code 127.0.0.1:9092}. */
  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  /** Its process, to see whether it lives, or to kill it. */
  public JvmProcess process() {
    return process;
  }

  /** Starts it again, after it ended, at the same address on the same data. */
  public BrokerProcess restart() {
    return again.get();
  }

  /** Stops it in order. */
  @Override
  public void close() {
    process.stop();
  }

  private static StackException explained(
      StackException e, JvmProcess process, int port, Path data) {
    if (process.log().contains(BrokerMain.LOCKED)) {
      return new StackException(
          ErrorCode.DIRECTORY_IN_USE,
          "Another broker works in %s; stop it, or give another directory.".formatted(data),
          e);
    }
    return failedToBind(process, port) ? Ports.inUse(port, e) : e;
  }

  /** As kafka.network.Acceptor says it. */
  private static boolean failedToBind(JvmProcess process, int port) {
    return process.log().contains("failed to bind to %s:%d".formatted(HOST, port));
  }

  private static Path writeSettings(Path directory, Properties settings) {
    Path file = directory.resolve("server.properties").toAbsolutePath();
    try (Writer writer = Files.newBufferedWriter(file)) {
      settings.store(writer, "Written at each start");
    } catch (IOException e) {
      throw new StackException(
          ErrorCode.NOT_WRITABLE,
          "The file %s cannot be written: %s".formatted(file, e.getMessage()),
          e);
    }
    return file;
  }

  private static Properties settings(
      Path data, int port, int controllerPort, Map<String, String> replaced) {
    Properties settings = new Properties();
    settings.putAll(
        Map.of(
            "process.roles", "broker,controller",
            "node.id", "1",
            "controller.quorum.voters", "1@%s:%d".formatted(HOST, controllerPort),
            "controller.listener.names", "CONTROLLER",
            "inter.broker.listener.name", "PLAINTEXT",
            "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "listeners",
                "PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d"
                    .formatted(HOST, port, controllerPort),
            "advertised.listeners", "PLAINTEXT://%s:%d".formatted(HOST, port),
            "log.dirs", data.toString(),
            "auto.create.topics.enable", "false"));
    // One node: nothing can have a second replica.
    settings.putAll(
        Map.of(
            "default.replication.factor", "1",
            "min.insync.replicas", "1",
            "offsets.topic.replication.factor", "1",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "share.coordinator.state.topic.replication.factor", "1",
            "share.coordinator.state.topic.min.isr", "1"));
    // One machine: few files, and no waiting for members that do not exist.
    settings.putAll(
        Map.of(
            "offsets.topic.num.partitions", "5",
            "transaction.state.log.num.partitions", "5",
            "share.coordinator.state.topic.num.partitions", "1",
            "group.initial.rebalance.delay.ms", "0",
            "group.min.session.timeout.ms", "1000",
            "num.network.threads", "2",
            "num.io.threads", "4",
            "log.cleaner.dedupe.buffer.size", "16777216"));
    settings.putAll(replaced);
    return settings;
  }
}
