package io.leat.runtime.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.runtime.settings.FlinkJobOptions;
import io.leat.runtime.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class FlinkJobOptionsTest {
  @TempDir private Path folder;

  @Test
  void secretsAreNotShown() throws IOException {
    Path kafka = folder.resolve("kafka.properties");
    Files.writeString(kafka, "sasl.jaas.config=user alice password opensesame\nclient.rack=west\n");
    Path catalog = folder.resolve("catalog.properties");
    Files.writeString(catalog, "type=rest\nuri=https://bob:opensesame@iceberg\ntoken=opensesame\n");
    for (Path file : List.of(kafka, catalog)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    String shown =
        options(
                "--kafka-properties=" + kafka,
                "--catalog-properties=" + catalog,
                "--registry-url=http://bob:opensesame@registry")
            .toString();

    assertThat(shown)
        .doesNotContain("opensesame")
        .contains("client.rack=west", "catalog.uri=https://***@iceberg", "http://***@registry");
  }

  @Test
  void jobsTakeExactlyOnceCheckpointsAndNoKryo() {
    Configuration settings =
        JobSettings.local(
            options("--checkpoint-interval=30s", "--state-backend=hashmap"),
            folder.resolve("checkpoints"));

    assertThat(settings.get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
        .isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY))
        .startsWith("file:///")
        .endsWith("/checkpoints");
    assertThat(settings.get(StateBackendOptions.STATE_BACKEND)).isEqualTo("hashmap");
    assertThat(settings.get(PipelineOptions.GENERIC_TYPES)).isFalse();
  }

  @Test
  void anIntervalThatATransactionWouldNotOutliveIsRefused() {
    assertThatThrownBy(
            () ->
                Settings.parse(
                    new FlinkJobOptions(), "--pipeline=here", "--checkpoint-interval=10m"))
        .isInstanceOf(CommandLine.ParameterException.class)
        .hasMessage("--checkpoint-interval is 10m; expected 1ms to 5m");
  }

  private static FlinkJobOptions options(String... arguments) {
    FlinkJobOptions options = new FlinkJobOptions();
    CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create());
    command.addMixin("options", options);
    String[] all = new String[arguments.length + 1];
    all[0] = "--pipeline=here";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    command.parseArgs(all);
    return options;
  }
}
