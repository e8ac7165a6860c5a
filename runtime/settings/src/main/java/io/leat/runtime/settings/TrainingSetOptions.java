package io.leat.runtime.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code leat training-set} takes. */
public final class TrainingSetOptions extends ReplayOptions {
  /** What a line begins with that says what the tables did not hold when they were read. */
  public static final String BEHIND = "not in the tables yet: ";

  /** Which events a vector sees. */
  public enum AsOf {
    /** All that happened up to its time. */
    event_time,
    /** Those that had arrived when the stream made it. */
    arrival
  }

  /** What becomes of rows whose label is not known. */
  public enum Unlabelled {
    keep,
    drop
  }

  @Option(
      names = "--spine",
      paramLabel = "TABLE|FILE",
      description =
          "Whose keys and times the rows have: the service's spine event (the table events_NAME,"
              + " the default), or a file (.csv, .csv.gz, .parquet) with a column for each entity's"
              + " key, the event's time and every field of the event that the service reads.")
  private @Nullable String spine;

  @Option(
      names = "--time-column",
      paramLabel = "NAME",
      description =
          "Column of the file that holds the time. Default: the one named as the contract's field.")
  private @Nullable String timeColumn;

  @Mixin private RowFileOptions format = new RowFileOptions();

  @Option(
      names = "--as-of",
      paramLabel = "event_time|arrival",
      defaultValue = "event_time",
      description =
          "event_time: a row sees every event that had happened by its time, whenever it arrived."
              + " arrival: it sees what had arrived when the stream made the vector. Default:"
              + " ${DEFAULT-VALUE}.")
  private AsOf asOf = AsOf.event_time;

  @Option(
      names = "--label",
      paramLabel = "NAME",
      description =
          "The label: the service's own by the name of its field, a field of the spine's event, or"
              + " a column of the file. Default: the service's own, where it has one.")
  private @Nullable String label;

  @Option(
      names = "--unlabelled",
      paramLabel = "keep|drop",
      defaultValue = "keep",
      description =
          "Rows whose label is not known in time: kept, with a null for it, or dropped. Default:"
              + " ${DEFAULT-VALUE}.")
  private Unlabelled unlabelled = Unlabelled.keep;

  @Option(
      names = "--split",
      paramLabel = "SHARE",
      split = ",",
      defaultValue = "0.7,0.15,0.15",
      description =
          "Shares of the rows that go to train, validation and test, the oldest first; their sum"
              + " is 1. Default: ${DEFAULT-VALUE}.")
  private List<Double> split = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to write to; must not exist, or be empty.")
  private Path out = Path.of(".");

  @Option(
      names = "--snapshots-of",
      paramLabel = "DIR",
      description =
          "A training set whose snapshots of the tables to read again. Default: the newest"
              + " snapshots.")
  private @Nullable Path snapshotsOf;

  @Option(
      names = "--no-tag",
      description =
          "Do not tag the snapshots that are read. Without a tag, 'leat maintain' expires them in"
              + " time, and the training set cannot be made again.")
  private boolean noTag;

  @Option(
      names = "--spine-records",
      paramLabel = "FILE",
      hidden = true,
      description = "The rows of the spine's file as Avro records.")
  private @Nullable Path spineRecords;

  @Option(
      names = "--await",
      paramLabel = "EVENT/PARTITION/OFFSET",
      hidden = true,
      description =
          "A record of the event's valid events that its table is to hold before it is read; may"
              + " stand several times.")
  private List<String> awaited = new ArrayList<>();

  @Option(
      names = "--await-at-most",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      hidden = true,
      defaultValue = "0s",
      description = "How long. The tables are read as they are then.")
  private Duration awaitAtMost = Duration.ZERO;

  /** Name of a table or path of a file; empty: the service's spine event. */
  public Optional<String> spine() {
    return Optional.ofNullable(spine);
  }

  /** The file that the spine is, where it is one. */
  public Optional<Path> spineFile() {
    return spine().filter(name -> name.matches(".*\\.(csv|csv\\.gz|parquet)")).map(Path::of);
  }

  public Optional<String> timeColumn() {
    return Optional.ofNullable(timeColumn);
  }

  /** How the file is written. */
  public RowFileOptions format() {
    return format;
  }

  public AsOf asOf() {
    return asOf;
  }

  public Optional<String> label() {
    return Optional.ofNullable(label);
  }

  public Unlabelled unlabelled() {
    return unlabelled;
  }

  /** As they were given. */
  public List<Double> split() {
    return List.copyOf(split);
  }

  public Path out() {
    return out;
  }

  public Optional<Path> snapshotsOf() {
    return Optional.ofNullable(snapshotsOf);
  }

  /** Whether the snapshots are kept for as long as the tag is there. */
  public boolean isTagged() {
    return !noTag;
  }

  /** Records that the tables are to hold, each {@code EVENT/PARTITION/OFFSET}. */
  public List<String> awaited() {
    return List.copyOf(awaited);
  }

  /** How long they are waited for. */
  public Duration awaitAtMost() {
    return awaitAtMost;
  }

  /** The spine file's rows, as the command line wrote them for the process that does the work. */
  public Optional<Path> spineRecords() {
    return Optional.ofNullable(spineRecords);
  }
}
