package io.leat.testing;

import io.leat.stack.BrokerProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.Ports;
import io.leat.stack.StartWait;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** The broker of a {@link TestCluster}: one of two kinds, chosen by what the machine has. */
abstract sealed class TestBroker implements AutoCloseable {

  enum Provider {
    CONTAINER,
    PROCESS
  }

  /** As the system property says; else a container where there is an engine for it. */
  static Provider choose() {
    String chosen = System.getProperty("leat.test.broker", "");
    return switch (chosen) {
      case "container" -> Provider.CONTAINER;
      case "process" -> Provider.PROCESS;
      case "" ->
          DockerClientFactory.instance().isDockerAvailable()
              ? Provider.CONTAINER
              : Provider.PROCESS;
      default ->
          throw new IllegalArgumentException(
              "leat.test.broker is '%s'; expected container or process".formatted(chosen));
    };
  }

  static TestBroker start(Provider provider, Path directory) {
    return switch (provider) {
      case CONTAINER -> new InContainer();
      case PROCESS -> new InProcess(directory);
    };
  }

  abstract String bootstrapServers();

  abstract BrokerProcess process();

  abstract void restart();

  abstract boolean isAlive();

  @Override
  public abstract void close();

  /** Kafka's own image, of the version of our client. */
  private static final class InContainer extends TestBroker {
    private static final String IMAGE = "apache/kafka:" + clientVersion();

    private final KafkaContainer container =
        new KafkaContainer(IMAGE)
            .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
            .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
            .withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000");

    InContainer() {
      container.start();
    }

    /** As the client's jar says it; the class that reads it is not in the same package in all. */
    private static String clientVersion() {
      Properties properties = new Properties();
      try (InputStream file = Admin.class.getResourceAsStream("/kafka/kafka-version.properties")) {
        properties.load(Objects.requireNonNull(file, "kafka-clients names no version"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return properties.getProperty("version");
    }

    @Override
    String bootstrapServers() {
      return container.getBootstrapServers();
    }

    @Override
    BrokerProcess process() {
      throw new IllegalStateException(
          "the broker runs in a container; a test that kills it starts its cluster with startWithBrokerProcess()");
    }

    @Override
    void restart() {
      process();
    }

    @Override
    boolean isAlive() {
      return container.isRunning();
    }

    @Override
    public void close() {
      container.stop();
    }
  }

  /** The broker of the distribution. */
  private static final class InProcess extends TestBroker {
    /** Half the processor time of a start; a test is over before the second compiler pays. */
    private static final List<String> QUICK_START =
        List.of("-XX:TieredStopAtLevel=1", "-XX:-UseG1GC", "-XX:+UseSerialGC");

    private BrokerProcess process;

    InProcess(Path directory) {
      process =
          Ports.onFree(
              port ->
                  BrokerProcess.start(
                      LeatHome.find(), directory, port, Map.of(), QUICK_START, StartWait.DEFAULT));
    }

    @Override
    String bootstrapServers() {
      return process.bootstrapServers();
    }

    @Override
    BrokerProcess process() {
      return process;
    }

    @Override
    void restart() {
      process = process.restart();
    }

    @Override
    boolean isAlive() {
      return process.process().isAlive();
    }

    @Override
    public void close() {
      process.process().kill(); // what it stored is deleted
    }
  }
}
