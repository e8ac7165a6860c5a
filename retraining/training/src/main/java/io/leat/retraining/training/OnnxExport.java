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
import io.leat.pipeline.model.ModelMetadata;

/**
 * Writes a logistic regression as an ONNX graph.
 *
 * <p>Input {@code features}, float [batch, F]: raw features in the service's order. Output {@code
 * probabilities}, float [batch, 2]: of a false and of a true label. NaN is what is missing, and
 * weighs as the feature's mean. The graph standardises and weighs in double precision, so a score
 * is as exact as its inputs and its output allow. Nothing in the file depends on when or where it
 * was made.
 */
final class OnnxExport {
  static final String INPUT = "features";
  static final String OUTPUT = ModelMetadata.TRAINED_OUTPUT;

  private static final long IR_VERSION = 7;
  private static final long OPSET = 13;

  private OnnxExport() {}

  static byte[] write(LogisticModel model, ModelMetadata metadata) {
    double[] weights = model.weights();
    int width = weights.length;
    // Two columns, so that softmax gives both labels' probabilities: of 0 and of the logit.
    double[] columns = new double[2 * width];
    for (int i = 0; i < width; i++) {
      columns[2 * i + 1] = weights[i];
    }
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("logistic-regression")
            .addInput(matrix(INPUT, width))
            .addOutput(matrix(OUTPUT, 2))
            .addInitializer(doubles("means", model.standardisation().means(), width))
            .addInitializer(doubles("scales", model.standardisation().scales(), width))
            .addInitializer(doubles("zero", new double[] {0}))
            .addInitializer(doubles("weights", columns, width, 2))
            .addInitializer(doubles("intercepts", new double[] {0, model.intercept()}, 2))
            .addNode(cast(INPUT, "exact", TensorProto.DataType.DOUBLE))
            .addNode(node("Sub", "centred", "exact", "means"))
            .addNode(node("Div", "standard", "centred", "scales"))
            .addNode(node("IsNaN", "missing", "standard"))
            .addNode(node("Where", "filled", "missing", "zero", "standard"))
            .addNode(node("MatMul", "weighed", "filled", "weights"))
            .addNode(node("Add", "logits", "weighed", "intercepts"))
            .addNode(node("Softmax", "exact_probabilities", "logits"))
            .addNode(cast("exact_probabilities", OUTPUT, TensorProto.DataType.FLOAT))
            .build();
    ModelProto.Builder file =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("leat")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(graph);
    metadata
        .toProperties()
        .forEach(
            (key, value) ->
                file.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return file.build().toByteArray();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(operator).setName(output).addOutput(output);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node.build();
  }

  private static NodeProto cast(String input, String output, TensorProto.DataType type) {
    return node("Cast", output, input).toBuilder()
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("to")
                .setType(AttributeProto.AttributeType.INT)
                .setI(type.getNumber()))
        .build();
  }

  private static TensorProto doubles(String name, double[] values, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.DOUBLE.getNumber());
    for (long size : shape) {
      tensor.addDims(size);
    }
    for (double value : values) {
      tensor.addDoubleData(value);
    }
    return tensor.build();
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
