package io.leat.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.leat.common.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PortsTest {

  @Test
  void freePortCanBeListenedOn() throws Exception {
    int port = Ports.free();

    try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(server.getLocalPort()).isEqualTo(port);
    }
    assertThatCode(() -> Ports.requireFree(port)).doesNotThrowAnyException();
  }

  @Test
  void portInUseIsRefused() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = server.getLocalPort();

      assertThat(Ports.isFree(port)).isFalse();
      assertThatThrownBy(() -> Ports.requireFree(port))
          .isInstanceOfSatisfying(
              StackException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE))
          .hasMessageStartingWith("Port " + port + " is in use")
          .hasMessageEndingWith("; stop what uses it, or choose another port.");
    }
  }

  @Test
  void portHeldForAMomentIsWaitedFor() throws Exception {
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    int port = server.getLocalPort();
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(
            () -> {
              try {
                server.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));

    assertThatCode(() -> Ports.requireFree(port)).doesNotThrowAnyException();

    assertThat(closed).isCompleted();
  }

  @Test
  void portInUseNamesTheProcessThatHoldsIt() throws Exception {
    assumeThat(Files.exists(Path.of("/proc/net/tcp"))).as("a Linux /proc").isTrue();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> Ports.requireFree(server.getLocalPort()))
          .hasMessageContaining("by pid " + ProcessHandle.current().pid() + " (java)");
    }
  }
}
