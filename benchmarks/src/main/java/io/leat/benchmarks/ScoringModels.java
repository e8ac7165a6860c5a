package io.leat.benchmarks;

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
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Models of the shapes that are measured, with weights that no data made: what a run costs does not
 * hang on them. Each takes a matrix of floats {@code x} and gives one of floats {@code y}.
 */
public enum ScoringModels {
  /** Logistic regression: 20 inputs, two classes. */
  LOGISTIC("logistic regression, 20 inputs", 20, 1),
  /** 500 trees of depth 6, of 63 splits each. */
  TREES("500 trees of depth 6, 20 inputs", 20, 0),
  /** 784-128-10, relu, softmax. */
  NETWORK("network 784-128-10", 784, 3),
  /** The network of Crayfish (EDBT 2024): 27,562 parameters. */
  CRAYFISH("network 784-32-32-32-10", 784, 3);

  private static final int TREE_COUNT = 500;
  private static final int DEPTH = 6;
  private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();
  private static final int CLASSES = 10;

  private final String label;
  private final int width;
  private final int column;

  ScoringModels(String label, int width, int column) {
    this.label = label;
    this.width = width;
    this.column = column;
  }

  /** For a table. */
  String label() {
    return label;
  }

  /** How many inputs a row has. */
  int width() {
    return width;
  }

  /** Column of {@code y} that is the score. */
  int column() {
    return column;
  }

  /** Whether contributions can be computed. */
  boolean isExplained() {
    return this == LOGISTIC || this == TREES;
  }

  /** The ONNX file; the same each time. */
  byte[] onnx() {
    return onnx(7);
  }

  /**
   * The ONNX file with other weights.
   *
   * @param seed each gives others, the same each time
   */
  byte[] onnx(long seed) {
    Random random = new Random(seed);
    return switch (this) {
      case LOGISTIC -> logistic(random);
      case TREES -> trees(random);
      case NETWORK -> network(random, width, 128, CLASSES);
      case CRAYFISH -> network(random, width, 32, 32, 32, CLASSES);
    };
  }

  private byte[] logistic(Random random) {
    List<Float> weights = new ArrayList<>();
    for (int row = 0; row < 2 * width; row++) {
      float weight = (float) random.nextGaussian() / width;
      weights.add(weight);
    }
    NodeProto.Builder node =
        node("LinearClassifier", "x", "label")
            .setDomain("ai.onnx.ml")
            .addOutput("y")
            .addAttribute(floats("coefficients", weights))
            .addAttribute(floats("intercepts", List.of(-0.5f, 0.5f)))
            .addAttribute(integers("classlabels_ints", List.of(0L, 1L)))
            .addAttribute(text("post_transform", "SOFTMAX"));
    return file(GraphProto.newBuilder().addNode(node));
  }

  private byte[] trees(Random random) {
    int nodes = (2 << DEPTH) - 1;
    int inner = (1 << DEPTH) - 1;
    List<Long> treeIds = new ArrayList<>();
    List<Long> nodeIds = new ArrayList<>();
    List<Long> columns = new ArrayList<>();
    List<Float> thresholds = new ArrayList<>();
    List<Float> covers = new ArrayList<>();
    List<String> modes = new ArrayList<>();
    List<Long> whenTrue = new ArrayList<>();
    List<Long> whenFalse = new ArrayList<>();
    List<Long> leafTrees = new ArrayList<>();
    List<Long> leafNodes = new ArrayList<>();
    List<Float> weights = new ArrayList<>();
    for (long tree = 0; tree < TREE_COUNT; tree++) {
      float[] cover = new float[nodes];
      cover[0] = 1 << 20;
      for (int node = 0; node < nodes; node++) {
        boolean leaf = node >= inner;
        treeIds.add(tree);
        nodeIds.add((long) node);
        columns.add(leaf ? 0L : (long) random.nextInt(width));
        thresholds.add(leaf ? 0f : (float) random.nextGaussian() / 2);
        covers.add(cover[node]);
        modes.add(leaf ? "LEAF" : "BRANCH_LEQ");
        whenTrue.add(leaf ? 0L : 2L * node + 1);
        whenFalse.add(leaf ? 0L : 2L * node + 2);
        if (leaf) {
          leafTrees.add(tree);
          leafNodes.add((long) node);
          weights.add((float) random.nextGaussian() / TREE_COUNT);
        } else {
          cover[2 * node + 1] = Math.round(cover[node] * (0.25f + random.nextFloat() / 2));
          cover[2 * node + 2] = cover[node] - cover[2 * node + 1];
        }
      }
    }
    NodeProto.Builder ensemble =
        node("TreeEnsembleRegressor", "x", "y")
            .setDomain("ai.onnx.ml")
            .addAttribute(
                AttributeProto.newBuilder().setName("n_targets").setType(AttributeType.INT).setI(1))
            .addAttribute(integers("nodes_treeids", treeIds))
            .addAttribute(integers("nodes_nodeids", nodeIds))
            .addAttribute(integers("nodes_featureids", columns))
            .addAttribute(floats("nodes_values", thresholds))
            .addAttribute(floats("nodes_hitrates", covers))
            .addAttribute(texts("nodes_modes", modes))
            .addAttribute(integers("nodes_truenodeids", whenTrue))
            .addAttribute(integers("nodes_falsenodeids", whenFalse))
            .addAttribute(integers("target_treeids", leafTrees))
            .addAttribute(integers("target_nodeids", leafNodes))
            .addAttribute(integers("target_ids", leafNodes.stream().map(leaf -> 0L).toList()))
            .addAttribute(floats("target_weights", weights));
    return file(GraphProto.newBuilder().addNode(ensemble));
  }

  private byte[] network(Random random, int... widths) {
    GraphProto.Builder graph = GraphProto.newBuilder();
    String last = "x";
    for (int layer = 1; layer < widths.length; layer++) {
      int from = widths[layer - 1];
      int to = widths[layer];
      graph
          .addInitializer(weights("w" + layer, random, from, to))
          .addInitializer(weights("b" + layer, random, 1, to))
          .addNode(node("MatMul", last, "m" + layer).addInput("w" + layer))
          .addNode(node("Add", "m" + layer, "a" + layer).addInput("b" + layer));
      boolean end = layer == widths.length - 1;
      last = end ? "y" : "r" + layer;
      graph.addNode(node(end ? "Softmax" : "Relu", "a" + layer, last));
    }
    return file(graph);
  }

  private byte[] file(GraphProto.Builder graph) {
    graph.setName(name()).addInput(matrix("x", width)).addOutput(matrix("y", -1));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(3))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static TensorProto weights(String name, Random random, int rows, int columns) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(FLOAT)
        .addDims(rows)
        .addDims(columns)
        .addAllFloatData(
            IntStream.range(0, rows * columns)
                .mapToObj(i -> (float) (random.nextGaussian() / Math.sqrt(rows)))
                .toList())
        .build();
  }

  private static NodeProto.Builder node(String operator, String input, String output) {
    return NodeProto.newBuilder().setOpType(operator).addInput(input).addOutput(output);
  }

  private static ValueInfoProto matrix(String name, int columns) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("n"))
            .addDim(
                columns < 0
                    ? TensorShapeProto.Dimension.newBuilder().setDimParam("k")
                    : TensorShapeProto.Dimension.newBuilder().setDimValue(columns));
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape)))
        .build();
  }

  private static AttributeProto integers(String name, List<Long> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.INTS)
        .addAllInts(values)
        .build();
  }

  private static AttributeProto floats(String name, List<Float> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOATS)
        .addAllFloats(values)
        .build();
  }

  private static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  private static AttributeProto texts(String name, List<String> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.STRINGS)
        .addAllStrings(values.stream().map(ByteString::copyFromUtf8).toList())
        .build();
  }
}
