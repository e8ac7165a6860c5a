package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;

class RegistryClientTest {
  @Test
  void credentialsInTheAddressAreInNoMessage() throws IOException {
    String free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = "localhost:" + socket.getLocalPort();
    }
    RegistryClient client = new RegistryClient("http://bob:opensesame@" + free);

    assertThatThrownBy(() -> client.schema(1))
        .isInstanceOf(RegistryException.class)
        .hasMessageStartingWith("The schema registry at http://***@%s did not answer", free)
        .extracting(Throwables::getStackTrace)
        .asString()
        .doesNotContain("opensesame");
  }
}
