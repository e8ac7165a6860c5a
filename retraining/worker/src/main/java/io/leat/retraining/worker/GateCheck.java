package io.leat.retraining.worker;

import io.leat.pipeline.definition.Gates.Rule;
import io.leat.records.GateResult;
import io.leat.records.GateVerdict;
import io.leat.retraining.gate.Contender;
import io.leat.retraining.gate.Gate;
import io.leat.retraining.gate.GateReport;
import io.leat.retraining.gate.GateRows;
import io.leat.retraining.gate.Gates;
import io.leat.retraining.gate.Metric;
import io.leat.retraining.gate.Verdict;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A policy's gates over the rows of a comparison.
 *
 * @param report what they say
 * @param notCompared gates that could not compare, since the champion reads other features
 */
public record GateCheck(GateReport report, List<String> notCompared) {
  private static final Set<io.leat.pipeline.definition.Gates.Metric> LOSSES =
      EnumSet.of(
          io.leat.pipeline.definition.Gates.Metric.AUC,
          io.leat.pipeline.definition.Gates.Metric.LOG_LOSS,
          io.leat.pipeline.definition.Gates.Metric.BRIER);

  public GateCheck {
    notCompared = List.copyOf(notCompared);
  }

  /**
   * Judges.
   *
   * @param hasChampion whether there is a champion, whether or not it could be scored
   * @param seed of what is drawn at random
   */
  public static GateCheck of(
      io.leat.pipeline.definition.Gates declared, Comparison rows, boolean hasChampion, long seed) {
    List<Gate> gates = declared.gates().stream().map(gate -> gate(gate, declared)).toList();
    GateReport report =
        Gates.evaluate(
            gates,
            new GateRows(
                new Contender(
                    "challenger",
                    rows.challenger(),
                    known(rows.latencyMillis()),
                    known(rows.sizeBytes())),
                rows.champion().map(scores -> Contender.of("champion", scores)),
                rows.numbers(),
                rows.entities(),
                rows.segments(),
                rows.decides()),
            seed);
    return new GateCheck(
        report, hasChampion && rows.champion().isEmpty() ? report.notJudged() : List.of());
  }

  private static OptionalDouble known(double number) {
    return Double.isNaN(number) ? OptionalDouble.empty() : OptionalDouble.of(number);
  }

  private static Gate gate(
      io.leat.pipeline.definition.Gates.Gate gate, io.leat.pipeline.definition.Gates declared) {
    Metric metric = Metric.labelled(gate.metric().name().toLowerCase(Locale.ROOT)).orElseThrow();
    String[] groups = declared.protectedFeatures().toArray(String[]::new);
    if (gate.rule() == Rule.LIMIT) {
      return Gate.limit(metric, gate.value(), metric.isOfGroups() ? groups : new String[0]);
    }
    String[] segments = declared.segments().toArray(String[]::new);
    return Gate.notWorseBy(metric, gate.value(), metric.isOfGroups() ? groups : segments);
  }

  /** FAIL if any fails, else INCONCLUSIVE if any is; of no gates, PASS. */
  public GateVerdict verdict() {
    List<GateVerdict> verdicts = results().stream().map(GateResult::getVerdict).toList();
    return verdicts.contains(GateVerdict.FAIL)
        ? GateVerdict.FAIL
        : verdicts.contains(GateVerdict.INCONCLUSIVE) ? GateVerdict.INCONCLUSIVE : GateVerdict.PASS;
  }

  /** As the run's record has them. */
  public List<GateResult> results() {
    return Stream.concat(
            report.results().stream().map(GateCheck::result),
            notCompared.stream().map(GateCheck::open))
        .toList();
  }

  private static GateResult result(io.leat.retraining.gate.GateResult result) {
    String segment =
        result
            .field()
            .map(
                field ->
                    result
                        .segment()
                        .map(value -> " in " + field + "=" + value)
                        .orElse(" of " + field))
            .orElse("");
    return GateResult.newBuilder()
        .setGate(result.gate() + segment)
        .setVerdict(verdict(result.verdict()))
        .setValue(result.value())
        .setLow(null)
        .setHigh(Double.isNaN(result.bound()) ? null : result.bound())
        .setLimit(result.margin())
        .setRows((long) result.rows())
        .setMessage(
            result
                .reason()
                .orElseGet(
                    () ->
                        String.format(
                            Locale.ROOT,
                            "%.6f, bound %.6f, allowed %.6f, on %d rows of %d entities",
                            result.value(),
                            result.bound(),
                            result.margin(),
                            result.rows(),
                            result.entities())))
        .build();
  }

  private static GateVerdict verdict(Verdict verdict) {
    return switch (verdict) {
      case PASS -> GateVerdict.PASS;
      case FAIL -> GateVerdict.FAIL;
      case INCONCLUSIVE -> GateVerdict.INCONCLUSIVE;
    };
  }

  private static GateResult open(String gate) {
    return GateResult.newBuilder()
        .setGate(gate)
        .setVerdict(GateVerdict.INCONCLUSIVE)
        .setValue(Double.NaN)
        .setLimit(Double.NaN)
        .setMessage(
            "the champion reads other features than the service has today, and cannot be scored on them")
        .build();
  }

  /** Names of the gates that hold, over all rows, what scores cost against the champion's. */
  static Set<String> ofLoss(io.leat.pipeline.definition.Gates declared) {
    return declared.gates().stream()
        .filter(gate -> gate.rule() == Rule.NOT_WORSE_BY && LOSSES.contains(gate.metric()))
        .map(gate -> gate(gate, declared).toString())
        .collect(Collectors.toUnmodifiableSet());
  }
}
