package io.leat.drift.statistic;

import java.util.ArrayList;
import java.util.List;

/**
 * The catalogue: every drift statistic, a line each. Pages and messages list them in this order,
 * and so do metrics: a new one goes last.
 */
public final class Statistics {
  private static final List<Statistic> ALL = new ArrayList<>();

  public static final Statistic KOLMOGOROV_SMIRNOV = add(new KolmogorovSmirnov());
  public static final Statistic POPULATION_STABILITY = add(new PopulationStabilityIndex());
  public static final Statistic JENSEN_SHANNON = add(new JensenShannon());
  public static final Statistic HELLINGER = add(new Hellinger());
  public static final Statistic TOTAL_VARIATION = add(new TotalVariation());
  public static final Statistic L_INFINITY = add(new LInfinity());
  public static final Statistic CHI_SQUARE = add(new ChiSquareContingency());
  public static final Statistic G = add(new GContingency());
  public static final Statistic CENTROID_SHIFT = add(new CentroidShift());
  public static final Statistic CLASSIFIER = add(new DomainClassifier());

  private static final List<String> DEFAULTS =
      List.of(KOLMOGOROV_SMIRNOV.name(), POPULATION_STABILITY.name());

  private Statistics() {}

  private static Statistic add(Statistic statistic) {
    ALL.add(statistic);
    return statistic;
  }

  /** Every statistic. */
  public static List<Statistic> all() {
    return List.copyOf(ALL);
  }

  /** Every statistic that is defined of such columns. */
  public static List<Statistic> of(ColumnKind kind) {
    return ALL.stream().filter(statistic -> statistic.kinds().contains(kind)).toList();
  }

  /** Names of those that a monitor measures that names none. */
  public static List<String> defaults() {
    return DEFAULTS;
  }

  /**
   * The statistic of a name.
   *
   * @throws IllegalArgumentException if none has it
   */
  public static Statistic get(String name) {
    return ALL.stream()
        .filter(statistic -> statistic.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no statistic is called %s; this release has %s"
                        .formatted(name, ALL.stream().map(Statistic::name).toList())));
  }
}
