package io.leat.benchmarks;

import io.leat.schemas.topic.TopicLog;
import io.leat.stack.JvmProcess;
import java.time.Duration;

/**
 * How fast a peer drains its topic, by what a reader of committed records sees of its output: from
 * when a cohort ends, once the peer is warm, to when all is there.
 *
 * @param measured events between the two
 * @param perSecond events a second of wall clock
 * @param perCpuSecond events a second of the peer's CPU; the broker's is not in it
 */
record PeerDrain(String name, int measured, double perSecond, double perCpuSecond, PeerRows rows) {
  private static final Duration POLL = Duration.ofMillis(100);

  private record Sample(long records, long nanos, double cpuSeconds) {}

  /**
   * Counts the records of the output until there are as many as the events make, then reads their
   * values, which is not measured.
   *
   * @param recordsOfEvent how many records the peer writes of each event
   * @param cohort events of a cohort
   * @param warm how long it runs, from its first record on, before what is measured
   * @param rows takes the values of the first payments
   * @throws IllegalStateException if the peer ends, is not done in time, or has a value twice
   */
  static PeerDrain follow(
      Cluster cluster,
      JvmProcess process,
      String topic,
      int events,
      int recordsOfEvent,
      int cohort,
      Duration warm,
      Duration longest,
      PeerRows rows,
      PeerRows.Decoder decoder) {
    long deadline = System.nanoTime() + longest.toNanos();
    long warmAt = Long.MAX_VALUE;
    Sample start = null;
    Sample last = sample(process, 0);
    try (TopicLog log = cluster.open(topic)) {
      boolean cohortHasEnded = false;
      boolean quiet = false;
      while (!quiet || last.records() < (long) events * recordsOfEvent) {
        int count = log.poll(POLL).count();
        quiet = count == 0;
        if (count > 0) {
          long before = last.records() / recordsOfEvent / cohort;
          last = sample(process, last.records() + count);
          if (warmAt == Long.MAX_VALUE) {
            warmAt = last.nanos() + warm.toNanos();
          }
          cohortHasEnded |=
              last.nanos() >= warmAt && last.records() / recordsOfEvent / cohort > before;
        } else if (start == null && cohortHasEnded) {
          start = last; // all of a commit, not a part of it
        }
        check(process, deadline, last.records() / recordsOfEvent, events);
      }
      log.seekToBeginning();
      while (!rows.isComplete()) {
        log.poll(POLL).forEach(record -> decoder.decode(record.value(), rows));
        check(process, deadline, rows.payments(), events);
      }
    }
    if (start == null || start.records() == last.records()) {
      throw new IllegalStateException(
          "%s was done with all of %,d events before it was warm for a cohort; give it more"
              .formatted(process.name(), events));
    }
    double measured = (double) (last.records() - start.records()) / recordsOfEvent;
    return new PeerDrain(
        process.name(),
        (int) measured,
        measured * 1e9 / (last.nanos() - start.nanos()),
        measured / (last.cpuSeconds() - start.cpuSeconds()),
        rows);
  }

  private static void check(JvmProcess process, long deadline, long done, int events) {
    if (!process.isAlive()) {
      throw process.died();
    }
    if (System.nanoTime() > deadline) {
      throw new IllegalStateException(
          "%s has written %,d of %,d events in time; give it fewer. Its log is %s"
              .formatted(process.name(), done, events, process.logFile()));
    }
  }

  private static Sample sample(JvmProcess process, long records) {
    return new Sample(records, System.nanoTime(), ProcessUsage.cpuSeconds(process.pid()));
  }
}
