package io.leat.runtime.settings;

import io.leat.pipeline.definition.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;

/** Reads durations of flags as the definition language writes them: {@code 100ms}, {@code 7d}. */
public final class DurationConverter implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    return Durations.parse(text);
  }
}
