package io.leat.cli.up;

import io.leat.cli.CommandRun;
import io.leat.cli.Leat;
import io.leat.cli.Warehouse;
import io.leat.cli.command.Endpoints;
import io.leat.stack.JvmProcess;
import io.leat.stack.LeatHome;
import io.leat.stack.StartWait;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/**
 * {@code leat up} as a user runs it: a process of its own, from the distribution, in a folder of
 * its own.
 */
public final class RunningStack implements AutoCloseable {
  private static final Duration DOWN = Duration.ofMinutes(3);

  /** Rows stand in the tables once a checkpoint is complete; nobody has to wait long for them. */
  private static final Map<String, String> CHECKPOINTS = Map.of("LEAT_CHECKPOINT_INTERVAL", "2s");

  private final Path folder;
  private final JvmProcess process;

  private RunningStack(Path folder, JvmProcess process) {
    this.folder = folder;
    this.process = process;
  }

  /**
   * Starts a pipeline's stack and waits until it is up.
   *
   * @param more further arguments of {@code leat up}
   */
  public static RunningStack up(Path pipeline, Path folder, String... more) {
    LeatHome home = LeatHome.find();
    List<String> arguments =
        new ArrayList<>(
            List.of("up", pipeline.toString(), "--dir", folder.toString(), "--free-ports"));
    arguments.addAll(List.of(more));
    JvmProcess process =
        JvmProcess.start(
            JvmProcess.Command.of(
                    "up",
                    home.classPath("services"),
                    Leat.class.getName(),
                    arguments,
                    folder.resolveSibling("up.log"))
                .withJvmOptions(
                    "-Xmx256m",
                    "-Dleat.home=" + home.directory(),
                    "-Dlogback.configurationFile=logback-cli.xml")
                .withEnvironment(CHECKPOINTS));
    process.awaitReady(() -> process.missingInLog("Leat is up after"), StartWait.DEFAULT);
    return new RunningStack(folder, process);
  }

  /** Runs a command against this stack to its end, in this JVM. */
  public CommandRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--dir", folder.toString()));
    return CommandRun.of(all.toArray(String[]::new));
  }

  /**
   * Kills one of its processes, without a chance to clean up.
   *
   * @param mark text of the process's command line that the others' have not
   */
  void kill(String mark) {
    child(mark).orElseThrow().destroyForcibly();
  }

  /** The process whose command line has a text; empty while there is none. */
  Optional<ProcessHandle> child(String mark) {
    return ProcessHandle.of(process.pid()).stream()
        .flatMap(ProcessHandle::children)
        .filter(child -> child.info().commandLine().orElse("").contains(mark))
        .findFirst();
  }

  /** Kills {@code leat up} itself; its processes notice that, and end in their own time. */
  void kill() {
    process.kill();
  }

  Endpoints endpoints() {
    return Endpoints.load(folder);
  }

  /** Rows of an Iceberg table, as its newest snapshot says. */
  public long committedRows(String namespace, String table) throws IOException {
    return warehouse().committedRows(namespace, table);
  }

  /** Rows of an Iceberg table, read from its files. */
  long rows(String namespace, String table) throws IOException {
    return warehouse()
        .read(
            namespace,
            table,
            found -> {
              long rows = 0;
              try (CloseableIterable<Record> records = IcebergGenerics.read(found).build()) {
                for (Record ignored : records) {
                  rows++;
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              return rows;
            })
        .orElse(0L);
  }

  private Warehouse warehouse() {
    return new Warehouse(folder.resolve("warehouse"));
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
    process.stop(DOWN);
  }
}
