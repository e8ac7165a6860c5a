package io.leat.cli.backtest;

import io.leat.cli.command.UserError;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import java.util.List;
import org.apache.avro.Schema;

/**
 * What rows are parted by.
 *
 * @param name a feature's full name, or a field of the spine event
 * @param feature the feature's place in the vector; -1 of a field of the event
 */
record SegmentField(String name, int feature) {
  /**
   * Looks up what was asked for.
   *
   * @throws UserError if there is neither such a feature nor such a field
   */
  static SegmentField of(String name, FeatureService service, Contract spine) {
    int feature = service.featureNames().indexOf(name);
    if (feature < 0 && spine.schema().getField(name) == null) {
      throw new UserError(
          "--segment %s is no feature of service %s (%s) and no field of its spine event %s (%s)."
              .formatted(
                  name,
                  service.name(),
                  String.join(", ", service.featureNames()),
                  spine.event(),
                  String.join(
                      ", ", spine.schema().getFields().stream().map(Schema.Field::name).toList())));
    }
    return new SegmentField(name, feature);
  }

  boolean isOfTheEvent() {
    return feature < 0;
  }

  static boolean anyOfTheEvent(List<SegmentField> segments) {
    return segments.stream().anyMatch(SegmentField::isOfTheEvent);
  }
}
