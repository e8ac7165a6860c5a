package io.leat.runtime.options;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.Secrets;
import io.leat.schemas.position.OnLostPosition;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The settings that every job takes, from flags or, where a flag is not given, from the environment
 * ({@code LEAT_BOOTSTRAP_SERVERS} and so on). Secrets belong into the file of {@code
 * --kafka-properties}; {@link #toString} shows every setting and hides what looks like a secret.
 */
public abstract class CommonOptions {
  /** The default of an option that has none, behind an environment variable. */
  protected static final String NONE = Option.NULL_VALUE;

  @Option(
      names = "--pipeline",
      paramLabel = "DIR",
      required = true,
      defaultValue = "${env:LEAT_PIPELINE}",
      description = "Folder of the pipeline. Environment: LEAT_PIPELINE.")
  private Path pipeline = Path.of(".");

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT,...",
      defaultValue = "${env:LEAT_BOOTSTRAP_SERVERS:-localhost:9092}",
      description =
          "Kafka brokers. Environment: LEAT_BOOTSTRAP_SERVERS. Default: ${DEFAULT-VALUE}.")
  private String bootstrapServers = "localhost:9092";

  @Option(
      names = "--registry-url",
      paramLabel = "URL",
      defaultValue = "${env:LEAT_REGISTRY_URL:-http://localhost:8085/apis/ccompat/v7}",
      description =
          "Schema registry that speaks Confluent's REST API. Environment: LEAT_REGISTRY_URL."
              + " Default: ${DEFAULT-VALUE}.")
  private String registryUrl = "http://localhost:8085/apis/ccompat/v7";

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = "${env:LEAT_STATE_DIR:-.leat/state}",
      description =
          "Folder for local state; not shared between processes of one service. Environment:"
              + " LEAT_STATE_DIR. Default: ${DEFAULT-VALUE}.")
  private Path stateDirectory = Path.of(".leat/state");

  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      defaultValue = "${env:LEAT_KAFKA_PROPERTIES:-" + NONE + "}",
      description =
          "Further settings of every Kafka client, such as SASL and TLS. Environment:"
              + " LEAT_KAFKA_PROPERTIES.")
  private @Nullable Path kafkaProperties;

  @Option(
      names = "--on-lost-position",
      paramLabel = "stop|nearest|earliest|latest",
      defaultValue = "${env:" + OnLostPosition.VARIABLE + ":-stop}",
      description =
          "Where to go on when a topic no longer has the position that is to be read next: its"
              + " records were deleted first, it lost its tail, or it was made again. stop: nowhere,"
              + " that part stops and says so; nearest: at the nearest position there is, nothing is"
              + " read twice; earliest, latest: at the topic's first record, at its end."
              + " Environment: LEAT_ON_LOST_POSITION. Default: stop.")
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

  /** Name to value of the settings that this kind of job takes beside the common ones. */
  protected abstract Map<String, String> ownSettings();

  /** Every setting in one line, {@code name=value}; secrets are hidden. */
  @Override
  public final String toString() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("pipeline", pipeline.toString());
    settings.put("registry-url", registryUrl);
    settings.put("state-dir", stateDirectory.toString());
    settings.put("on-lost-position", onLostPosition.name());
    settings.putAll(ownSettings());
    settings.putAll(kafkaClientProperties());
    return settings.entrySet().stream()
        .map(
            setting -> setting.getKey() + "=" + Secrets.shown(setting.getKey(), setting.getValue()))
        .collect(Collectors.joining(" "));
  }
}
