package io.leat.retraining.gate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Judges a challenger by gates. Stateless. */
public final class Gates {
  /** The chance with which a challenger that is worse by exactly the margin passes, or fails. */
  static final double LEVEL = 0.05;

  /** Segments of too few rows, together. */
  static final String OTHER = "(other)";

  private Gates() {}

  /**
   * Judges.
   *
   * @param seed of what is drawn at random; the same input and seed give the same report
   */
  public static GateReport evaluate(List<Gate> gates, GateRows rows, long seed) {
    List<GateResult> results = new ArrayList<>();
    List<String> notJudged = new ArrayList<>();
    for (Gate gate : gates) {
      if (gate.rule() instanceof Rule.NotWorseBy && rows.champion().isEmpty()) {
        notJudged.add(gate.toString());
      } else if (!gate.metric().isOfRows()) {
        results.add(measured(gate, rows, seed));
      } else if (gate.metric().isOfGroups()) {
        for (String field : gate.fields()) {
          results.add(ofGroups(gate, rows, field, seed));
        }
      } else {
        results.add(
            new Asked(gate, rows, Optional.empty(), Optional.empty(), everyRow(rows), seed)
                .alone());
        for (String field : gate.fields()) {
          results.addAll(ofSegments(gate, rows, field, seed));
        }
      }
    }
    return new GateReport(
        rows.challenger().name(),
        rows.champion().map(Contender::name),
        Verdict.of(results.stream().map(GateResult::verdict).toList()),
        results,
        notJudged);
  }

  private static int[] everyRow(GateRows rows) {
    return IntStream.range(0, rows.labels().length).toArray();
  }

  /** A number that the caller measured has no interval. */
  private static GateResult measured(Gate gate, GateRows rows, long seed) {
    double challenger = measurement(gate.metric(), rows.challenger()).orElse(Double.NaN);
    boolean compares = gate.rule() instanceof Rule.NotWorseBy;
    double champion =
        compares
            ? measurement(gate.metric(), rows.champion().orElseThrow()).orElse(Double.NaN)
            : Double.NaN;
    double value = compares ? challenger - champion : challenger;
    double margin = margin(gate);
    return new GateResult(
        gate.toString(),
        gate.metric().label(),
        Optional.empty(),
        Optional.empty(),
        champion,
        challenger,
        value,
        value,
        margin,
        LEVEL,
        Double.isNaN(value) ? Verdict.INCONCLUSIVE : value <= margin ? Verdict.PASS : Verdict.FAIL,
        Double.isNaN(value) ? Optional.of("it was not measured") : Optional.empty(),
        0,
        0,
        seed);
  }

  private static OptionalDouble measurement(Metric metric, Contender contender) {
    return metric == Metric.SIZE ? contender.sizeBytes() : contender.latencyP99Millis();
  }

  private static double margin(Gate gate) {
    return gate.rule() instanceof Rule.NotWorseBy rule
        ? rule.margin()
        : ((Rule.Limit) gate.rule()).value();
  }

  private static GateResult ofGroups(Gate gate, GateRows rows, String field, long seed) {
    return new Asked(gate, rows, Optional.of(field), Optional.empty(), everyRow(rows), seed)
        .alone();
  }

  /** All values of a field by Holm's procedure; those of few rows are one. */
  private static List<GateResult> ofSegments(Gate gate, GateRows rows, String field, long seed) {
    List<String> values = rows.segments().get(field);
    if (values == null) {
      return List.of(
          new Asked(gate, rows, Optional.of(field), Optional.empty(), new int[0], seed)
              .unknown("the rows have no field " + field));
    }
    Map<String, List<Integer>> segments = new TreeMap<>();
    for (int row = 0; row < values.size(); row++) {
      segments.computeIfAbsent(values.get(row), key -> new ArrayList<>()).add(row);
    }
    Map<String, List<Integer>> large = new LinkedHashMap<>();
    List<Integer> small = new ArrayList<>();
    segments.forEach(
        (value, found) -> {
          if (found.size() >= Part.LEAST_ROWS) {
            large.put(value, found);
          } else {
            small.addAll(found);
          }
        });
    if (small.size() >= Part.LEAST_ROWS) {
      large.put(OTHER, small);
    }
    List<Asked> asked =
        large.entrySet().stream()
            .map(
                one ->
                    new Asked(
                        gate,
                        rows,
                        Optional.of(field),
                        Optional.of(one.getKey()),
                        one.getValue().stream().mapToInt(Integer::intValue).toArray(),
                        seed))
            .toList();
    double[] passing = asked.stream().mapToDouble(Asked::chanceOfPassing).toArray();
    double[] failing = asked.stream().mapToDouble(Asked::chanceOfFailing).toArray();
    double[] passes = Holm.adjusted(passing);
    double[] fails = Holm.adjusted(failing);
    double[] levels = Holm.levels(passing, LEVEL);
    List<GateResult> results = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      results.add(asked.get(i).result(passes[i], fails[i], levels[i]));
    }
    return results;
  }

  /** One gate put to some of the rows. */
  private static final class Asked {
    private final Gate gate;
    private final Optional<String> field;
    private final Optional<String> segment;
    private final Part part;
    private final boolean compares;
    private final Optional<String> obstacle;
    private final Optional<Evidence> evidence;
    private final long seed;

    Asked(
        Gate gate,
        GateRows all,
        Optional<String> field,
        Optional<String> segment,
        int[] rows,
        long seed) {
      this.gate = gate;
      this.field = field;
      this.segment = segment;
      this.seed = seed;
      this.compares = gate.rule() instanceof Rule.NotWorseBy;
      Optional<List<String>> groups =
          gate.metric().isOfGroups()
              ? Optional.ofNullable(all.segments().get(field.orElseThrow()))
              : Optional.empty();
      this.part = new Part(all, rows, compares, groups);
      Optional<String> found =
          gate.metric().isOfGroups() && groups.isEmpty()
              ? Optional.of("the rows have no field " + field.orElseThrow())
              : part.obstacle(gate.metric());
      this.evidence =
          found.isPresent()
              ? Optional.empty()
              : Optional.of(part.evidence(gate.metric(), seedOf(seed))).filter(Evidence::isKnown);
      this.obstacle =
          found.or(
              () ->
                  evidence.isPresent()
                      ? Optional.empty()
                      : Optional.of("the rows do not give its standard error"));
    }

    /** Of each question its own, so that one more question changes no other's answer. */
    private long seedOf(long common) {
      return common * 31 + (gate.toString() + field + segment).hashCode();
    }

    /** On the scale on which less is better. */
    private double limit() {
      boolean isTurned = !compares && gate.metric().isBetterWhenMore();
      return isTurned ? -margin(gate) : margin(gate);
    }

    double chanceOfPassing() {
      return evidence.map(one -> one.chanceOfPassing(limit())).orElse(1.0);
    }

    double chanceOfFailing() {
      return evidence.map(one -> one.chanceOfFailing(limit())).orElse(1.0);
    }

    GateResult alone() {
      return result(chanceOfPassing(), chanceOfFailing(), LEVEL);
    }

    GateResult unknown(String reason) {
      return result(Optional.empty(), Double.NaN, Verdict.INCONCLUSIVE, Optional.of(reason));
    }

    GateResult result(double passing, double failing, double level) {
      Verdict verdict =
          evidence.isEmpty()
              ? Verdict.INCONCLUSIVE
              : passing <= LEVEL
                  ? Verdict.PASS
                  : failing <= LEVEL ? Verdict.FAIL : Verdict.INCONCLUSIVE;
      return result(evidence, level, verdict, obstacle.or(part::leftOut));
    }

    private GateResult result(
        Optional<Evidence> found, double level, Verdict verdict, Optional<String> reason) {
      double sign = !compares && gate.metric().isBetterWhenMore() ? -1 : 1;
      return new GateResult(
          gate.toString(),
          gate.metric().label(),
          field,
          segment,
          found.map(Evidence::champion).orElse(Double.NaN),
          found.map(Evidence::challenger).orElse(Double.NaN),
          found.map(one -> sign * one.value()).orElse(Double.NaN),
          found.map(one -> sign * one.upper(level)).orElse(Double.NaN),
          margin(gate),
          level,
          verdict,
          reason,
          part.rows(),
          part.entities(),
          seed);
    }
  }
}
