package io.leat.stack;

import io.leat.common.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** TCP ports on loopback. */
public final class Ports {
  /**
   * Below every usual ephemeral range, so that no outgoing connection takes the port before its
   * server does.
   */
  private static final int FIRST = 20_000;

  private static final int END = 32_000;
  private static final int ATTEMPTS = 1_000;
  private static final int STARTS = 5;

  /**
   * A process that is being started holds the sockets of the one that starts it for a moment, a
   * socket that a port was tried with among them.
   */
  private static final Duration MOMENT = Duration.ofSeconds(1);

  private static final Duration POLL = Duration.ofMillis(20);

  private Ports() {}

  /** A port that nothing listens on now. */
  public static int free() {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port)) {
        return port;
      }
    }
    throw new StackException(
        ErrorCode.PORT_IN_USE,
        "No free port was found between %d and %d in %d attempts."
            .formatted(FIRST, END - 1, ATTEMPTS));
  }

  /** Whether a server could listen on the port, on loopback, now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (BindException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("port " + port + " could not be tried", e);
    }
  }

  /**
   * Which process listens on a port: {@code pid 4711 (java)}; empty where none does or it cannot be
   * told.
   */
  public static Optional<String> owner(int port) {
    return PortOwner.find(port);
  }

  /**
   * Makes sure that a server can listen on the port; waits up to a second for it.
   *
   * @throws StackException if the port is in use
   */
  static void requireFree(int port) {
    long end = System.nanoTime() + MOMENT.toNanos();
    boolean free = isFree(port);
    while (!free && System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(POLL.toNanos());
      free = isFree(port);
    }
    if (!free) {
      throw inUse(port, null);
    }
  }

  /** Says that a port is in use, and by which process where that can be told. */
  static StackException inUse(int port, @Nullable Throwable cause) {
    String owner = owner(port).map(found -> " by " + found).orElse("");
    return new StackException(
        ErrorCode.PORT_IN_USE,
        "Port %d is in use%s; stop what uses it, or choose another port.".formatted(port, owner),
        cause);
  }

  /**
   * Starts something on a free port; on another one where that was taken before it listened.
   *
   * @throws StackException as {@code start} does; of ports in use, after a few
   */
  public static <T> T onFree(IntFunction<T> start) {
    for (int attempt = 1; ; attempt++) {
      try {
        return start.apply(free());
      } catch (StackException e) {
        if (e.code() != ErrorCode.PORT_IN_USE || attempt == STARTS) {
          throw e;
        }
      }
    }
  }
}
