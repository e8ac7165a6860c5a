package io.leat.cli.command;

import io.leat.platform.Services;
import io.leat.stack.Ports;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The loopback ports of one running stack, by what listens there. {@code leat up} writes them into
 * its folder, so that the other commands find the stack.
 */
public record Endpoints(Map<String, Integer> ports) {
  private static final String FILE = "endpoints.properties";

  /** The usual ports; those that are taken replaced by free ones if asked for. */
  public static Endpoints choose(boolean free) {
    Map<String, Integer> ports = Services.usualPorts();
    if (free) {
      ports.replaceAll((name, port) -> Ports.isFree(port) ? port : Ports.free());
    }
    return new Endpoints(ports);
  }

  /** Names each port that something else listens on; empty if all are free. */
  public Map<String, Integer> taken() {
    Map<String, Integer> taken = new LinkedHashMap<>(ports);
    taken.values().removeIf(Ports::isFree);
    return taken;
  }

  public int port(String name) {
    Integer port = ports.get(name);
    if (port == null) {
      throw new IllegalArgumentException("no endpoint " + name + "; there are " + ports.keySet());
    }
    return port;
  }

  public String bootstrapServers() {
    return "127.0.0.1:" + port("broker");
  }

  public String registryUrl() {
    return "http://127.0.0.1:" + port("registry") + "/apis/ccompat/v7";
  }

  public void save(Path folder) throws IOException {
    Properties properties = new Properties();
    ports.forEach((name, port) -> properties.setProperty(name, String.valueOf(port)));
    try (Writer writer = Files.newBufferedWriter(folder.resolve(FILE))) {
      properties.store(writer, "Where the parts of this stack listen");
    }
  }

  /**
   * The endpoints of the stack that was started in a folder.
   *
   * @throws UserError if none was
   */
  public static Endpoints load(Path folder) {
    return find(folder)
        .orElseThrow(
            () ->
                new UserError(
                    "No stack has been started in %s. Start one with: ./leat up PIPELINE"
                        .formatted(folder)));
  }

  /** Whether a stack was ever started in a folder. */
  public static boolean areIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /** The endpoints of the stack that was started in a folder; empty if none was. */
  public static Optional<Endpoints> find(Path folder) {
    if (!areIn(folder)) {
      return Optional.empty();
    }
    Path file = folder.resolve(FILE);
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UserError("Cannot read " + file + ": " + e.getMessage(), e);
    }
    Map<String, Integer> ports = new LinkedHashMap<>();
    Services.usualPorts()
        .keySet()
        .forEach(name -> ports.put(name, Integer.parseInt(properties.getProperty(name, "0"))));
    return Optional.of(new Endpoints(ports));
  }
}
