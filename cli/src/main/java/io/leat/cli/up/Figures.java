package io.leat.cli.up;

import java.time.Instant;
import java.util.Map;

/**
 * What was counted in a running stack at one moment.
 *
 * @param topics topic to its committed records, as long as it has existed
 * @param lag job to the records that it has not committed yet
 * @param complete false if counting has not come to the topics' ends yet
 */
record Figures(
    Instant time,
    Map<String, Long> topics,
    Map<String, Long> lag,
    Findings.Summary findings,
    boolean complete) {
  Figures {
    topics = Map.copyOf(topics);
    lag = Map.copyOf(lag);
  }

  long topic(String name) {
    return topics.getOrDefault(name, 0L);
  }
}
