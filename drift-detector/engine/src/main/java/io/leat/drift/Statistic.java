package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * A distance of a window from the reference: 0 where they are alike, greater the more they differ.
 * The name says the variant, and is the metric's name in metrics, alerts and profiles.
 */
public enum Statistic {
  /** Kolmogorov-Smirnov's D over the values that are not null; 0 to 1. */
  KOLMOGOROV_SMIRNOV("ks", 0.01) {
    @Override
    OptionalDouble value(FeatureReference reference, FeatureCounts window, long minimum) {
      return reference.count() == 0 || window.values() < Math.max(1, minimum)
          ? OptionalDouble.empty()
          : OptionalDouble.of(KolmogorovSmirnov.distance(reference.distribution(), window));
    }

    @Override
    double error(FeatureReference reference, FeatureCounts window) {
      return KolmogorovSmirnov.error(reference.distribution(), window);
    }

    @Override
    OptionalDouble valueFromRest(FeatureReference reference, FeatureCounts window, long minimum) {
      return reference.count() == window.values() || window.values() < Math.max(1, minimum)
          ? OptionalDouble.empty()
          : OptionalDouble.of(KolmogorovSmirnov.distanceFromRest(reference.distribution(), window));
    }

    @Override
    double farBeyond(double value) {
      return value + 0.25;
    }
  },

  /**
   * The population stability index over the reference's deciles, values outside the reference's
   * range and nulls; empty shares count as 1e-4. What is not known is passed over.
   */
  POPULATION_STABILITY("psi_deciles_1e-4", 0.1) {
    @Override
    OptionalDouble value(FeatureReference reference, FeatureCounts window, long minimum) {
      return reference.evaluated(window) < Math.max(1, minimum)
          ? OptionalDouble.empty()
          : OptionalDouble.of(
              PopulationStabilityIndex.of(reference.expected(), reference.buckets(window)));
    }

    @Override
    OptionalDouble valueFromRest(FeatureReference reference, FeatureCounts window, long minimum) {
      long events = reference.evaluated(window);
      if (events < Math.max(1, minimum) || events == reference.evaluated()) {
        return OptionalDouble.empty();
      }
      long[] actual = reference.buckets(window);
      long[] rest = reference.expected();
      for (int i = 0; i < rest.length; i++) {
        rest[i] -= actual[i];
      }
      return OptionalDouble.of(PopulationStabilityIndex.of(rest, actual));
    }

    @Override
    double farBeyond(double value) {
      return Math.max(value + 0.25, value * 1.5);
    }
  };

  private final String label;
  private final double least;

  Statistic(String label, double least) {
    this.label = label;
    this.least = least;
  }

  /** Name with variant: {@code ks}, {@code psi_deciles_1e-4}. */
  @JsonValue
  public String label() {
    return label;
  }

  /** The statistic of that name. */
  static Statistic ofLabel(String label) {
    return Arrays.stream(values())
        .filter(statistic -> statistic.label.equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no statistic is called " + label));
  }

  /**
   * The least threshold: a distance up to this is never called drift, however steady the reference.
   * For D, one vector in a hundred; for the stability index, what Siddiqi calls no change.
   */
  double leastThreshold() {
    return least;
  }

  /** The statistic of a window; empty where the window holds fewer values than the minimum. */
  abstract OptionalDouble value(FeatureReference reference, FeatureCounts window, long minimum);

  /**
   * How far at most the exact statistic of a window that has a {@link #value} is above it; 0 where
   * the value is exact.
   */
  double error(FeatureReference reference, FeatureCounts window) {
    return 0;
  }

  /** As {@link #value}, of a window that is a part of the reference against the rest of it. */
  abstract OptionalDouble valueFromRest(
      FeatureReference reference, FeatureCounts window, long minimum);

  /**
   * What is plainly farther from the reference than a given distance.
   *
   * <p>For D, 0.25 more: a quarter of all vectors has moved, on top. For the stability index, half
   * as much again and at least 0.25 (Siddiqi's "significant") more: a feature that stays within one
   * decile for whole windows has 8.3 by nature, and 16.1 once it leaves the reference's range; the
   * factor puts the border midway.
   */
  abstract double farBeyond(double value);
}
