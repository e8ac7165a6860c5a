package io.leat.features.offline.consistency;

import io.leat.features.offline.consistency.FeatureFindings.Example;
import io.leat.features.offline.replay.SpineRow;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.flink.api.common.accumulators.Accumulator;
import org.jspecify.annotations.Nullable;

/** What was found of all vectors. One thread's; Flink merges the findings of the tasks. */
final class Findings implements Accumulator<Findings, Findings> {
  private static final long serialVersionUID = 1L;

  /** Name of the accumulator. */
  static final String NAME = "findings";

  private final int keys;
  private final ArrayList<FeatureFindings> features = new ArrayList<>();
  private final Unmatched missing = new Unmatched();
  private final Unmatched extra = new Unmatched();
  private long equal;
  private long unequal;
  private long otherDefinition;

  /**
   * @param keys number of entities; a recomputed row begins with their keys
   * @param features number of features
   */
  Findings(int keys, int features) {
    this.keys = keys;
    IntStream.range(0, features).forEach(i -> this.features.add(new FeatureFindings()));
  }

  /** Vectors that are on one side only. */
  static final class Unmatched implements Serializable {
    private static final long serialVersionUID = 1L;

    private long count;
    private final ArrayList<String> examples = new ArrayList<>();

    private void add(SpineRow row) {
      count++;
      if (examples.size() < FeatureFindings.EXAMPLES) {
        examples.add(row.id());
      }
    }

    private void merge(Unmatched other) {
      count += other.count;
      for (String id : other.examples) {
        if (examples.size() < FeatureFindings.EXAMPLES) {
          examples.add(id);
        }
      }
    }

    long count() {
      return count;
    }

    /** Ids of some of their events. */
    List<String> examples() {
      return examples;
    }
  }

  /** A vector that is in the log and was recomputed. */
  void pair(SpineRow logged, SpineRow recomputed) {
    List<@Nullable String> entityKeys = new ArrayList<>();
    recomputed.values().subList(0, keys).forEach(key -> entityKeys.add((String) key));
    boolean same = true;
    for (int i = 0; i < features.size(); i++) {
      Example pair =
          new Example(
              recomputed.id(),
              entityKeys,
              recomputed.time(),
              valueOrReason(logged, i),
              valueOrReason(recomputed, keys + i));
      same &= pair.isEqual() || pair.isNotCompared();
      features.get(i).compare(pair);
    }
    equal += same ? 1 : 0;
    unequal += same ? 0 : 1;
  }

  private static Object valueOrReason(SpineRow row, int place) {
    return Objects.requireNonNull(row.values().get(place), "a value or a reason");
  }

  /** A spine event without a logged vector. */
  void missing(SpineRow recomputed) {
    missing.add(recomputed);
  }

  /** A logged vector without a spine event, or a second one of it. */
  void extra(SpineRow logged) {
    extra.add(logged);
  }

  /** A logged vector that another version of the service made. */
  void otherDefinition() {
    otherDefinition++;
  }

  /** Whether all that was compared is equal, something was, and nothing is on one side only. */
  boolean isConsistent() {
    return equal > 0 && unequal == 0 && missing.count == 0 && extra.count == 0;
  }

  long equal() {
    return equal;
  }

  long unequal() {
    return unequal;
  }

  long others() {
    return otherDefinition;
  }

  Unmatched missing() {
    return missing;
  }

  Unmatched extra() {
    return extra;
  }

  /** One a feature, in the service's order. */
  List<FeatureFindings> features() {
    return features;
  }

  @Override
  public void add(Findings other) {
    equal += other.equal;
    unequal += other.unequal;
    otherDefinition += other.otherDefinition;
    missing.merge(other.missing);
    extra.merge(other.extra);
    for (int i = 0; i < features.size(); i++) {
      features.get(i).merge(other.features.get(i));
    }
  }

  @Override
  public Findings getLocalValue() {
    return this;
  }

  @Override
  public void resetLocal() {
    throw new UnsupportedOperationException("findings are made once");
  }

  @Override
  public void merge(Accumulator<Findings, Findings> other) {
    add(other.getLocalValue());
  }

  @Override
  @SuppressWarnings("MethodDoesntCallSuperMethod") // a deep copy
  public Findings clone() {
    Findings copy = new Findings(keys, features.size());
    copy.add(this);
    return copy;
  }
}
