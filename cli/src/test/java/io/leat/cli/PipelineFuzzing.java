package io.leat.cli;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/** The same for longer than a build may take. */
class PipelineFuzzing extends PipelineFuzz {
  PipelineFuzzing() throws IOException {}

  @Override
  @FuzzTest(maxDuration = "6m")
  void whateverAFileHoldsItIsReadOrItsMistakesAreNamed(byte[] bytes) {
    super.whateverAFileHoldsItIsReadOrItsMistakesAreNamed(bytes);
  }
}
