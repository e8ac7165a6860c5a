package io.leat.performance;

import io.leat.models.guard.Interval;
import io.leat.models.guard.MeanBound;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Whether the risk of a version is above what it was at first: the mean of its losses, each from 0
 * to 1, held against the mean of its first {@link #REFERENCE} ones. Both are bounded by confidence
 * sequences ({@link MeanBound}) that hold at all times at once, so that it may be looked at after
 * every loss: the chance that a version whose losses have one mean, given those before, is ever
 * called harmful is at most {@link #ALPHA}, for as long as it scores (Podkopaev and Ramdas,
 * "Tracking the risk of a deployed model and detecting harmful distribution shifts", ICLR 2022,
 * arXiv 2110.06177).
 */
final class LiveRisk {
  static final double ALPHA = 0.05;
  static final int REFERENCE = 1_000;

  /** Of each side of both bounds. */
  private static final double SIDE = ALPHA / 2;

  private final Bounds reference;
  private Bounds live;

  LiveRisk() {
    this(
        new Bounds(new MeanBound(), new MeanBound()), new Bounds(new MeanBound(), new MeanBound()));
  }

  private LiveRisk(Bounds reference, Bounds live) {
    this.reference = reference;
    this.live = live;
  }

  /**
   * @param mirrored of 1 less the losses
   */
  private record Bounds(MeanBound losses, MeanBound mirrored) {
    void add(double loss) {
      losses.add(loss);
      mirrored.add(1 - loss);
    }

    Interval interval() {
      return new Interval(losses.lower(SIDE), 1 - mirrored.lower(SIDE));
    }
  }

  /**
   * Takes a loss.
   *
   * @param loss from 0 to 1
   */
  void add(double loss) {
    (hasReference() ? live : reference).add(loss);
  }

  /** Whether the losses that the others are held against are complete. */
  boolean hasReference() {
    return reference.losses().count() >= REFERENCE;
  }

  /** How many losses the bound of now is made of. */
  long count() {
    return now().losses().count();
  }

  /** Mean of them; 0 before the first. */
  double risk() {
    return now().losses().mean();
  }

  /** Where the risk lies, at 95 % for all times at once. */
  Interval bound() {
    return now().interval();
  }

  /** Up to where the risk of the first losses may lie: what those of now are held against. */
  double referenceRisk() {
    return reference.interval().upper();
  }

  /**
   * Whether the risk is above the reference by more than a tolerance, for certain but for {@link
   * #ALPHA}.
   */
  boolean isHarmful(double tolerance) {
    return hasReference() && live.interval().lower() > referenceRisk() + tolerance;
  }

  /** Begins to count anew, against the same reference. */
  void restart() {
    live = new Bounds(new MeanBound(), new MeanBound());
  }

  private Bounds now() {
    return live.losses().count() > 0 ? live : reference;
  }

  void write(DataOutputStream out) throws IOException {
    for (Bounds bounds : new Bounds[] {reference, live}) {
      bounds.losses().write(out);
      bounds.mirrored().write(out);
    }
  }

  static LiveRisk read(DataInputStream in) throws IOException {
    Bounds reference = new Bounds(MeanBound.read(in), MeanBound.read(in));
    return new LiveRisk(reference, new Bounds(MeanBound.read(in), MeanBound.read(in)));
  }
}
