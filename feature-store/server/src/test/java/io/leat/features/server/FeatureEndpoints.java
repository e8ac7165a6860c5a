package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpRequestWriter;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerListenerAdapter;
import io.leat.features.online.EntityKeys;
import io.leat.features.online.Shop;
import io.leat.features.server.CommittedState.Change;
import io.leat.features.server.feast.FeatureList;
import io.leat.features.server.feast.FieldStatus;
import io.leat.features.server.feast.GetOnlineFeaturesRequest;
import io.leat.features.server.feast.GetOnlineFeaturesResponse;
import io.leat.features.server.feast.RepeatedValue;
import io.leat.features.server.feast.Value;
import io.leat.runtime.Readiness;
import io.leat.runtime.ServiceServer;
import io.leat.runtime.access.Access;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The server's endpoints on a port of their own, before a state that is there already: Alice paid
 * 10 at noon and 5 a quarter of an hour later. And clients that ask at a quarter past.
 */
final class FeatureEndpoints implements AutoCloseable {
  static final Instant QUARTER_PAST = Instant.parse("2026-11-23T12:15:00Z");
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int FRAME = 5; // gRPC: a flag and the message's length

  /** How a client speaks. */
  enum Wire {
    HTTP_1("h1"),
    HTTP_2("h2"),
    GRPC("h2");

    private final String scheme;

    Wire(String scheme) {
      this.scheme = scheme;
    }

    /** The status that is expected: HTTP's, or with gRPC its own. */
    int pick(int http, int grpc) {
      return this == GRPC ? grpc : http;
    }
  }

  /** Features of some customers. */
  record Ask(List<String> customers, List<String> features, Map<String, String> headers) {
    static Ask of(List<String> customers, String... features) {
      return new Ask(customers, List.of(features), Map.of());
    }

    Ask with(String header, String value) {
      Map<String, String> more = new HashMap<>(headers);
      more.put(header, value);
      return new Ask(customers, features, more);
    }
  }

  /**
   * What was answered.
   *
   * @param status HTTP's, or with gRPC its own
   * @param message what a refusal says
   * @param values of the first feature, and {@code statuses}
   */
  record Said(
      int status,
      String message,
      List<String> values,
      List<String> statuses,
      AggregatedHttpResponse response) {}

  private final CommittedState state;
  private final ReadGate gate;
  private final ServiceServer server;
  private final Server armeria;
  private final int port;
  private final Access access;
  private final ClientFactory clients;
  private final boolean own;

  private FeatureEndpoints(
      CommittedState state,
      ReadGate gate,
      ServiceServer server,
      Server armeria,
      Access access,
      boolean own) {
    this.state = state;
    this.gate = gate;
    this.server = server;
    this.armeria = armeria;
    this.port = server.port();
    this.access = access;
    this.own = own;
    this.clients =
        access
            .tls()
            .map(
                tls ->
                    ClientFactory.builder()
                        .tlsCustomizer(trust -> trust.trustManager(tls.certificate().toFile())))
            .orElseGet(ClientFactory::builder)
            .connectTimeout(TIMEOUT)
            .build();
  }

  static FeatureEndpoints open(Path folder, Limits limits, Access access) {
    CommittedState state = new CommittedState(folder, List.of("spending-v1"), 16 << 20);
    States spending = new States(Shop.SPENDING, Shop.PAYMENTS);
    long quarterPast = QUARTER_PAST.toEpochMilli();
    spending.with(Shop.payment("p1", quarterPast - 900_000, "alice", "t1", 10));
    byte[] two = spending.with(Shop.payment("p2", quarterPast, "alice", "t2", 5));
    state.apply(List.of(new Change("spending-v1", EntityKeys.bytes("alice"), two)), List.of());
    PrometheusMeterRegistry metrics = ServiceServer.metrics("shop", "feature-server");
    Catalog catalog = new Catalog(Shop.pipeline());
    ReadMetrics reads = new ReadMetrics(catalog.views(), metrics);
    ReadGate gate =
        new ReadGate(
            new OnlineFeatures(catalog, state, store -> Optional.of(new Lag(3, 40)), limits, reads),
            access,
            Optional::empty,
            limits,
            reads,
            InstantSource.system());
    AtomicReference<Server> started = new AtomicReference<>();
    Readiness readiness = new Readiness();
    ServiceServer server =
        ServiceServer.start(
            access,
            "127.0.0.1",
            0,
            metrics,
            readiness,
            endpoints -> {
              FeatureServer.configure(
                  endpoints, new ServerSettings(limits, access), readiness, gate);
              endpoints.serverListener(
                  new ServerListenerAdapter() {
                    @Override
                    public void serverStarted(Server it) {
                      started.set(it);
                    }
                  });
            });
    return new FeatureEndpoints(state, gate, server, started.get(), access, true);
  }

  /** The same endpoints for clients that know nothing of certificates. */
  FeatureEndpoints inClear() {
    return new FeatureEndpoints(state, gate, server, armeria, Access.LOCAL, false);
  }

  ReadGate gate() {
    return gate;
  }

  /** Every path that is served. */
  List<String> paths() {
    return armeria.config().serviceConfigs().stream()
        .map(service -> service.route().patternString())
        .distinct()
        .toList();
  }

  AggregatedHttpResponse get(String path) {
    return client(Wire.HTTP_1).get(path).aggregate().join();
  }

  AggregatedHttpResponse post(Wire wire, Map<String, String> headers, String body) {
    return client(wire).execute(headers(wire, headers), HttpData.ofUtf8(body)).aggregate().join();
  }

  Said say(Wire wire, Ask ask) {
    HttpData body = HttpData.wrap(wire == Wire.GRPC ? message(ask) : json(ask));
    // Of unknown length, as gRPC's clients send theirs.
    HttpRequest request = HttpRequest.of(headers(wire, ask.headers()), StreamMessage.of(body));
    return said(wire, client(wire).execute(request).aggregate().join());
  }

  /** Asks by gRPC, with keys of any kind. */
  Said sayKeys(RepeatedValue customers, List<String> features) {
    HttpData body = HttpData.wrap(message(customers, features));
    HttpRequest request = HttpRequest.of(headers(Wire.GRPC, Map.of()), StreamMessage.of(body));
    return said(Wire.GRPC, client(Wire.GRPC).execute(request).aggregate().join());
  }

  /** Sends a body's beginning, and then nothing. */
  Said sayHalf(Wire wire) {
    HttpRequestWriter half = HttpRequest.streaming(headers(wire, Map.of()));
    half.write(HttpData.ofUtf8("{"));
    return said(wire, client(wire).execute(half).aggregate().join());
  }

  private WebClient client(Wire wire) {
    String scheme = wire.scheme + (access.tls().isPresent() ? "" : "c");
    return WebClient.builder(scheme + "://localhost:" + port)
        .factory(clients)
        .responseTimeout(TIMEOUT)
        .build();
  }

  private static RequestHeaders headers(Wire wire, Map<String, String> more) {
    RequestHeadersBuilder headers =
        wire == Wire.GRPC
            ? RequestHeaders.builder(HttpMethod.POST, GrpcEndpoint.PATH)
                .add("content-type", "application/grpc")
                .add("te", "trailers")
                .add(GrpcEndpoint.AS_OF, QUARTER_PAST.toString())
            : RequestHeaders.builder(HttpMethod.POST, "/get-online-features")
                .add("content-type", "application/json");
    more.forEach(headers::add);
    return headers.build();
  }

  private static byte[] json(Ask ask) {
    ObjectNode request = JSON.createObjectNode();
    ArrayNode customers = request.putObject("entities").putArray("customer_id");
    ask.customers().forEach(customers::add);
    ArrayNode features = request.putArray("features");
    ask.features().forEach(features::add);
    request.put("as_of", QUARTER_PAST.toString());
    return request.toString().getBytes(UTF_8);
  }

  private static byte[] message(Ask ask) {
    RepeatedValue.Builder customers = RepeatedValue.newBuilder();
    ask.customers().forEach(name -> customers.addVal(Value.newBuilder().setStringVal(name)));
    return message(customers.build(), ask.features());
  }

  private static byte[] message(RepeatedValue customers, List<String> features) {
    byte[] message =
        GetOnlineFeaturesRequest.newBuilder()
            .setFeatures(FeatureList.newBuilder().addAllVal(features))
            .putEntities("customer_id", customers)
            .build()
            .toByteArray();
    return ByteBuffer.allocate(FRAME + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }

  private static Said said(Wire wire, AggregatedHttpResponse response) {
    try {
      return wire == Wire.GRPC ? ofMessage(response) : ofJson(response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Said ofJson(AggregatedHttpResponse response) throws IOException {
    List<String> values = new ArrayList<>();
    List<String> statuses = new ArrayList<>();
    JsonNode feature = JSON.readTree(response.contentUtf8()).path("results").path(1);
    feature.path("values").forEach(value -> values.add(value.toString()));
    feature.path("statuses").forEach(status -> statuses.add(status.asText()));
    return new Said(response.status().code(), response.contentUtf8(), values, statuses, response);
  }

  private static Said ofMessage(AggregatedHttpResponse response) throws IOException {
    String status =
        response.trailers().get("grpc-status", response.headers().get("grpc-status", "-1"));
    String message =
        response.trailers().get("grpc-message", response.headers().get("grpc-message", ""));
    List<String> values = new ArrayList<>();
    List<String> statuses = new ArrayList<>();
    byte[] content = response.content().array();
    if (content.length > FRAME) {
      GetOnlineFeaturesResponse answer =
          GetOnlineFeaturesResponse.parseFrom(
              ByteBuffer.wrap(content, FRAME, content.length - FRAME));
      for (Value value : answer.getResults(1).getValuesList()) {
        values.add(value.hasDoubleVal() ? Double.toString(value.getDoubleVal()) : "null");
      }
      answer.getResults(1).getStatusesList().stream().map(FieldStatus::name).forEach(statuses::add);
    }
    return new Said(Integer.parseInt(status), message, values, statuses, response);
  }

  /** Tells the endpoints to stop, as the server does, and returns at once. */
  CompletableFuture<Void> stop() {
    gate.stop();
    return CompletableFuture.runAsync(server::close);
  }

  @Override
  public void close() {
    clients.close();
    if (own) {
      server.close();
      state.close();
    }
  }
}
