package io.leat.models.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.leat.pipeline.model.ModelException;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is looked at in a model's file before ONNX Runtime sees it.
 *
 * @param rowsAreAlone whether every operator makes of a row the same bits, whatever other rows are
 *     in the batch. Products of matrices do not: one row takes another path through ONNX Runtime
 *     than two; nor do exponentials, whose last elements are computed without vectors.
 */
record GraphFile(boolean rowsAreAlone) {
  /** The newest operator sets that ONNX Runtime 1.28 runs, by domain. */
  private static final Map<String, Long> NEWEST = Map.of("", 26L, "ai.onnx.ml", 5L);

  /** Domains whose operators are built into ONNX Runtime. */
  private static final Set<String> BUILT_IN = Set.of("", "ai.onnx", "ai.onnx.ml", "com.microsoft");

  /** Trees, look-ups, moves, and arithmetic that IEEE 754 leaves no choice in. */
  private static final Set<String> ROW_BY_ROW =
      Set.of(
          "Abs",
          "Add",
          "And",
          "ArgMax",
          "ArrayFeatureExtractor",
          "Cast",
          "Clip",
          "Concat",
          "Constant",
          "Div",
          "Equal",
          "FeatureVectorizer",
          "Flatten",
          "Greater",
          "GreaterOrEqual",
          "Identity",
          "Imputer",
          "IsNaN",
          "LabelEncoder",
          "Less",
          "LessOrEqual",
          "Max",
          "Min",
          "Mul",
          "Neg",
          "Not",
          "OneHotEncoder",
          "Or",
          "Relu",
          "Reshape",
          "Scaler",
          "Slice",
          "Squeeze",
          "Sub",
          "Transpose",
          "TreeEnsemble",
          "TreeEnsembleClassifier",
          "TreeEnsembleRegressor",
          "Unsqueeze",
          "Where",
          "ZipMap");

  /**
   * Refuses a graph that ONNX Runtime could not run, or only with code of others.
   *
   * @throws ModelException with what was found, what was expected and how to export it
   */
  static GraphFile check(byte[] bytes) {
    ModelProto model;
    try {
      CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      input.enableAliasing(true); // weights stay where they are
      model = ModelProto.parseFrom(input);
    } catch (IOException e) {
      return new GraphFile(false); // ONNX Runtime says what is wrong with it
    }
    for (OperatorSetIdProto set : model.getOpsetImportList()) {
      String domain = set.getDomain().equals("ai.onnx") ? "" : set.getDomain();
      long newest = NEWEST.getOrDefault(domain, Long.MAX_VALUE);
      if (set.getVersion() > newest) {
        throw new ModelException(
            "the model needs version %d of the operators of %s; expected at most %d, which ONNX Runtime %s runs. Export it with an older set: target_opset=%d (skl2onnx, onnxmltools), opset_version=%d (torch.onnx.export)."
                .formatted(
                    set.getVersion(),
                    domain.isEmpty() ? "ai.onnx" : domain,
                    newest,
                    OnnxSession.runtimeVersion(),
                    newest,
                    newest));
      }
    }
    Set<String> functions =
        model.getFunctionsList().stream()
            .map(function -> operator(function.getDomain(), function.getName()))
            .collect(Collectors.toSet());
    SortedSet<String> custom = new TreeSet<>();
    collect(model.getGraph(), functions, custom);
    for (FunctionProto function : model.getFunctionsList()) {
      collect(function.getNodeList(), functions, custom);
    }
    if (!custom.isEmpty()) {
      throw new ModelException(
          "the model needs the custom operators %s; expected operators of ONNX (ai.onnx, ai.onnx.ml) or of ONNX Runtime (com.microsoft), since code of others is never loaded. Export the model without them, or do their part in a derived feature."
              .formatted(custom));
    }
    return new GraphFile(
        model.getGraph().getNodeList().stream()
            .allMatch(node -> ROW_BY_ROW.contains(node.getOpType())));
  }

  private static void collect(GraphProto graph, Set<String> functions, Set<String> custom) {
    collect(graph.getNodeList(), functions, custom);
  }

  private static void collect(
      Collection<NodeProto> nodes, Set<String> functions, Set<String> custom) {
    for (NodeProto node : nodes) {
      String operator = operator(node.getDomain(), node.getOpType());
      if (!BUILT_IN.contains(node.getDomain()) && !functions.contains(operator)) {
        custom.add(operator);
      }
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasG()) {
          collect(attribute.getG(), functions, custom);
        }
        attribute.getGraphsList().forEach(graph -> collect(graph, functions, custom));
      }
    }
  }

  private static String operator(String domain, String name) {
    return domain + "." + name;
  }
}
