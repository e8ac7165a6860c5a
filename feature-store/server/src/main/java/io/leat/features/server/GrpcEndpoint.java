package io.leat.features.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.grpc.protocol.ArmeriaStatusException;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.protocol.AbstractUnaryGrpcService;
import io.leat.features.server.OnlineAnswer.Column;
import io.leat.features.server.OnlineRequest.Names;
import io.leat.features.server.RequestException.Kind;
import io.leat.features.server.feast.FeatureList;
import io.leat.features.server.feast.FeatureViewMetadata;
import io.leat.features.server.feast.FieldStatus;
import io.leat.features.server.feast.GetOnlineFeaturesRequest;
import io.leat.features.server.feast.GetOnlineFeaturesResponse;
import io.leat.features.server.feast.GetOnlineFeaturesResponse.FeatureVector;
import io.leat.features.server.feast.GetOnlineFeaturesResponseMetadata;
import io.leat.features.server.feast.Null;
import io.leat.features.server.feast.RepeatedValue;
import io.leat.features.server.feast.Value;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code feast.serving.ServingService/GetOnlineFeatures}, by gRPC. The time to evaluate at stands
 * in the request's metadata, {@value #AS_OF}, since Feast's message has no place for it.
 * Thread-safe.
 */
final class GrpcEndpoint extends AbstractUnaryGrpcService implements ReadGate.Endpoint<byte[]> {
  /** Where the endpoint is. */
  static final String PATH = "/feast.serving.ServingService/GetOnlineFeatures";

  /** Metadata of a request: the time to evaluate at, RFC 3339. */
  static final String AS_OF = "leat-as-of";

  private final ReadGate gate;

  private GrpcEndpoint(ReadGate gate) {
    this.gate = gate;
  }

  /** The endpoint, which refuses a message that does not come whole, too, as the gate words it. */
  static HttpService open(ReadGate gate) {
    return new GrpcEndpoint(gate)
        .decorate(
            (endpoint, context, request) ->
                endpoint.serve(
                    context, request.mapError(failure -> status(gate.refusal(failure)))));
  }

  @Override
  protected CompletionStage<byte[]> handleMessage(ServiceRequestContext context, byte[] message) {
    return gate.read(context, () -> CompletableFuture.completedFuture(message), this);
  }

  @Override
  public String name() {
    return "grpc";
  }

  @Override
  public OnlineRequest decode(RequestHeaders headers, byte[] body) throws RequestException {
    GetOnlineFeaturesRequest request;
    try {
      request = GetOnlineFeaturesRequest.parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw new RequestException(
          Kind.MALFORMED, "The message is no GetOnlineFeaturesRequest: %s", e.getMessage());
    }
    Map<String, List<@Nullable Object>> columns = new LinkedHashMap<>();
    put(request.getEntitiesMap(), columns);
    put(request.getRequestContextMap(), columns);
    String asOf = headers.get(AS_OF);
    Optional<Instant> time =
        asOf == null ? Optional.empty() : Optional.of(OnlineRequest.time(asOf));
    return new OnlineRequest(
            new Names(
                request.getFeatures().getValList(),
                request.getFeatureService().isEmpty()
                    ? Optional.empty()
                    : Optional.of(request.getFeatureService()),
                request.getFullFeatureNames()),
            columns,
            time,
            request.getIncludeFeatureViewVersionMetadata(),
            false)
        .check();
  }

  private static void put(
      Map<String, RepeatedValue> given, Map<String, List<@Nullable Object>> columns)
      throws RequestException {
    for (Map.Entry<String, RepeatedValue> column : given.entrySet()) {
      List<@Nullable Object> values = new ArrayList<>(column.getValue().getValCount());
      for (Value value : column.getValue().getValList()) {
        values.add(scalar(column.getKey(), value));
      }
      columns.put(column.getKey(), values);
    }
  }

  private static @Nullable Object scalar(String column, Value value) throws RequestException {
    return switch (value.getValCase()) {
      case STRING_VAL -> value.getStringVal();
      case INT32_VAL -> (Object) (long) value.getInt32Val();
      case INT64_VAL -> (Object) value.getInt64Val();
      case DOUBLE_VAL -> (Object) value.getDoubleVal();
      case FLOAT_VAL -> (Object) (double) value.getFloatVal();
      case BOOL_VAL -> (Object) value.getBoolVal();
      case UNIX_TIMESTAMP_VAL -> Instant.ofEpochSecond(value.getUnixTimestampVal()).toString();
      case UUID_VAL -> value.getUuidVal();
      case TIME_UUID_VAL -> value.getTimeUuidVal();
      case DECIMAL_VAL -> value.getDecimalVal();
      case NULL_VAL -> null;
      case BYTES_VAL -> throw noKey(column, "bytes");
      case VAL_NOT_SET -> {
        // A client of another release of Feast, or a list: never to be taken for null.
        Set<Integer> others = value.getUnknownFields().asMap().keySet();
        if (!others.isEmpty()) {
          throw noKey(
              column, "a value of a kind that is no key (field %s of Value)".formatted(others));
        }
        yield null;
      }
    };
  }

  private static RequestException noKey(String column, String found) {
    return new RequestException(
        Kind.MALFORMED,
        "entities.%s holds %s; expected texts, numbers, booleans, times, UUIDs, decimals or nulls.",
        column,
        found);
  }

  @Override
  public byte[] answer(ServiceRequestContext context, OnlineRequest request, OnlineAnswer answer) {
    context.mutateAdditionalResponseHeaders(
        headers ->
            headers
                .addLong(FeatureServer.LAG_RECORDS, answer.lag().records())
                .addLong(FeatureServer.LAG_MILLIS, answer.lag().millis()));
    GetOnlineFeaturesResponse.Builder response = GetOnlineFeaturesResponse.newBuilder();
    FeatureList.Builder names = FeatureList.newBuilder();
    long[] times = null;
    List<Timestamp> written = List.of();
    for (Column column : answer.columns()) {
      names.addVal(column.name());
      if (column.eventTimes() != times) {
        times = column.eventTimes();
        written = times(times);
      }
      response.addResults(vector(column, written));
    }
    GetOnlineFeaturesResponseMetadata.Builder metadata =
        GetOnlineFeaturesResponseMetadata.newBuilder().setFeatureNames(names);
    if (request.versionMetadata()) {
      for (ServedView view : answer.views()) {
        metadata.addFeatureViewMetadata(
            FeatureViewMetadata.newBuilder().setName(view.name()).setVersion(view.version()));
      }
    }
    return response.setMetadata(metadata).build().toByteArray();
  }

  private static FeatureVector vector(Column column, List<Timestamp> times) {
    FeatureVector.Builder vector = FeatureVector.newBuilder();
    for (int row = 0; row < column.values().length; row++) {
      vector.addValues(value(column.values()[row]));
      vector.addStatuses(FieldStatus.forNumber(column.statuses()[row].number()));
    }
    return vector.addAllEventTimestamps(times).build();
  }

  private static Value value(@Nullable Object value) {
    if (value == null) {
      return Value.newBuilder().setNullVal(Null.NULL).build();
    } else if (value instanceof Double number) {
      return Value.newBuilder().setDoubleVal(number).build();
    } else if (value instanceof Long number) {
      return Value.newBuilder().setInt64Val(number).build();
    } else if (value instanceof Boolean flag) {
      return Value.newBuilder().setBoolVal(flag).build();
    }
    return Value.newBuilder().setStringVal(value.toString()).build();
  }

  private static List<Timestamp> times(long[] millis) {
    List<Timestamp> times = new ArrayList<>(millis.length);
    for (long time : millis) {
      times.add(
          Timestamp.newBuilder()
              .setSeconds(Math.floorDiv(time, 1_000_000))
              .setNanos(Math.floorMod(time, 1_000_000) * 1_000)
              .build());
    }
    return times;
  }

  @Override
  public byte[] refuse(RequestException refusal) {
    throw status(refusal);
  }

  private static ArmeriaStatusException status(RequestException refusal) {
    return new ArmeriaStatusException(
        refusal.kind().grpcCode(), String.valueOf(refusal.getMessage()));
  }
}
