package io.leat.models.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;

/** Small ONNX files of the shapes that other tools' exports have. */
public final class OnnxGraphs {
  public static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();
  public static final int DOUBLE = TensorProto.DataType.DOUBLE.getNumber();
  public static final int INT32 = TensorProto.DataType.INT32.getNumber();
  public static final int BOOL = TensorProto.DataType.BOOL.getNumber();
  public static final int STRING = TensorProto.DataType.STRING.getNumber();
  public static final int INT64 = TensorProto.DataType.INT64.getNumber();

  private OnnxGraphs() {}

  /** One operator from the inputs to the output {@code y}. */
  public static byte[] operator(String operator, ValueInfoProto output, ValueInfoProto... inputs) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(operator).addOutput(output.getName());
    GraphProto.Builder graph = GraphProto.newBuilder().setName("g").addOutput(output);
    for (ValueInfoProto input : inputs) {
      graph.addInput(input);
      node.addInput(input.getName());
    }
    return file(graph.addNode(node).build());
  }

  /** A classifier's probabilities as scikit-learn's ZipMap gives them: a list of maps. */
  public static byte[] zipMap(int width) {
    NodeProto node =
        NodeProto.newBuilder()
            .setOpType("ZipMap")
            .setDomain("ai.onnx.ml")
            .addInput("x")
            .addOutput("y")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("classlabels_int64s")
                    .setType(AttributeProto.AttributeType.INTS)
                    .addInts(0)
                    .addInts(1)
                    .addInts(2))
            .build();
    TypeProto map =
        TypeProto.newBuilder()
            .setMapType(
                TypeProto.Map.newBuilder()
                    .setKeyType(INT64)
                    .setValueType(
                        TypeProto.newBuilder()
                            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT))))
            .build();
    ValueInfoProto output =
        ValueInfoProto.newBuilder()
            .setName("y")
            .setType(
                TypeProto.newBuilder()
                    .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(map)))
            .build();
    return file(
        GraphProto.newBuilder()
            .setName("g")
            .addInput(tensor("x", FLOAT, -1, width))
            .addOutput(output)
            .addNode(node)
            .build());
  }

  /**
   * A graph that goes round a loop as often as the largest of its input {@code x} says, and gives
   * it.
   *
   * @param output name of what it gives
   */
  public static byte[] loop(String output, int width) {
    GraphProto body =
        GraphProto.newBuilder()
            .setName("body")
            .addInput(tensor("round", INT64))
            .addInput(tensor("on", BOOL))
            .addInput(tensor("value", FLOAT, -1, width))
            .addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput("on").addOutput("on_out"))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Identity")
                    .addInput("value")
                    .addOutput("value_out"))
            .addOutput(tensor("on_out", BOOL))
            .addOutput(tensor("value_out", FLOAT, -1, width))
            .build();
    return file(
        GraphProto.newBuilder()
            .setName("g")
            .addInput(tensor("x", FLOAT, -1, width))
            .addOutput(tensor(output, FLOAT, -1, width))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("ReduceMax")
                    .addInput("x")
                    .addOutput("most")
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("keepdims")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(0)))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Cast")
                    .addInput("most")
                    .addOutput("rounds")
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("to")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(INT64)))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Loop")
                    .addInput("rounds")
                    .addInput("")
                    .addInput("x")
                    .addOutput(output)
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("body")
                            .setType(AttributeProto.AttributeType.GRAPH)
                            .setG(body)))
            .build());
  }

  /** A tensor's declaration; -1 is a free dimension. */
  public static ValueInfoProto tensor(String name, int type, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape) {
      dimensions.addDim(
          size < 0
              ? TensorShapeProto.Dimension.newBuilder().setDimParam("n")
              : TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type).setShape(dimensions)))
        .build();
  }

  /** A graph that hands each input on under its name with {@code _out} behind it. */
  public static byte[] copies(ValueInfoProto... inputs) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("g");
    for (ValueInfoProto input : inputs) {
      String output = input.getName() + "_out";
      graph
          .addInput(input)
          .addOutput(input.toBuilder().setName(output))
          .addNode(
              NodeProto.newBuilder()
                  .setOpType("Identity")
                  .addInput(input.getName())
                  .addOutput(output));
    }
    return file(graph.build());
  }

  /** The same file with another set of operators. */
  public static byte[] withOpset(byte[] onnx, String domain, long version) {
    try {
      return ModelProto.parseFrom(onnx).toBuilder()
          .clearOpsetImport()
          .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version))
          .build()
          .toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same file with its first node's operator in another domain. */
  public static byte[] withDomain(byte[] onnx, String domain) {
    try {
      ModelProto.Builder model = ModelProto.parseFrom(onnx).toBuilder();
      model.getGraphBuilder().getNodeBuilder(0).setDomain(domain);
      return model
          .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1))
          .build()
          .toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] file(GraphProto graph) {
    return ModelProto.newBuilder()
        .setIrVersion(7)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(2))
        .setGraph(graph)
        .build()
        .toByteArray();
  }
}
