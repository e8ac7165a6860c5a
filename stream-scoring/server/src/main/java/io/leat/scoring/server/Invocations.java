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
import io.leat.scoring.engine.LoadedVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * MLflow's scoring API, with the rule by which its ONNX flavour feeds a graph: one input takes the
 * whole data frame as a matrix, several take a column each, by name. Numbers are cast to the
 * graph's type. Thread-safe.
 */
final class Invocations {
  private static final String PROTOCOL = "mlflow";
  private static final List<String> FORMS =
      List.of("dataframe_split", "dataframe_records", "instances", "inputs");

  private final ServedModels models;
  private final Readiness readiness;
  private final RequestGate gate;

  Invocations(ServedModels models, Readiness readiness, RequestGate gate) {
    this.models = models;
    this.readiness = readiness;
    this.gate = gate;
  }

  void configure(ServerBuilder server) {
    server.route().post("/invocations").build(this::serve);
    server.route().post("/models/{model}/invocations").build(this::serve);
    server
        .route()
        .post("/endpoints/{model}/invocations")
        .build(this::serve); // of mlflow.deployments
    server.service("/ping", (context, request) -> ping());
    server.service("/health", (context, request) -> ping());
    server.service(
        "/version",
        (context, request) ->
            HttpResponse.of(HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, ScoringServer.VERSION));
  }

  private HttpResponse ping() {
    return HttpResponse.of(
        readiness.isReady() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE, MediaType.JSON, "\n");
  }

  private HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
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
            (sender, body) -> {
              MediaType type = request.contentType();
              if (type != null && !type.is(MediaType.JSON)) {
                throw new RequestException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "The content-type is %s; expected application/json.",
                    type);
              }
              String model = context.pathParam("model");
              return invoke(model == null ? models.onlyModel() : model, body);
            },
            Invocations::refuse));
  }

  private HttpResponse invoke(String model, byte[] body)
      throws RequestException, InferenceException {
    ObjectNode request = JsonTensors.object(body, 0, body.length);
    List<String> given = FORMS.stream().filter(request::has).toList();
    if (given.size() != 1) {
      throw RequestException.malformed(
          "The body has %s; expected exactly one of %s.", given.isEmpty() ? "none" : given, FORMS);
    }
    String form = given.get(0);
    JsonNode data = request.get(form);
    try (ServedModels.Lease lease = models.version(model, Optional.empty())) {
      LoadedVersion version = lease.version();
      boolean frame = form.startsWith("dataframe");
      Map<String, TensorValue> inputs =
          switch (form) {
            case "dataframe_split" -> frame(version, Frame.split(data));
            case "dataframe_records" -> frame(version, Frame.records(data));
            case "instances" -> instances(version, data);
            default -> inputs(version, data);
          };
      Map<String, TensorValue> outputs = GraphInference.run(version, inputs, List.of());
      ObjectNode answer = JsonTensors.JSON.objectNode();
      answer.set("predictions", frame ? records(outputs) : tensors(outputs));
      return HttpResponse.of(
          HttpStatus.OK, MediaType.JSON, HttpData.wrap(JsonTensors.write(answer)));
    }
  }

  /** Rows under named columns. */
  private record Frame(List<String> columns, List<List<JsonNode>> rows) {
    static Frame split(JsonNode data) throws RequestException {
      if (!data.path("data").isArray() || (data.has("columns") && !data.get("columns").isArray())) {
        throw RequestException.malformed(
            "dataframe_split is no object with the lists columns and data.");
      }
      List<String> columns = new ArrayList<>();
      data.path("columns").forEach(column -> columns.add(column.asText()));
      List<List<JsonNode>> rows = new ArrayList<>();
      for (JsonNode row : data.get("data")) {
        List<JsonNode> values = new ArrayList<>();
        row.forEach(values::add);
        if (columns.isEmpty()) {
          IntStream.range(0, values.size()).forEach(i -> columns.add(String.valueOf(i)));
        }
        if (!row.isArray() || values.size() != columns.size()) {
          throw RequestException.malformed(
              "Row %d of dataframe_split has %d values; there are %d columns.",
              rows.size(), values.size(), columns.size());
        }
        rows.add(values);
      }
      return new Frame(columns, rows);
    }

    static Frame records(JsonNode data) throws RequestException {
      if (!data.isArray()) {
        throw RequestException.malformed("dataframe_records is no list of objects.");
      }
      List<String> columns = new ArrayList<>();
      if (!data.isEmpty()) {
        data.get(0).fieldNames().forEachRemaining(columns::add);
      }
      List<List<JsonNode>> rows = new ArrayList<>();
      for (JsonNode row : data) {
        if (!row.isObject()
            || row.size() != columns.size()
            || !columns.stream().allMatch(row::has)) {
          throw RequestException.malformed(
              "Row %d of dataframe_records has other columns than %s.", rows.size(), columns);
        }
        rows.add(columns.stream().map(row::get).toList());
      }
      return new Frame(columns, rows);
    }

    ArrayNode column(int place) {
      ArrayNode values = JsonTensors.JSON.arrayNode(rows.size());
      rows.forEach(row -> values.add(row.get(place)));
      return values;
    }
  }

  private static Map<String, TensorValue> frame(LoadedVersion version, Frame frame)
      throws RequestException {
    List<Signature.Tensor> graph = Datatypes.tensors(version.model().signature().inputs());
    Map<String, TensorValue> inputs = GraphInference.inputs();
    if (graph.size() == 1) {
      Signature.Tensor input = graph.get(0);
      List<Integer> order = order(version, frame.columns());
      ArrayNode flat = JsonTensors.JSON.arrayNode();
      frame.rows().forEach(row -> order.forEach(column -> flat.add(row.get(column))));
      List<Long> shape =
          input.shape().size() == 1 && order.size() == 1
              ? List.of((long) frame.rows().size())
              : List.of((long) frame.rows().size(), (long) order.size());
      inputs.put(input.name(), tensor(input, shape, flat));
      return inputs;
    }
    for (Signature.Tensor input : graph) {
      int column = frame.columns().indexOf(input.name());
      if (column < 0) {
        throw RequestException.malformed(
            "There is no column %s, which is an input of the model; there are %s.",
            input.name(), frame.columns());
      }
      inputs.put(input.name(), column(input, frame.column(column)));
    }
    return inputs;
  }

  /** As an input of one element a row has it: a vector, or a matrix of one column. */
  private static TensorValue column(Signature.Tensor input, JsonNode data) throws RequestException {
    List<Long> shape = new ArrayList<>(JsonTensors.shapeOf(data));
    if (shape.size() == 1 && input.shape().size() == 2) {
      shape.add(1L);
    }
    return tensor(input, shape, data);
  }

  private static TensorValue tensor(Signature.Tensor input, List<Long> shape, JsonNode data)
      throws RequestException {
    int size = Datatypes.check(input, Datatypes.name(input.type()), shape);
    return JsonTensors.tensor(input.name(), input.type(), shape, size, data, true);
  }

  /** The order of the features, where the columns are called as they are; else as they come. */
  private static List<Integer> order(LoadedVersion version, List<String> columns) {
    List<Integer> order =
        version.serving().features().keySet().stream()
            .map(
                feature ->
                    IntStream.range(0, columns.size())
                        .filter(i -> Signature.isNameOf(columns.get(i), feature))
                        .boxed()
                        .toList())
            .filter(found -> found.size() == 1)
            .map(found -> found.get(0))
            .distinct()
            .toList();
    return order.size() == columns.size()
        ? order
        : IntStream.range(0, columns.size()).boxed().toList();
  }

  /** A list of rows: objects of inputs by name, or the elements of the one input. */
  private static Map<String, TensorValue> instances(LoadedVersion version, JsonNode data)
      throws RequestException {
    if (!data.isArray() || data.isEmpty()) {
      throw RequestException.malformed("instances is no list with a row or more.");
    }
    if (!data.get(0).isObject()) {
      return inputs(version, data);
    }
    ObjectNode columns = JsonTensors.JSON.objectNode();
    for (Signature.Tensor input : Datatypes.tensors(version.model().signature().inputs())) {
      ArrayNode column = columns.putArray(input.name());
      for (int row = 0; row < data.size(); row++) {
        JsonNode value = data.get(row).get(input.name());
        if (value == null) {
          throw RequestException.malformed(
              "Row %d of instances has no %s, which is an input of the model.", row, input.name());
        }
        column.add(value);
      }
    }
    return inputs(version, columns);
  }

  /** Tensors by name, or the one tensor. */
  private static Map<String, TensorValue> inputs(LoadedVersion version, JsonNode data)
      throws RequestException {
    List<Signature.Tensor> graph = Datatypes.tensors(version.model().signature().inputs());
    Map<String, TensorValue> inputs = GraphInference.inputs();
    if (data.isObject()) {
      for (Map.Entry<String, JsonNode> one : data.properties()) {
        inputs.put(
            one.getKey(), column(GraphInference.input(version, one.getKey()), one.getValue()));
      }
    } else if (graph.size() == 1) {
      inputs.put(graph.get(0).name(), column(graph.get(0), data));
    } else {
      throw RequestException.malformed(
          "The model has the inputs %s; expected an object of them.",
          graph.stream().map(Signature.Tensor::name).toList());
    }
    return inputs;
  }

  /** As a data frame's answer is written: an object a row. */
  private static JsonNode records(Map<String, TensorValue> outputs) throws RequestException {
    ArrayNode rows = JsonTensors.JSON.arrayNode();
    long count =
        outputs.values().stream()
            .mapToLong(tensor -> tensor.shape().isEmpty() ? 1 : tensor.shape().get(0))
            .max()
            .orElse(0);
    for (TensorValue tensor : outputs.values()) {
      if (tensor.shape().isEmpty() || tensor.shape().get(0) != count) {
        throw RequestException.malformed(
            "The model's outputs have other numbers of rows than one another; ask with inputs.");
      }
    }
    for (int row = 0; row < count; row++) {
      ObjectNode record = rows.addObject();
      for (Map.Entry<String, TensorValue> output : outputs.entrySet()) {
        record.set(output.getKey(), JsonTensors.row(output.getValue(), row));
      }
    }
    return rows;
  }

  private static JsonNode tensors(Map<String, TensorValue> outputs) {
    ObjectNode all = JsonTensors.JSON.objectNode();
    outputs.forEach((name, tensor) -> all.set(name, JsonTensors.nested(tensor)));
    return all;
  }

  private static HttpResponse refuse(RefusedException refusal) {
    ObjectNode body = JsonTensors.JSON.objectNode();
    body.put(
        "error_code",
        switch (refusal.status().code()) {
          case 401 -> "UNAUTHENTICATED";
          case 403 -> "PERMISSION_DENIED";
          case 404 -> "RESOURCE_DOES_NOT_EXIST";
          case 429 -> "REQUEST_LIMIT_EXCEEDED";
          case 503 -> "TEMPORARILY_UNAVAILABLE";
          case 500 -> "INTERNAL_ERROR";
          default -> "BAD_REQUEST";
        });
    body.put("message", refusal.detail());
    return HttpResponse.of(
        JsonErrors.headers(refusal.status()), HttpData.wrap(JsonTensors.write(body)));
  }
}
