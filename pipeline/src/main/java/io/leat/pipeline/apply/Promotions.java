package io.leat.pipeline.apply;

import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Fingerprints;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.AuditEvent;
import io.leat.records.Definition;
import io.leat.schemas.CanonicalJson;
import io.leat.schemas.audit.Change;
import io.leat.schemas.audit.ChangeLog;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which version of a view its name alone means: records of the kind {@code promotion} among the
 * definitions, keyed {@code promotion/view}, so that the newest of each view is kept.
 */
public final class Promotions {
  private static final String KIND = "promotion";

  private Promotions() {}

  /**
   * The promoted versions by name of the view, whether or not the pipeline still declares them.
   *
   * @param definitions what was applied and promoted, of every pipeline
   */
  public static Map<String, Integer> of(Pipeline pipeline, Collection<Definition> definitions) {
    Map<String, Integer> versions = new TreeMap<>();
    for (Definition definition : definitions) {
      if (isPromotion(definition) && definition.getPipeline().equals(pipeline.name())) {
        versions.put(definition.getName(), Integer.valueOf(definition.getVersion()));
      }
    }
    return versions;
  }

  /** Whether this very view was applied: this version, with this definition. */
  public static boolean isApplied(
      Pipeline pipeline, FeatureView view, Collection<Definition> definitions) {
    return definitions.contains(Definitions.of(view, pipeline));
  }

  /**
   * Makes a view what its name alone means, and writes down on {@code audit} who did so.
   *
   * @param before the version that the name meant when somebody looked whether this one is ready
   * @param actor name of the user or service that promotes
   * @throws ApplyException if the name means another version by now
   * @throws io.leat.common.LeatException if it could not be written
   */
  public static void promote(
      ChangeLog changes,
      DefinitionLog log,
      Pipeline pipeline,
      FeatureView view,
      FeatureView before,
      String actor) {
    changes.change(
        () -> {
          FeatureView now =
              pipeline.meantByName(view.name(), of(pipeline, log.read().values())).orElseThrow();
          if (!now.equals(before)) {
            throw new ApplyException(
                "%s was not promoted: %s meant version %d when it was looked at, and somebody has promoted version %d meanwhile. See 'leat audit list' and try again"
                    .formatted(view.id(), view.name(), before.version(), now.version()),
                null);
          }
          return promotion(pipeline, view, before, actor);
        });
  }

  private static Change<Boolean> promotion(
      Pipeline pipeline, FeatureView view, FeatureView before, String actor) {
    Definition promotion =
        new Definition(
            KIND,
            view.name(),
            Integer.toString(view.version()),
            Fingerprints.of(view),
            pipeline.name(),
            null);
    AuditEvent event =
        AuditEvent.newBuilder()
            .setAction("promote-view")
            .setActor(actor)
            .setSubject("view " + view.name())
            .setDetails(
                Map.of(
                    "pipeline", pipeline.name(),
                    "from", Integer.toString(before.version()),
                    "to", Integer.toString(view.version())))
            .setTime(Instant.EPOCH) // set as it is written
            .setBefore(version(before))
            .setAfter(version(view))
            .build();
    return new Change<>(List.of(DefinitionLog.entry(promotion)), Optional.of(event), true);
  }

  private static String version(FeatureView view) {
    return CanonicalJson.of(Map.of("version", view.version()));
  }

  static boolean isPromotion(Definition definition) {
    return definition.getKind().equals(KIND);
  }
}
