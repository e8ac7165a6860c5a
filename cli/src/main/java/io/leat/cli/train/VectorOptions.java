package io.leat.cli.train;

import io.leat.cli.command.UserError;
import io.leat.features.engine.Micros;
import io.leat.features.engine.ServiceReplay;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.retraining.samples.TrainingSetFolder;
import io.leat.runtime.settings.RowFileOptions;
import io.leat.runtime.settings.TimeConverter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a service's vectors come from: files of events, or a training set. */
@Command
public final class VectorOptions {
  @ArgGroup(multiplicity = "1")
  private Source source = new Source();

  /** One of these. */
  static final class Source {
    @Option(
        names = "--events",
        paramLabel = "NAME=FILE",
        required = true,
        description =
            "Events of a contract: .csv, .csv.gz or .parquet. Once for each event that the model's"
                + " service is made of.")
    private Map<String, Path> events = new LinkedHashMap<>();

    @Option(
        names = "--training-set",
        paramLabel = "DIR",
        required = true,
        description =
            "What 'leat training-set' wrote for the model's service. A model learns from its"
                + " training part and is measured on its test part; its file names the lineage.")
    private @Nullable Path trainingSet;
  }

  @Option(
      names = "--time-column",
      paramLabel = "NAME=COLUMN",
      description =
          "Column of an event's file that holds its time. Default: the contract's event_time.")
  private Map<String, String> timeColumns = new LinkedHashMap<>();

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Take vectors from this event time on, such as 2018-04-08 (its midnight, UTC);"
              + " earlier events only fill windows. Default: the first.")
  private @Nullable Instant from;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "Take events before this time. Default: all.")
  private @Nullable Instant until;

  @Mixin private RowFileOptions format = new RowFileOptions();

  /** The training set, where it is one. */
  Optional<Path> trainingSet() {
    return Optional.ofNullable(source.trainingSet);
  }

  /** Whether something is said that goes with events alone. */
  boolean isOfTimes() {
    return from != null || until != null || !timeColumns.isEmpty();
  }

  /**
   * Reads all vectors, of events in the order of their event times.
   *
   * @param out takes what is left out, and why
   * @throws io.leat.common.LeatException if the files do not fit, or the training set is of another
   *     service
   */
  public void read(
      Pipeline pipeline, FeatureService service, PrintWriter out, TrainingSetFolder.Rows rows) {
    if (source.trainingSet == null) {
      readEvents(
          pipeline, service, out, (time, values, label, keys) -> rows.add(time, values, label));
      return;
    }
    TrainingSetFolder set = TrainingSetFolder.open(source.trainingSet, service);
    for (String part :
        List.of(TrainingSetFolder.TRAIN, TrainingSetFolder.VALIDATION, TrainingSetFolder.TEST)) {
      set.read(part, service, rows);
    }
  }

  /**
   * Reads the vectors of events, with the labels that the spine itself brings.
   *
   * @param rows takes keys by their entity beside
   */
  void readEvents(
      Pipeline pipeline,
      FeatureService service,
      PrintWriter out,
      TrainingSetFolder.WholeRows rows) {
    requireFiles(pipeline, service);
    EventFiles events = new EventFiles(pipeline, out);
    source.events.forEach(
        (name, file) ->
            events.read(name, file, Optional.ofNullable(timeColumns.get(name)), format));
    Optional<String> label =
        service
            .label()
            .filter(of -> of.from().equals(service.spine()))
            .map(FeatureService.Label::field);
    ServiceReplay replay = new ServiceReplay(service, pipeline);
    long first = from == null ? Long.MIN_VALUE : Micros.of(from);
    long end = until == null ? Long.MAX_VALUE : Micros.of(until);
    for (EventFiles.Event event : events.inOrder()) {
      if (event.timeMicros() >= end) {
        break;
      }
      Optional<ServiceReplay.Vector> vector = replay.feed(event.name(), event.event());
      if (vector.isPresent() && event.timeMicros() >= first) {
        rows.add(
            TimeUnit.MICROSECONDS.toMillis(vector.get().eventTime()),
            vector.get().valuesOrReasons(),
            label.isPresent() ? event.event().get(label.get()) : null,
            new HashMap<>(vector.get().keys()));
      }
    }
  }

  private void requireFiles(Pipeline pipeline, FeatureService service) {
    Set<String> needed = new TreeSet<>();
    needed.add(service.spine());
    pipeline.viewsFor(service).stream().map(FeatureView::source).forEach(needed::add);
    if (!source.events.keySet().containsAll(needed)) {
      throw new UserError(
          "Service %s is made of the events %s, and files were given for %s. Name a file for each: --events NAME=FILE."
              .formatted(service.name(), needed, source.events.keySet()));
    }
  }
}
