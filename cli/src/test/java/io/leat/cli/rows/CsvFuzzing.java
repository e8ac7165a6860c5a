package io.leat.cli.rows;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/** The same for longer than a build may take. */
class CsvFuzzing extends CsvFuzz {
  CsvFuzzing() throws IOException {}

  @Override
  @FuzzTest(maxDuration = "6m")
  void whateverAFileHoldsItsRowsAreReadOrNamed(byte[] bytes) {
    super.whateverAFileHoldsItsRowsAreReadOrNamed(bytes);
  }
}
