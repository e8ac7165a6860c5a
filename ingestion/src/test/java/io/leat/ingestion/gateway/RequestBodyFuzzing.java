package io.leat.ingestion.gateway;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** The same for longer than a build may take. */
class RequestBodyFuzzing extends RequestBodyFuzz {
  @Override
  @FuzzTest(maxDuration = "6m")
  void whateverABodyHoldsItIsTakenApartOrRefused(byte[] bytes) {
    super.whateverABodyHoldsItIsTakenApartOrRefused(bytes);
  }
}
