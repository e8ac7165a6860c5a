package io.leat.runtime.settings;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands that replay a feature service over its offline tables take. */
public abstract class ReplayOptions extends BatchOptions {
  @Option(
      names = "--service",
      paramLabel = "NAME",
      required = true,
      description = "The feature service.")
  private String service = "";

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Only vectors of this event time or later, such as 2026-05-01 (its midnight, UTC) or"
              + " 2026-05-01T12:00:00Z; earlier events only fill windows. Default: all.")
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "Only vectors of an event time before this one. Default: all.")
  private @Nullable Instant to;

  public final String service() {
    return service;
  }

  public final Optional<Instant> from() {
    return Optional.ofNullable(from);
  }

  public final Optional<Instant> to() {
    return Optional.ofNullable(to);
  }
}
