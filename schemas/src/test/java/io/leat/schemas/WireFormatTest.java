package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireFormatTest {

  @ParameterizedTest
  @CsvSource({
    "0000000001, true, 1",
    "00000004d2aabb, true, 1234",
    "00ffffffff, true, -1",
    "00000000, false, 0",
    "'', false, 0",
    "0100000001, false, 0"
  })
  void framedValueBeginsWithZeroAndFourBytesOfSchemaId(String hex, boolean framed, int id) {
    byte[] value = HexFormat.of().parseHex(hex);

    assertThat(WireFormat.isFramed(value)).isEqualTo(framed);
    if (framed) {
      assertThat(WireFormat.schemaId(value)).isEqualTo(id);
    }
  }
}
