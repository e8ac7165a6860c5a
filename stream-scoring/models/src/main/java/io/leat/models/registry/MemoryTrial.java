package io.leat.models.registry;

import io.leat.pipeline.model.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * leaves mapped files out); elsewhere nothing is found.
 */
final class MemoryTrial {
  static final int ROUNDS = 5;

  /** What the rounds may keep together: sixteen times the most that was seen by chance. */
  static final long MOST_KIBIBYTES = 16 << 10;

  private static final Path STATUS = Path.of("/proc/self/status");

  private final List<Long> looks = new ArrayList<>();

  /** Begins, with what the process holds now. */
  MemoryTrial() {
    endRound();
  }

  /** A round is over. */
  void endRound() {
    if (Files.exists(STATUS)) {
      System.gc();
      looks.add(resident());
    }
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

  /** Kibibytes that the rounds kept, by their median; empty where the system does not tell. */
  Optional<Long> kept() {
    List<Long> grown = new ArrayList<>();
    for (int round = 1; round < looks.size(); round++) {
      grown.add(looks.get(round) - looks.get(round - 1));
    }
    grown.sort(null);
    return grown.isEmpty()
        ? Optional.empty()
        : Optional.of(grown.get((grown.size() - 1) / 2) * grown.size());
  }

  /**
   * Refuses a graph whose runs keep memory.
   *
   * @param runs how many there were
   * @throws ModelException if they kept more than {@value #MOST_KIBIBYTES} KiB
   */
  void check(int runs) {
    kept()
        .filter(kibibytes -> kibibytes > MOST_KIBIBYTES)
        .ifPresent(
            kibibytes -> {
              throw new ModelException(
                  "%d runs of the model kept %d KiB of native memory (%d rounds, by their median); expected at most %d KiB, since a stream runs it until the process has none left. Find the operator that keeps it by taking parts of the graph away, and export the model without it."
                      .formatted(runs, kibibytes, looks.size() - 1, MOST_KIBIBYTES));
            });
  }
}
