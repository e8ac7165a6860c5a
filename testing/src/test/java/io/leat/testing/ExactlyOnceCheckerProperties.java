package io.leat.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.testing.ExactlyOnceChecker.Seen;
import io.leat.testing.ExactlyOnceReport.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.common.TopicPartition;

/** Whatever the input, a faithful output passes and each injected fault is found, alone. */
class ExactlyOnceCheckerProperties {
  private static final TopicPartition OUTPUT = new TopicPartition("output", 0);

  @Property
  void faithfulOutputPassesHoweverKeysAreInterleaved(
      @ForAll @IntRange(min = 0, max = 60) int size, @ForAll Random random) {
    List<Seen> input = input(size, random);

    ExactlyOnceReport report = compare(input, interleaved(input, random));

    assertThat(report.findings()).isEmpty();
  }

  @Property
  void lossIsFound(@ForAll @IntRange(min = 1, max = 60) int size, @ForAll Random random) {
    List<Seen> input = input(size, random);
    List<Seen> output = interleaved(input, random);
    Seen lost = output.remove(random.nextInt(size));

    ExactlyOnceReport report = compare(input, output);

    assertThat(report.ids(Kind.LOST)).containsExactly(lost.id());
    assertThat(report.findings()).hasSize(1);
  }

  @Property
  void duplicateIsFound(@ForAll @IntRange(min = 1, max = 60) int size, @ForAll Random random) {
    List<Seen> input = input(size, random);
    List<Seen> output = interleaved(input, random);
    Seen twice = output.get(random.nextInt(size));
    output.add(twice);

    ExactlyOnceReport report = compare(input, output);

    assertThat(report.ids(Kind.DUPLICATED)).containsExactly(twice.id());
    assertThat(report.findings()).hasSize(1);
  }

  @Property
  void exchangeOfTwoRecordsOfOneKeyIsFound(
      @ForAll @IntRange(min = 2, max = 60) int size, @ForAll Random random) {
    List<Seen> input = input(size, random);
    List<Seen> output = interleaved(input, random);
    String key = key(random.nextInt(size), output);
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      if (String.valueOf(output.get(i).key()).equals(key)) {
        places.add(i);
      }
    }
    if (places.size() < 2) {
      return;
    }
    Collections.swap(output, places.get(0), places.get(1));

    ExactlyOnceReport report = compare(input, output);

    assertThat(report.ids(Kind.REORDERED)).isNotEmpty();
    assertThat(report.ids(Kind.REORDERED)).hasSize(report.findings().size());
  }

  @Property
  void outputOfAnAbortedInputIsReportedFromOneOfNoInput(
      @ForAll @IntRange(min = 0, max = 60) int size, @ForAll Random random) {
    List<Seen> input = input(size, random);
    List<Seen> output = interleaved(input, random);
    output.add(new Seen("aborted", OUTPUT, size, null));
    output.add(new Seen("invented", OUTPUT, size + 1, null));

    ExactlyOnceReport report = ExactlyOnceChecker.compare(input, output, Set.of("aborted"));

    assertThat(report.ids(Kind.UNCOMMITTED)).containsExactly("aborted");
    assertThat(report.ids(Kind.INVENTED)).containsExactly("invented");
    assertThat(report.findings()).hasSize(2);
  }

  private static ExactlyOnceReport compare(List<Seen> input, List<Seen> output) {
    Set<String> all = input.stream().map(Seen::id).collect(Collectors.toSet());
    return ExactlyOnceChecker.compare(input, output, all);
  }

  /** Unique ids, up to five keys (one of them none), each in a partition of its own choice. */
  private static List<Seen> input(int size, Random random) {
    List<Seen> input = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int key = random.nextInt(5);
      input.add(
          new Seen(
              "id-" + i,
              new TopicPartition("input", key % 2),
              i,
              key == 0 ? null : List.of((byte) key)));
    }
    return input;
  }

  /** The same records in one output partition: each key in order, keys in any order. */
  private static List<Seen> interleaved(List<Seen> input, Random random) {
    List<List<Seen>> byKey =
        new ArrayList<>(
            input.stream().collect(Collectors.groupingBy(s -> String.valueOf(s.key()))).values());
    byKey.replaceAll(ArrayList::new);
    List<Seen> output = new ArrayList<>();
    while (output.size() < input.size()) {
      List<Seen> next = byKey.get(random.nextInt(byKey.size()));
      if (!next.isEmpty()) {
        Seen seen = next.remove(0);
        output.add(new Seen(seen.id(), OUTPUT, output.size(), seen.key()));
      }
    }
    return output;
  }

  private static String key(int index, List<Seen> records) {
    return String.valueOf(records.get(index).key());
  }
}
