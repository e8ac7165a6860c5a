package io.leat.stack;

import static java.util.Objects.requireNonNull;

import io.leat.common.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Java main class in a JVM of its own. Its output goes to a log file. It ends when the process
 * that started it ends, however that happens. Thread-safe.
 */
public final class JvmProcess implements AutoCloseable {
  /**
   * glibc's allocator keeps what RocksDB frees in pools of its threads; with few of them the
   * process stays within what RocksDB was allowed. Another allocator does not read it.
   */
  private static final String ARENAS = "2";

  /** What the process writes is its owner's alone; the shell becomes the JVM. */
  private static final List<String> FOR_OWNER =
      System.getProperty("os.name", "").startsWith("Windows")
          ? List.of()
          : List.of("/bin/sh", "-c", "umask 077; exec \"$@\"", "sh");

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
  private static final long POLL_MILLIS = 100;
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration REPORT = Duration.ofSeconds(5);
  private static final int FIRST_THAT_WARNS = 24;
  private static final int SHOWN_LINES = 15;
  private static final int SHOWN_CHARACTERS = 160;
  private static final long LARGEST_LOG = 10 << 20;
  private static final int READ_BYTES = 64 << 10;

  /** Lines of a stack trace, which a person reads in the file if at all. */
  private static final Pattern TRACE =
      Pattern.compile("\\s+at \\S+\\(.*\\).*|\\s+\\.\\.\\. \\d+ .*");

  private final String name;
  private final Process process;
  private final Path logFile;
  private final long logStart;

  private JvmProcess(Command command, Process process, long logStart) {
    this.name = command.name();
    this.process = process;
    this.logFile = command.logFile();
    this.logStart = logStart;
  }

  /**
   * What to start.
   *
   * @param name what people call it, for messages: {@code broker}
   * @param classPath its class path; this module's classes are added to it
   * @param mainClass the class whose main is run
   * @param arguments the main's arguments
   * @param jvmOptions for example {@code -Xmx512m}
   * @param environment variables beside those of this process
   * @param logFile takes standard output and error, appended; its directory is made. One of more
   *     than 10 MB is first renamed to {@code <name>.1}, over an older one
   */
  public record Command(
      String name,
      String classPath,
      String mainClass,
      List<String> arguments,
      List<String> jvmOptions,
      Map<String, String> environment,
      Path logFile) {
    public Command {
      environment = Map.copyOf(environment);
      arguments = List.copyOf(arguments);
      jvmOptions = List.copyOf(jvmOptions);
    }

    /** A command without JVM options. */
    public static Command of(
        String name, String classPath, String mainClass, List<String> arguments, Path logFile) {
      return new Command(name, classPath, mainClass, arguments, List.of(), Map.of(), logFile);
    }

    /** The same with more JVM options. */
    public Command withJvmOptions(String... more) {
      List<String> all = new ArrayList<>(jvmOptions);
      all.addAll(List.of(more));
      return new Command(name, classPath, mainClass, arguments, all, environment, logFile);
    }

    /** The same with these variables beside those of this process. */
    public Command withEnvironment(Map<String, String> variables) {
      return new Command(name, classPath, mainClass, arguments, jvmOptions, variables, logFile);
    }
  }

  /**
   * Starts a process and returns at once; see {@link #awaitReady}. What it writes can be read by
   * its owner alone.
   *
   * @throws StackException if the log's directory cannot be written or the JVM cannot be run
   */
  public static JvmProcess start(Command command) {
    long logStart = prepareLog(command.logFile());
    ProcessBuilder builder = builder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(command.logFile().toFile()));
    return new JvmProcess(command, start(command, builder), logStart);
  }

  /**
   * Runs a process to its end. Its standard output is handed on line by line; the log takes
   * standard error alone.
   *
   * @param lines called in this thread
   * @return the process, which has ended
   * @throws StackException as {@link #start} does
   */
  public static JvmProcess run(Command command, Consumer<String> lines) {
    long logStart = prepareLog(command.logFile());
    ProcessBuilder builder = builder(command);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(command.logFile().toFile()));
    JvmProcess started = new JvmProcess(command, start(command, builder), logStart);
    try (BufferedReader output = started.process.inputReader(StandardCharsets.UTF_8)) {
      output.lines().forEach(lines);
      started.process.waitFor();
    } catch (IOException | UncheckedIOException e) {
      throw new StackException(
          ErrorCode.PROCESS_ENDED,
          "What the %s says cannot be read: %s".formatted(started.name, e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException(
          ErrorCode.PROCESS_ENDED, "Interrupted while the " + started.name + " ran.", e);
    } finally {
      started.process.destroy();
    }
    return started;
  }

  /**
   * Processes that a JVM started here which was killed since, and that work with a folder: they end
   * by themselves within half a minute. Empty where the system does not tell what processes run.
   *
   * @param folder as it stands in their arguments
   */
  public static List<ProcessHandle> orphans(Path folder) {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process
                    .info()
                    .arguments()
                    .filter(arguments -> isOrphan(process, List.of(arguments), folder))
                    .isPresent())
        .toList();
  }

  private static boolean isOrphan(ProcessHandle process, List<String> arguments, Path folder) {
    int main = arguments.indexOf(ChildMain.class.getName());
    return main >= 0
        && main + 1 < arguments.size()
        && arguments.stream().anyMatch(argument -> argument.contains(folder + "/"))
        && process
            .parent()
            .filter(parent -> arguments.get(main + 1).equals(Long.toString(parent.pid())))
            .isEmpty();
  }

  private static ProcessBuilder builder(Command command) {
    List<String> line = new ArrayList<>(FOR_OWNER);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(optionsOf(Runtime.version().feature()));
    line.addAll(command.jvmOptions());
    line.add("-cp");
    line.add(command.classPath() + System.getProperty("path.separator") + LeatHome.codeLocation());
    line.add(ChildMain.class.getName());
    line.add(Long.toString(ProcessHandle.current().pid()));
    line.add(command.mainClass());
    line.addAll(command.arguments());
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().putIfAbsent("MALLOC_ARENA_MAX", ARENAS);
    builder.environment().putAll(command.environment());
    return builder;
  }

  /**
   * What a version of Java has to be told so that libraries run on it without warnings: they load
   * native code (RocksDB, ONNX Runtime: JEP 472) and use sun.misc.Unsafe (JEP 498).
   */
  static List<String> optionsOf(int version) {
    return version < FIRST_THAT_WARNS
        ? List.of()
        : List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
  }

  private static Process start(Command command, ProcessBuilder builder) {
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new StackException(
          ErrorCode.PROCESS_ENDED,
          "The %s could not be started: %s".formatted(command.name(), e.getMessage()),
          e);
    }
  }

  /** Makes room for a log, and says where in its file the next process begins to write. */
  private static long prepareLog(Path log) {
    Directories.requireWritable(
        requireNonNull(log.toAbsolutePath().getParent(), "a file lies in a folder"));
    rotate(log);
    try {
      Directories.createFileForOwner(log);
    } catch (IOException e) {
      throw new StackException(
          ErrorCode.NOT_WRITABLE,
          "The log %s cannot be made: %s".formatted(log, e.getMessage()),
          e);
    }
    return log.toFile().length();
  }

  private static void rotate(Path log) {
    try {
      if (Files.exists(log) && Files.size(log) > LARGEST_LOG) {
        Files.move(
            log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new StackException(
          ErrorCode.NOT_WRITABLE,
          "The log %s cannot be renamed: %s".formatted(log, e.getMessage()),
          e);
    }
  }

  /**
   * Waits until the process is ready, as long as it makes progress: see {@link StartWait}.
   *
   * @param missing what it still lacks, in a few words; empty when it is ready. Asked often; must
   *     not block for long
   * @throws StackException if the process ends first, or makes no progress any more
   */
  public void awaitReady(Supplier<Optional<String>> missing, StartWait wait) {
    StartProgress progress = new StartProgress(wait.noProgress(), now());
    Duration looked = now();
    Duration reported = now();
    Optional<String> lacks = missing.get();
    while (lacks.isPresent()) {
      if (waitFor(Duration.ofMillis(POLL_MILLIS))) {
        throw died();
      }
      if (now().minus(looked).compareTo(LOOK) >= 0) {
        looked = now();
        progress.look(looked, new StartProgress.Signs(cpu(), lastLine(), lacks.get()));
        if (looked.minus(reported).compareTo(REPORT) >= 0) {
          reported = looked;
          wait.report().accept(waitingFor(progress.waited(looked), lacks.get()));
        }
        if (progress.isStalled(looked)) {
          throw stalled(wait, progress.waited(looked), lacks.get());
        }
      }
      lacks = missing.get();
    }
  }

  /** As a check of {@link #awaitReady}: whether the process has written a text. */
  public Optional<String> missingInLog(String text) {
    return log().contains(text) ? Optional.empty() : Optional.of("'" + text + "' in its log");
  }

  private String waitingFor(Duration waited, String lacks) {
    String line = lastLine();
    return "waiting for the %s, %d s: %s%s"
        .formatted(name, waited.toSeconds(), lacks, line.isEmpty() ? "" : " | " + beginning(line));
  }

  private static String beginning(String line) {
    return line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS) + " ...";
  }

  private StackException stalled(StartWait wait, Duration waited, String lacks) {
    return new StackException(
        ErrorCode.NOT_READY,
        "The %s made no progress for %d s, %d s after its start: it lacks %s. Its log is %s. Where it only needs longer, give it more with --start-timeout or LEAT_START_TIMEOUT.%s"
            .formatted(
                name,
                wait.noProgress().toSeconds(),
                waited.toSeconds(),
                lacks,
                logFile,
                lastLines(log())));
  }

  private static Duration now() {
    return Duration.ofNanos(System.nanoTime());
  }

  private Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private String lastLine() {
    return shownLines(log()).reduce((first, second) -> second).orElse("");
  }

  /** The exception that says why the process, which has ended, did so. */
  public StackException died() {
    String log = log();
    if (log.contains("No space left on device")) {
      return new StackException(
          ErrorCode.DISK_FULL,
          "The %s ended because the disk is full; make room and start again. Its log is %s."
              .formatted(name, logFile));
    }
    return new StackException(
        ErrorCode.PROCESS_ENDED,
        "The %s ended with exit code %s; its log is %s.%s"
            .formatted(
                name,
                exitCode().isPresent() ? exitCode().getAsInt() : "unknown",
                logFile,
                lastLines(log)));
  }

  /** Asks the process to end (SIGTERM) and waits; kills it if it has not ended after 30 s. */
  public void stop() {
    stop(STOP_TIMEOUT);
  }

  /** Asks the process to end (SIGTERM) and waits; kills it if it has not ended in time. */
  public void stop(Duration timeout) {
    process.destroy();
    if (!waitFor(timeout)) {
      kill();
    }
  }

  /**
   * Ends the process at once, without a chance to clean up (SIGKILL), and waits until it is gone.
   */
  public void kill() {
    process.destroyForcibly();
    if (!waitFor(STOP_TIMEOUT)) {
      throw new StackException(
          ErrorCode.NOT_READY,
          "The %s (pid %d) does not end, not even when killed.".formatted(name, process.pid()));
    }
  }

  /** Same as {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  public String name() {
    return name;
  }

  /** Empty while the process runs. */
  public OptionalInt exitCode() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  public Path logFile() {
    return logFile;
  }

  /**
   * What the process has written so far, not what earlier ones wrote to the same file; of more than
   * 64 KB the last.
   */
  public String log() {
    try (var channel = Files.newByteChannel(logFile)) {
      channel.position(Math.max(logStart, channel.size() - READ_BYTES));
      return new String(
          Channels.newInputStream(channel).readNBytes(READ_BYTES), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "(its log %s cannot be read: %s)".formatted(logFile, e.getMessage());
    }
  }

  private static Stream<String> shownLines(String log) {
    return log.lines().filter(line -> !line.isBlank() && !TRACE.matcher(line).matches());
  }

  private static String lastLines(String log) {
    List<String> lines = shownLines(log).toList();
    List<String> last = lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size());
    return last.isEmpty() ? "" : "\n  " + String.join("\n  ", last);
  }

  /** True if the process has ended. */
  private boolean waitFor(Duration time) {
    try {
      return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new StackException(
          ErrorCode.PROCESS_ENDED, "Interrupted while waiting for the " + name + "; killed it.", e);
    }
  }
}
