package io.leat.retraining;

import io.leat.runtime.streams.StreamsService;

/** Runs the policy job as a process of its own. */
public final class RetrainingMain {
  private RetrainingMain() {}

  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new RetrainingJob(), arguments));
  }
}
