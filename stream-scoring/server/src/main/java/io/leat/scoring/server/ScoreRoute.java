package io.leat.scoring.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.FeatureTypes;
import io.leat.records.Contributions;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelVersion;
import io.leat.runtime.access.JsonErrors;
import io.leat.runtime.access.RequestGate;
import io.leat.runtime.access.Role;
import io.leat.schemas.ValueType;
import io.leat.scoring.engine.Outcome.Scored;
import io.leat.scoring.engine.Outcome.Unscored;
import io.leat.scoring.engine.RolloutScorer;
import io.leat.scoring.engine.RolloutScorer.Answer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /score/{model}}: the event's fields come with the request, the features from the
 * feature server, and the live rollout scores the vector as it would in the stream. Thread-safe.
 */
final class ScoreRoute implements HttpService {
  private static final String PROTOCOL = "score";
  private static final byte[] NO_KEY = {};

  /** The scored vector lies in no topic. */
  private static final LogPosition NOWHERE = new LogPosition("", 0, -1L);

  private final Map<String, ScoredModel> models = new TreeMap<>();
  private final RequestGate gate;
  private final FeatureClient features;

  /** What of the pipeline a model's requests need. */
  private record ScoredModel(
      ScorerPool scorers,
      FeatureService service,
      Map<String, Optional<ValueType>> types,
      Contract contract) {}

  ScoreRoute(Pipeline pipeline, ServedModels served, RequestGate gate, FeatureClient features) {
    this.gate = gate;
    this.features = features;
    for (Model model : pipeline.models()) {
      FeatureService service = pipeline.service(model.service()).orElseThrow();
      models.put(
          model.name(),
          new ScoredModel(
              new ScorerPool(served, model.name()),
              service,
              FeatureTypes.of(service, pipeline),
              pipeline.contract(service.spine()).orElseThrow()));
    }
  }

  /** Lets go of the versions that wait for requests. */
  void close() {
    models.values().forEach(model -> model.scorers().close());
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
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
            (sender, body) -> answer(String.valueOf(context.pathParam("model")), body),
            refusal -> JsonErrors.response(refusal.status(), refusal.detail())));
  }

  /** One event of a request. */
  private static final class Row {
    private final ObjectNode columns;
    private final Optional<String> asOf;
    private byte[] key = NO_KEY;

    Row(ObjectNode columns, Optional<String> asOf) {
      this.columns = columns;
      this.asOf = asOf;
    }
  }

  private HttpResponse answer(String name, byte[] body) throws RequestException {
    ScoredModel model = models.get(name);
    if (model == null) {
      throw RequestException.notFound(
          "There is no model %s; there are %s.".formatted(name, models.keySet()));
    }
    ObjectNode request = JsonTensors.object(body, 0, body.length);
    List<Row> rows = rows(model, request);
    ObjectNode answer = JsonTensors.JSON.objectNode();
    answer.put("model", name);
    JsonNode[] results = new JsonNode[rows.size()];
    long records = 0;
    long millis = 0;
    boolean vector = request.path("vector").asBoolean();
    try (ScorerPool.Borrowed scorer = model.scorers().borrow()) {
      for (Map.Entry<String, List<Integer>> group : groups(rows).entrySet()) {
        List<Integer> places = group.getValue();
        Optional<String> asOf = rows.get(places.get(0)).asOf;
        FeatureClient.Vectors read =
            features.read(
                model.service(), model.types(), columns(rows, places), places.size(), asOf);
        records = Math.max(records, read.lagRecords());
        millis = Math.max(millis, read.lagMillis());
        for (int i = 0; i < places.size(); i++) {
          Row row = rows.get(places.get(i));
          ObjectNode result = score(scorer.scorer(), model, row, read.rows().get(i));
          asOf.ifPresent(time -> result.put("as_of", time));
          if (vector) {
            result.set("vector", vector(model, read.rows().get(i)));
          }
          results[places.get(i)] = result;
        }
      }
    }
    ArrayNode list = answer.putArray("results");
    for (JsonNode result : results) {
      list.add(result);
    }
    answer.put("lag_records", records);
    answer.put("lag_millis", millis);
    return HttpResponse.of(HttpStatus.OK, MediaType.JSON, HttpData.wrap(JsonTensors.write(answer)));
  }

  /** Rows that are evaluated at one time are read together. */
  private static Map<String, List<Integer>> groups(List<Row> rows) {
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      groups.computeIfAbsent(rows.get(i).asOf.orElse(""), time -> new ArrayList<>()).add(i);
    }
    return groups;
  }

  private static ObjectNode columns(List<Row> rows, List<Integer> places) throws RequestException {
    ObjectNode columns = JsonTensors.JSON.objectNode();
    ObjectNode first = rows.get(places.get(0)).columns;
    for (Iterator<String> names = first.fieldNames(); names.hasNext(); ) {
      columns.putArray(names.next());
    }
    for (int place : places) {
      ObjectNode row = rows.get(place).columns;
      if (row.size() != first.size()) {
        throw RequestException.malformed(
            "Event %d has other fields than the first; expected the same in each.", place);
      }
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        if (!(columns.get(field.getKey()) instanceof ArrayNode column)) {
          throw RequestException.malformed(
              "Event %d has the field %s, which the first has not; expected the same in each.",
              place, field.getKey());
        }
        column.add(field.getValue());
      }
    }
    return columns;
  }

  private static List<Row> rows(ScoredModel model, ObjectNode request) throws RequestException {
    JsonNode events = request.get("event");
    JsonNode entities = request.get("entities");
    if ((entities != null && !entities.isObject())
        || (events != null && !events.isObject() && !events.isArray())
        || (events == null && entities == null)) {
      throw RequestException.malformed(
          "Expected event, an object or a list of them, and entities, an object of keys.");
    }
    int count = count(events, entities);
    Optional<String> asOf = text(request, "as_of");
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      JsonNode event =
          events == null
              ? JsonTensors.JSON.objectNode()
              : events.isArray() ? events.get(i) : events;
      if (!event.isObject()) {
        throw RequestException.malformed("Event %d is no object.", i);
      }
      ObjectNode columns = JsonTensors.JSON.objectNode();
      for (Map.Entry<String, JsonNode> field : event.properties()) {
        if (field.getValue().isValueNode()) {
          columns.set(field.getKey(), field.getValue());
        }
      }
      if (entities != null) {
        for (Map.Entry<String, JsonNode> entity : entities.properties()) {
          JsonNode value =
              entity.getValue().isArray() ? entity.getValue().get(i) : entity.getValue();
          JsonNode before = columns.get(entity.getKey());
          if (before != null && !before.equals(value)) {
            throw RequestException.malformed(
                "%s is %s in event %d and %s in entities.", entity.getKey(), before, i, value);
          }
          columns.set(entity.getKey(), value);
        }
      }
      Row row = new Row(columns, asOf.isPresent() ? asOf : eventTime(model.contract(), columns));
      row.key = key(model.contract(), columns);
      rows.add(row);
    }
    return rows;
  }

  private static int count(@Nullable JsonNode events, @Nullable JsonNode entities)
      throws RequestException {
    Map<String, Integer> counts = new LinkedHashMap<>();
    if (events != null && events.isArray()) {
      counts.put("event", events.size());
    }
    if (entities != null) {
      for (Map.Entry<String, JsonNode> entity : entities.properties()) {
        if (entity.getValue().isArray()) {
          counts.put("entities." + entity.getKey(), entity.getValue().size());
        }
      }
    }
    Collection<Integer> all = counts.values();
    int count = all.isEmpty() ? 1 : all.iterator().next();
    if (count == 0 || all.stream().anyMatch(other -> other != count)) {
      throw RequestException.malformed(
          "The lists have the lengths %s; expected the same in each, from 1.", counts);
    }
    return count;
  }

  private static Optional<String> text(ObjectNode of, String field) throws RequestException {
    JsonNode node = of.get(field);
    if (node != null && !node.isTextual() && !node.isNull()) {
      throw RequestException.malformed("%s is %s; expected a text.", field, node);
    }
    return Optional.ofNullable(node).map(JsonNode::textValue);
  }

  /** The event's own time, at which the stream evaluates its vector. */
  private static Optional<String> eventTime(Contract contract, ObjectNode columns)
      throws RequestException {
    JsonNode given = columns.get(contract.eventTime());
    if (given == null || given.isNull()) {
      return Optional.empty();
    }
    if (!given.isIntegralNumber()) {
      return Optional.of(given.asText());
    }
    Schema.Field field = contract.schema().getField(contract.eventTime());
    boolean micros = field.schema().toString().contains("timestamp-micros");
    try {
      return Optional.of(
          Instant.EPOCH
              .plus(
                  given.bigIntegerValue().longValueExact(),
                  micros ? ChronoUnit.MICROS : ChronoUnit.MILLIS)
              .toString());
    } catch (DateTimeException | ArithmeticException e) {
      throw RequestException.malformed(
          "%s is %s; expected a time in %s since 1970-01-01 UTC.",
          contract.eventTime(), given, micros ? "microseconds" : "milliseconds");
    }
  }

  /** The key of the record that the event would be, as the gateway makes it. */
  private static byte[] key(Contract contract, ObjectNode columns) {
    return contract
        .key()
        .map(columns::get)
        .filter(value -> !value.isNull())
        .map(value -> value.asText().getBytes(UTF_8))
        .orElse(NO_KEY);
  }

  private static ObjectNode score(
      RolloutScorer scorer, ScoredModel model, Row row, FeatureClient.Vector vector)
      throws RequestException {
    Answer answer = scorer.decide(row.key, record(model, row, vector));
    ModelVersion version = answer.version().version();
    ObjectNode result = JsonTensors.JSON.objectNode();
    if (answer.outcome() instanceof Scored scored) {
      result.put("score", scored.prediction().score());
      result.set("outputs", outputs(scored.prediction().outputs()));
      result.put("decision", scored.decision().orElse(null));
      scored
          .contributions()
          .ifPresent(contributions -> result.set("contributions", contributions(contributions)));
      answer.version().metrics().scores().increment();
    } else if (answer.outcome() instanceof Unscored unscored) {
      result.putNull("score");
      result.put("reason", unscored.reason().name());
      result.put("message", unscored.message());
      answer.version().metrics().unscored(unscored.reason()).increment();
    }
    result.put("version", version.getLabel());
    result.put("number", version.getNumber());
    result.put("digest", version.getDigest());
    result.put("role", answer.arm().getRole().name());
    result.put("rollout", scorer.rollout().revision());
    result.put("stage", scorer.rollout().rollout().getStage());
    result.put("propensity", answer.propensity());
    answer.fallback().ifPresent(reason -> result.put("fallback", reason.name()));
    return result;
  }

  private static ObjectNode contributions(Contributions contributions) {
    ObjectNode node = JsonTensors.JSON.objectNode().put("base", contributions.getBase());
    ObjectNode features = node.putObject("features");
    contributions.getFeatures().forEach(one -> features.put(one.getFeature(), one.getValue()));
    return node;
  }

  private static FeatureVector record(ScoredModel model, Row row, FeatureClient.Vector vector)
      throws RequestException {
    JsonNode id = row.columns.get(model.contract().eventId());
    return FeatureVector.newBuilder()
        .setService(model.service().name())
        .setServiceVersion(model.service().version())
        .setDefinition(model.service().definition())
        .setEventId(id == null ? "" : id.asText())
        .setEventTime(time(row.asOf))
        .setKeys(new HashMap<>())
        .setValues(vector.values())
        .setSource(NOWHERE)
        .build();
  }

  private static Instant time(Optional<String> asOf) throws RequestException {
    if (asOf.isEmpty()) {
      return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
    try {
      return OffsetDateTime.parse(asOf.get()).toInstant().truncatedTo(ChronoUnit.MILLIS);
    } catch (DateTimeException e) {
      throw RequestException.malformed(
          "The time is '%s'; expected one after RFC 3339, such as 2026-11-23T19:30:00Z.",
          asOf.get());
    }
  }

  private static ObjectNode outputs(Map<String, Object> outputs) {
    ObjectNode node = JsonTensors.JSON.objectNode();
    outputs.forEach((name, value) -> node.set(name, node(value)));
    return node;
  }

  private static JsonNode node(Object value) {
    if (value instanceof List<?> list) {
      ArrayNode array = JsonTensors.JSON.arrayNode();
      list.forEach(item -> array.add(node(item)));
      return array;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode object = JsonTensors.JSON.objectNode();
      map.forEach((name, item) -> object.set(String.valueOf(name), node(item)));
      return object;
    }
    return JsonTensors.node(value);
  }

  private static ObjectNode vector(ScoredModel model, FeatureClient.Vector vector) {
    ObjectNode node = JsonTensors.JSON.objectNode();
    ObjectNode values = node.putObject("values");
    ObjectNode reasons = node.putObject("null_reasons");
    int place = 0;
    for (String feature : model.types().keySet()) {
      Object value = vector.values().get(place);
      String reason = vector.nullReasons().get(place);
      values.set(feature, value == null ? JsonTensors.JSON.nullNode() : JsonTensors.node(value));
      if (reason != null) {
        reasons.put(feature, reason);
      }
      place++;
    }
    return node;
  }
}
