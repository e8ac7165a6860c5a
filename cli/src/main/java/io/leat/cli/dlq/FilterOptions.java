package io.leat.cli.dlq;

import io.leat.deadletters.DeadLetterFilter;
import io.leat.deadletters.DeadLetterPosition;
import io.leat.deadletters.DeadLetterRange;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.runtime.settings.TimeConverter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which dead letters a command is about. */
final class FilterOptions {
  @Option(
      names = "--reason",
      paramLabel = "CODE",
      split = ",",
      description = "Only of these reason codes.")
  private List<DeadLetterReason> reasons = new ArrayList<>();

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      split = ",",
      description = "Only those that broke one of these rules.")
  private List<String> rules = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Only those written at this time or later, such as 2026-05-01 (its midnight, UTC) or"
              + " 2026-05-01T12:00:00Z.")
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "Only those written before this time.")
  private @Nullable Instant to;

  @Option(
      names = "--offset",
      paramLabel = "P/O",
      split = ",",
      converter = RangeConverter.class,
      description =
          "Only those at these positions: partition/offset, or a range of offsets as in 0/17-30.")
  private List<DeadLetterRange> ranges = new ArrayList<>();

  DeadLetterFilter filter() {
    return new DeadLetterFilter(
        Set.copyOf(reasons),
        Set.copyOf(rules),
        Optional.ofNullable(from),
        Optional.ofNullable(to),
        ranges);
  }

  static final class RangeConverter implements ITypeConverter<DeadLetterRange> {
    @Override
    public DeadLetterRange convert(String text) {
      try {
        return DeadLetterRange.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  static final class PositionConverter implements ITypeConverter<DeadLetterPosition> {
    @Override
    public DeadLetterPosition convert(String text) {
      try {
        return DeadLetterPosition.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
