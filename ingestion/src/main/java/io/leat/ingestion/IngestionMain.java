package io.leat.ingestion;

import io.leat.runtime.streams.StreamsService;

/** Runs ingestion as a process of its own. */
public final class IngestionMain {
  private IngestionMain() {}

  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new IngestionJob(), arguments));
  }
}
