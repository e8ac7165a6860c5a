package io.leat.runtime;

import io.leat.pipeline.Durations;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import io.leat.schemas.RegistryClient;
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
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/**
 * The settings that every job takes, from flags or, where a flag is not given, from the environment
 * ({@code LEAT_BOOTSTRAP_SERVERS} and so on). Secrets belong into the file of {@code
 * --kafka-properties}; {@link #toString} shows every setting and hides what looks like a secret.
 */
public final class JobOptions {
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
      names = "--guarantee",
      paramLabel = "exactly_once|at_least_once",
      defaultValue = "${env:LEAT_GUARANTEE:-exactly_once}",
      description =
          "What is promised of every record. Environment: LEAT_GUARANTEE. Default: ${DEFAULT-VALUE}.")
  private Guarantee guarantee = Guarantee.exactly_once;

  @Option(
      names = "--commit-interval",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "${env:LEAT_COMMIT_INTERVAL:-100ms}",
      description =
          "Time between commits; with exactly_once nothing is visible before one. Environment:"
              + " LEAT_COMMIT_INTERVAL. Default: ${DEFAULT-VALUE}.")
  private Duration commitInterval = Duration.ofMillis(100);

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "${env:LEAT_THREADS:-1}",
      description = "Stream threads. Environment: LEAT_THREADS. Default: ${DEFAULT-VALUE}.")
  private int threads = 1;

  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "${env:LEAT_HTTP_HOST:-127.0.0.1}",
      description =
          "Address that health, metrics and HTTP doors listen on. Environment: LEAT_HTTP_HOST."
              + " Default: ${DEFAULT-VALUE}.")
  private String httpHost = "127.0.0.1";

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description =
          "Port for health, metrics and HTTP doors; 0 takes a free one. Environment:"
              + " LEAT_HTTP_PORT. Default: the service's own, see docs/architecture.md.")
  private @Nullable Integer httpPort = fromEnvironment("LEAT_HTTP_PORT");

  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      defaultValue = "${env:LEAT_KAFKA_PROPERTIES:-" + picocli.CommandLine.Option.NULL_VALUE + "}",
      description =
          "Further settings of every Kafka client, such as SASL and TLS. Environment:"
              + " LEAT_KAFKA_PROPERTIES.")
  private @Nullable Path kafkaProperties;

  /** Options as given by code, everything else at its default. */
  public static JobOptions of(
      Path pipeline,
      String bootstrapServers,
      String registryUrl,
      Path stateDirectory,
      int httpPort) {
    JobOptions options = new JobOptions();
    options.pipeline = pipeline;
    options.bootstrapServers = bootstrapServers;
    options.registryUrl = registryUrl;
    options.stateDirectory = stateDirectory;
    options.httpPort = httpPort;
    return options;
  }

  public Path pipelineFolder() {
    return pipeline;
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

  public Guarantee guarantee() {
    return guarantee;
  }

  public Duration commitInterval() {
    return commitInterval;
  }

  public int threads() {
    return threads;
  }

  public String httpHost() {
    return httpHost;
  }

  /** The port to listen on; the service's own where none was given. */
  public int httpPort(int ownPort) {
    return httpPort == null ? ownPort : httpPort;
  }

  /**
   * Reads the pipeline.
   *
   * @throws PipelineException with all that is wrong with it
   */
  public Pipeline readPipeline() throws PipelineException {
    return PipelineReader.read(pipeline);
  }

  public RegistryClient registry() {
    return new RegistryClient(registryUrl);
  }

  /**
   * Settings that every Kafka client of the job takes: the brokers and what the file of {@code
   * --kafka-properties} holds.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public Map<String, String> kafkaClientProperties() {
    Map<String, String> settings = new TreeMap<>();
    if (kafkaProperties != null) {
      Properties file = new Properties();
      try (Reader reader = Files.newBufferedReader(kafkaProperties, StandardCharsets.UTF_8)) {
        file.load(reader);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "Cannot read the Kafka settings in " + kafkaProperties + ": " + e.getMessage(), e);
      }
      file.stringPropertyNames().forEach(name -> settings.put(name, file.getProperty(name)));
    }
    settings.put("bootstrap.servers", bootstrapServers);
    return settings;
  }

  /**
   * A name for this instance of a service that outlives restarts: kept in the state directory, made
   * at the first call. The broker gives a restarted instance its partitions back at once by it.
   *
   * @throws UncheckedIOException if the state directory cannot be written
   */
  public String instanceId() {
    Path file = stateDirectory.resolve("instance-id");
    try {
      Files.createDirectories(stateDirectory);
      if (!Files.exists(file)) {
        Files.writeString(file, UUID.randomUUID().toString());
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot keep state in %s: %s. Give a writable folder with --state-dir."
              .formatted(stateDirectory.toAbsolutePath(), e.getMessage()),
          e);
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("pipeline=").append(pipeline);
    text.append(" registry-url=").append(registryUrl.replaceAll("//[^/@]*@", "//***@"));
    text.append(" state-dir=").append(stateDirectory);
    text.append(" guarantee=").append(guarantee);
    text.append(" commit-interval=").append(Durations.format(commitInterval));
    text.append(" threads=").append(threads);
    text.append(" http-host=").append(httpHost);
    kafkaClientProperties()
        .forEach(
            (name, value) ->
                text.append(' ').append(name).append('=').append(isSecret(name) ? "***" : value));
    return text.toString();
  }

  private static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.contains("password")
        || lower.contains("secret")
        || lower.contains("jaas")
        || lower.contains("credential")
        || lower.contains("user.info")
        || lower.contains("token")
        || lower.endsWith(".key");
  }

  private static @Nullable Integer fromEnvironment(String name) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? null : Integer.valueOf(value.strip());
  }

  /** Reads durations as the definition language writes them. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return Durations.parse(text);
    }
  }
}
