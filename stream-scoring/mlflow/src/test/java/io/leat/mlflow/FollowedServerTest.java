package io.leat.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leat.models.artifact.S3Files;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that says of a version's files that they lie in a bucket, and the bucket. */
class FollowedServerTest {
  private static final List<String> SETTINGS =
      List.of("aws.endpointUrlS3", "aws.accessKeyId", "aws.secretAccessKey");

  private final Map<String, String> objects = new TreeMap<>();
  private HttpServer http;
  private URI address;
  private String place = "s3://bucket/runs/model";
  private Optional<Integer> listed = Optional.empty();

  @TempDir private Path folder;

  @BeforeEach
  void start() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
    http.start();
    address = URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    System.setProperty(SETTINGS.get(0), address.toString());
    System.setProperty(SETTINGS.get(1), "somebody");
    System.setProperty(SETTINGS.get(2), "a key");
    objects.put("runs/model/MLmodel", "flavors:");
    objects.put("runs/model/data/model.onnx", "a graph");
    objects.put("runs/models/another", "of another version");
  }

  @AfterEach
  void stop() {
    SETTINGS.forEach(System::clearProperty);
    http.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String query = String.valueOf(exchange.getRequestURI().getQuery());
      String body;
      if (path.endsWith("get-download-uri")) {
        body = "{\"artifact_uri\": \"%s\"}".formatted(place);
      } else if (query.contains("list-type=2")) {
        String prefix = query.replaceAll(".*prefix=([^&]*).*", "$1");
        body =
            objects.entrySet().stream()
                .filter(object -> object.getKey().startsWith(prefix))
                .map(
                    object ->
                        "<Contents><Key>%s</Key><Size>%d</Size></Contents>"
                            .formatted(object.getKey(), listed.orElse(object.getValue().length())))
                .collect(
                    Collectors.joining(
                        "",
                        "<ListBucketResult><IsTruncated>false</IsTruncated>",
                        "</ListBucketResult>"));
      } else {
        body = objects.get(path.substring("/bucket/".length()));
      }
      byte[] bytes = body.getBytes(UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Test
  void filesThatLieInTheBucketThatIsNamedAreCopied() throws Exception {
    download(1 << 20, "s3://bucket/runs");

    assertThat(folder.resolve("MLmodel")).hasContent("flavors:");
    assertThat(folder.resolve("data/model.onnx")).hasContent("a graph");
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(2);
    }
  }

  @Test
  void filesElsewhereAreRefused() {
    for (String files : List.of("s3://bucket/run", "s3://bucket/runs/model/data", "s3://other")) {
      assertThatThrownBy(() -> download(1 << 20, files))
          .isInstanceOf(Refusal.class)
          .hasMessageContainingAll("The files lie at 's3://bucket/runs/model'", "--follow-files");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void filesThatAreTooManyBytesOrNotThereAreRefused() {
    assertThatThrownBy(() -> download(10, "s3://bucket"))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("more than 0 MiB");
    place = "s3://bucket/runs/mode";
    assertThatThrownBy(() -> download(1 << 20, "s3://bucket"))
        .isInstanceOf(Refusal.class)
        .hasMessage("There are no files below s3://bucket/runs/mode.");
  }

  @Test
  void bytesCountAsTheyComeWhateverWasListed() {
    listed = Optional.of(0);
    assertThatThrownBy(() -> download(10, "s3://bucket"))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("more than 0 MiB");
  }

  @Test
  void aBucketIsAFolderToo() throws Exception {
    place = "s3://bucket";
    download(1 << 20, "s3://bucket");

    assertThat(folder.resolve("runs/model/MLmodel")).hasContent("flavors:");
  }

  private void download(long room, String files) throws Exception {
    try (FollowedServer server =
        new FollowedServer(address, Optional.empty(), room, Optional.of(S3Files.at(files)))) {
      server.download(new FollowedServer.Version("price", "7", "link"), folder);
    }
  }
}
