package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NullReasonTest {

  /** Codes lie in topics, texts in tables: neither may ever mean something else. */
  @Test
  void codesAndTextsAreWhatTheyAlwaysWere() {
    assertThat(
            Arrays.stream(NullReason.values())
                .map(reason -> reason.code() + " " + reason.text() + " " + reason.isUnknown())
                .collect(Collectors.joining("\n")))
        .isEqualTo(
            """
            0 unstated true
            1 no_event false
            2 null_in_newest_event false
            3 too_few_values false
            4 too_many_values false
            5 not_finite false
            6 null_in_event false
            7 no_key false
            8 no_result false
            32 not_kept true
            33 late true
            34 not_yet true
            35 removed true""");
  }

  @ParameterizedTest
  @EnumSource(NullReason.class)
  void aReasonIsFoundByItsCodeAndItsText(NullReason reason) {
    assertThat(NullReason.of(reason.code())).isEqualTo(reason);
    assertThat(NullReason.of(reason.text())).contains(reason);
  }

  @Test
  void aCodeOfALaterReleaseIsAReasonThatIsNotStated() {
    assertThat(NullReason.of((byte) 126)).isEqualTo(NullReason.UNSTATED);
    assertThat(NullReason.of((byte) -1)).isEqualTo(NullReason.UNSTATED);
    assertThat(NullReason.of("too_late")).isEmpty();
  }

  @Test
  void valuesAndCodesAreJoinedToWhatTheyWereMadeOf() {
    List<Object> mixed = List.of(1L, NullReason.LATE, "a", NullReason.NO_EVENT);

    List<Object> plain = new ArrayList<>(NullReason.plain(mixed));
    ByteBuffer codes = NullReason.codes(mixed);

    assertThat(plain).containsExactly(1L, null, "a", null);
    assertThat(codes).isEqualTo(ByteBuffer.wrap(new byte[] {33, 1}));
    assertThat(NullReason.joined(plain, codes)).isEqualTo(mixed);
    assertThat(NullReason.joined(plain, ByteBuffer.allocate(0)))
        .containsExactly(1L, NullReason.UNSTATED, "a", NullReason.UNSTATED);
  }

  @Test
  void whereNothingIsNullThereAreNoCodes() {
    assertThat(NullReason.codes(List.of(1L, 2.0)).remaining()).isZero();
  }
}
