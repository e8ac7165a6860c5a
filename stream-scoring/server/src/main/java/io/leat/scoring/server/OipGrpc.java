package io.leat.scoring.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Floats;
import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.grpc.protocol.ArmeriaStatusException;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.protocol.AbstractUnaryGrpcService;
import io.leat.models.onnx.ElementType;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.Signature;
import io.leat.models.onnx.TensorValue;
import io.leat.runtime.Readiness;
import io.leat.runtime.access.RefusedException;
import io.leat.runtime.access.RequestGate;
import io.leat.runtime.access.Role;
import io.leat.scoring.server.inference.InferParameter;
import io.leat.scoring.server.inference.InferTensorContents;
import io.leat.scoring.server.inference.ModelInferRequest;
import io.leat.scoring.server.inference.ModelInferRequest.InferInputTensor;
import io.leat.scoring.server.inference.ModelInferRequest.InferRequestedOutputTensor;
import io.leat.scoring.server.inference.ModelInferResponse;
import io.leat.scoring.server.inference.ModelInferResponse.InferOutputTensor;
import io.leat.scoring.server.inference.ModelMetadataRequest;
import io.leat.scoring.server.inference.ModelMetadataResponse;
import io.leat.scoring.server.inference.ModelMetadataResponse.TensorMetadata;
import io.leat.scoring.server.inference.ModelReadyRequest;
import io.leat.scoring.server.inference.ModelReadyResponse;
import io.leat.scoring.server.inference.ServerLiveResponse;
import io.leat.scoring.server.inference.ServerMetadataResponse;
import io.leat.scoring.server.inference.ServerReadyResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The Open Inference Protocol, version 2, over gRPC. Thread-safe. */
final class OipGrpc {
  private static final String SERVICE = "/inference.GRPCInferenceService/";
  private static final String PROTOCOL = "oip-grpc";

  private final ServedModels models;
  private final Readiness readiness;
  private final RequestGate gate;

  OipGrpc(ServedModels models, Readiness readiness, RequestGate gate) {
    this.models = models;
    this.readiness = readiness;
    this.gate = gate;
  }

  void configure(ServerBuilder server) {
    method(server, "ServerLive", body -> ServerLiveResponse.newBuilder().setLive(true).build());
    method(
        server,
        "ServerReady",
        body -> ServerReadyResponse.newBuilder().setReady(readiness.isReady()).build());
    method(server, "ServerMetadata", body -> metadata());
    method(server, "ModelReady", this::modelReady);
    method(server, "ModelMetadata", this::modelMetadata);
    method(server, "ModelInfer", this::infer);
  }

  /** What answers a message. */
  private interface Method {
    MessageLite answer(byte[] body) throws RequestException, InferenceException;
  }

  private void method(ServerBuilder server, String name, Method method) {
    AbstractUnaryGrpcService service =
        new AbstractUnaryGrpcService() {
          @Override
          protected CompletionStage<byte[]> handleMessage(
              ServiceRequestContext context, byte[] message) {
            return gate.serve(
                context,
                PROTOCOL,
                Role.SCORE,
                () -> CompletableFuture.completedFuture(message),
                (sender, body) -> method.answer(body).toByteArray(),
                refusal -> {
                  throw status(refusal);
                });
          }
        };
    server.service(
        SERVICE + name,
        service.decorate(
            (endpoint, context, request) ->
                endpoint.serve(
                    context,
                    whole(request).mapError(failure -> status(gate.refusal(context, failure))))));
  }

  /** The request; where its messages are compressed, one that says that this is not spoken. */
  private static HttpRequest whole(HttpRequest request) {
    String encoding = request.headers().get("grpc-encoding", "identity");
    if (encoding.equals("identity")) {
      return request;
    }
    request.abort();
    return HttpRequest.of(
        request.headers(),
        StreamMessage.aborted(
            new RequestException(
                HttpStatus.NOT_IMPLEMENTED,
                "grpc-encoding is %s; expected messages that are not compressed.",
                encoding)));
  }

  private static ArmeriaStatusException status(RefusedException refusal) {
    return new ArmeriaStatusException(code(refusal.status().code()), refusal.detail());
  }

  /** gRPC's own code (google.rpc.Code) for a status of HTTP. */
  private static int code(int status) {
    return switch (status) {
      case 400, 413, 415, 422 -> 3; // INVALID_ARGUMENT
      case 401 -> 16; // UNAUTHENTICATED
      case 403 -> 7; // PERMISSION_DENIED
      case 404 -> 5; // NOT_FOUND
      case 408 -> 4; // DEADLINE_EXCEEDED
      case 429 -> 8; // RESOURCE_EXHAUSTED
      case 499 -> 1; // CANCELLED
      case 501 -> 12; // UNIMPLEMENTED
      case 503 -> 14; // UNAVAILABLE
      default -> 13; // INTERNAL
    };
  }

  private static RequestException noMessage(String name, InvalidProtocolBufferException why) {
    return RequestException.malformed("The message is no %s: %s", name, why.getMessage());
  }

  private static ServerMetadataResponse metadata() {
    return ServerMetadataResponse.newBuilder()
        .setName(OipRoutes.NAME)
        .setVersion(ScoringServer.VERSION)
        .build();
  }

  /**
   * As over HTTP, a model that is not ready is said to be none; one that is not there is refused.
   */
  private ModelReadyResponse modelReady(byte[] body) throws RequestException {
    ModelReadyRequest request;
    try {
      request = ModelReadyRequest.parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw noMessage("ModelReadyRequest", e);
    }
    boolean ready;
    try (ServedModels.Lease lease = lease(request.getName(), request.getVersion())) {
      ready = lease.version().isOpen();
    } catch (RequestException e) {
      if (e.status().code() != 503) {
        throw e;
      }
      ready = false;
    }
    return ModelReadyResponse.newBuilder().setReady(ready).build();
  }

  private ServedModels.Lease lease(String model, String version) throws RequestException {
    return models.version(model, version.isEmpty() ? Optional.empty() : Optional.of(version));
  }

  private ModelMetadataResponse modelMetadata(byte[] body) throws RequestException {
    ModelMetadataRequest request;
    try {
      request = ModelMetadataRequest.parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw noMessage("ModelMetadataRequest", e);
    }
    try (ServedModels.Lease lease = lease(request.getName(), request.getVersion())) {
      Signature signature = lease.version().model().signature();
      return ModelMetadataResponse.newBuilder()
          .setName(request.getName())
          .addAllVersions(models.versions(request.getName()))
          .setPlatform(OipRoutes.PLATFORM)
          .addAllInputs(tensors(signature.inputs()))
          .addAllOutputs(tensors(signature.outputs()))
          .build();
    }
  }

  private static List<TensorMetadata> tensors(List<Signature.Value> values) {
    return Datatypes.tensors(values).stream()
        .map(
            tensor ->
                TensorMetadata.newBuilder()
                    .setName(tensor.name())
                    .setDatatype(Datatypes.name(tensor.type()))
                    .addAllShape(tensor.shape())
                    .build())
        .toList();
  }

  private ModelInferResponse infer(byte[] body) throws RequestException, InferenceException {
    ModelInferRequest request;
    try {
      request = ModelInferRequest.parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw noMessage("ModelInferRequest", e);
    }
    int raw = request.getRawInputContentsCount();
    if (raw > 0 && raw != request.getInputsCount()) {
      throw RequestException.malformed(
          "raw_input_contents has %d tensors, and there are %d inputs; raw and typed contents do not mix.",
          raw, request.getInputsCount());
    }
    try (ServedModels.Lease lease = lease(request.getModelName(), request.getModelVersion())) {
      Map<String, TensorValue> inputs = GraphInference.inputs();
      for (int i = 0; i < request.getInputsCount(); i++) {
        InferInputTensor given = request.getInputs(i);
        Signature.Tensor input = GraphInference.input(lease.version(), given.getName());
        List<Long> shape = given.getShapeList();
        int size = Datatypes.check(input, given.getDatatype(), shape);
        if (raw > 0 && given.hasContents()) {
          throw RequestException.malformed(
              "Input %s has contents, and there are raw_input_contents; the two do not mix.",
              given.getName());
        }
        GraphInference.put(
            inputs,
            given.getName(),
            raw > 0
                ? Datatypes.ofRaw(
                    input, shape, size, request.getRawInputContents(i).asReadOnlyByteBuffer())
                : typed(input, shape, size, given.getContents()));
      }
      Map<String, TensorValue> outputs =
          GraphInference.run(
              lease.version(),
              inputs,
              request.getOutputsList().stream().map(InferRequestedOutputTensor::getName).toList());
      return answer(lease, request, outputs, raw > 0);
    }
  }

  private static TensorValue typed(
      Signature.Tensor input, List<Long> shape, int size, InferTensorContents contents)
      throws RequestException {
    ElementType type = input.type();
    int count =
        switch (type) {
          case FLOAT -> contents.getFp32ContentsCount();
          case DOUBLE -> contents.getFp64ContentsCount();
          case INT32 -> contents.getIntContentsCount();
          case INT64 -> contents.getInt64ContentsCount();
          case BOOL -> contents.getBoolContentsCount();
          case STRING -> contents.getBytesContentsCount();
        };
    if (count != size) {
      throw RequestException.malformed(
          "Input %s has %d elements of %s; its shape %s has %d.",
          input.name(), count, Datatypes.name(type), shape, size);
    }
    Object elements =
        switch (type) {
          case FLOAT -> Floats.toArray(contents.getFp32ContentsList());
          case DOUBLE -> Doubles.toArray(contents.getFp64ContentsList());
          case INT32 -> Ints.toArray(contents.getIntContentsList());
          case INT64 -> Longs.toArray(contents.getInt64ContentsList());
          case BOOL -> {
            byte[] truths = new byte[size];
            for (int i = 0; i < size; i++) {
              truths[i] = (byte) (contents.getBoolContents(i) ? 1 : 0);
            }
            yield truths;
          }
          case STRING ->
              contents.getBytesContentsList().stream()
                  .map(ByteString::toStringUtf8)
                  .toArray(String[]::new);
        };
    return TensorValue.of(type, shape, elements);
  }

  /** Outputs come as the inputs did: raw, or typed. */
  private static ModelInferResponse answer(
      ServedModels.Lease lease,
      ModelInferRequest request,
      Map<String, TensorValue> outputs,
      boolean raw) {
    ModelInferResponse.Builder answer =
        ModelInferResponse.newBuilder()
            .setModelName(request.getModelName())
            .setModelVersion(String.valueOf(lease.version().version().getNumber()))
            .setId(request.getId())
            .putParameters(
                "digest",
                InferParameter.newBuilder()
                    .setStringParam(lease.version().version().getDigest())
                    .build());
    outputs.forEach(
        (name, tensor) -> {
          InferOutputTensor.Builder output =
              InferOutputTensor.newBuilder()
                  .setName(name)
                  .setDatatype(Datatypes.name(tensor.type()))
                  .addAllShape(tensor.shape());
          if (raw) {
            answer.addRawOutputContents(ByteString.copyFrom(Datatypes.raw(tensor)));
          } else {
            output.setContents(contents(tensor));
          }
          answer.addOutputs(output);
        });
    return answer.build();
  }

  private static InferTensorContents contents(TensorValue tensor) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int i = 0; i < tensor.size(); i++) {
      Object value = tensor.get(i);
      switch (tensor.type()) {
        case FLOAT -> contents.addFp32Contents((Float) value);
        case DOUBLE -> contents.addFp64Contents((Double) value);
        case INT32 -> contents.addIntContents((Integer) value);
        case INT64 -> contents.addInt64Contents((Long) value);
        case BOOL -> contents.addBoolContents((Boolean) value);
        case STRING -> contents.addBytesContents(ByteString.copyFrom((String) value, UTF_8));
      }
    }
    return contents.build();
  }
}
