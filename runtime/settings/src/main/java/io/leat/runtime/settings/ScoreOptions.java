package io.leat.runtime.settings;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code leat score} takes. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class ScoreOptions extends BatchOptions {
  /** Name of the option that says where the brokers are. */
  public static final String BOOTSTRAP_SERVERS = "--bootstrap-servers";

  /** Name of the option that says where the schema registry is. */
  public static final String REGISTRY_URL = "--registry-url";

  private static final String STACK =
      "the stack's in the folder of --dir, else the usual local one";

  @Option(
      names = "--model",
      paramLabel = "MODEL[@VERSION]",
      required = true,
      description =
          "The version that scores: a number, a label, an alias, or digits of a digest. Default: the"
              + " model's champion. It is looked up once, at the start.")
  private String model = "";

  @Option(
      names = "--input",
      paramLabel = "TABLE[@SNAPSHOT]|FILE|DIR",
      required = true,
      description =
          "The rows: an offline table such as vectors_NAME, at its newest snapshot if none is named,"
              + " or Parquet: one file, or all of a folder. What has a / in it, or ends with .parquet,"
              + " is a file or a folder.")
  private String input = "";

  @Option(
      names = "--output",
      paramLabel = "TABLE|DIR",
      required = true,
      description =
          "Where scores go: an offline table, made where it is not there, or a folder (with a / in"
              + " its name) that is not there or empty. Scores of this version and this snapshot that"
              + " are there already stay, and nothing is done.")
  private String output = "";

  @Setting(otherwise = STACK)
  @Option(names = BOOTSTRAP_SERVERS, paramLabel = "HOST:PORT,...", description = "Kafka brokers.")
  private @Nullable String bootstrapServers;

  @Setting(otherwise = STACK)
  @Option(names = REGISTRY_URL, paramLabel = "URL", description = "Schema registry.")
  private @Nullable String registryUrl;

  @Setting
  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      description = "Further settings of every Kafka client, such as SASL and TLS.")
  private @Nullable Path kafkaProperties;

  @Setting(otherwise = "those in the folder of --dir")
  @Option(
      names = "--artifacts",
      paramLabel = "DIR|URI",
      description = "Where the files of model versions are kept: a folder, or s3://bucket/prefix.")
  private @Nullable String artifacts;

  /** {@code model} or {@code model@version}. */
  public String model() {
    return model;
  }

  /** As it was given. */
  public String input() {
    return input;
  }

  /** The file or folder that the input is; empty where it is a table. */
  public Optional<Path> inputPath() {
    return path(input);
  }

  /** As it was given. */
  public String output() {
    return output;
  }

  /** The folder that the output is; empty where it is a table. */
  public Optional<Path> outputPath() {
    return path(output);
  }

  private static Optional<Path> path(String name) {
    return name.contains("/") || name.endsWith(".parquet")
        ? Optional.of(Path.of(name))
        : Optional.empty();
  }

  /** Whether brokers were named, by option or environment. */
  public boolean namesBrokers() {
    return bootstrapServers != null;
  }

  /** Whether a registry was named, by option or environment. */
  public boolean namesRegistry() {
    return registryUrl != null;
  }

  /**
   * Settings of a Kafka client.
   *
   * @throws java.io.UncheckedIOException if the file of {@code --kafka-properties} cannot be read
   */
  public Map<String, String> kafka() {
    Map<String, String> settings = new TreeMap<>();
    if (kafkaProperties != null) {
      settings.putAll(PropertiesFile.read(kafkaProperties, "Kafka settings"));
    }
    settings.put(
        "bootstrap.servers", bootstrapServers == null ? "localhost:9092" : bootstrapServers);
    return settings;
  }

  public String registryUrl() {
    return registryUrl == null ? "http://localhost:8085/apis/ccompat/v7" : registryUrl;
  }

  /** Address of the store of model versions' files. */
  public String artifacts() {
    return artifacts != null ? artifacts : folder().resolve("artifacts").toString();
  }
}
