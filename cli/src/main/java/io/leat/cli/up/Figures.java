package io.leat.cli.up;

import io.leat.console.Findings;
import io.leat.schemas.Topics;
import java.time.Instant;
import java.util.Map;

/**
 * What was counted in a running stack at one moment.
 *
 * @param topics topic to its committed records, as long as it has existed
 * @param lag job to the records that it has not committed yet
 * @param waiting event to those of its counted records that ingestion has not committed yet
 * @param complete false if counting has not come to the topics' ends yet
 * @param scoring model to what scores its vectors, in words; without models that nothing scores
 */
record Figures(
    Instant time,
    Map<String, Long> topics,
    Map<String, Long> lag,
    Map<String, Long> waiting,
    Findings.Summary findings,
    boolean complete,
    Map<String, String> scoring) {
  Figures {
    scoring = Map.copyOf(scoring);
    topics = Map.copyOf(topics);
    lag = Map.copyOf(lag);
    waiting = Map.copyOf(waiting);
  }

  long topic(String name) {
    return topics.getOrDefault(name, 0L);
  }

  /**
   * Records that ingestion has gone through and that are neither valid nor dead letters: duplicates
   * that the contract leaves out, and what is no event, such as a tombstone.
   */
  long leftOut(String event) {
    long evaluated = topic(event) - waiting.getOrDefault(event, 0L);
    return Math.max(0, evaluated - topic(Topics.valid(event)) - topic(Topics.deadLetters(event)));
  }
}
