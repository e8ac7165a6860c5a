package io.leat.runtime.flink;

import io.leat.pipeline.Durations;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/**
 * The settings that every Flink job takes, from flags or, where a flag is not given, from the
 * environment ({@code LEAT_BOOTSTRAP_SERVERS} and so on). Secrets belong into the files of {@code
 * --kafka-properties} and {@code --catalog-properties}; {@link #toString} shows every setting and
 * hides what looks like a secret.
 */
public final class FlinkJobOptions {
  private static final String NONE = picocli.CommandLine.Option.NULL_VALUE;

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
          "Folder for what the local cluster keeps: checkpoints under flink/<job>. Environment:"
              + " LEAT_STATE_DIR. Default: ${DEFAULT-VALUE}.")
  private Path stateDirectory = Path.of(".leat/state");

  @Option(
      names = "--warehouse",
      paramLabel = "DIR|URI",
      defaultValue = "${env:LEAT_WAREHOUSE:-.leat/warehouse}",
      description =
          "Where the offline tables lie: a folder, or the address of an object store."
              + " Environment: LEAT_WAREHOUSE. Default: ${DEFAULT-VALUE}.")
  private String warehouse = ".leat/warehouse";

  @Option(
      names = "--catalog-properties",
      paramLabel = "FILE",
      defaultValue = "${env:LEAT_CATALOG_PROPERTIES:-" + NONE + "}",
      description =
          "Iceberg catalog in place of the one on SQLite in the warehouse: catalog-impl or type,"
              + " uri and so on. Environment: LEAT_CATALOG_PROPERTIES.")
  private @Nullable Path catalogProperties;

  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      defaultValue = "${env:LEAT_KAFKA_PROPERTIES:-" + NONE + "}",
      description =
          "Further settings of every Kafka client, such as SASL and TLS. Environment:"
              + " LEAT_KAFKA_PROPERTIES.")
  private @Nullable Path kafkaProperties;

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "${env:LEAT_CHECKPOINT_INTERVAL:-10s}",
      description =
          "Time between checkpoints, 5m at most; tables and alerts are visible after one."
              + " Environment: LEAT_CHECKPOINT_INTERVAL. Default: ${DEFAULT-VALUE}.")
  private Duration checkpointInterval = Duration.ofSeconds(10);

  @Option(
      names = "--state-backend",
      paramLabel = "rocksdb|hashmap",
      defaultValue = "${env:LEAT_STATE_BACKEND:-rocksdb}",
      description =
          "rocksdb keeps state on disk; hashmap on the heap, for small state. Environment:"
              + " LEAT_STATE_BACKEND. Default: ${DEFAULT-VALUE}.")
  private StateBackend stateBackend = StateBackend.rocksdb;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "${env:LEAT_PARALLELISM:-1}",
      description =
          "Parallel instances of each job. Environment: LEAT_PARALLELISM."
              + " Default: ${DEFAULT-VALUE}.")
  private int parallelism = 1;

  /** Where state is kept while a job runs. */
  public enum StateBackend {
    rocksdb,
    hashmap
  }

  /** Options as given by code, everything else at its default. */
  public static FlinkJobOptions of(
      Path pipeline,
      String bootstrapServers,
      String registryUrl,
      Path stateDirectory,
      String warehouse) {
    FlinkJobOptions options = new FlinkJobOptions();
    options.pipeline = pipeline;
    options.bootstrapServers = bootstrapServers;
    options.registryUrl = registryUrl;
    options.stateDirectory = stateDirectory;
    options.warehouse = warehouse;
    return options;
  }

  public String bootstrapServers() {
    return bootstrapServers;
  }

  public String registryUrl() {
    return registryUrl;
  }

  public Path stateDirectory() {
    return stateDirectory;
  }

  /** A folder, or the address (with a scheme) of an object store. */
  public String warehouse() {
    return warehouse;
  }

  public Duration checkpointInterval() {
    return checkpointInterval;
  }

  public StateBackend stateBackend() {
    return stateBackend;
  }

  public int parallelism() {
    return parallelism;
  }

  /**
   * Reads the pipeline.
   *
   * @throws PipelineException with all that is wrong with it
   */
  public Pipeline readPipeline() throws PipelineException {
    return PipelineReader.read(pipeline);
  }

  /**
   * Settings that every Kafka client of the job takes: the brokers and what the file of {@code
   * --kafka-properties} holds.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public Map<String, String> kafkaClientProperties() {
    Map<String, String> settings = read(kafkaProperties, "Kafka settings");
    settings.put("bootstrap.servers", bootstrapServers);
    return settings;
  }

  /**
   * What the file of {@code --catalog-properties} holds; empty where none was given.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public Map<String, String> catalogProperties() {
    return read(catalogProperties, "catalog settings");
  }

  private static Map<String, String> read(@Nullable Path file, String what) {
    Map<String, String> settings = new TreeMap<>();
    if (file != null) {
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        properties.load(reader);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "Cannot read the %s in %s: %s".formatted(what, file, e.getMessage()), e);
      }
      properties
          .stringPropertyNames()
          .forEach(name -> settings.put(name, properties.getProperty(name)));
    }
    return settings;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("pipeline=").append(pipeline);
    text.append(" registry-url=").append(registryUrl.replaceAll("//[^/@]*@", "//***@"));
    text.append(" state-dir=").append(stateDirectory);
    text.append(" warehouse=").append(warehouse);
    text.append(" checkpoint-interval=").append(Durations.format(checkpointInterval));
    text.append(" state-backend=").append(stateBackend);
    text.append(" parallelism=").append(parallelism);
    append(text, "", kafkaClientProperties());
    append(text, "catalog.", catalogProperties());
    return text.toString();
  }

  private static void append(StringBuilder text, String prefix, Map<String, String> settings) {
    settings.forEach(
        (name, value) ->
            text.append(' ')
                .append(prefix)
                .append(name)
                .append('=')
                .append(isSecret(name) ? "***" : value.replaceAll("//[^/@]*@", "//***@")));
  }

  private static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.contains("password")
        || lower.contains("secret")
        || lower.contains("jaas")
        || lower.contains("credential")
        || lower.contains("user.info")
        || lower.contains("token")
        || lower.endsWith(".key")
        || lower.endsWith("-key");
  }

  /** Reads durations as the definition language writes them. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return Durations.parse(text);
    }
  }
}
