package io.leat.pipeline.apply;

import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Fingerprints;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.AuditEvent;
import io.leat.records.Definition;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
   * @param before the version that the name meant
   * @param actor name of the user or service that promotes
   * @throws ApplyException if it could not be written
   */
  public static void promote(
      DefinitionLog log,
      Pipeline pipeline,
      FeatureView view,
      FeatureView before,
      String actor,
      InstantSource clock) {
    log.write(
        List.of(
            new Definition(
                KIND,
                view.name(),
                Integer.toString(view.version()),
                Fingerprints.of(view),
                pipeline.name(),
                null)),
        AuditEvent.newBuilder()
            .setAction("promote-view")
            .setActor(actor)
            .setSubject("view " + view.name())
            .setDetails(
                Map.of(
                    "pipeline", pipeline.name(),
                    "from", Integer.toString(before.version()),
                    "to", Integer.toString(view.version())))
            .setTime(clock.instant())
            .build());
  }

  static boolean isPromotion(Definition definition) {
    return definition.getKind().equals(KIND);
  }
}
