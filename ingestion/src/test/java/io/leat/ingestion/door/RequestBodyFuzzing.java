package io.leat.ingestion.door;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Timeout;

/** The same for longer than a build may take. */
class RequestBodyFuzzing extends RequestBodyFuzz {
  @Override
  @FuzzTest(maxDuration = "6m")
  @Timeout(20)
  void whateverABodyHoldsItIsTakenApartOrRefused(byte[] bytes) {
    super.whateverABodyHoldsItIsTakenApartOrRefused(bytes);
  }
}
