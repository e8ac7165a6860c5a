package io.leat.features.server;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import io.leat.runtime.access.Access;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** The server's description: {@code /openapi.json} for tools, {@code /docs} for people. */
final class OpenApi {
  private OpenApi() {}

  static void configure(ServerBuilder endpoints, Access access) {
    endpoints.service("/openapi.json", access.guard(page(MediaType.JSON_UTF_8, "openapi.json")));
    endpoints.service("/docs", access.guard(page(MediaType.HTML_UTF_8, "docs.html")));
  }

  private static HttpService page(MediaType type, String file) {
    HttpData content = HttpData.wrap(read(file));
    return (context, request) -> HttpResponse.of(HttpStatus.OK, type, content);
  }

  private static byte[] read(String file) {
    try (InputStream in = OpenApi.class.getResourceAsStream("/leat/feature-server/" + file)) {
      return Objects.requireNonNull(in, "it lies beside the classes").readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
