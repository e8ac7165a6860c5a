package io.leat.retraining.training;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.leat.pipeline.model.ModelMetadata;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a model as an ONNX file.
 *
 * <p>Input {@code features}, float [batch, F]: raw features in the service's order; NaN is what is
 * missing. Output {@code probabilities}, float [batch, classes], or {@code value}, float [batch,
 * 1]. Nothing in the file depends on when or where it was made.
 */
final class OnnxGraphWriter {
  static final String INPUT = "features";

  private static final long IR_VERSION = 7;
  private static final long OPSET = 13;
  private static final String TREES = "ai.onnx.ml";
  private static final long TREES_OPSET = 1;

  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private boolean hasTrees;

  private OnnxGraphWriter() {}

  /**
   * Writes a file.
   *
   * @param name of the graph
   */
  static byte[] write(
      String name, MarginModel model, Link link, Kind kind, ModelMetadata metadata) {
    OnnxGraphWriter writer = new OnnxGraphWriter();
    String predictions = link.write(writer, model.write(writer, kind));
    writer.cast(kind.output(), predictions, TensorProto.DataType.FLOAT);
    writer
        .graph
        .setName(name)
        .addInput(matrix(INPUT, metadata.features().size()))
        .addOutput(matrix(kind.output(), kind.columns()));
    ModelProto.Builder file =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("leat")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(writer.graph);
    if (writer.hasTrees) {
      file.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(TREES).setVersion(TREES_OPSET));
    }
    metadata
        .toProperties()
        .forEach(
            (key, value) ->
                file.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return file.build().toByteArray();
  }

  /** Adds a node with one output, and gives that output's name. */
  String node(String operator, String output, String... inputs) {
    return add(operation(operator, output, inputs));
  }

  String castToDouble(String output, String input) {
    return cast(output, input, TensorProto.DataType.DOUBLE);
  }

  private String cast(String output, String input, TensorProto.DataType type) {
    return add(operation("Cast", output, input).addAttribute(whole("to", type.getNumber())));
  }

  /**
   * Adds up trees, in single precision and in their order.
   *
   * @param columns how many sums there are
   * @param first column of the first margin
   */
  String trees(String output, String input, List<BoostedModel.Tree> trees, int columns, int first) {
    hasTrees = true;
    Attributes nodes = new Attributes();
    for (int id = 0; id < trees.size(); id++) {
      BoostedModel.Tree tree = trees.get(id);
      for (int node = 0; node < tree.feature().length; node++) {
        boolean isLeaf = tree.feature()[node] < 0;
        nodes.whole("nodes_treeids", id);
        nodes.whole("nodes_nodeids", node);
        nodes.text("nodes_modes", isLeaf ? "LEAF" : "BRANCH_LT");
        nodes.whole("nodes_featureids", isLeaf ? 0 : tree.feature()[node]);
        nodes.real("nodes_values", isLeaf ? 0 : tree.numbers()[node]);
        nodes.whole("nodes_truenodeids", isLeaf ? 0 : tree.left()[node]);
        nodes.whole("nodes_falsenodeids", isLeaf ? 0 : tree.right()[node]);
        nodes.whole(
            "nodes_missing_value_tracks_true", !isLeaf && tree.missingGoesLeft()[node] ? 1 : 0);
        nodes.real("nodes_hitrates", tree.covers()[node]);
        if (isLeaf) {
          nodes.whole("target_treeids", id);
          nodes.whole("target_nodeids", node);
          nodes.whole("target_ids", first + tree.margin());
          nodes.real("target_weights", tree.numbers()[node]);
        }
      }
    }
    NodeProto.Builder ensemble =
        operation("TreeEnsembleRegressor", output, input)
            .setDomain(TREES)
            .addAttribute(whole("n_targets", columns));
    nodes.addTo(ensemble);
    return add(ensemble);
  }

  /** Lists of a node's attributes, by name. */
  private static final class Attributes {
    private final Map<String, AttributeProto.Builder> lists = new TreeMap<>();

    private AttributeProto.Builder list(String name, AttributeProto.AttributeType type) {
      return lists.computeIfAbsent(
          name, key -> AttributeProto.newBuilder().setName(key).setType(type));
    }

    void whole(String name, long value) {
      list(name, AttributeProto.AttributeType.INTS).addInts(value);
    }

    void real(String name, float value) {
      list(name, AttributeProto.AttributeType.FLOATS).addFloats(value);
    }

    void text(String name, String value) {
      list(name, AttributeProto.AttributeType.STRINGS).addStrings(ByteString.copyFromUtf8(value));
    }

    void addTo(NodeProto.Builder node) {
      lists.values().forEach(node::addAttribute);
    }
  }

  /** The last of a row's columns, [batch, 1]. */
  String lastColumn(String output, String input) {
    String place = output + "_column";
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(place)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(1)
            .addInt64Data(-1));
    return add(operation("Gather", output, input, place).addAttribute(whole("axis", 1)));
  }

  /** Of each row the place of the first of its greatest numbers, [batch]. */
  String firstGreatest(String output, String input) {
    return add(
        operation("ArgMax", output, input)
            .addAttribute(whole("axis", 1))
            .addAttribute(whole("keepdims", 0)));
  }

  /** A vector of constants, or, with a shape, a tensor of them in rows. */
  void doubles(String name, double[] values, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.DOUBLE.getNumber());
    for (long size : shape) {
      tensor.addDims(size);
    }
    for (double value : values) {
      tensor.addDoubleData(value);
    }
    graph.addInitializer(tensor);
  }

  private String add(NodeProto.Builder node) {
    graph.addNode(node);
    return node.getOutput(0);
  }

  private static NodeProto.Builder operation(String operator, String output, String... inputs) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(operator).setName(output).addOutput(output);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node;
  }

  private static AttributeProto whole(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static ValueInfoProto matrix(String name, long columns) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT.getNumber())
                        .setShape(
                            TensorShapeProto.newBuilder()
                                .addDim(
                                    TensorShapeProto.Dimension.newBuilder().setDimParam("batch"))
                                .addDim(
                                    TensorShapeProto.Dimension.newBuilder().setDimValue(columns)))))
        .build();
  }
}
