package io.leat.deadletters;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A set of positions in one topic: a bit each, in blocks of a million offsets. Not thread-safe.
 *
 * <p>Written {@code 0:5-9,12 1:3}: partition, then offsets and ranges of offsets.
 */
final class Offsets {
  private static final int BLOCK_BITS = 20;
  private static final Pattern PARTITION = Pattern.compile("(\\d{1,9}):([\\d,-]+)");
  private static final Pattern RANGE = Pattern.compile("(\\d{1,18})(?:-(\\d{1,18}))?");

  private record Block(int partition, long number) {}

  private final Map<Block, BitSet> blocks = new HashMap<>();

  void add(DeadLetterPosition position) {
    long offset = position.offset();
    blocks
        .computeIfAbsent(
            new Block(position.partition(), offset >> BLOCK_BITS), block -> new BitSet())
        .set((int) (offset & ((1 << BLOCK_BITS) - 1)));
  }

  boolean contains(DeadLetterPosition position) {
    BitSet bits = blocks.get(new Block(position.partition(), position.offset() >> BLOCK_BITS));
    return bits != null && bits.get((int) (position.offset() & ((1 << BLOCK_BITS) - 1)));
  }

  /**
   * Adds what {@link #format} wrote.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  void addAll(String text) {
    for (String part : text.split(" ", -1)) {
      Matcher partition = PARTITION.matcher(part);
      if (!partition.matches()) {
        throw new IllegalArgumentException("'" + text + "' names no positions");
      }
      for (String range : partition.group(2).split(",", -1)) {
        Matcher bounds = RANGE.matcher(range);
        if (!bounds.matches()) {
          throw new IllegalArgumentException("'" + text + "' names no positions");
        }
        long first = Long.parseLong(bounds.group(1));
        long last = bounds.group(2) == null ? first : Long.parseLong(bounds.group(2));
        for (long offset = first; offset <= last; offset++) {
          add(new DeadLetterPosition(Integer.parseInt(partition.group(1)), offset));
        }
      }
    }
  }

  /** Positions as text, those of a partition in their order. */
  static String format(List<DeadLetterPosition> positions) {
    Map<Integer, List<Long>> partitions = new TreeMap<>();
    positions.forEach(
        position ->
            partitions
                .computeIfAbsent(position.partition(), partition -> new ArrayList<>())
                .add(position.offset()));
    return partitions.entrySet().stream()
        .map(partition -> partition.getKey() + ":" + ranges(partition.getValue()))
        .collect(Collectors.joining(" "));
  }

  private static String ranges(List<Long> offsets) {
    List<Long> sorted = offsets.stream().sorted().distinct().toList();
    List<String> ranges = new ArrayList<>();
    int begin = 0;
    for (int i = 1; i <= sorted.size(); i++) {
      if (i == sorted.size() || sorted.get(i) != sorted.get(i - 1) + 1) {
        long first = sorted.get(begin);
        long last = sorted.get(i - 1);
        ranges.add(first == last ? "" + first : first + "-" + last);
        begin = i;
      }
    }
    return String.join(",", ranges);
  }
}
