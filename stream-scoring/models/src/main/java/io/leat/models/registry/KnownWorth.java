package io.leat.models.registry;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What was known of a version when it was published, by its lineage: up to when it learnt, and how
 * good it was on rows behind that.
 *
 * @param trainedUntil event time before which all rows lie that it learnt from; empty: not known
 * @param figures by name: {@code auc}, {@code log_loss}, {@code brier}
 */
public record KnownWorth(Optional<Instant> trainedUntil, Map<String, Figure> figures) {
  /** Lineage: event time before which all rows lie that the version learnt from. */
  public static final String TRAINED_UNTIL = "trained_until";

  /** What is not known. */
  public static final KnownWorth NONE = new KnownWorth(Optional.empty(), Map.of());

  /** Of rows that the champion had not seen either, before those of a hold-out. */
  private static final List<String> SOURCES = List.of("metric.challenger.", "metric.hold_out.");

  private static final String LOW = ".low";
  private static final String HIGH = ".high";

  public KnownWorth {
    figures = Map.copyOf(figures);
  }

  /**
   * A figure.
   *
   * @param low lower end of its 95 % interval; NaN: not known
   * @param high upper end
   */
  public record Figure(double value, double low, double high) {}

  /** Reads what {@link #put} wrote, of whoever measured the version last. */
  public static KnownWorth of(Map<String, String> lineage) {
    Map<String, Figure> figures = new TreeMap<>();
    for (String source : SOURCES) {
      lineage.forEach(
          (name, value) -> {
            if (name.startsWith(source) && !name.endsWith(LOW) && !name.endsWith(HIGH)) {
              figures.putIfAbsent(
                  name.substring(source.length()),
                  new Figure(
                      number(value),
                      number(lineage.get(name + LOW)),
                      number(lineage.get(name + HIGH))));
            }
          });
    }
    figures.values().removeIf(figure -> Double.isNaN(figure.value()));
    return new KnownWorth(time(lineage.get(TRAINED_UNTIL)), figures);
  }

  /** Writes a figure of a hold-out into a lineage. */
  public static void put(Map<String, String> lineage, String name, Figure figure) {
    String key = "metric.hold_out." + name;
    lineage.put(key, String.valueOf(figure.value()));
    if (!Double.isNaN(figure.low()) && !Double.isNaN(figure.high())) {
      lineage.put(key + LOW, String.valueOf(figure.low()));
      lineage.put(key + HIGH, String.valueOf(figure.high()));
    }
  }

  private static double number(@org.jspecify.annotations.Nullable String text) {
    try {
      return text == null ? Double.NaN : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN; // somebody else's lineage
    }
  }

  private static Optional<Instant> time(@org.jspecify.annotations.Nullable String text) {
    try {
      return text == null ? Optional.empty() : Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty(); // somebody else's lineage
    }
  }
}
