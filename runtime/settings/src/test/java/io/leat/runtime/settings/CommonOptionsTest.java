package io.leat.runtime.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommonOptionsTest {
  @TempDir private Path folder;

  /** The options of some job. */
  private static final class Options extends CommonOptions {
    @Override
    protected Map<String, String> fileSettings() {
      Map<String, String> settings = new TreeMap<>(super.fileSettings());
      settings.put("own", "http://bob:opensesame@elsewhere");
      return settings;
    }
  }

  @Test
  void secretsAreNotShown() throws IOException {
    Path kafka = folder.resolve("kafka.properties");
    Files.writeString(
        kafka,
        "sasl.jaas.config=user alice password opensesame\nssl-key=opensesame\nclient.rack=west\n");
    Files.setPosixFilePermissions(kafka, PosixFilePermissions.fromString("rw-------"));

    Options options =
        options("--kafka-properties=" + kafka, "--registry-url=http://bob:opensesame@registry");

    assertThat(options.toString())
        .doesNotContain("opensesame")
        .contains("client.rack=west", "registry-url=http://***@registry", "own=http://***@else")
        .contains("pipeline=here", "state-dir=", "bootstrap.servers=localhost:9092");
    assertThat(options.kafkaClientProperties())
        .containsEntry("ssl-key", "opensesame")
        .containsEntry("bootstrap.servers", "localhost:9092");
  }

  @Test
  void aFileWithPasswordsThatOthersCanReadIsRefused() throws IOException {
    Path kafka = folder.resolve("kafka.properties");
    Files.writeString(kafka, "sasl.jaas.config=user alice password opensesame\n");
    Files.setPosixFilePermissions(kafka, PosixFilePermissions.fromString("rw-r--r--"));
    Options options = options("--kafka-properties=" + kafka);

    assertThatThrownBy(options::kafkaClientProperties)
        .isInstanceOf(LeatException.class)
        .hasMessageStartingWith(kafka + " holds secrets and can be read or changed by others")
        .hasMessageEndingWith("run: chmod 600 " + kafka);
  }

  @Test
  void aFileWithoutPasswordsMayBeReadByAnybody() throws IOException {
    Path kafka = Files.writeString(folder.resolve("kafka.properties"), "client.rack=west\n");
    Files.setPosixFilePermissions(kafka, PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(options("--kafka-properties=" + kafka).kafkaClientProperties())
        .containsEntry("client.rack", "west");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Options options = options("--kafka-properties=" + folder.resolve("absent"));

    assertThatThrownBy(options::kafkaClientProperties)
        .isInstanceOf(LeatException.class)
        .hasMessageStartingWith("Cannot read the Kafka settings in " + folder.resolve("absent"));
  }

  private static Options options(String... more) {
    Options options = new Options();
    CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create());
    command.addMixin("options", options);
    String[] arguments = new String[more.length + 2];
    arguments[0] = "--pipeline=here";
    arguments[1] = "--bootstrap-servers=localhost:9092";
    System.arraycopy(more, 0, arguments, 2, more.length);
    command.parseArgs(arguments);
    return options;
  }
}
