package io.leat.features.online;

import io.leat.runtime.streams.StreamsService;

/** Runs the online store as a process of its own. */
public final class OnlineMain {
  private OnlineMain() {}

  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new OnlineStore(), arguments));
  }
}
