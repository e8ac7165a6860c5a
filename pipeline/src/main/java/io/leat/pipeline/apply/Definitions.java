package io.leat.pipeline.apply;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Fingerprints;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.records.Definition;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * The versioned definitions of a pipeline: views, services and models. A contract's versions are
 * the registry's.
 */
final class Definitions {
  static final String VIEW = "view";
  static final String SERVICE = "service";
  static final String MODEL = "model";

  private Definitions() {}

  /**
   * @throws io.leat.pipeline.model.ModelException if a model's file is there and cannot be read
   */
  static List<Definition> of(Pipeline pipeline) {
    List<Definition> definitions = new ArrayList<>();
    for (FeatureView view : pipeline.views()) {
      definitions.add(of(view, pipeline));
    }
    for (FeatureService service : pipeline.services()) {
      definitions.add(
          definition(
              SERVICE, service.name(), "" + service.version(), service.definition(), pipeline));
    }
    for (Model model : pipeline.models()) {
      String digest = Files.exists(model.artifact()) ? ModelFile.read(model).sha256() : null;
      definitions.add(
          new Definition(
              MODEL,
              model.name(),
              model.version(),
              Fingerprints.of(model),
              pipeline.name(),
              digest));
    }
    return definitions;
  }

  static Definition of(FeatureView view, Pipeline pipeline) {
    return definition(VIEW, view.name(), "" + view.version(), Fingerprints.of(view), pipeline);
  }

  /** Key of a definition's record: {@code kind/name@version}; a promotion's has no version. */
  static String key(Definition definition) {
    if (Promotions.isPromotion(definition)) {
      return definition.getKind() + "/" + definition.getName();
    }
    return "%s/%s@%s"
        .formatted(definition.getKind(), definition.getName(), definition.getVersion());
  }

  private static Definition definition(
      String kind, String name, String version, String fingerprint, Pipeline pipeline) {
    return new Definition(kind, name, version, fingerprint, pipeline.name(), null);
  }
}
