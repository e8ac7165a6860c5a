package io.leat.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.stack.Ports;
import io.leat.stack.StackException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProcessIT {
  @TempDir private Path directory;

  @Test
  void killedServiceIsGoneAndComesBackAtTheSameAddress() {
    int port = Ports.free();
    try (ServiceProcess service =
        ServiceProcess.start(HealthyMain.class, List.of(Integer.toString(port)), port, directory)) {
      service.awaitReady();
      long pid = service.process().pid();

      service.kill();
      assertThat(service.isReady()).isFalse();
      assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();

      service.restart();
      service.awaitReady();
      assertThat(service.process().pid()).isNotEqualTo(pid);
      assertThatThrownBy(service::restart).hasMessageContaining("still runs");
    }
  }

  @Test
  void serviceThatCannotStartSaysWhy() {
    try (ServiceProcess service =
        ServiceProcess.start(HealthyMain.class, List.of("no port"), Ports.free(), directory)) {
      assertThatThrownBy(service::awaitReady)
          .isInstanceOf(StackException.class)
          .hasMessageContaining("HealthyMain ended with exit code 1")
          .hasMessageContaining("NumberFormatException");
    }
  }
}
