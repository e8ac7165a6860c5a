package io.leat.runtime.settings;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.pipeline.definition.Durations;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What {@code leat maintain} takes. The command line reads it and hands it on to the process that
 * does the work, which reads it again.
 */
public final class MaintenanceOptions extends TableOptions {
  /** Longer than a job may take from writing a file to committing it. */
  private static final Duration LEAST_ORPHAN_AGE = Duration.ofHours(1);

  @Option(
      names = "--keep-snapshots",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "6h",
      description =
          "Age at which a snapshot is expired, and with it the files that only it held: longer than"
              + " any reader reads. A snapshot with a tag stays. Default: ${DEFAULT-VALUE}.")
  private Duration keepSnapshots = Duration.ofHours(6);

  @Option(
      names = "--keep-orphans",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "1d",
      description =
          "Age, before the job's newest commit, at which a file that no snapshot names is deleted;"
              + " 1h at least. Default: ${DEFAULT-VALUE}.")
  private Duration keepOrphans = Duration.ofDays(1);

  @Option(
      names = "--every",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Stay, and do it each time so much has passed. Default: once, at once.")
  private @Nullable Duration every;

  public Duration keepSnapshots() {
    return keepSnapshots;
  }

  /**
   * @throws LeatException with one sentence if a job's own files might be that old
   */
  public Duration keepOrphans() {
    if (keepOrphans.compareTo(LEAST_ORPHAN_AGE) < 0) {
      throw new LeatException(
          ErrorCode.SETTING,
          "--keep-orphans is %s; expected 1h or more, so that no file of a commit under way is taken for an orphan"
              .formatted(Durations.format(keepOrphans)));
    }
    return keepOrphans;
  }

  /** Empty: once. */
  public Optional<Duration> every() {
    return Optional.ofNullable(every);
  }
}
