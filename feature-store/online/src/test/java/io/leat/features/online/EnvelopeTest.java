package io.leat.features.online;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.features.online.backfill.Position;
import io.leat.schemas.NullReason;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
  private static final Object[] VALUES = {3L, 0.5, NullReason.LATE};
  private static final Object[] WITHOUT_REASON = {3L, 0.5, NullReason.UNSTATED};
  private static final Envelope FULL =
      new Envelope("k".getBytes(UTF_8), new byte[] {0, 1, 2}, new Position(2, 7))
          .with(Map.of("spending@1", VALUES), List.of("takings@1"), List.of("logins@1"));

  /** These bytes may lie in a topic while a new release starts: they must stay readable. */
  private static final String VERSION_1 =
      "01"
          + "00000001"
          + "6b"
          + "00000003"
          + "000102"
          + "0001"
          + "000a"
          + "7370656e64696e674031"
          + "0003"
          + "01"
          + "0000000000000003"
          + "02"
          + "3fe0000000000000"
          + "00"
          + "0001"
          + "0007"
          + "74616b696e6773";

  /** Of version 2: all kinds of values. */
  private static final String VERSION_2 =
      "02"
          + "ffffffff"
          + "00000000"
          + "0001"
          + "0003"
          + "764031"
          + "0004"
          + "00"
          + "03"
          + "04"
          + "05"
          + "00000002"
          + "c3a9"
          + "0000";

  /**
   * Of version 3: the event's place in front, the views that wait at the end, views with versions.
   */
  private static final String VERSION_3 =
      "03"
          + "00000002"
          + "0000000000000007"
          + VERSION_1.substring(2, VERSION_1.length() - "000774616b696e6773".length())
          + "0009"
          + "74616b696e67734031"
          + "0001"
          + "0008"
          + "6c6f67696e734031";

  /** Of version 4: a reason in the place of a null. */
  private static final String VERSION_4 =
      "04" + VERSION_3.substring(2).replace("3fe0000000000000" + "00", "3fe0000000000000" + "0621");

  @Test
  void readsWhatVersionTwoWrote() {
    Envelope read = Envelope.fromBytes(HexFormat.of().parseHex(VERSION_2));

    assertThat(read.values()).containsOnlyKeys("v@1");
    assertThat(read.values().get("v@1"))
        .containsExactly(NullReason.UNSTATED, false, true, "\u00e9");
    assertThat(read.position()).isEqualTo(Position.UNKNOWN);
    assertThat(read.notYet()).isEmpty();
  }

  @Test
  void bytesOfVersionFourTellWhyValuesAreNull() {
    assertThat(HexFormat.of().formatHex(FULL.toBytes())).isEqualTo(VERSION_4);
    Envelope read = Envelope.fromBytes(HexFormat.of().parseHex(VERSION_4));
    assertThat(read.values()).containsOnlyKeys("spending@1");
    assertThat(read.values().get("spending@1")).containsExactly(VALUES);
  }

  @Test
  void bytesOfVersionThreeTellWhereTheEventLies() {
    Envelope read = Envelope.fromBytes(HexFormat.of().parseHex(VERSION_3));
    assertThat(read.position()).isEqualTo(new Position(2, 7));
    assertThat(read.values()).containsOnlyKeys("spending@1");
    assertThat(read.values().get("spending@1")).containsExactly(WITHOUT_REASON);
    assertThat(read.notYet()).containsExactly("logins@1");
  }

  @Test
  void anEventThatIsLateForTwoVersionsOfAViewNamesTheViewOnce() {
    Envelope envelope =
        new Envelope(null, new byte[0], Position.UNKNOWN)
            .with(Map.of(), List.of("takings@1", "takings@2", "logins@1"), List.of());

    assertThat(envelope.lateViews()).containsExactly("takings", "logins");
  }

  @Test
  void readsWhatVersionOneWrote() {
    Envelope read = Envelope.fromBytes(HexFormat.of().parseHex(VERSION_1));

    assertThat(read.key()).isEqualTo("k".getBytes(UTF_8));
    assertThat(read.event()).containsExactly(0, 1, 2);
    assertThat(read.values()).containsOnlyKeys("spending@1");
    assertThat(read.values().get("spending@1")).containsExactly(WITHOUT_REASON);
    assertThat(read.lateFor()).containsExactly("takings");
  }

  @Test
  void anEventWithoutAKeyStaysWithoutOne() {
    Envelope read = Envelope.fromBytes(new Envelope(null, new byte[0], Position.UNKNOWN).toBytes());

    assertThat(read.key()).isNull();
    assertThat(read.event()).isEmpty();
    assertThat(read.values()).isEmpty();
  }

  @Test
  void valuesOfFurtherStagesAreAdded() {
    Envelope more =
        FULL.with(Map.of("takings@1", new Object[] {1L}), List.of("logins@1"), List.of());

    assertThat(more.values()).containsOnlyKeys("spending@1", "takings@1");
    assertThat(more.lateFor()).containsExactly("takings@1", "logins@1");
    assertThat(FULL.values()).containsOnlyKeys("spending@1");
  }

  @Test
  void everyCutEnvelopeIsRefused() {
    byte[] bytes = FULL.toBytes();

    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> Envelope.fromBytes(cut)).isInstanceOf(SerializationException.class);
    }
  }

  @Test
  void bytesBehindAnEnvelopeAreRefused() {
    byte[] bytes = FULL.toBytes();

    assertThatThrownBy(() -> Envelope.fromBytes(Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("1 bytes are left");
  }

  @Test
  void anotherVersionIsRefused() {
    byte[] bytes = FULL.toBytes();
    bytes[0] = 5;

    assertThatThrownBy(() -> Envelope.fromBytes(bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessage("an envelope of version 5; this release reads versions up to 4");
  }
}
