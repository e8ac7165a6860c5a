package io.leat.drift;

import io.leat.drift.QualityReference.Usual;
import io.leat.pipeline.definition.DataQuality.Measure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A measure of data quality in one window.
 *
 * @param score how far the farthest part is from what is usual: what is ranked
 * @param parts what it was measured of; the farthest first
 */
record QualityReading(Measure measure, double score, List<Part> parts) {

  /**
   * A column, for one reason where nulls are measured, or all vectors.
   *
   * @param value the share, or the vectors beside what is usual
   * @param effect by how much it is off: points of a share, or the logarithm of a quotient
   * @param of how many values it is a share of; of a volume the vectors
   */
  record Part(
      String column,
      String reason,
      double value,
      double usual,
      double effect,
      double score,
      long of) {}

  /** By how much a part of a measure may be off and does not matter. */
  static double least(Measure measure) {
    return switch (measure) {
      case NULL_SHARE, OUT_OF_RANGE_SHARE -> 0.01;
      case NEW_CATEGORY_SHARE -> 0.02;
      case VOLUME -> Math.log(2);
    };
  }

  /** What is plainly an incident: a tenth of a column, or of what is usual. */
  static double critical(Measure measure) {
    return switch (measure) {
      case NULL_SHARE, OUT_OF_RANGE_SHARE, NEW_CATEGORY_SHARE -> 0.1;
      case VOLUME -> Math.log(10);
    };
  }

  private static Optional<QualityReading> of(Measure measure, List<Part> parts) {
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new QualityReading(
                measure,
                Math.max(0, parts.stream().mapToDouble(Part::score).max().getAsDouble()),
                parts.stream().sorted(Comparator.comparing(Part::score).reversed()).toList()));
  }

  /** Of the shares of columns. */
  static Optional<QualityReading> ofShares(
      QualityReference reference,
      List<FeatureReference> features,
      WindowSummary window,
      int minimumEvents) {
    Map<String, Usual> usual =
        reference.usual().stream()
            .collect(Collectors.toMap(one -> key(one.column(), one.reason()), Function.identity()));
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      FeatureReference feature = features.get(i);
      if (feature.stream().segment().isPresent() || window.isOfScores(i)) {
        continue;
      }
      FeatureCounts counts = window.counts(i);
      String name = feature.name();
      switch (reference.measure()) {
        case NULL_SHARE -> {
          if (window.events() >= minimumEvents) {
            parts.add(part(usual, name, "", 0, window.events()));
            counts
                .nullsByReason()
                .forEach(
                    (reason, nulls) ->
                        parts.add(part(usual, name, reason, nulls, window.events())));
          }
        }
        case OUT_OF_RANGE_SHARE -> {
          if (feature instanceof NumberReference numbers && numbers.hasRange()) {
            addOfValues(
                parts, usual, name, window.tally().far(name), counts.values(), minimumEvents);
          }
        }
        case NEW_CATEGORY_SHARE -> {
          if (feature instanceof CategoryReference category && category.categories().tellsNew()) {
            addOfValues(
                parts,
                usual,
                name,
                counts.cell(category.categories().newCell()),
                counts.values(),
                minimumEvents);
          }
        }
        case VOLUME -> {
          // is of no column
        }
      }
    }
    return of(reference.measure(), parts);
  }

  private static void addOfValues(
      List<Part> parts,
      Map<String, Usual> usual,
      String column,
      long found,
      long values,
      int minimumEvents) {
    if (values >= minimumEvents) {
      parts.add(part(usual, column, "", found, values));
    }
  }

  private static Part part(
      Map<String, Usual> usual, String column, String reason, long found, long of) {
    Usual one = usual.getOrDefault(key(column, reason), Usual.none(column, reason));
    double share = found / (double) of;
    return new Part(
        column, reason, share, one.share(), share - one.share(), one.score(share, of), of);
  }

  private static String key(String column, String reason) {
    return column + "\n" + reason;
  }

  /** Of the number of vectors. */
  static Optional<QualityReading> ofVolume(Volumes volumes, long window, long events, int period) {
    OptionalDouble usual = volumes.usual(window, period);
    if (usual.isEmpty()) {
      return Optional.empty();
    }
    double distance = Volumes.distance((double) events, usual.getAsDouble());
    return of(
        Measure.VOLUME,
        List.of(
            new Part(
                "*",
                "",
                events / Math.max(1, usual.getAsDouble()),
                usual.getAsDouble(),
                distance,
                distance,
                events)));
  }

  /** The parts that are off by more than does not matter, and farther than is usual. */
  List<Part> beyond(double usualScore) {
    return parts.stream()
        .filter(part -> part.effect() > least(measure) && part.score() > usualScore)
        .toList();
  }

  /** Whether a part is beyond a limit that the definition sets. */
  boolean breaks(double limit) {
    return parts.stream()
        .anyMatch(part -> measure == Measure.VOLUME ? part.value() < limit : part.effect() > limit);
  }

  /** What is told of a part: {@code 4.10 % of 1200 values of a are null (null_in_event), ...}. */
  String sentence(Part part) {
    String share = percent(part.value());
    String usual = percent(part.usual());
    return switch (measure) {
      case NULL_SHARE ->
          "%s of %d values of %s are null%s, of the training data %s"
              .formatted(
                  share,
                  part.of(),
                  part.column(),
                  part.reason().isEmpty() ? "" : " (%s)".formatted(part.reason()),
                  usual);
      case OUT_OF_RANGE_SHARE ->
          "%s of %d values of %s are far beyond the range of the training data"
              .formatted(share, part.of(), part.column());
      case NEW_CATEGORY_SHARE ->
          "%s of %d values of %s did not occur in the training data"
              .formatted(share, part.of(), part.column());
      case VOLUME -> "%d vectors came, where %.0f are usual".formatted(part.of(), part.usual());
    };
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }
}
