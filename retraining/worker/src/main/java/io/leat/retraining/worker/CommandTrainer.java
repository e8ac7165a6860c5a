package io.leat.retraining.worker;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.models.registry.ModelRegistry;
import io.leat.pipeline.definition.Trainer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program trains: it finds all in {@code LEAT_RUN_DIR} and leaves its model there. It ends with
 * the worker; the next worker starts it again. One that somebody kills is started again too, some
 * times; one that ends by itself has failed. One thread owns it.
 */
final class CommandTrainer implements RunTrainer, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CommandTrainer.class);
  private static final int DECLINED = 10;

  /** A process that a signal has ended has the exit code of the shells: this and its number. */
  private static final int BY_SIGNAL = 128;

  /** Those that come from outside: SIGHUP, SIGINT, SIGKILL (also for want of memory), SIGTERM. */
  private static final Set<Integer> KILLS =
      Set.of(BY_SIGNAL + 1, BY_SIGNAL + 2, BY_SIGNAL + 9, BY_SIGNAL + 15);

  private static final int ATTEMPTS = 3;

  private final ModelRegistry models;
  private final Trainer.Command command;
  private final Map<String, Process> running = new HashMap<>();
  private final Map<String, Integer> kills = new HashMap<>();

  CommandTrainer(ModelRegistry models, Trainer.Command command) {
    this.models = models;
    this.command = command;
  }

  @Override
  public String name() {
    return "command " + command.line().get(0);
  }

  @Override
  public Progress advance(Task task) {
    String id = task.run().getRunId();
    TrainerFolder folder = TrainerFolder.of(task.folder());
    Process process = running.get(id);
    if (process == null) {
      endOrphans(folder.root());
      folder.prepare(task, command.limit(), models);
      running.put(id, start(task, folder.root()));
      return new Waiting();
    }
    if (process.isAlive()) {
      return new Waiting();
    }
    running.remove(id);
    int code = process.exitValue();
    if (KILLS.contains(code) && kills.merge(id, 1, Integer::sum) < ATTEMPTS) {
      log.warn(
          "Run {}: {} was killed by signal {}, and is started again", id, name(), code - BY_SIGNAL);
      return new Waiting();
    }
    kills.remove(id);
    return ended(code, folder, logFile(task));
  }

  private static Path logFile(Task task) {
    return task.folder().root().resolve("logs").resolve("trainer.log");
  }

  private Process start(Task task, Path folder) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    line.add(
        Path.of(
                URI.create(
                    CommandMain.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
            .toString());
    line.add(CommandMain.class.getName());
    line.add(folder.toString());
    line.add(String.valueOf(ProcessHandle.current().pid()));
    line.add(String.valueOf(command.limit().toSeconds()));
    line.addAll(command.line());
    Path logFile = logFile(task);
    ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().put("LEAT_RUN_DIR", folder.toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("JAVA_TOOL_OPTIONS"));
    try {
      Files.createDirectories(logFile.getParent());
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()));
      Process process = builder.start();
      process.getOutputStream().close();
      log.info("Run {}: {} trains; its log is {}", task.run().getRunId(), name(), logFile);
      return process;
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INPUT, "%s could not be started: %s".formatted(name(), e.getMessage()), e);
    }
  }

  private Progress ended(int code, TrainerFolder folder, Path logFile) {
    if (code == DECLINED) {
      return new Declined(folder.declined().orElse("without a reason"));
    }
    if (code == CommandMain.OUT_OF_TIME) {
      return new Failed(
          "%s took longer than %d s and was ended; its log is %s"
              .formatted(name(), command.limit().toSeconds(), logFile));
    }
    if (KILLS.contains(code)) {
      return new Failed(
          "%s was killed %d times, by signal %d at last; is there too little memory? Its log is %s"
              .formatted(name(), ATTEMPTS, code - BY_SIGNAL, logFile));
    }
    if (code != 0) {
      return new Failed(
          "%s ended with exit code %d; expected 0, or 10 where it declines. Its log is %s"
              .formatted(name(), code, logFile));
    }
    return folder
        .made()
        .<Progress>map(made -> new Trained(made, folder.reported()))
        .orElseGet(
            () ->
                new Failed(
                    "%s ended well and left no model; expected %s with MLmodel or model.onnx in it"
                        .formatted(name(), folder.model())));
  }

  /** A program of a worker that was killed may still be ending. */
  private static void endOrphans(Path folder) {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      all.filter(
              process ->
                  process
                      .info()
                      .arguments()
                      .filter(
                          arguments ->
                              List.of(arguments).contains(CommandMain.class.getName())
                                  && List.of(arguments).contains(folder.toString()))
                      .isPresent())
          .forEach(CommandTrainer::end);
    }
    CommandMain.program(folder).ifPresent(CommandTrainer::end); // what watched it was killed
  }

  private static void end(ProcessHandle process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Ends what still trains. */
  @Override
  public void close() {
    running.values().forEach(process -> end(process.toHandle()));
    running.clear();
  }
}
