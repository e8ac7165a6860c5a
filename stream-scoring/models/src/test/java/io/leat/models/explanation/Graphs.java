package io.leat.models.explanation;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Map;

/** Small ONNX graphs, and ONNX Runtime's own margins of them. */
final class Graphs {
  private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

  private Graphs() {}

  static NodeProto.Builder node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addOutput(output)
        .addAllInput(List.of(inputs));
  }

  static NodeProto.Builder ml(String operator, String output, String... inputs) {
    return node(operator, output, inputs).setDomain("ai.onnx.ml");
  }

  static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto integers(String name, Iterable<Long> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.INTS)
        .addAllInts(values)
        .build();
  }

  static AttributeProto floats(String name, Iterable<Float> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOATS)
        .addAllFloats(values)
        .build();
  }

  static AttributeProto texts(String name, Iterable<String> values) {
    AttributeProto.Builder texts =
        AttributeProto.newBuilder().setName(name).setType(AttributeType.STRINGS);
    values.forEach(value -> texts.addStrings(ByteString.copyFromUtf8(value)));
    return texts.build();
  }

  static AttributeProto tensor(String name, TensorProto tensor) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.TENSOR)
        .setT(tensor)
        .build();
  }

  static TensorProto floatTensor(String name, List<Float> values, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(FLOAT).addAllFloatData(values);
    for (long size : shape) {
      tensor.addDims(size);
    }
    return tensor.build();
  }

  /** A file whose input {@code x} is a matrix of floats, and whose output is {@code y}. */
  static byte[] file(int width, List<TensorProto> constants, NodeProto.Builder... nodes) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("g")
            .addInput(matrix("x", width))
            .addOutput(matrix("y", -1))
            .addAllInitializer(constants);
    for (NodeProto.Builder node : nodes) {
      graph.addNode(node);
    }
    return file(graph.build(), 3);
  }

  static byte[] file(GraphProto graph, int mlVersion) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
        .addOpsetImport(
            OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(mlVersion))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  static ValueInfoProto matrix(String name, int width) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("n"));
    shape.addDim(
        width < 0
            ? TensorShapeProto.Dimension.newBuilder().setDimParam("k")
            : TensorShapeProto.Dimension.newBuilder().setDimValue(width));
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape)))
        .build();
  }

  /**
   * The file cut off behind its tree ensemble or linear operator, whose scores are its only output,
   * without post-transform.
   */
  static byte[] rawMargins(byte[] file) {
    try {
      ModelProto.Builder model = ModelProto.parseFrom(file).toBuilder();
      GraphProto.Builder graph = model.getGraphBuilder();
      for (NodeProto.Builder node : graph.getNodeBuilderList()) {
        if (node.getOpType().startsWith("TreeEnsemble") || node.getOpType().startsWith("Linear")) {
          for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
            if (attribute.getName().equals("post_transform")) {
              attribute.setS(ByteString.copyFromUtf8("NONE"));
            }
          }
          graph.clearOutput().addOutput(matrix(node.getOutput(node.getOutputCount() - 1), -1));
        }
      }
      return model.build().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The file with the covers that most exporters write. */
  static byte[] withoutCovers(byte[] file) {
    try {
      ModelProto.Builder model = ModelProto.parseFrom(file).toBuilder();
      for (AttributeProto.Builder attribute :
          model.getGraphBuilder().getNodeBuilder(0).getAttributeBuilderList()) {
        if (attribute.getName().equals("nodes_hitrates")) {
          for (int i = 0; i < attribute.getFloatsCount(); i++) {
            attribute.setFloats(i, 1);
          }
        }
      }
      return model.build().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The first output of a graph of one matrix of floats, for one row. */
  static float[] run(byte[] file, double... row) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    float[][] batch = new float[1][row.length];
    for (int i = 0; i < row.length; i++) {
      batch[0][i] = (float) row[i];
    }
    try (OrtSession session = environment.createSession(file);
        OnnxTensor input = OnnxTensor.createTensor(environment, batch);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), input))) {
      return ((float[][]) result.get(0).getValue())[0];
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
