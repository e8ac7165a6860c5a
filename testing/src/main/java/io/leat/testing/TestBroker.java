package io.leat.testing;

import io.leat.stack.BrokerProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.Ports;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.AppInfoParser;
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

  @Override
  public abstract void close();

  /** Kafka's own image, of the version of our client. */
  private static final class InContainer extends TestBroker {
    private static final String IMAGE = "apache/kafka:" + AppInfoParser.getVersion();

    private final KafkaContainer container =
        new KafkaContainer(IMAGE)
            .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
            .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
            .withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000");

    InContainer() {
      container.start();
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
    public void close() {
      container.stop();
    }
  }

  /** The broker of the distribution. */
  private static final class InProcess extends TestBroker {
    /** Half the processor time of a start; a test is over before the second compiler pays. */
    private static final String QUICK_START = "-XX:TieredStopAtLevel=1";

    private BrokerProcess process;

    InProcess(Path directory) {
      process =
          BrokerProcess.start(
              LeatHome.find(), directory, Ports.free(), Map.of(), List.of(QUICK_START));
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
    public void close() {
      process.process().kill(); // what it stored is deleted
    }
  }
}
