package io.leat.retraining.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A sum of trees, as XGBoost adds them up: in single precision and in their order, a value going
 * left where it is less than the threshold, in single precision too, and what is missing where the
 * split says.
 *
 * @param trees in the order of rounds
 * @param base what is added to the sum of each margin's trees
 */
@SuppressWarnings("ArrayRecordComponent") // of this package alone, which does not change them
record BoostedModel(List<Tree> trees, float[] base) implements MarginModel {
  /**
   * One tree; node 0 is its root.
   *
   * @param margin which it adds to
   * @param feature of each node; -1 of a leaf
   * @param numbers of a split the threshold, of a leaf its value
   * @param left child of each split
   * @param right child of each split
   * @param missingGoesLeft of each split
   * @param covers sum of the second derivatives of the training rows that came there
   */
  record Tree(
      int margin,
      int[] feature,
      float[] numbers,
      int[] left,
      int[] right,
      boolean[] missingGoesLeft,
      float[] covers) {
    float value(float[] row) {
      int node = 0;
      while (feature[node] >= 0) {
        float value = row[feature[node]];
        boolean goesLeft = Float.isNaN(value) ? missingGoesLeft[node] : value < numbers[node];
        node = goesLeft ? left[node] : right[node];
      }
      return numbers[node];
    }
  }

  /**
   * Reads XGBoost's own format.
   *
   * @param json a model of trees
   */
  static BoostedModel read(byte[] json, float[] base) {
    JsonNode model;
    try {
      model =
          new ObjectMapper()
              .readTree(new String(json, StandardCharsets.UTF_8))
              .at("/learner/gradient_booster/model");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("XGBoost wrote what is no JSON", e);
    }
    List<Tree> trees = new ArrayList<>();
    for (JsonNode tree : model.path("trees")) {
      trees.add(tree(tree, model.path("tree_info").path(trees.size()).asInt()));
    }
    if (trees.isEmpty()) {
      throw new IllegalStateException("XGBoost wrote no trees");
    }
    return new BoostedModel(List.copyOf(trees), base);
  }

  private static Tree tree(JsonNode tree, int margin) {
    // Only what the root reaches: a tree may list nodes that were cut off.
    List<Integer> found = new ArrayList<>(List.of(0));
    List<int[]> children = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      int node = found.get(i);
      int child = tree.path("left_children").path(node).asInt();
      if (child < 0) {
        children.add(new int[] {-1, -1});
      } else {
        children.add(new int[] {found.size(), found.size() + 1});
        found.add(child);
        found.add(tree.path("right_children").path(node).asInt());
      }
    }
    int count = found.size();
    Tree read =
        new Tree(
            margin,
            new int[count],
            new float[count],
            new int[count],
            new int[count],
            new boolean[count],
            new float[count]);
    for (int i = 0; i < count; i++) {
      int node = found.get(i);
      boolean isLeaf = children.get(i)[0] < 0;
      read.feature()[i] = isLeaf ? -1 : tree.path("split_indices").path(node).asInt();
      read.numbers()[i] = number(tree, "split_conditions", node);
      read.left()[i] = children.get(i)[0];
      read.right()[i] = children.get(i)[1];
      read.missingGoesLeft()[i] = tree.path("default_left").path(node).asInt() != 0;
      read.covers()[i] = number(tree, "sum_hessian", node);
    }
    return read;
  }

  /** By way of its text: a double in between might round twice. */
  private static float number(JsonNode tree, String array, int node) {
    return Float.parseFloat(tree.path(array).path(node).asText());
  }

  @Override
  public double[] margins(float[] values) {
    float[] sums = new float[base.length];
    for (Tree tree : trees) {
      sums[tree.margin()] += tree.value(values);
    }
    double[] margins = new double[base.length];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = (double) sums[i] + base[i];
    }
    return margins;
  }

  @Override
  public String write(OnnxGraphWriter graph, Kind kind) {
    int columns = kind.columns();
    int zeros = columns - base.length; // of two classes the first's
    graph.trees("sums", OnnxGraphWriter.INPUT, trees, columns, zeros);
    graph.castToDouble("exact", "sums");
    double[] added = new double[columns];
    for (int i = 0; i < base.length; i++) {
      added[zeros + i] = base[i];
    }
    graph.doubles("base", added, columns);
    return graph.node("Add", "logits", "exact", "base");
  }
}
