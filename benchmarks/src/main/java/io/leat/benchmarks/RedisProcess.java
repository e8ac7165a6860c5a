package io.leat.benchmarks;

import io.leat.stack.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** A Redis of the machine's own, on a free port of loopback, that keeps nothing on disk. */
final class RedisProcess implements AutoCloseable {
  private static final String COMMAND = "redis-server";
  private static final long START_SECONDS = 10;

  private final Process process;
  private final int port;

  private RedisProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts it; empty where none is on the PATH. */
  static Optional<RedisProcess> start(Path directory) throws IOException {
    boolean there =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, COMMAND)));
    if (!there) {
      return Optional.empty();
    }
    int port = Ports.free();
    Files.createDirectories(directory);
    Process process =
        new ProcessBuilder(
                COMMAND,
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("redis.log").toFile())
            .start();
    RedisProcess redis = new RedisProcess(process, port);
    redis.awaitReady();
    return Optional.of(redis);
  }

  private void awaitReady() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try (Jedis client = client()) {
        client.ping();
        return;
      } catch (JedisConnectionException e) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          process.destroyForcibly();
          throw new IOException(COMMAND + " did not come up", e);
        }
        Thread.onSpinWait();
      }
    }
  }

  Jedis client() {
    return new Jedis("127.0.0.1", port);
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
