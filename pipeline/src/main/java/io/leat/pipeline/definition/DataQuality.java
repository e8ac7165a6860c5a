package io.leat.pipeline.definition;

import java.io.Serializable;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a monitor sees of the quality of what comes in, beside how it is distributed.
 *
 * @param measures what is measured of a window; empty: nothing
 * @param falseAlarmsPerWeek budget for all measures together, beside the monitor's own
 * @param limits what opens an episode at once, whatever the reference was like: by how much a share
 *     is above what is usual, or below what part of what is usual a volume is, between 0 and 1; of
 *     the freshness the age in seconds
 */
public record DataQuality(
    Set<Measure> measures, double falseAlarmsPerWeek, Map<Measure, Double> limits)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Nothing is seen. */
  public static final DataQuality NONE = new DataQuality(Set.of(), 1, Map.of());

  /** What is measured of a window. */
  public enum Measure {
    /** The share of a column's values that are null, by reason. */
    NULL_SHARE,
    /**
     * The share of a column's numbers that lie farther beyond those in training than these lie
     * apart. What is only a little beyond is what drift looks like.
     */
    OUT_OF_RANGE_SHARE,
    /** The share of a column's categories that did not occur in training. */
    NEW_CATEGORY_SHARE,
    /** How many vectors there are, beside the last windows of the same hour and weekday. */
    VOLUME,
    /**
     * The share of vectors whose event the window had a vector of already, beside the last windows.
     */
    DUPLICATE_SHARE,
    /** How long after their events vectors are written, beside the last windows. */
    FRESHNESS,
    /** The share of vectors that another definition of the service made than that of training. */
    OTHER_DEFINITION_SHARE,
    /**
     * The share of the spine's events that ingestion refused, of these and the vectors, beside the
     * last windows.
     */
    DEAD_LETTER_SHARE;

    /** As definitions, metrics and alerts have it: {@code null_share}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Whether training data say nothing of it, as it is a matter of the live stream alone: no
     * budget of false alarms can be promised then.
     */
    public boolean isLive() {
      return switch (this) {
        case NULL_SHARE, OUT_OF_RANGE_SHARE, NEW_CATEGORY_SHARE, VOLUME -> false;
        case DUPLICATE_SHARE, FRESHNESS, OTHER_DEFINITION_SHARE, DEAD_LETTER_SHARE -> true;
      };
    }
  }

  public DataQuality {
    measures = Set.copyOf(measures);
    limits = Map.copyOf(limits);
  }

  /** Whether it looks at events that never become part of a vector. */
  public boolean seesDeadLetters() {
    return measures.contains(Measure.DEAD_LETTER_SHARE);
  }

  /** All measures and no limit. */
  public static DataQuality within(double falseAlarmsPerWeek) {
    return new DataQuality(EnumSet.allOf(Measure.class), falseAlarmsPerWeek, Map.of());
  }
}
