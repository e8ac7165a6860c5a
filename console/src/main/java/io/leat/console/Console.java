package io.leat.console;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.pipeline.definition.Pipeline;
import io.leat.runtime.Readiness;
import io.leat.runtime.ServiceServer;
import io.leat.runtime.access.Access;
import io.leat.schemas.RegistryClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * A running console: {@code GET /} is the page, {@code GET /live} the part of it that changes.
 * Answers GET alone, to this machine's own names alone, and changes nothing. Thread-safe.
 */
public final class Console implements AutoCloseable {
  private static final String HTMX_VERSION =
      "/META-INF/maven/org.webjars.npm/htmx.org/pom.properties";
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Refresher refresher;
  private final ServiceServer server;

  private Console(Refresher refresher, ServiceServer server) {
    this.refresher = refresher;
    this.server = server;
  }

  /**
   * What a console shows.
   *
   * @param kafka settings of Kafka's clients
   * @param flow figures of the moment; asked for every two seconds, and answers at once
   * @param addresses what else is served: name to address
   */
  public record Shows(
      Pipeline pipeline,
      Map<String, Object> kafka,
      RegistryClient registry,
      Supplier<Flow> flow,
      Map<String, String> addresses) {}

  /**
   * Opens a console on loopback and returns at once; its first snapshot comes some seconds later.
   *
   * @param port port, or 0 for a free one
   * @throws io.leat.common.LeatException with one sentence if the port cannot be opened
   */
  public static Console start(Shows shows, int port) {
    InstantSource clock = InstantSource.system();
    Refresher refresher =
        new Refresher(shows.pipeline(), shows.kafka(), shows.registry(), shows.flow(), clock);
    Page page = new Page(shows.pipeline(), shows.addresses());
    ServiceServer server =
        ServiceServer.start(
            Access.LOCAL,
            "127.0.0.1",
            port,
            ServiceServer.metrics(shows.pipeline().name(), "console"),
            new Readiness(),
            routes -> configure(routes, page, refresher, clock));
    refresher.start();
    return new Console(refresher, server);
  }

  private static void configure(
      ServerBuilder routes, Page page, Refresher refresher, InstantSource clock) {
    get(
        routes,
        "/",
        (context, request) ->
            html(page.whole(refresher.snapshot(), topic(page, context), clock.instant())));
    get(
        routes,
        "/live",
        (context, request) ->
            html(page.live(refresher.snapshot(), topic(page, context), clock.instant()).render()));
    asset(routes, "/assets/htmx.min.js", htmx(), MediaType.JAVASCRIPT_UTF_8);
    asset(routes, "/assets/console.css", "/io/leat/console/console.css", MediaType.CSS_UTF_8);
  }

  private static void get(ServerBuilder routes, String path, HttpService service) {
    routes.route().get(path).build(Access.LOCAL.guard(service));
  }

  private static String topic(Page page, ServiceRequestContext context) {
    String asked = context.queryParams().get("topic", page.firstTopic());
    return page.hasTopic(asked) ? asked : page.firstTopic();
  }

  private static void asset(ServerBuilder routes, String path, String resource, MediaType type) {
    HttpData content = HttpData.wrap(read(resource));
    get(routes, path, (context, request) -> answer(type, content));
  }

  /** Where the library lies in its jar, whose version is the build's. */
  private static String htmx() {
    Properties properties = new Properties();
    try {
      properties.load(new ByteArrayInputStream(read(HTMX_VERSION)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "/META-INF/resources/webjars/htmx.org/%s/dist/htmx.min.js"
        .formatted(properties.getProperty("version"));
  }

  private static HttpResponse html(String page) {
    return answer(MediaType.HTML_UTF_8, HttpData.ofUtf8(page));
  }

  private static HttpResponse answer(MediaType type, HttpData content) {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(type)
            .add(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
            .add(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
            .add(HttpHeaderNames.REFERRER_POLICY, "no-referrer")
            .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .build(),
        content);
  }

  private static byte[] read(String resource) {
    try (InputStream in = Console.class.getResourceAsStream(resource)) {
      return Objects.requireNonNull(in, resource + " is packed with the console").readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port that was opened. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
    refresher.close();
  }
}
