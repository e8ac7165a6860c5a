package io.leat.runtime.flink;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The REST interface of the local cluster, asked byte by byte. */
class ReadOnlyRestTest {
  private static final String JOB = "0123456789abcdef0123456789abcdef";

  @TempDir private static Path scratch;
  private static MiniCluster cluster;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    cluster = LoopbackMiniCluster.create(scratch, 0, 0, 1);
    cluster.start();
    port = cluster.getRestAddress().get().getPort();
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void itShowsItsPageAndTheJobs() throws IOException {
    assertThat(ask(get("/", "Host: localhost:8081")))
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("<!doctype html>")
        .contains("<title>Apache Flink Web Dashboard</title>");
    assertThat(ask(get("/jobs/overview", "Host: 127.0.0.1"))).contains("{\"jobs\":[]}");
    assertThat(ask(get("/config", "Host: [::1]:8081")))
        .contains("\"web-submit\":false")
        .contains("\"web-cancel\":false");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: attacker.example",
        "Host: attacker.example:8081",
        "Host: localhost.attacker.example",
        "Host: 127.0.0.1.attacker.example",
        "Host: ",
        "X: no host",
        "Host: localhost\r\nHost: attacker.example",
        "Host: localhost\r\nOrigin: https://attacker.example",
        "Host: localhost\r\nOrigin: null",
      })
  void itIsCalledByNamesOfItsOwnAlone(String headers) throws IOException {
    assertThat(ask(get("/jobs/overview", headers)))
        .startsWith("HTTP/1.1 403")
        .doesNotContain("\"jobs\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /jobs/" + JOB + "/yarn-cancel",
        "GET /jobs/" + JOB + "/yarn%2Dcancel",
        "GET /jobs/" + JOB + "/YARN-cancel",
        "GET /jobs/" + JOB + "/yarn-stop",
        "GET /v1/jobs/" + JOB + "/yarn-cancel?x=y",
        "PATCH /jobs/" + JOB + "?mode=cancel",
        "POST /jobs/" + JOB + "/savepoints",
        "POST /jobs/" + JOB + "/stop",
        "POST /jobs/" + JOB + "/checkpoints",
        "POST /savepoint-disposal",
        "PUT /jobs/" + JOB + "/resource-requirements",
        "POST /jars/upload",
        "DELETE /cluster",
        "OPTIONS /jobs",
        "TRACE /",
      })
  void whatChangesSomethingIsRefused(String request) throws IOException {
    String body = "{\"target-directory\":\"%s\"}".formatted(scratch.resolve("taken").toUri());
    assertThat(
            ask(
                "%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(request, body.length(), body)))
        .startsWith("HTTP/1.1 403")
        .contains("This interface only shows");
  }

  @Test
  void whatFollowsARefusedRequestIsNotLookedAt() throws IOException {
    assertThat(
            ask(
                "POST /jars/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
                    + get("/jobs/overview", "Host: localhost")))
        .startsWith("HTTP/1.1 403")
        .doesNotContain("HTTP/1.1 200");
  }

  @Test
  void noUploadedFileIsStored() throws IOException {
    String part =
        "--x\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"uploaded-by-a-stranger.jar\"\r\n\r\nevil\r\n--x--\r\n";
    assertThat(
            ask(
                "POST /jars/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(part.length(), part)))
        .startsWith("HTTP/1.1 403");
    try (Stream<Path> files = Files.walk(scratch)) {
      assertThat(files.map(Path::toString))
          .noneMatch(file -> file.contains("uploaded-by-a-stranger"));
    }
  }

  private static String get(String path, String headers) {
    return "GET %s HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n".formatted(path, headers);
  }

  private static String ask(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
