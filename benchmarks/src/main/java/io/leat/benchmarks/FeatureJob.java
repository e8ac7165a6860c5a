package io.leat.benchmarks;

import io.leat.features.online.StateStores;
import io.leat.stack.JvmProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A process that makes features of a pipeline, or stands for one that does, with a consumer group,
 * state and log of its own.
 *
 * @param directory takes the pipeline's copy, the log, and in {@code state} the state
 */
record FeatureJob(JvmProcess process, String group, Path directory) implements AutoCloseable {
  /**
   * Starts one that has read nothing yet, unless one of the same name has.
   *
   * @param folder the pipeline
   * @param name takes the place of the pipeline's own, which the consumer group has
   * @param kept which of the pipeline's files it has
   * @param more arguments beside those that every service needs
   */
  static FeatureJob start(
      Cluster cluster,
      Class<?> main,
      Path folder,
      String name,
      Predicate<Path> kept,
      List<String> jvmOptions,
      List<String> more)
      throws IOException {
    Path directory = cluster.directory().resolve(name);
    copyPipeline(folder, directory.resolve("pipeline"), name, kept);
    return new FeatureJob(
        process(cluster, main, directory, "", jvmOptions, more),
        name + "-" + StateStores.JOB,
        directory);
  }

  /** Starts a process more over the same pipeline: another instance, or the same once more. */
  static JvmProcess process(
      Cluster cluster,
      Class<?> main,
      Path directory,
      String instance,
      List<String> jvmOptions,
      List<String> more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--pipeline", directory.resolve("pipeline").toString(),
                "--bootstrap-servers", cluster.bootstrapServers(),
                "--registry-url", cluster.registryUrl(),
                "--state-dir", directory.resolve("state" + instance).toString(),
                "--http-port", "0"));
    arguments.addAll(more);
    return JvmProcess.start(
        JvmProcess.Command.of(
                main.getSimpleName() + instance,
                System.getProperty("java.class.path"),
                main.getName(),
                arguments,
                directory.resolve("service" + instance + ".log"))
            .withJvmOptions(jvmOptions.toArray(String[]::new)));
  }

  Path state() {
    return directory.resolve("state");
  }

  /** Writes a pipeline again under another name. */
  static void copyPipeline(Path from, Path to, String name, Predicate<Path> kept)
      throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.filter(Files::isRegularFile).filter(kept).toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        Files.createDirectories(target.getParent());
        Files.writeString(
            target, Files.readString(path).replaceAll("(?m)^pipeline: .*$", "pipeline: " + name));
      }
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      process.stop();
    }
  }
}
