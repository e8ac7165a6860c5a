package io.leat.scoring.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.Signature;
import io.leat.models.onnx.TensorValue;
import io.leat.runtime.Readiness;
import io.leat.runtime.access.JsonErrors;
import io.leat.runtime.access.RefusedException;
import io.leat.runtime.access.RequestGate;
import io.leat.runtime.access.Role;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The Open Inference Protocol, version 2, over HTTP, with its extension of binary tensors: behind
 * the JSON, whose length a header tells, the bytes of the tensors that say {@code
 * binary_data_size}. Thread-safe.
 */
final class OipRoutes {
  static final String NAME = "leat";
  static final String PLATFORM = "onnx_onnxv1";
  static final List<String> EXTENSIONS = List.of("binary_tensor_data");

  /** Parameters that would need an event. */
  private static final List<String> OF_EVENTS = List.of("explain", "entities");

  private static final String PROTOCOL = "oip-http";
  private static final String JSON_LENGTH = "inference-header-content-length";
  private static final String BINARY_SIZE = "binary_data_size";

  private final ServedModels models;
  private final Readiness readiness;
  private final RequestGate gate;

  OipRoutes(ServedModels models, Readiness readiness, RequestGate gate) {
    this.models = models;
    this.readiness = readiness;
    this.gate = gate;
  }

  void configure(ServerBuilder server) {
    server.service("/v2/health/live", (context, request) -> live());
    server.service("/v2/health/ready", (context, request) -> ready());
    server
        .route()
        .get("/v2")
        .build((context, request) -> get(context, (sender, body) -> metadata()));
    for (String model : List.of("/v2/models/{model}", "/v2/models/{model}/versions/{version}")) {
      server
          .route()
          .get(model)
          .build((context, request) -> get(context, (sender, body) -> metadata(context)));
      server
          .route()
          .get(model + "/ready")
          .build((context, request) -> get(context, (sender, body) -> modelReady(context)));
      server.route().post(model + "/infer").build(this::serveInfer);
    }
  }

  private static HttpResponse live() {
    ObjectNode body = JsonTensors.JSON.objectNode();
    body.put("live", true);
    return json(HttpStatus.OK, body);
  }

  private HttpResponse ready() {
    boolean isReady = readiness.isReady();
    ObjectNode body = JsonTensors.JSON.objectNode();
    body.put("ready", isReady);
    body.put("live", true);
    return json(isReady ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE, body);
  }

  private HttpResponse get(
      ServiceRequestContext context, RequestGate.Work<byte[], HttpResponse> work) {
    return HttpResponse.of(
        gate.serve(
            context,
            PROTOCOL,
            Role.SCORE,
            () -> CompletableFuture.completedFuture(new byte[0]),
            work,
            OipRoutes::refuse));
  }

  private static HttpResponse metadata() {
    ObjectNode body = JsonTensors.JSON.objectNode();
    body.put("name", NAME);
    body.put("version", ScoringServer.VERSION);
    ArrayNode extensions = body.putArray("extensions");
    EXTENSIONS.forEach(extensions::add);
    return json(HttpStatus.OK, body);
  }

  private HttpResponse modelReady(ServiceRequestContext context) throws RequestException {
    try (ServedModels.Lease lease = lease(context)) {
      ObjectNode body = JsonTensors.JSON.objectNode();
      body.put("name", lease.version().version().getModel());
      body.put("ready", true);
      return json(HttpStatus.OK, body);
    }
  }

  private HttpResponse metadata(ServiceRequestContext context) throws RequestException {
    try (ServedModels.Lease lease = lease(context)) {
      String model = lease.version().version().getModel();
      ObjectNode body = JsonTensors.JSON.objectNode();
      body.put("name", model);
      ArrayNode versions = body.putArray("versions");
      models.versions(model).forEach(versions::add);
      body.put("platform", PLATFORM);
      Signature signature = lease.version().model().signature();
      put(body.putArray("inputs"), signature.inputs());
      put(body.putArray("outputs"), signature.outputs());
      return json(HttpStatus.OK, body);
    }
  }

  private static void put(ArrayNode to, List<Signature.Value> values) {
    for (Signature.Tensor tensor : Datatypes.tensors(values)) {
      ObjectNode node = to.addObject();
      node.put("name", tensor.name());
      node.put("datatype", Datatypes.name(tensor.type()));
      ArrayNode shape = node.putArray("shape");
      tensor.shape().forEach(shape::add);
    }
  }

  private ServedModels.Lease lease(ServiceRequestContext context) throws RequestException {
    return models.version(
        String.valueOf(context.pathParam("model")),
        Optional.ofNullable(context.pathParam("version")));
  }

  private HttpResponse serveInfer(ServiceRequestContext context, HttpRequest request) {
    return HttpResponse.of(
        gate.serve(
            context,
            PROTOCOL,
            Role.SCORE,
            () ->
                request
                    .aggregate()
                    .thenApply(AggregatedHttpRequest::content)
                    .thenApply(HttpData::array),
            (sender, body) -> infer(context, body, request.headers().get(JSON_LENGTH)),
            OipRoutes::refuse));
  }

  private HttpResponse infer(
      ServiceRequestContext context, byte[] body, @Nullable String jsonLength)
      throws RequestException, InferenceException {
    int length = jsonLength(jsonLength, body.length);
    ObjectNode request = JsonTensors.object(body, 0, length);
    for (String of : OF_EVENTS) {
      if (request.path("parameters").path(of).asBoolean(request.path("parameters").has(of))) {
        throw RequestException.malformed(
            "parameters.%s is for events, and this route takes tensors. POST /score/%s takes an event and entities, and explains where the model declares it.",
            of, String.valueOf(context.pathParam("model")));
      }
    }
    ByteBuffer binary = ByteBuffer.wrap(body, length, body.length - length);
    try (ServedModels.Lease lease = lease(context)) {
      Map<String, TensorValue> inputs = inputs(lease, request, binary);
      List<String> wanted = new ArrayList<>();
      Set<String> asBytes = new HashSet<>();
      boolean all = flag(request, "binary_data_output");
      for (ObjectNode output : objects(request, "outputs", false)) {
        String name = JsonTensors.text(output, "name", "An output");
        wanted.add(name);
        if (output.path("parameters").has("binary_data") ? flag(output, "binary_data") : all) {
          asBytes.add(name);
        }
      }
      Map<String, TensorValue> outputs = GraphInference.run(lease.version(), inputs, wanted);
      if (wanted.isEmpty() && all) {
        asBytes.addAll(outputs.keySet());
      }
      return answer(lease, request, outputs, asBytes);
    }
  }

  private static int jsonLength(@Nullable String given, int whole) throws RequestException {
    if (given == null) {
      return whole;
    }
    try {
      int length = Integer.parseInt(given);
      if (length >= 0 && length <= whole) {
        return length;
      }
    } catch (NumberFormatException e) {
      throw RequestException.malformed(
          "The header %s is '%s'; it is no length.", JSON_LENGTH, given);
    }
    throw RequestException.malformed(
        "The header %s is %s, and the body has %d bytes.", JSON_LENGTH, given, whole);
  }

  private static Map<String, TensorValue> inputs(
      ServedModels.Lease lease, ObjectNode request, ByteBuffer binary) throws RequestException {
    Map<String, TensorValue> inputs = GraphInference.inputs();
    for (ObjectNode given : objects(request, "inputs", true)) {
      String name = JsonTensors.text(given, "name", "An input");
      Signature.Tensor input = GraphInference.input(lease.version(), name);
      List<Long> shape = JsonTensors.sizes(given.get("shape"), "Input " + name);
      int size =
          Datatypes.check(input, JsonTensors.text(given, "datatype", "Input " + name), shape);
      JsonNode bytes = given.path("parameters").path(BINARY_SIZE);
      JsonNode data = given.get("data");
      if (bytes.isMissingNode() == (data == null)) {
        throw RequestException.malformed(
            "Input %s has %s data and %s; expected one of the two.",
            name, data == null ? "neither" : "both", BINARY_SIZE);
      }
      if (data == null) {
        int count = bytes.isInt() ? bytes.intValue() : -1;
        if (count < 0 || count > binary.remaining()) {
          throw RequestException.malformed(
              "Input %s has a %s of %s, and %d bytes are left behind the JSON.",
              name, BINARY_SIZE, bytes, binary.remaining());
        }
        ByteBuffer part = binary.slice(binary.position(), count);
        binary.position(binary.position() + count);
        GraphInference.put(inputs, name, Datatypes.ofRaw(input, shape, size, part));
      } else {
        GraphInference.put(
            inputs, name, JsonTensors.tensor(name, input.type(), shape, size, data, false));
      }
    }
    if (binary.hasRemaining()) {
      throw RequestException.malformed(
          "%d bytes behind the JSON belong to no input.", binary.remaining());
    }
    return inputs;
  }

  private static List<ObjectNode> objects(ObjectNode request, String field, boolean required)
      throws RequestException {
    JsonNode list = request.get(field);
    List<ObjectNode> objects = new ArrayList<>();
    boolean right = list == null ? !required : list.isArray() && (!required || !list.isEmpty());
    for (int i = 0; right && list != null && i < list.size(); i++) {
      right = list.get(i) instanceof ObjectNode object && objects.add(object);
    }
    if (!right) {
      throw RequestException.malformed(
          "The request has no list %s of objects with a name each.", field);
    }
    return objects;
  }

  private static boolean flag(ObjectNode of, String parameter) {
    return of.path("parameters").path(parameter).asBoolean();
  }

  private static HttpResponse answer(
      ServedModels.Lease lease,
      ObjectNode request,
      Map<String, TensorValue> outputs,
      Set<String> asBytes) {
    ObjectNode body = JsonTensors.JSON.objectNode();
    body.put("model_name", lease.version().version().getModel());
    body.put("model_version", String.valueOf(lease.version().version().getNumber()));
    JsonNode id = request.get("id");
    if (id != null && id.isTextual()) {
      body.set("id", id);
    }
    body.putObject("parameters").put("digest", lease.version().version().getDigest());
    ByteArrayOutputStream binary = new ByteArrayOutputStream();
    ArrayNode list = body.putArray("outputs");
    outputs.forEach(
        (name, tensor) -> {
          ObjectNode output = list.addObject();
          output.put("name", name);
          ArrayNode shape = output.putArray("shape");
          tensor.shape().forEach(shape::add);
          output.put("datatype", Datatypes.name(tensor.type()));
          if (asBytes.contains(name)) {
            byte[] raw = Datatypes.raw(tensor);
            output.putObject("parameters").put(BINARY_SIZE, raw.length);
            binary.writeBytes(raw);
          } else {
            output.set("data", JsonTensors.flat(tensor));
          }
        });
    byte[] json = JsonTensors.write(body);
    ResponseHeadersBuilder headers = ResponseHeaders.builder(HttpStatus.OK);
    if (asBytes.isEmpty()) {
      return HttpResponse.of(headers.contentType(MediaType.JSON).build(), HttpData.wrap(json));
    }
    headers.contentType(MediaType.OCTET_STREAM).addInt(JSON_LENGTH, json.length);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(json);
    whole.writeBytes(binary.toByteArray());
    return HttpResponse.of(headers.build(), HttpData.wrap(whole.toByteArray()));
  }

  private static HttpResponse json(HttpStatus status, JsonNode body) {
    return HttpResponse.of(status, MediaType.JSON, HttpData.wrap(JsonTensors.write(body)));
  }

  private static HttpResponse refuse(RefusedException refusal) {
    ObjectNode body = JsonTensors.JSON.objectNode();
    body.put("error", refusal.detail());
    return HttpResponse.of(
        JsonErrors.headers(refusal.status()), HttpData.wrap(JsonTensors.write(body)));
  }
}
