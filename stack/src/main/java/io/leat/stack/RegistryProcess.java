package io.leat.stack;

import io.leat.common.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * An Apicurio schema registry in a process of its own, on loopback. What was registered survives
 * restarts on the same directory, with the same ids. Schemas must be backward compatible, as in
 * Confluent's registry, unless a subject says otherwise.
 */
public final class RegistryProcess implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final String API = "/apis/ccompat/v7";

  /**
   * H2 writes a commit 500 ms later unless told otherwise: a killed registry forgot ids that it had
   * given, and gave them again to other schemas.
   */
  private static final String WRITE_THROUGH = ";WRITE_DELAY=0";

  private static final long ROOM_BYTES = 64L << 20;

  private final JvmProcess process;
  private final int port;
  private final Supplier<RegistryProcess> again;

  private RegistryProcess(JvmProcess process, int port, Supplier<RegistryProcess> again) {
    this.process = process;
    this.port = port;
    this.again = again;
  }

  /**
   * Starts a registry and waits until it answers.
   *
   * @param directory holds its database ({@code data}) and log ({@code registry.log}); made where
   *     missing
   * @param port of its HTTP interface
   * @param wait how it is waited for
   * @throws StackException if it does not come up
   */
  public static RegistryProcess start(LeatHome home, Path directory, int port, StartWait wait) {
    Path data = directory.resolve("data").toAbsolutePath();
    Directories.requireWritable(data);
    Directories.requireRoom(data, ROOM_BYTES);
    Ports.requireFree(port);
    Path jar = runner(home.library("registry"));
    JvmProcess process =
        JvmProcess.start(
            JvmProcess.Command.of(
                    "schema registry",
                    jar + File.pathSeparator + jar.resolveSibling("raised").resolve("*"),
                    mainClass(jar),
                    List.of(),
                    directory.resolve("registry.log"))
                .withJvmOptions(
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Djava.awt.headless=true",
                    "-Dquarkus.http.host=" + HOST,
                    "-Dquarkus.http.port=" + port,
                    "-Dquarkus.http.access-log.enabled=false",
                    "-Dquarkus.banner.enabled=false",
                    "-Dquarkus.log.console.format=%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %m (%c{1})%e%n",
                    "-Dapicurio.rules.global.compatibility=BACKWARD",
                    // A schema is found whichever way a client writes it: as the file has it, or
                    // as Avro prints it.
                    "-Dapicurio.ccompat.use-canonical-hash=true",
                    "-Dapicurio.storage.kind=sql",
                    "-Dapicurio.storage.sql.kind=h2",
                    "-Dapicurio.datasource.url=jdbc:h2:file:"
                        + data.resolve("registry")
                        + WRITE_THROUGH,
                    "-Dapicurio.datasource.jdbc.initial-size=2",
                    "-Dapicurio.datasource.jdbc.min-size=2",
                    "-Dapicurio.datasource.jdbc.max-size=20"));
    RegistryProcess registry =
        new RegistryProcess(process, port, () -> start(home, directory, port, wait));
    try {
      process.awaitReady(() -> HttpProbe.missing(registry.url() + "/subjects"), wait);
    } catch (StackException e) {
      process.kill();
      throw explained(e, process, port, data);
    }
    return registry;
  }

  /** A registry that is waited for as usual. */
  public static RegistryProcess start(LeatHome home, Path directory, int port) {
    return start(home, directory, port, StartWait.DEFAULT);
  }

  private static StackException explained(
      StackException e, JvmProcess process, int port, Path data) {
    if (process.log().contains("Database may be already in use")) {
      return new StackException(
          ErrorCode.DIRECTORY_IN_USE,
          "Another schema registry works in %s; stop it, or give another directory."
              .formatted(data),
          e);
    }
    return process.log().contains("Port %d seems to be in use".formatted(port))
        ? Ports.inUse(port, e)
        : e;
  }

  /** Base address of the API that Confluent's clients speak: {@code http://127.0.0.1:8085/...}. */
  public String url() {
    return "http://" + HOST + ":" + port + API;
  }

  /** Its process, to see whether it lives, or to kill it. */
  public JvmProcess process() {
    return process;
  }

  /** Starts it again, after it ended, at the same address on the same data. */
  public RegistryProcess restart() {
    return again.get();
  }

  /** Stops it in order. */
  @Override
  public void close() {
    process.stop();
  }

  private static Path runner(Path library) {
    try (Stream<Path> files = Files.list(library)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
          .findFirst()
          .orElseThrow(() -> new IOException("it holds no *-runner.jar"));
    } catch (IOException e) {
      throw new StackException(
          ErrorCode.NOT_BUILT,
          "The schema registry in %s is not complete (%s). Build it with ./mvnw package -DskipTests."
              .formatted(library, e.getMessage()),
          e);
    }
  }

  private static String mainClass(Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
    } catch (IOException e) {
      throw new StackException(
          ErrorCode.NOT_BUILT, "%s cannot be read: %s".formatted(jar, e.getMessage()), e);
    }
  }
}
