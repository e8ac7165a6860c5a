package io.leat.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.Contract;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Payments of customers with about as many each in 30 days as is asked for. Customers come in
 * cohorts: each cohort pays for 60 days, then the next one begins, so that whoever reads a few
 * cohorts alone sees windows as full as whoever reads all. Amounts are quarters: sums of them are
 * exact in whatever order they are made. Event times rise strictly, unless there is disorder: then
 * one event in ten is up to half an hour behind the others.
 *
 * @param inWindow mean number of a customer's events in 30 days
 * @param cohort events of a cohort
 * @param events of all cohorts together
 */
record PeerWorkload(String name, int inWindow, int cohort, int events, boolean disorder) {
  private static final Duration COHORT = Duration.ofDays(60);
  private static final int LATE_ONE_IN = 10;
  private static final long LATEST_MILLIS = Duration.ofMinutes(30).toMillis();

  PeerWorkload {
    if (cohort < 2 * inWindow || events < cohort || events % cohort != 0) {
      throw new IllegalArgumentException(
          "%s: %,d events in cohorts of %,d: expected whole cohorts of at least %,d events"
              .formatted(name, events, cohort, 2 * inWindow));
    }
  }

  /** Customers of a cohort. */
  int customers() {
    return cohort / (2 * inWindow);
  }

  /** Writes all events to the valid topic of the contract, as ingestion does. */
  void fill(Cluster cluster, Contract contract) {
    long spacing = COHORT.toMillis() / cohort;
    long first = System.currentTimeMillis() - spacing * events;
    SplittableRandom random = new SplittableRandom(inWindow);
    try (PaymentFeed feed = new PaymentFeed(cluster, contract)) {
      for (int number = 0; number < events; number++) {
        boolean late = disorder && random.nextInt(LATE_ONE_IN) == 0;
        feed.send(
            customer(number),
            "T" + (100_000_000L + random.nextInt(1_000)),
            first + spacing * number - (late ? random.nextLong(LATEST_MILLIS) : 0),
            random.nextInt(1, 4_000) / 4.0);
      }
    }
  }

  /** How many of the first events are in each partition of the valid topic. */
  long[] perPartition(int first, int partitions) {
    long[] counts = new long[partitions];
    for (int number = 0; number < first; number++) {
      counts[Topics.partition(customer(number).getBytes(UTF_8), partitions)]++;
    }
    return counts;
  }

  /** Whose event it is: some customer of the event's cohort. */
  private String customer(int number) {
    int one = new SplittableRandom((long) inWindow << 32 | number).nextInt(customers());
    return "C" + (100_000_000L + (long) number / cohort * customers() + one);
  }
}
