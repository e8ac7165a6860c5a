package io.leat.runtime.settings;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.Secrets;
import io.leat.schemas.position.OnLostPosition;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The settings that every job takes, from flags or, where a flag is not given, from the environment
 * ({@code LEAT_BOOTSTRAP_SERVERS} and so on). Secrets belong into the file of {@code
 * --kafka-properties}; {@link #toString} shows every setting and hides what looks like a secret.
 */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public abstract class CommonOptions {
  @Setting
  @Option(
      names = "--pipeline",
      paramLabel = "DIR",
      required = true,
      description = "Folder of the pipeline.")
  private Path pipeline = Path.of(".");

  @Setting
  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT,...",
      defaultValue = "localhost:9092",
      description = "Kafka brokers.")
  private String bootstrapServers = "localhost:9092";

  @Setting
  @Option(
      names = "--registry-url",
      paramLabel = "URL",
      defaultValue = "http://localhost:8085/apis/ccompat/v7",
      description = "Schema registry that speaks Confluent's REST API.")
  private String registryUrl = "http://localhost:8085/apis/ccompat/v7";

  @Setting
  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = ".leat/state",
      description = "Folder for local state; not shared between processes of one service.")
  private Path stateDirectory = Path.of(".leat/state");

  @Setting
  @Option(
      names = "--artifacts",
      paramLabel = "DIR|URI",
      defaultValue = ".leat/artifacts",
      description =
          "Where the files of model versions are kept: the folder, or s3://bucket/prefix, that they were published to.")
  private String artifacts = ".leat/artifacts";

  @Setting
  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      description =
          "Further settings of every Kafka client, such as SASL and TLS; with a password in it, readable by its owner alone.")
  private @Nullable Path kafkaProperties;

  @Setting
  @Option(
      names = "--on-lost-position",
      paramLabel = "stop|nearest|earliest|latest",
      defaultValue = "stop",
      description =
          "Where to go on when a topic no longer has the position that is to be read next: its records were deleted first, it lost its tail, or it was made again. stop: nowhere, that part stops and says so; nearest: at the nearest position there is, nothing is read twice; earliest, latest: at the topic's first record, at its end.")
  private OnLostPosition onLostPosition = OnLostPosition.stop;

  /**
   * Sets what options made by code, not by flags, need; the rest is as it is by default, or as the
   * environment has it.
   *
   * @throws io.leat.common.LeatException with one sentence if the environment says what is not
   *     understood
   */
  protected final void set(
      Path pipeline, String bootstrapServers, String registryUrl, Path stateDirectory) {
    this.onLostPosition = OnLostPosition.ofEnvironment();
    this.pipeline = pipeline;
    this.bootstrapServers = bootstrapServers;
    this.registryUrl = registryUrl;
    this.stateDirectory = stateDirectory;
  }

  public final Path pipelineFolder() {
    return pipeline;
  }

  public final String bootstrapServers() {
    return bootstrapServers;
  }

  /** As it was given: with credentials, where it has any. */
  public final String registryUrl() {
    return registryUrl;
  }

  public final Path stateDirectory() {
    return stateDirectory;
  }

  /** Address of the store of model versions' files. */
  public final String artifacts() {
    return artifacts;
  }

  /** Where readers go on whose position in a topic is lost. */
  public final OnLostPosition onLostPosition() {
    return onLostPosition;
  }

  /**
   * Reads the pipeline.
   *
   * @throws PipelineException with all that is wrong with it
   */
  public final Pipeline readPipeline() throws PipelineException {
    return PipelineReader.read(pipeline);
  }

  /**
   * Settings that every Kafka client of the job takes: the brokers and what the file of {@code
   * --kafka-properties} holds.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public final Map<String, String> kafkaClientProperties() {
    Map<String, String> settings = new TreeMap<>();
    if (kafkaProperties != null) {
      settings.putAll(PropertiesFile.read(kafkaProperties, "Kafka settings"));
    }
    settings.put("bootstrap.servers", bootstrapServers);
    return settings;
  }

  /** Name to value of what the files hold that the settings name. */
  protected Map<String, String> fileSettings() {
    return kafkaClientProperties();
  }

  /** Every setting in one line, {@code name=value}; secrets are hidden. */
  @Override
  public final String toString() {
    Map<String, String> shown = Settings.shown(this);
    fileSettings().forEach((name, value) -> shown.put(name, Secrets.shown(name, value)));
    return shown.entrySet().stream()
        .map(setting -> setting.getKey() + "=" + setting.getValue())
        .collect(Collectors.joining(" "));
  }
}
