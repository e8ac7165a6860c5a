package io.leat.models.explanation;

import io.leat.models.explanation.TreeSplits.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A tree laid out to be explained, with all that depends on covers alone worked out. Immutable.
 * {@link TreeShap} has the formulas.
 *
 * <p>Its splits stand one after another in three groups:
 *
 * <ol>
 *   <li>inner splits, level by level, so that neighbours do not wait for each other;
 *   <li>twigs, three places each: a split whose children are leaves or splits of two leaves, then
 *       its left and its right child. A leaf among them stands as a split that goes to it either
 *       way. Plain ones come first, in which no split has one of the same column above;
 *   <li>splits of two leaves that are in no twig.
 * </ol>
 */
final class Tree {
  /** The quadrature has a multiple of so many points; three are enough for a depth of six. */
  static final int POINTS = 3;

  /** At each place, for each point: the product of the factors above, the factor, the sum below. */
  static final int STEP = 3 * POINTS;

  /** For each split: its column, doubled, and 1 more where what is missing goes left. */
  final int[] columns;

  /** For each split: the place of its threshold among {@link Thresholds}. */
  final int[] thresholds;

  /** Splits that compare for equality. */
  final int[] equalities;

  /**
   * For each split below one of the same column, parents before children: the split; then the
   * nearest such split above it, shifted by one, and 1 more where it is on that one's left.
   */
  final int[] repeated;

  /** For each split: share of the cover that goes left. */
  final double[] shares;

  /** For each split: where its row in {@link #times} begins. */
  final int[] rows;

  /**
   * Rows: for each {@link #POINTS} points of the quadrature tau of each, then its derivative of
   * each. The first row is that of the splits without a split of the same column above.
   */
  final double[] times;

  /**
   * For each inner split: the places of its left and its right child, times {@link #STEP}. Leaves
   * have places behind all splits.
   */
  final int[] children;

  /** For each leaf of an inner split, what it adds to each target. */
  final double[] leaves;

  /**
   * For each child in a twig, then for each split of the third group, by target: the mean of its
   * leaves, and left less right.
   */
  final double[] pairs;

  /** Targets that any leaf adds to. */
  final int[] targets;

  /** Of splits and of the leaves of inner splits. */
  final int places;

  final int splits;
  final int inner;
  final int twigs;
  final int plainTwigs;
  final GaussLegendre quadrature;

  Tree(TreeSplits tree) {
    targets = tree.targets();
    // The integrand's degree is one less than the number of columns on the path.
    int points = (tree.mostColumns() + 1) / 2;
    quadrature = GaussLegendre.of((points + POINTS - 1) / POINTS * POINTS);
    Groups groups = new Groups(tree);
    List<Integer> order = groups.order();
    inner = groups.inner.size();
    plainTwigs = groups.plainTwigs.size() / 3;
    twigs = plainTwigs + groups.twigs.size() / 3;
    splits = order.size();
    int[] moved = new int[tree.size()];
    for (int place = 0; place < splits; place++) {
      if (order.get(place) >= 0) {
        moved[order.get(place)] = place;
      }
    }
    List<Split> ordered = order.stream().map(tree::get).toList();
    columns = ordered.stream().mapToInt(Split::column).toArray();
    thresholds = ordered.stream().mapToInt(Split::threshold).toArray();
    shares = ordered.stream().mapToDouble(Split::left).toArray();
    equalities =
        IntStream.range(0, splits).filter(place -> ordered.get(place).equality()).toArray();
    int[] repeats =
        IntStream.range(0, tree.size()).filter(split -> tree.get(split).isRepeated()).toArray();
    rows = new int[splits];
    repeated = new int[2 * repeats.length];
    times = new double[(1 + repeats.length) * 2 * quadrature.count()];
    fillRow(0, 1);
    for (int repeat = 0; repeat < repeats.length; repeat++) {
      Split split = tree.get(repeats[repeat]);
      int place = moved[repeats[repeat]];
      rows[place] = (1 + repeat) * 2 * quadrature.count();
      fillRow(rows[place], split.above());
      repeated[2 * repeat] = place;
      repeated[2 * repeat + 1] = moved[split.previous() >> 1] << 1 | (split.previous() & 1);
    }
    List<Integer> ofInner = new ArrayList<>();
    children = new int[2 * inner];
    for (int at = 0; at < children.length; at++) {
      int child = ordered.get(at / 2).children()[at % 2];
      if (child < 0) {
        ofInner.add(~child);
      }
      children[at] = STEP * (child < 0 ? splits + ofInner.size() - 1 : moved[child]);
    }
    places = splits + ofInner.size();
    leaves =
        ofInner.stream()
            .flatMapToDouble(leaf -> IntStream.of(targets).mapToDouble(to -> tree.leaf(leaf, to)))
            .toArray();
    pairs =
        IntStream.range(inner, splits)
            .filter(place -> place >= inner + 3 * twigs || (place - inner) % 3 != 0)
            .mapToObj(ordered::get)
            .flatMapToDouble(
                pair -> IntStream.of(targets).boxed().flatMapToDouble(to -> pair(tree, pair, to)))
            .toArray();
  }

  /** The same, in arrays of its own. */
  private Tree(Tree tree) {
    columns = tree.columns.clone();
    thresholds = tree.thresholds.clone();
    shares = tree.shares.clone();
    equalities = tree.equalities.clone();
    repeated = tree.repeated.clone();
    children = tree.children.clone();
    rows = tree.rows.clone();
    times = tree.times.clone();
    pairs = tree.pairs.clone();
    leaves = tree.leaves.clone();
    targets = tree.targets.clone();
    places = tree.places;
    splits = tree.splits;
    inner = tree.inner;
    twigs = tree.twigs;
    plainTwigs = tree.plainTwigs;
    quadrature = tree.quadrature;
  }

  /**
   * The same trees side by side in memory, in the order in which they are read. Trees that were
   * just made lie among what making them left: a row then takes half as long again, until the heap
   * is collected.
   */
  static List<Tree> sideBySide(List<Tree> trees) {
    return trees.stream().map(Tree::new).toList();
  }

  /** The splits by their group, each level of the tree after the one above it. */
  private static final class Groups {
    private final TreeSplits tree;
    private final List<Integer> inner = new ArrayList<>();
    private final List<Integer> plainTwigs = new ArrayList<>();
    private final List<Integer> twigs = new ArrayList<>();
    private final List<Integer> pairs = new ArrayList<>();

    Groups(TreeSplits tree) {
      this.tree = tree;
      add(0);
      for (int at = 0; at < inner.size(); at++) {
        for (int child : tree.get(inner.get(at)).children()) {
          add(child);
        }
      }
    }

    private void add(int child) {
      Split split = tree.get(child);
      int[] children = split.children();
      if (child < 0) {
        return;
      }
      if (split.isOfLeaves()) {
        pairs.add(child);
      } else if (IntStream.of(children).allMatch(below -> tree.get(below).isOfLeaves())) {
        List<Integer> places = List.of(child, children[0], children[1]);
        boolean plain = places.stream().map(tree::get).noneMatch(Split::isRepeated);
        (plain ? plainTwigs : twigs).addAll(places);
      } else {
        inner.add(child);
      }
    }

    List<Integer> order() {
      return Stream.of(inner, plainTwigs, twigs, pairs).flatMap(List::stream).toList();
    }
  }

  private static DoubleStream pair(TreeSplits tree, Split split, int target) {
    double left = tree.leaf(~split.children()[0], target);
    double right = tree.leaf(~split.children()[1], target);
    return DoubleStream.of(right + split.left() * (left - right), left - right);
  }

  /** Tau and its derivative at all points, by the share of the splits of the same column above. */
  private void fillRow(int row, double above) {
    for (int point = 0; point < quadrature.count(); point++) {
      double t = quadrature.point(point);
      double sum = above + t * (1 - above);
      int at = row + point / POINTS * 2 * POINTS + point % POINTS;
      times[at] = t / sum;
      times[at + POINTS] = above / (sum * sum);
    }
  }
}
