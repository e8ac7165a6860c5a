package io.leat.features.offline.backfill;

import io.leat.features.offline.OfflineException;
import io.leat.features.offline.replay.PipelineReference;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.ViewId;
import io.leat.schemas.backfill.BackfillTopic;
import java.io.Serializable;

/**
 * A view in a form that operators can take along.
 *
 * @param id the view, in one version
 */
record ViewReference(PipelineReference reference, ViewId id) implements Serializable {
  /**
   * A view of a pipeline that is to be backfilled.
   *
   * @param name {@code view}, or {@code view@version}
   * @throws OfflineException if the pipeline has no such view, or does not say that it is
   *     backfilled
   */
  static ViewReference of(PipelineReference reference, String name) {
    FeatureView view =
        reference.pipeline().views().stream()
            .filter(one -> one.name().equals(name) || one.id().toString().equals(name))
            .reduce((first, second) -> first.version() > second.version() ? first : second)
            .orElseThrow(
                () ->
                    new OfflineException(
                        "Pipeline %s has no feature view %s; it has %s."
                            .formatted(
                                reference.pipeline().name(),
                                name,
                                reference.pipeline().views().stream()
                                    .map(FeatureView::id)
                                    .toList())));
    if (!view.backfill()) {
      throw new OfflineException(
          "View %s is not declared with backfill: true, so that the online store counts its events from the first that it saw. A new version of the view can be backfilled."
              .formatted(view.id()));
    }
    return new ViewReference(reference, view.id());
  }

  FeatureView view() {
    return reference.pipeline().view(id).orElseThrow();
  }

  /** The contract of the view's source. */
  Contract source() {
    return reference.pipeline().contract(view().source()).orElseThrow();
  }

  /** The view's backfill topic. */
  String topic() {
    return BackfillTopic.name(reference.pipeline().name(), view().name(), view().version());
  }

  /** The online store's consumer group. */
  String group() {
    return BackfillTopic.group(reference.pipeline().name());
  }
}
