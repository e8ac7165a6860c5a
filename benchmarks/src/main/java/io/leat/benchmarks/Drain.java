package io.leat.benchmarks;

import io.leat.pipeline.definition.PipelineException;
import io.leat.schemas.topic.TopicLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.header.Header;

/**
 * How fast a service drains its raw topic, once it is warm: from the commit that ends its warm-up
 * to its last. A commit counts when the group's offsets show it, which with exactly-once is when
 * its outputs are visible too.
 *
 * @param perSecond events a second of wall clock
 * @param perCpuSecond events a second of the service's CPU; the broker's is not in it
 * @param bytesOfEvent mean size of a valid record: key, value, names and values of headers
 * @param coldPerSecond the same as perSecond from the first commit on, when the service runs, but
 *     its code is not compiled yet
 * @param coldPerCpuSecond the same as perCpuSecond, likewise
 */
record Drain(
    Rung rung,
    double perSecond,
    double perCpuSecond,
    double coldPerSecond,
    double coldPerCpuSecond,
    double bytesOfEvent) {
  private static final Duration LONGEST = Duration.ofMinutes(15);

  /**
   * Drains once, with outputs that are empty before and complete after.
   *
   * @param warmUp how many events come before those that count
   */
  static Drain run(
      Cluster cluster, Workload workload, Rung rung, long warmUp, List<String> jvmOptions)
      throws PipelineException, IOException, ExecutionException, InterruptedException {
    workload.reset();
    Drain drain;
    try (Workload.Service service = workload.start(rung, jvmOptions)) {
      drain = measure(cluster, workload, rung, warmUp, service);
    }
    return drain.withBytes(bytesOfEvent(cluster, workload, rung));
  }

  private Drain withBytes(double bytes) {
    return new Drain(rung, perSecond, perCpuSecond, coldPerSecond, coldPerCpuSecond, bytes);
  }

  /** Reads all that was written. */
  private static double bytesOfEvent(Cluster cluster, Workload workload, Rung rung) {
    AtomicLong valid = new AtomicLong();
    AtomicLong bytes = new AtomicLong();
    try (TopicLog log = cluster.open(workload.valid())) {
      log.readToEnd(
          record -> {
            valid.incrementAndGet();
            bytes.addAndGet(record.serializedKeySize() + record.serializedValueSize());
            for (Header header : record.headers()) {
              bytes.addAndGet(header.key().length() + header.value().length);
            }
            return true;
          });
    }
    if (valid.get() != workload.events()) {
      throw new IllegalStateException(
          "%s made %d valid events of %d".formatted(rung.label(), valid.get(), workload.events()));
    }
    return (double) bytes.get() / valid.get();
  }

  private record Sample(long events, long nanos, double cpuSeconds) {}

  private static Drain measure(
      Cluster cluster, Workload workload, Rung rung, long warmUp, Workload.Service service)
      throws ExecutionException, InterruptedException {
    Sample first = awaitCommitted(cluster, workload, service, 1);
    Sample warm = warmUp > 1 ? awaitCommitted(cluster, workload, service, warmUp) : first;
    Sample last = awaitCommitted(cluster, workload, service, workload.events());
    return new Drain(
        rung,
        perSecond(warm, last),
        perCpuSecond(warm, last),
        perSecond(first, last),
        perCpuSecond(first, last),
        0);
  }

  private static double perSecond(Sample from, Sample to) {
    return (to.events() - from.events()) * 1e9 / (to.nanos() - from.nanos());
  }

  private static double perCpuSecond(Sample from, Sample to) {
    return (to.events() - from.events()) / (to.cpuSeconds() - from.cpuSeconds());
  }

  private static Sample awaitCommitted(
      Cluster cluster, Workload workload, Workload.Service service, long events)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (System.nanoTime() < deadline) {
      if (!service.process().isAlive()) {
        throw service.process().died();
      }
      long committed = cluster.committed(service.group(), workload.raw());
      if (committed >= events) {
        return new Sample(
            committed, System.nanoTime(), ProcessUsage.cpuSeconds(service.process().pid()));
      }
      Thread.sleep(10);
    }
    throw new IllegalStateException(
        "%s has not committed %d events in %d minutes; its log is %s"
            .formatted(
                service.process().name(),
                events,
                LONGEST.toMinutes(),
                service.process().logFile()));
  }
}
