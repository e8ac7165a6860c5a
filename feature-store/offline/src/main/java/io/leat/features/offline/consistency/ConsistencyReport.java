package io.leat.features.offline.consistency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.features.engine.Micros;
import io.leat.features.offline.consistency.FeatureFindings.Example;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.features.offline.replay.TableSnapshot;
import io.leat.pipeline.definition.FeatureService;
import io.leat.schemas.NullReason;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison found, for people and for programs.
 *
 * @param service the service
 * @param from least event time of a vector
 * @param to event time that all vectors lie before
 * @param oneIn of so many keys one was compared
 * @param orderIsKnown whether the tables say in which order all events arrived
 * @param tables the snapshots that were read
 * @param findings what was found
 */
record ConsistencyReport(
    ServiceReference service,
    Optional<Instant> from,
    Optional<Instant> to,
    int oneIn,
    boolean orderIsKnown,
    Map<String, TableSnapshot> tables,
    Findings findings) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Lines for a person. */
  List<String> toText() {
    FeatureService definition = service.definition();
    List<String> lines = new ArrayList<>();
    long compared = findings.equal() + findings.unequal();
    lines.add(
        "%s@%d, vectors%s%s%s: %s"
            .formatted(
                definition.name(),
                definition.version(),
                from.map(time -> " from " + time).orElse(""),
                to.map(time -> " to " + time).orElse(""),
                oneIn == 1 ? "" : " of one key in " + oneIn,
                findings.isConsistent() ? "consistent" : "NOT consistent"));
    lines.add(
        text(
            "compared %,d: equal %,d (%s), unequal %,d; missing in the log %,d, extra in the log %,d, of another definition %,d",
            compared,
            findings.equal(),
            share(findings.equal(), compared),
            findings.unequal(),
            findings.missing().count(),
            findings.extra().count(),
            findings.others()));
    if (!orderIsKnown) {
      lines.add(
          "Events of several partitions or topics meet in a key's state. Which of two came first is told by the brokers' clocks alone: some vectors may differ.");
    }
    int width = definition.featureNames().stream().mapToInt(String::length).max().orElse(0);
    lines.add("");
    lines.add(
        text(
            "%-" + width + "s  %11s  %11s  %10s  %10s  %10s  %10s  %10s",
            "feature",
            "equal",
            "unequal",
            "SMAPE",
            "delta p50",
            "p90",
            "p99",
            "greatest"));
    for (int i = 0; i < findings.features().size(); i++) {
      FeatureFindings found = findings.features().get(i);
      lines.add(
          text(
              "%-" + width + "s  %,11d  %,11d  %10.3g  %10.3g  %10.3g  %10.3g  %10.3g",
              definition.featureNames().get(i),
              found.equal(),
              found.unequal(),
              found.smape(),
              found.deltas().quantile(0.5),
              found.deltas().quantile(0.9),
              found.deltas().quantile(0.99),
              found.deltas().greatest()));
    }
    examples(lines);
    return lines;
  }

  /** No share but that of all is shown as 100 %. */
  private static String share(long part, long all) {
    double percent = all == 0 ? 0 : 100.0 * part / all;
    return part == all && all > 0 ? "100 %" : text("%.4f %%", Math.min(percent, 99.9999));
  }

  private void examples(List<String> lines) {
    for (int i = 0; i < findings.features().size(); i++) {
      for (Example example : findings.features().get(i).examples()) {
        lines.add(
            "%s of %s (%s) at %s: logged %s, recomputed %s"
                .formatted(
                    service.definition().featureNames().get(i),
                    example.eventId(),
                    example.keys().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                    Micros.toInstant(example.time()),
                    text(example.logged()),
                    text(example.recomputed())));
      }
    }
    for (int i = 0; i < findings.features().size(); i++) {
      String name = service.definition().featureNames().get(i);
      FeatureFindings found = findings.features().get(i);
      if (found.notYet() > 0) {
        lines.add(
            text(
                "%s: not compared where its view waited for its backfill: %,d",
                name, found.notYet()));
      }
      if (found.removed() > 0) {
        lines.add(
            text("%s: not compared where idle keys had been removed: %,d", name, found.removed()));
      }
    }
    if (findings.missing().count() > 0) {
      lines.add("missing in the log, for example: " + findings.missing().examples());
    }
    if (findings.extra().count() > 0) {
      lines.add("extra in the log, for example: " + findings.extra().examples());
    }
    if (to.isEmpty() && (findings.missing().count() > 0 || findings.extra().count() > 0)) {
      lines.add(
          "While a stack runs, the newest events and their vectors come into the tables at different times. Compare what lies before them: --to TIME.");
    }
  }

  private static String text(Object valueOrReason) {
    return valueOrReason instanceof NullReason reason
        ? "null (" + reason.text() + ")"
        : valueOrReason.toString();
  }

  private static String text(String format, @Nullable Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** One line of JSON; {@code docs/reference/training-sets.md} describes it. */
  String toJson() {
    FeatureService definition = service.definition();
    ObjectNode tree = JSON.createObjectNode();
    tree.put("service", definition.name())
        .put("version", definition.version())
        .put("definition", definition.definition());
    from.ifPresent(time -> tree.put("from", time.toString()));
    to.ifPresent(time -> tree.put("to", time.toString()));
    tree.put("oneIn", oneIn)
        .put("orderIsKnown", orderIsKnown)
        .put("consistent", findings.isConsistent());
    ObjectNode snapshots = tree.putObject("snapshots");
    tables.forEach((name, snapshot) -> snapshots.put(name, snapshot.id()));
    ObjectNode vectors = tree.putObject("vectors");
    vectors
        .put("equal", findings.equal())
        .put("unequal", findings.unequal())
        .put("missing", findings.missing().count())
        .put("extra", findings.extra().count())
        .put("otherDefinition", findings.others());
    findings.missing().examples().forEach(vectors.putArray("missingExamples")::add);
    findings.extra().examples().forEach(vectors.putArray("extraExamples")::add);
    ArrayNode features = tree.putArray("features");
    for (int i = 0; i < findings.features().size(); i++) {
      put(definition.featureNames().get(i), findings.features().get(i), features.addObject());
    }
    try {
      return JSON.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  private static void put(String name, FeatureFindings found, ObjectNode node) {
    node.put("name", name)
        .put("equal", found.equal())
        .put("unequal", found.unequal())
        .put("notYet", found.notYet())
        .put("removed", found.removed())
        .put("smape", found.smape());
    node.putObject("delta")
        .put("p50", found.deltas().quantile(0.5))
        .put("p90", found.deltas().quantile(0.9))
        .put("p99", found.deltas().quantile(0.99))
        .put("greatest", found.deltas().greatest());
    ArrayNode examples = node.putArray("examples");
    for (Example example : found.examples()) {
      ObjectNode one =
          examples
              .addObject()
              .put("eventId", example.eventId())
              .put("time", Micros.toInstant(example.time()).toString());
      ArrayNode keys = one.putArray("keys");
      example.keys().forEach(keys::add);
      put("logged", example.logged(), one);
      put("recomputed", example.recomputed(), one);
    }
  }

  private static void put(String name, Object valueOrReason, ObjectNode node) {
    node.put(name, Objects.toString(NullReason.orNull(valueOrReason), null));
    if (valueOrReason instanceof NullReason reason) {
      node.put(name + "Reason", reason.text());
    }
  }
}
