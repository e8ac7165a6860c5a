package io.leat.pipeline.definition;

import io.leat.common.Sha256;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fingerprints of definitions: SHA-256, in hex, of a text that holds all that the values depend on
 * and nothing else. Comments, the order of keys, owners, descriptions and files' names do not
 * count; neither does the order of a view's aggregations. Defaults count as if they were written.
 */
public final class Fingerprints {
  /** All of five windows, each in one of five units; of more only the first are tried. */
  private static final int MOST_SPELLINGS = 3_125;

  private Fingerprints() {}

  /**
   * Fingerprint of a view: two views of the same fingerprint have the same state, and so the same
   * columns. What is derived of them is not looked at: it is made again whenever it is asked for,
   * and counts in the services that take it.
   */
  public static String of(FeatureView view) {
    return Sha256.hex(canonical(view));
  }

  /**
   * The view of this fingerprint that has all of another's but the units its windows are written
   * in; empty where the difference is another.
   */
  public static Optional<FeatureView> otherwiseWritten(FeatureView view, String fingerprint) {
    Stream<List<Window>> spellings = Stream.of(List.of());
    for (Window window : view.windows()) {
      spellings =
          spellings.flatMap(
              before ->
                  window
                      .spellings()
                      .map(one -> Stream.concat(before.stream(), Stream.of(one)).toList()));
    }
    return spellings
        .limit(MOST_SPELLINGS)
        .map(view::over)
        .filter(other -> of(other).equals(fingerprint))
        .findFirst();
  }

  /**
   * Fingerprint of a service: its version, its features in order and the views that they need.
   *
   * @param views every view that a feature needs, in any order
   */
  public static String of(FeatureService service, Collection<FeatureView> views) {
    String features =
        service.features().stream()
            .map(
                feature ->
                    feature instanceof DerivedFeature derived
                        ? derived.name() + " = " + derived.expression().text()
                        : feature.name())
            .collect(Collectors.joining("\n"));
    return Sha256.hex(
        "service %s@%d of %s\n%s\n%s"
            .formatted(
                service.name(),
                service.version(),
                service.spine(),
                features,
                views.stream()
                    .sorted(Comparator.comparing(FeatureView::name))
                    .map(Fingerprints::canonical)
                    .collect(Collectors.joining("\n"))));
  }

  /**
   * Fingerprint of what a model's definition says beside its file: service, inputs, outputs, the
   * defaults of nulls, decisions. The file itself is not looked at.
   */
  public static String of(Model model) {
    Map<String, Double> nulls = new TreeMap<>(model.nulls().byFeature());
    model.nulls().defaultValue().ifPresent(value -> nulls.put("", value));
    return Sha256.hex(
        "model %s@%s of %s@%d\nscore %s[%s]\nnulls %s\n%s%s"
            .formatted(
                model.name(),
                model.version(),
                model.service(),
                model.serviceVersion(),
                model.score().output(),
                model.score().element().orElse("0"),
                nulls,
                model.decisions().stream()
                    .map(d -> d.name() + " if " + d.condition().text())
                    .collect(Collectors.joining("\n")),
                beyondOneMatrixAndOneScore(model)));
  }

  /** Empty of most models, whose fingerprints are those of releases that knew no others. */
  private static String beyondOneMatrixAndOneScore(Model model) {
    StringBuilder text = new StringBuilder();
    if (!model.inputs().isEmpty()) {
      text.append("\ninputs ").append(new TreeMap<>(model.inputs()));
    }
    if (!model.nulls().texts().isEmpty()) {
      text.append("\ntexts ").append(new TreeMap<>(model.nulls().texts()));
    }
    if (!model.outputs().isEmpty()) {
      text.append("\noutputs ").append(new TreeMap<>(model.outputs()));
    }
    return text.toString();
  }

  private static String canonical(FeatureView view) {
    return "view %s of %s by %s in %s windows %s resolution %s offset %s grace %s\n%s"
        .formatted(
            view.id(),
            view.source(),
            view.entity().name(),
            view.entity().key(),
            windows(view.windows()),
            millis(view.resolution()),
            millis(view.offset()),
            millis(view.grace()),
            view.aggregations().stream()
                .map(Fingerprints::canonical)
                .sorted()
                .collect(Collectors.joining("\n")));
  }

  private static String canonical(Aggregation aggregation) {
    return "%s = %s(%s) where %s default %s"
        .formatted(
            aggregation.name(),
            aggregation.function().name(),
            aggregation.field().orElse("")
                + aggregation.parameter().map(parameter -> ", " + parameter).orElse(""),
            aggregation.where().map(filter -> filter.condition().text()).orElse("true"),
            aggregation.defaultValue().map(String::valueOf).orElse("null"));
  }

  /** Lengths, and texts where they are not the usual ones: they name the columns. */
  private static String windows(List<Window> windows) {
    return windows.stream()
        .map(
            window ->
                window.equals(Window.of(window.length()))
                    ? millis(window.length())
                    : millis(window.length()) + " as " + window.text())
        .collect(Collectors.joining(","));
  }

  private static String millis(Duration duration) {
    return duration.toMillis() + "ms";
  }
}
