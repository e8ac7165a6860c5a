package io.leat.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.common.Cleanup;
import io.leat.common.LeatException;
import io.leat.models.artifact.S3Files;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** An MLflow server as its clients ask it: versions by alias, and their files. Thread-safe. */
final class FollowedServer implements AutoCloseable {
  private static final String API = "/api/2.0/mlflow/";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LONGEST_FILE = Duration.ofMinutes(10);
  private static final int MOST_FILES = 1_000;
  private static final int BUFFER = 1 << 16;
  private static final int NOT_FOUND = 404;
  private static final int BAD_REQUEST = 400;
  private static final int OK = 200;

  private final URI server;
  private final Optional<String> key;
  private final long room;
  private final Optional<S3Files> files;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  /**
   * A version there.
   *
   * @param link where people look at it
   */
  record Version(String name, String number, String link) {}

  /** What is left of the room for a version's files. */
  private static final class Left {
    private final long room;
    private int files = MOST_FILES;
    private long bytes;

    Left(long room) {
      this.room = room;
      this.bytes = room;
    }

    /** A file begins. */
    void take() throws Refusal {
      if (files-- == 0) {
        throw Refusal.invalid("The version has more than %d files.", MOST_FILES);
      }
    }

    void read(long more) throws Refusal {
      bytes -= more;
      check();
    }

    void check() throws Refusal {
      if (bytes < 0) {
        throw Refusal.invalid("The version's files have more than %d MiB.", room >> 20);
      }
    }
  }

  /**
   * @param room bytes that a version's files may have together
   * @param files where they may lie, beside the server; closed with this
   */
  FollowedServer(URI server, Optional<String> key, long room, Optional<S3Files> files) {
    this.server = server;
    this.key = key;
    this.room = room;
    this.files = files;
  }

  /**
   * The version that an alias means; empty where there is no such model, or no such alias.
   *
   * @throws IOException if the server does not answer as MLflow does
   */
  Optional<Version> byAlias(String model, String alias) throws IOException, InterruptedException {
    String address =
        API + "registered-models/alias?name=%s&alias=%s".formatted(encoded(model), encoded(alias));
    HttpResponse<String> answer = ask(address, PATIENCE, BodyHandlers.ofString());
    if (answer.statusCode() == NOT_FOUND || answer.statusCode() == BAD_REQUEST) {
      return Optional.empty();
    }
    JsonNode version = json(address, answer).path("model_version").path("version");
    if (!version.asText().matches("\\d{1,9}")) {
      throw new IOException("%s%s names no version".formatted(server, address));
    }
    return Optional.of(
        new Version(
            model,
            version.asText(),
            "%s/#/models/%s/versions/%s".formatted(server, encoded(model), version.asText())));
  }

  /**
   * Downloads a version's files.
   *
   * @param folder takes them
   * @throws Refusal if they are elsewhere than they may be, or too many or too large
   * @throws io.leat.common.LeatException if the bucket where they lie does not give them
   * @throws IOException if the server does not answer as MLflow does
   */
  void download(Version version, Path folder) throws Refusal, IOException, InterruptedException {
    String address =
        API
            + "model-versions/get-download-uri?name=%s&version=%s"
                .formatted(encoded(version.name()), version.number());
    String uri =
        json(address, ask(address, PATIENCE, BodyHandlers.ofString()))
            .path("artifact_uri")
            .asText();
    Optional<S3Files> bucket = files.filter(store -> store.has(uri));
    if (bucket.isPresent()) {
      copy(bucket.get(), uri, folder, new Left(room));
    } else {
      download(path(uri), "", folder, new Left(room));
    }
  }

  private void copy(S3Files bucket, String uri, Path folder, Left left)
      throws Refusal, IOException {
    List<S3Files.Entry> found = bucket.list(uri, MOST_FILES + 1);
    if (found.isEmpty()) {
      throw Refusal.absent("There are no files below %s.", uri);
    }
    for (S3Files.Entry file : found) {
      left.take();
      Path target = Uploads.within(folder, file.path());
      Files.createDirectories(target.getParent());
      try (OutputStream to = new Counted(Files.newOutputStream(target), left)) {
        bucket.copy(uri, file, to);
      } catch (LeatException e) { // the client's own reason is what its stream threw
        left.check();
        throw e;
      }
    }
  }

  /** Writes no more than there is room for, whatever was said of a file's size. */
  private static final class Counted extends FilterOutputStream {
    private final Left left;

    Counted(OutputStream to, Left left) {
      super(to);
      this.left = left;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      left.bytes -= count;
      if (left.bytes < 0) {
        throw new IOException("there is no room for more");
      }
      out.write(bytes, from, count);
    }
  }

  private String path(String uri) throws Refusal {
    String proxied = "mlflow-artifacts:/";
    String here = server + ArtifactRoutes.ADDRESS + "/";
    if (uri.startsWith(here)) {
      return uri.substring(here.length());
    }
    if (uri.startsWith(proxied) && !uri.startsWith(proxied + "/")) {
      return uri.substring(proxied.length());
    }
    throw Refusal.invalid(
        "The files lie at '%s'; expected files that %s hands out itself, as 'mlflow server --serve-artifacts' does, or that lie in S3 where --follow-files says.",
        uri, server);
  }

  /**
   * @param below path within the version; empty for all of it
   */
  private void download(String root, String below, Path folder, Left left)
      throws Refusal, IOException, InterruptedException {
    String asked = below.isEmpty() ? root : root + "/" + below;
    String address = ArtifactRoutes.ADDRESS + "?path=" + encoded(asked);
    JsonNode files = json(address, ask(address, PATIENCE, BodyHandlers.ofString())).path("files");
    for (JsonNode file : files) {
      String name = file.path("path").asText();
      String rest = below.isEmpty() ? name : below + "/" + name;
      left.take();
      Path target = Uploads.within(folder, rest);
      if (file.path("is_dir").asBoolean()) {
        Files.createDirectories(target);
        download(root, rest, folder, left);
      } else {
        get(root + "/" + rest, target, left);
      }
    }
  }

  private void get(String path, Path target, Left left)
      throws Refusal, IOException, InterruptedException {
    String address =
        ArtifactRoutes.ADDRESS
            + "/"
            + Arrays.stream(path.split("/", -1))
                .map(FollowedServer::encoded)
                .collect(Collectors.joining("/"));
    HttpResponse<InputStream> answer = ask(address, LONGEST_FILE, BodyHandlers.ofInputStream());
    // A body that does not come is closed; the time that a request has ends with its headers.
    try (InputStream body = answer.body();
        Deadline deadline = closedAfter(LONGEST_FILE, body);
        OutputStream file = Files.newOutputStream(target)) {
      if (answer.statusCode() != OK) {
        throw new IOException("%s%s answers %d".formatted(server, address, answer.statusCode()));
      }
      byte[] buffer = new byte[BUFFER];
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        left.read(read);
        file.write(buffer, 0, read);
      }
    }
  }

  private <T> HttpResponse<T> ask(String address, Duration patience, BodyHandler<T> body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + address));
    key.ifPresent(token -> request.header("Authorization", "Bearer " + token));
    CompletableFuture<HttpResponse<T>> answer =
        http.sendAsync(request.timeout(patience).build(), body);
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS); // with its body
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(
          "%s%s has not answered for %d s".formatted(server, address, patience.toSeconds()), e);
    } catch (ExecutionException e) {
      throw new IOException("%s%s does not answer: %s".formatted(server, address, e.getCause()), e);
    }
  }

  /** Ends when what it watches has ended. */
  private interface Deadline extends AutoCloseable {
    @Override
    void close();
  }

  private static Deadline closedAfter(Duration time, InputStream body) {
    Future<?> closing =
        CompletableFuture.runAsync(
            () -> Cleanup.after(new IOException("it took too long"), body),
            CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS));
    return () -> closing.cancel(false);
  }

  private ObjectNode json(String address, HttpResponse<String> answer) throws IOException {
    if (answer.statusCode() == OK
        && RestApi.JSON.readTree(answer.body()) instanceof ObjectNode object) {
      return object;
    }
    throw new IOException(
        "%s%s answers %d; expected 200 and JSON".formatted(server, address, answer.statusCode()));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    files.ifPresent(S3Files::close);
  }
}
