package io.leat.cli.command;

import io.leat.runtime.options.PropertiesFile;
import io.leat.runtime.options.StackFolder;
import io.leat.schemas.RegistryClient;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Where a command finds brokers and registry: by flag, else by environment, else the stack that
 * {@code leat up} started, else the usual local addresses.
 */
public final class PlatformOptions {
  @Mixin private StackFolder stack = new StackFolder();

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT,...",
      description = "Kafka brokers. Environment: LEAT_BOOTSTRAP_SERVERS.")
  private @Nullable String bootstrapServers = System.getenv("LEAT_BOOTSTRAP_SERVERS");

  @Option(
      names = "--registry-url",
      paramLabel = "URL",
      description = "Schema registry. Environment: LEAT_REGISTRY_URL.")
  private @Nullable String registryUrl = System.getenv("LEAT_REGISTRY_URL");

  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      description =
          "Further settings of every Kafka client, such as SASL and TLS. Environment: LEAT_KAFKA_PROPERTIES.")
  private @Nullable String kafkaProperties = System.getenv("LEAT_KAFKA_PROPERTIES");

  public String bootstrapServers() {
    return bootstrapServers != null
        ? bootstrapServers
        : local().map(Endpoints::bootstrapServers).orElse("localhost:9092");
  }

  public String registryUrl() {
    return registryUrl != null
        ? registryUrl
        : local().map(Endpoints::registryUrl).orElse("http://localhost:8085/apis/ccompat/v7");
  }

  private Optional<Endpoints> local() {
    return Endpoints.find(stack.path());
  }

  public RegistryClient registry() {
    return new RegistryClient(registryUrl());
  }

  /** The local stack, whether or not one runs there. */
  public StackFolder stack() {
    return stack;
  }

  /** Settings of a Kafka client. */
  public Map<String, Object> kafka() {
    Map<String, Object> settings = new HashMap<>();
    if (kafkaProperties != null) {
      settings.putAll(PropertiesFile.read(Path.of(kafkaProperties), "Kafka settings"));
    }
    settings.put("bootstrap.servers", bootstrapServers());
    return settings;
  }
}
