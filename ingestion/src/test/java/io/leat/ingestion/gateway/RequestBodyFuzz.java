package io.leat.ingestion.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.leat.ingestion.gateway.RequestBody.Form;
import io.leat.testing.FuzzWatch;
import java.nio.ByteBuffer;
import java.util.List;

/** Whatever a body or a header holds: events, or a refusal with its status, within a second. */
class RequestBodyFuzz {
  private static final int MOST = 100;

  /** The first byte chooses the form that the others are taken for. */
  @FuzzTest(maxDuration = "3s")
  void whateverABodyHoldsItIsTakenApartOrRefused(byte[] bytes) {
    if (bytes.length > 0) {
      byte[] rest = ByteBuffer.allocate(bytes.length - 1).put(bytes, 1, bytes.length - 1).array();
      FuzzWatch.within1s(() -> read(Math.floorMod(bytes[0], Form.values().length + 1), rest));
    }
  }

  private static void read(int form, byte[] rest) {
    try {
      if (form == Form.values().length) {
        assertThat(HttpText.decoded("ce-id", new String(rest, ISO_8859_1))).isNotNull();
      } else {
        List<byte[]> events = RequestBody.events(rest, Form.values()[form], MOST);
        assertThat(events).hasSizeLessThanOrEqualTo(MOST);
      }
    } catch (RequestException e) {
      assertThat(e.getMessage()).isNotBlank();
      assertThat(e.status().code()).isIn(400, 413);
    }
  }
}
