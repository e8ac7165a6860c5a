package io.leat.features.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Ids, names and bytes of the kinds of accumulators that have been released: never edit a line. */
class AccumulatorBytesTest {
  private static final String RELEASED =
      """
      1 sum 0343cfffffffffffffc057accccccccccd3ce9c00000000000
      2 minimum c059000000000000
      3 maximum 43d0000000000000
      4 squares 000447affffffffffffe41109ca4333333333da9999a666666663a49999a00000000
      5 quantiles 000581808080808080d98001019bb3e6cc99b3a689800101808080808080800801e6cc99b3e6cc99250180808080808080de0301
      6 decay 000340b381147622f8823cf91d833cf19073b99f999800000000013ced292558f3897a01c057cad956b48eee013fee744964be2797
      7 oldest 03f1070163050178e7070161050178e6070165050178
      8 newest 03e807016405017ae8070162050179e6070165050178
      9 distinct 034752a7f48e16754860bf7edd767fb4016c499f4a44adefcc
      10 frequencies 03050178030501790105017a01
      11 times e80701
      12 logarithms 0172023ff29c440606e6ab3c90000000000000
      """;

  private static final long BASE = 500;

  @Test
  void releasedAccumulatorsHaveTheirBytes() {
    assertThat(accumulators()).as("a line each").isEqualTo(released());
  }

  @Test
  void releasedBytesAreRead() {
    released()
        .forEach(
            (kind, hex) -> {
              Accumulator read = kinds().get(kind).create(new EventOrder(1, IdOrder.TEXT));
              StateReader reader = new StateReader();
              reader.begin(HexFormat.of().parseHex(hex));
              read.read(reader, BASE);
              assertThat(reader.remaining()).as(kind).isZero();
              assertThat(hex(read)).as(kind).isEqualTo(hex);
            });
  }

  private static Map<String, String> released() {
    return RELEASED
        .lines()
        .map(line -> line.split(" "))
        .collect(Collectors.toMap(parts -> parts[0] + " " + parts[1], parts -> parts[2]));
  }

  /** What each kind makes of five events. */
  private static Map<String, String> accumulators() {
    Map<String, String> bytes = new TreeMap<>();
    kinds()
        .forEach(
            (name, spec) -> {
              Accumulator accumulator = spec.create(new EventOrder(1, IdOrder.TEXT));
              events().forEach(accumulator::add);
              bytes.put(name, hex(accumulator));
            });
    return bytes;
  }

  private static List<InputValue> events() {
    InputValue wide = Samples.inputValue(0x1p62, "z", 1_000, "d");
    wide.rest = -512;
    return Arrays.asList(
        Samples.inputValue(0.1, "x", 0, "a"),
        Samples.inputValue(0.2, "y", 1_000, "b"),
        Samples.inputValue(-100, "x", -5, "c"),
        wide,
        Samples.inputValue(5, "x", 999, "e"));
  }

  /** Of those that are shared by the greatest parameter, the one that keeps most. */
  private static Map<String, AccumulatorSpec> kinds() {
    Map<String, AccumulatorSpec> kinds = new TreeMap<>();
    for (AggregateFunction function : AggregateFunctions.all()) {
      for (AccumulatorSpec spec : function.accumulators(Samples.parameter(function))) {
        AccumulatorSpec kept =
            spec.kind().sharing() == AccumulatorKind.Sharing.GREATEST ? spec.kind().with(3) : spec;
        kinds.put(spec.kind().id() + " " + spec.kind().name(), kept);
      }
    }
    return kinds;
  }

  private static String hex(Accumulator accumulator) {
    StateWriter writer = new StateWriter();
    writer.begin();
    accumulator.write(writer, BASE);
    return HexFormat.of().formatHex(writer.end());
  }
}
