package io.leat.runtime.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code leat backfill} takes. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class BackfillOptions extends BatchOptions {
  /** Name of the option that says where the brokers are. */
  public static final String BOOTSTRAP_SERVERS = "--bootstrap-servers";

  @Parameters(
      index = "0",
      paramLabel = "VIEW[@VERSION]",
      description = "The feature view; one with backfill: true.")
  private String view = "";

  @Setting(otherwise = "those of the stack in the folder of --dir, else localhost:9092")
  @Option(names = BOOTSTRAP_SERVERS, paramLabel = "HOST:PORT,...", description = "Kafka brokers.")
  private @Nullable String bootstrapServers;

  @Setting
  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      description = "Further settings of every Kafka client, such as SASL and TLS.")
  private @Nullable Path kafkaProperties;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "10m",
      description =
          "How long to wait for the online store, for the offline tables, and at the end for the"
              + " store to take the backfill in; for each. Default: ${DEFAULT-VALUE}.")
  private Duration timeout = Duration.ofMinutes(10);

  /** {@code view} or {@code view@version}. */
  public String view() {
    return view;
  }

  /** Whether brokers were named, by option or environment. */
  public boolean namesBrokers() {
    return bootstrapServers != null;
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

  public Duration timeout() {
    return timeout;
  }
}
