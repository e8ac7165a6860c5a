package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.cli.Leat;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.jdbc.JdbcCatalog;

/**
 * {@code leat up} as a user runs it: a process of its own, from the distribution, in a folder of
 * its own.
 */
final class RunningStack implements AutoCloseable {
  private static final Duration UP = Duration.ofMinutes(6);

  private final Path folder;
  private final JvmProcess process;

  private RunningStack(Path folder, JvmProcess process) {
    this.folder = folder;
    this.process = process;
  }

  static RunningStack up(Path pipeline, Path folder) {
    JvmProcess process =
        leat(
            "up",
            folder.resolveSibling("up.log"),
            "up",
            pipeline.toString(),
            "--dir",
            folder.toString(),
            "--free-ports");
    process.awaitReady(() -> process.log().contains("Leat is up after"), UP);
    return new RunningStack(folder, process);
  }

  private static JvmProcess leat(String name, Path log, String... arguments) {
    LeatHome home = LeatHome.find();
    return JvmProcess.start(
        JvmProcess.Command.of(
                name, home.classPath("services"), Leat.class.getName(), List.of(arguments), log)
            .withJvmOptions(
                "-Xmx256m",
                "-Dleat.home=" + home.directory(),
                "-Dlogback.configurationFile=logback-cli.xml"));
  }

  /** Runs a command against this stack to its end. */
  void run(Duration atMost, String... arguments) throws InterruptedException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--dir", folder.toString()));
    JvmProcess command =
        leat(
            arguments[0], folder.resolveSibling(arguments[0] + ".log"), all.toArray(String[]::new));
    ProcessHandle handle = ProcessHandle.of(command.pid()).orElseThrow();
    assertThat(handle.onExit().orTimeout(atMost.toSeconds(), TimeUnit.SECONDS).join().isAlive())
        .isFalse();
    assertThat(command.exitCode()).as(command.log()).hasValue(0);
  }

  Endpoints endpoints() {
    return Endpoints.load(folder);
  }

  /** Rows of an Iceberg table, read from its files. */
  long rows(String namespace, String table) throws IOException {
    Path warehouse = folder.resolve("warehouse");
    if (!Files.exists(warehouse.resolve("catalog.db"))) {
      return 0;
    }
    Map<String, String> properties = new HashMap<>();
    properties.put("catalog-impl", JdbcCatalog.class.getName());
    properties.put("uri", "jdbc:sqlite:" + warehouse.resolve("catalog.db"));
    properties.put("warehouse", "file://" + warehouse);
    properties.put("jdbc.schema-version", "V1");
    properties.put("jdbc.busy_timeout", "30000");
    try (JdbcCatalog catalog =
        (JdbcCatalog) CatalogUtil.buildIcebergCatalog("leat", properties, new Configuration())) {
      TableIdentifier name = TableIdentifier.of(Namespace.of(namespace), table);
      if (!catalog.tableExists(name)) {
        return 0;
      }
      long rows = 0;
      try (CloseableIterable<Record> records =
          IcebergGenerics.read(catalog.loadTable(name)).build()) {
        for (Record ignored : records) {
          rows++;
        }
      }
      return rows;
    }
  }

  /** Everything that has been printed. */
  String log() {
    return process.log();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Stops it as Ctrl-C does, and waits until it is gone. */
  @Override
  public void close() {
    process.stop(Duration.ofMinutes(3));
  }
}
