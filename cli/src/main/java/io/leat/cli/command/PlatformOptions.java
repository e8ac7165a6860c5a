package io.leat.cli.command;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelRegistry;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.PropertiesFile;
import io.leat.runtime.settings.Setting;
import io.leat.runtime.settings.StackFolder;
import io.leat.schemas.RegistryClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Where a command finds brokers and registry: by flag, else by environment, else the stack that
 * {@code leat up} started, else the usual local addresses.
 */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class PlatformOptions {
  private static final String STACK =
      "the stack's in the folder of --dir, else the usual local one";

  @Mixin private StackFolder stack = new StackFolder();

  @Setting(otherwise = STACK)
  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT,...",
      description = "Kafka brokers.")
  private @Nullable String bootstrapServers;

  @Setting(otherwise = STACK)
  @Option(names = "--registry-url", paramLabel = "URL", description = "Schema registry.")
  private @Nullable String registryUrl;

  @Setting
  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      description = "Further settings of every Kafka client, such as SASL and TLS.")
  private @Nullable String kafkaProperties;

  @Setting(otherwise = "those in the folder of --dir")
  @Option(
      names = "--artifacts",
      paramLabel = "DIR|URI",
      description = "Where the files of model versions are kept: a folder, or s3://bucket/prefix.")
  private @Nullable String artifacts;

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

  /** Does something with the model registry, and closes it. */
  public <T> T models(Function<ModelRegistry, T> use) {
    try (ArtifactStore store = ArtifactStore.open(artifacts())) {
      return use.apply(new ModelRegistry(kafka(), registry(), store, InstantSource.system()));
    }
  }

  /** Address of the store of model versions' files. */
  public String artifacts() {
    return artifacts != null ? artifacts : artifactsOf(stack.path());
  }

  /** Address of the store of artifacts of a local stack. */
  public static String artifactsOf(Path stack) {
    return stack.resolve("artifacts").toString();
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
