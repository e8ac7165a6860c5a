package io.leat.models.registry;

import io.leat.pipeline.model.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Watches the memory of this process while a graph runs, round after round. What a run keeps, all
 * keep, so that memory grows in every round; what else the process does, it does in some. So the
 * median of the rounds tells. Before each look the heap is collected: each round then uses the
 * pages that the one before has touched, and what grows lies beside the heap.
 *
 * <p>Only Linux tells a process its memory ({@code RssAnon} in {@code /proc/self/status}, which
 * leaves mapped files out); elsewhere nothing is found, and neither is where the JVM does not
 * collect when it is asked.
 */
final class MemoryTrial {
  static final int ROUNDS = 5;

  /** Of a second look, where the first is suspicious: chance leaves no median of so many. */
  static final int MORE_ROUNDS = 20;

  /** What {@value #ROUNDS} rounds may keep together: twice the most that was seen by chance. */
  static final long MOST_KIBIBYTES = 2 << 10;

  private static final Path STATUS = Path.of("/proc/self/status");

  private final List<Long> looks = new ArrayList<>();
  private boolean blind = !Files.exists(STATUS);

  /** Begins, with what the process holds now. */
  MemoryTrial() {
    endRound();
  }

  /** A round is over. */
  void endRound() {
    if (!blind) {
      long before = collections();
      System.gc();
      blind = collections() == before;
      looks.add(resident());
    }
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  private static long resident() {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("RssAnon:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it was there
    }
  }

  /**
   * Kibibytes that {@value #ROUNDS} rounds kept, by the median of all there were; empty where it
   * cannot be told.
   */
  Optional<Long> kept() {
    List<Long> grown = new ArrayList<>();
    for (int round = 1; round < looks.size(); round++) {
      grown.add(looks.get(round) - looks.get(round - 1));
    }
    grown.sort(null);
    return blind || grown.isEmpty()
        ? Optional.empty()
        : Optional.of(grown.get((grown.size() - 1) / 2) * ROUNDS);
  }

  /** Whether the rounds kept more than they may, as far as so few tell. */
  boolean isSuspicious() {
    return kept().orElse(0L) > MOST_KIBIBYTES;
  }

  /**
   * Refuses a graph whose runs keep memory.
   *
   * @param runs in {@value #ROUNDS} rounds
   * @throws ModelException if they kept more than {@value #MOST_KIBIBYTES} KiB
   */
  void check(int runs) {
    if (isSuspicious()) {
      throw new ModelException(
          "%d runs of the model keep %d KiB of native memory, by the median of %d rounds; expected at most %d KiB, since a stream runs it until the process has none left. Find the operator that keeps it by taking parts of the graph away, and export the model without it."
              .formatted(runs, kept().orElseThrow(), looks.size() - 1, MOST_KIBIBYTES));
    }
  }
}
