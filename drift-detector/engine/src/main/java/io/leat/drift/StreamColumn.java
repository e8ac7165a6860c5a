package io.leat.drift;

/** A column of training rows, as far as streams are made of it. */
interface StreamColumn {
  /**
   * The reference of some of its rows.
   *
   * @param points most points of a distribution
   * @param kept most categories that are kept
   */
  FeatureReference reference(DriftStream stream, int[] of, int points, int kept);

  /** Counts a row as windows count it. */
  void count(FeatureReference reference, int row, FeatureCounts counts);
}
