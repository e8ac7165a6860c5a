package io.leat.retraining.worker;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The last records of the topics that a service's tables are made of. All that made somebody ask
 * for a training set has passed these topics by then.
 */
final class LogEnds {
  private LogEnds() {}

  /** Each as {@code EVENT/PARTITION/OFFSET}; none of a partition that is empty. */
  static List<String> of(Map<String, ?> kafka, Pipeline pipeline, FeatureService service) {
    List<String> ends = new ArrayList<>();
    for (String event : events(pipeline, service)) {
      TopicLog.find(kafka, Topics.valid(event))
          .ifPresent(
              log -> {
                try (log) {
                  log.ends()
                      .forEach(
                          (partition, end) ->
                              log.last(partition, end, record -> true)
                                  .ifPresent(
                                      record ->
                                          ends.add(
                                              "%s/%d/%d"
                                                  .formatted(
                                                      event,
                                                      record.partition(),
                                                      record.offset()))));
                }
              });
    }
    return ends;
  }

  private static Set<String> events(Pipeline pipeline, FeatureService service) {
    Set<String> events = new TreeSet<>(pipeline.labelEvents(service));
    events.add(service.spine());
    service.views().forEach(id -> events.add(pipeline.view(id).orElseThrow().source()));
    return events;
  }
}
