package io.leat.ingestion.decoding;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** The same for longer than a build may take. */
class DecoderFuzzing extends DecoderFuzz {
  DecoderFuzzing() throws Exception {}

  @Override
  @FuzzTest(maxDuration = "12m")
  void whateverTheBytesAreAReaderSaysWhatTheyHold(byte[] bytes) {
    super.whateverTheBytesAreAReaderSaysWhatTheyHold(bytes);
  }
}
