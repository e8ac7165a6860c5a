package io.leat.ingestion.intake;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Timeout;

/** The same for longer than a build may take. */
class DecoderFuzzing extends DecoderFuzz {
  DecoderFuzzing() throws Exception {}

  @Override
  @FuzzTest(maxDuration = "12m")
  @Timeout(20)
  void whateverTheBytesAreAReaderSaysWhatTheyHold(byte[] bytes) {
    super.whateverTheBytesAreAReaderSaysWhatTheyHold(bytes);
  }
}
