package io.leat.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.runtime.access.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Files of uploads and of versions, by the addresses that {@link Locations} gives. */
final class ArtifactRoutes {
  /** Where files lie; a client asks for a list of a folder at the same address. */
  static final String ADDRESS = "/api/2.0/mlflow-artifacts/artifacts";

  /** As large as a model's file may be. */
  private static final long LARGEST_FILE = 512L << 20;

  private final Locations locations;
  private final Uploads uploads;
  private final RestApi gate;

  ArtifactRoutes(Locations locations, Uploads uploads, RestApi gate) {
    this.locations = locations;
    this.uploads = uploads;
    this.gate = gate;
  }

  /**
   * @param longest how long a file may take
   */
  void configure(ServerBuilder server, Duration longest) {
    server
        .route()
        .get(ADDRESS)
        .requestTimeout(longest)
        .build(gate.service("list-artifacts", Role.READ_MODELS, this::list));
    server
        .route()
        .get(ADDRESS + "/{*path}")
        .requestTimeout(longest)
        .build(
            (context, request) ->
                gate.serve(
                    context,
                    "get-artifact",
                    Role.READ_MODELS,
                    sender ->
                        CompletableFuture.supplyAsync(
                            () -> get(RestApi.path(context)), context.blockingTaskExecutor())));
    server
        .route()
        .put(ADDRESS + "/{*path}")
        .requestTimeout(longest)
        .maxRequestLength(LARGEST_FILE)
        .build(
            (context, request) ->
                gate.serve(
                    context, "put-artifact", Role.WRITE_MODELS, sender -> put(context, request)));
  }

  private ObjectNode list(Call call) throws Refusal, IOException {
    ObjectNode answer = RestApi.JSON.createObjectNode();
    Path folder = locations.find(call.text("path").orElse(""));
    if (Files.isDirectory(folder)) {
      ArrayNode files = answer.putArray("files");
      List<Path> found;
      try (Stream<Path> all = Files.list(folder)) {
        found = all.sorted().toList();
      }
      for (Path file : found) {
        ObjectNode entry = files.addObject().put("path", file.getFileName().toString());
        entry.put("is_dir", Files.isDirectory(file));
        if (!Files.isDirectory(file)) {
          entry.put("file_size", Files.size(file));
        }
      }
    }
    return answer;
  }

  private HttpResponse get(String path) {
    try {
      Path file = locations.find(path);
      if (!Files.isRegularFile(file)) {
        throw Refusal.absent("There is no artifact %s.", path);
      }
      ResponseHeaders headers =
          ResponseHeaders.builder(HttpStatus.OK)
              .contentType(MediaType.OCTET_STREAM)
              .contentLength(Files.size(file))
              .add(HttpHeaderNames.CONTENT_DISPOSITION, "attachment")
              .add(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
              .build();
      return HttpResponse.of(headers, StreamMessage.of(file));
    } catch (Refusal | IOException e) {
      throw new CompletionException(e);
    }
  }

  private CompletableFuture<HttpResponse> put(ServiceRequestContext context, HttpRequest request) {
    String path = RestApi.path(context);
    return CompletableFuture.supplyAsync(
            () -> begin(path, request.headers().contentLength()), context.blockingTaskExecutor())
        .thenCompose(
            upload ->
                request
                    .writeTo(
                        part -> part instanceof HttpData data ? data : HttpData.empty(),
                        upload.unfinished())
                    .handleAsync(
                        (nothing, failure) -> end(upload, failure),
                        context.blockingTaskExecutor()));
  }

  /** A file that is coming. */
  private record Upload(String id, Path unfinished, Path file) {}

  private Upload begin(String path, long length) {
    try {
      Locations.Staged staged = Locations.staged(path);
      Path file = uploads.artifact(staged.id(), staged.rest());
      if (staged.rest().isEmpty()) {
        throw Refusal.invalid("%s names no file.", path);
      }
      return new Upload(staged.id(), uploads.begin(staged.id(), file, length), file);
    } catch (Refusal | IOException e) {
      throw new CompletionException(e);
    }
  }

  private HttpResponse end(Upload upload, @Nullable Throwable failure) {
    try {
      if (failure != null) {
        throw new CompletionException(
            failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure);
      }
      uploads.finish(upload.id(), upload.unfinished(), upload.file());
      return HttpResponse.of(HttpStatus.OK, MediaType.JSON, "{}");
    } catch (Refusal | IOException e) {
      throw new CompletionException(e);
    } finally {
      remove(upload.unfinished());
    }
  }

  private void remove(Path unfinished) {
    try {
      uploads.abandon(unfinished);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }
}
