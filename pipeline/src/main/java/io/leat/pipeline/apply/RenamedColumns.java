package io.leat.pipeline.apply;

import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Column;
import io.leat.pipeline.definition.Fingerprints;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.definition.Window;
import io.leat.records.Definition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Views that were applied with their windows in other units: the same values by other names. */
final class RenamedColumns {
  private final Pipeline pipeline;
  private final Map<String, Definition> applied;

  /**
   * @param applied what was applied, by {@link Definitions#key}
   */
  RenamedColumns(Pipeline pipeline, Map<String, Definition> applied) {
    this.pipeline = pipeline;
    this.applied = applied;
  }

  /** What a version of a view or service was applied with, where names are what has changed. */
  Optional<String> describe(Definition wanted) {
    if (wanted.getKind().equals(Definitions.VIEW)) {
      return pipeline
          .view(new ViewId(wanted.getName(), Integer.parseInt(wanted.getVersion())))
          .flatMap(view -> before(view).map(before -> describe(before, view)));
    }
    return pipeline
        .service(wanted.getName())
        .filter(service -> wanted.getKind().equals(Definitions.SERVICE))
        .map(
            service ->
                pipeline.viewsFor(service).stream()
                    .filter(view -> before(view).isPresent())
                    .map(view -> view.id().toString())
                    .collect(Collectors.joining(", ")))
        .filter(views -> !views.isEmpty())
        .map("other names of what it takes of %s (see there)"::formatted);
  }

  private Optional<FeatureView> before(FeatureView view) {
    return Optional.ofNullable(applied.get(Definitions.key(Definitions.of(view, pipeline))))
        .flatMap(found -> Fingerprints.otherwiseWritten(view, found.getFingerprint()))
        .filter(before -> !before.equals(view));
  }

  private static String describe(FeatureView before, FeatureView now) {
    List<String> old = before.columns().stream().map(Column::name).toList();
    List<String> names = now.columns().stream().map(Column::name).toList();
    return "other names of the same columns: %s ('windows: [%s]' keeps the names)"
        .formatted(
            IntStream.range(0, old.size())
                .filter(column -> !old.get(column).equals(names.get(column)))
                .mapToObj(column -> old.get(column) + " is now " + names.get(column))
                .collect(Collectors.joining(", ")),
            before.windows().stream().map(Window::text).collect(Collectors.joining(", ")));
  }
}
