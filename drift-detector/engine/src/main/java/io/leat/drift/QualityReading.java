package io.leat.drift;

import io.leat.drift.QualityReference.Usual;
import io.leat.pipeline.definition.DataQuality.Measure;
import io.leat.pipeline.definition.Durations;
import java.time.Duration;
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
  /** The column of what is of no column. */
  static final String ALL = "*";

  /** How old most vectors are is asked of all but a twentieth: single ones may be late. */
  private static final double MOST_VECTORS = 0.95;

  /** An age that is nothing: a service that starts again takes as long. */
  private static final double NOTHING_SECONDS = 60;

  /**
   * A column, for one reason where nulls are measured, or all vectors.
   *
   * @param reason of nulls; of vectors of another definition which
   * @param value the share, or the vectors beside what is usual, or the age in seconds
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
      long of) {
    /** Of dead letters, which are no vectors. */
    long refused() {
      return Math.round(value * of);
    }
  }

  /** By how much a part of a measure may be off and does not matter. */
  static double least(Measure measure) {
    return switch (measure) {
      case NULL_SHARE,
          OUT_OF_RANGE_SHARE,
          DUPLICATE_SHARE,
          OTHER_DEFINITION_SHARE,
          DEAD_LETTER_SHARE ->
          0.01;
      case NEW_CATEGORY_SHARE -> 0.02;
      case VOLUME -> Math.log(2);
      case FRESHNESS -> Math.log(4);
    };
  }

  /**
   * What is plainly an incident: a tenth of a column, or of what is usual; an hour for a minute.
   */
  static double critical(Measure measure) {
    return switch (measure) {
      case NULL_SHARE,
          OUT_OF_RANGE_SHARE,
          NEW_CATEGORY_SHARE,
          DUPLICATE_SHARE,
          OTHER_DEFINITION_SHARE,
          DEAD_LETTER_SHARE ->
          0.1;
      case VOLUME -> Math.log(10);
      case FRESHNESS -> Math.log(60);
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
        case VOLUME, DUPLICATE_SHARE, FRESHNESS, OTHER_DEFINITION_SHARE, DEAD_LETTER_SHARE -> {
          // are of no column
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

  /**
   * Of the vectors whose event the window had a vector of already.
   *
   * @param recent what it was in the windows before; this one is added
   */
  static Optional<QualityReading> ofDuplicates(
      WindowSummary window, int minimumEvents, Recent recent) {
    EventSample events = window.tally().events();
    return ofShare(Measure.DUPLICATE_SHARE, events.again(), events.seen(), minimumEvents, recent);
  }

  /** Of the vectors that other definitions made: which, the most frequent first. */
  static Optional<QualityReading> ofOtherDefinitions(WindowSummary window, int minimumEvents) {
    Map<String, Long> others = window.tally().others();
    long all = window.events() + others.values().stream().mapToLong(Long::longValue).sum();
    if (all < minimumEvents) {
      return Optional.empty();
    }
    List<Part> parts = new ArrayList<>(List.of(part(Map.of(), ALL, "", 0, all)));
    others.forEach(
        (definition, vectors) -> parts.add(part(Map.of(), ALL, definition, vectors, all)));
    return of(Measure.OTHER_DEFINITION_SHARE, parts);
  }

  /**
   * Of the age of vectors. What is added to both ages makes nothing of seconds.
   *
   * @param recent what it was in the windows before; this one is added
   * @param hasLimit whether it is to be told also where too few windows came before: it is its own
   *     measure then, and only a limit speaks
   */
  static Optional<QualityReading> ofAges(
      WindowSummary window, int minimumEvents, Recent recent, boolean hasLimit) {
    Ages ages = window.tally().ages();
    if (ages.all() < minimumEvents) {
      return Optional.empty();
    }
    double age = ages.quantile(MOST_VECTORS);
    OptionalDouble before = recent.usual();
    recent.add(age);
    if (before.isEmpty() && !hasLimit) {
      return Optional.empty();
    }
    double usual = before.orElse(age);
    double distance = Math.log((age + NOTHING_SECONDS) / (usual + NOTHING_SECONDS));
    return of(
        Measure.FRESHNESS, List.of(new Part(ALL, "", age, usual, distance, distance, ages.all())));
  }

  /**
   * Of the events of the spine that were refused, of these and the vectors.
   *
   * @param recent what it was in the windows before; this one is added
   */
  static Optional<QualityReading> ofDeadLetters(
      WindowSummary window, int minimumEvents, Recent recent) {
    long refused = window.tally().deadLetters();
    return ofShare(
        Measure.DEAD_LETTER_SHARE, refused, window.events() + refused, minimumEvents, recent);
  }

  /** Of a share that training data say nothing of, beside the windows before. */
  private static Optional<QualityReading> ofShare(
      Measure measure, long found, long of, int minimumEvents, Recent recent) {
    if (of < minimumEvents) {
      return Optional.empty();
    }
    double share = found / (double) of;
    OptionalDouble usual = recent.usual();
    recent.add(share);
    if (usual.isEmpty()) {
      return Optional.empty();
    }
    double above = share - usual.getAsDouble();
    return of(measure, List.of(new Part(ALL, "", share, usual.getAsDouble(), above, above, of)));
  }

  /** The value of a part beyond which it matters; of a volume, below which. */
  double threshold(Part part) {
    double least = least(measure);
    return switch (measure) {
      case VOLUME -> Math.exp(-least);
      case FRESHNESS -> (part.usual() + NOTHING_SECONDS) * Math.exp(least) - NOTHING_SECONDS;
      case NULL_SHARE,
          OUT_OF_RANGE_SHARE,
          NEW_CATEGORY_SHARE,
          DUPLICATE_SHARE,
          OTHER_DEFINITION_SHARE,
          DEAD_LETTER_SHARE ->
          part.usual() + least;
    };
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
                ALL,
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

  /**
   * Whether a part is beyond a limit that the definition sets. Where no vectors are usual, none are
   * no part of them.
   */
  boolean breaks(double limit) {
    return parts.stream()
        .anyMatch(
            part ->
                switch (measure) {
                  case VOLUME -> part.usual() >= 1 && part.value() < limit;
                  case FRESHNESS -> part.value() > limit;
                  case NULL_SHARE,
                      OUT_OF_RANGE_SHARE,
                      NEW_CATEGORY_SHARE,
                      DUPLICATE_SHARE,
                      OTHER_DEFINITION_SHARE,
                      DEAD_LETTER_SHARE ->
                      part.effect() > limit;
                });
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
      case DUPLICATE_SHARE ->
          "%s of the vectors are of events that had come before in the window, where %s are usual"
              .formatted(share, usual);
      case FRESHNESS ->
          "vectors came up to %s after their events%s"
              .formatted(
                  seconds(part.value()),
                  part.effect() > 0 ? ", where %s are usual".formatted(seconds(part.usual())) : "");
      case DEAD_LETTER_SHARE ->
          "%d events of the spine went to the dead letters beside %d vectors: %s of both, where %s are usual"
              .formatted(part.refused(), part.of() - part.refused(), share, usual);
      case OTHER_DEFINITION_SHARE ->
          "%s of %d vectors are of %s, which is not the definition that the model was trained on"
              .formatted(share, part.of(), part.reason());
    };
  }

  private static String seconds(double seconds) {
    return Durations.format(Duration.ofSeconds(Math.round(seconds)));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }
}
