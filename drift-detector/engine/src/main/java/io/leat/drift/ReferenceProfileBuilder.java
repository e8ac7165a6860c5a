package io.leat.drift;

import io.leat.common.Lookups;
import io.leat.drift.evidence.Dependence;
import io.leat.drift.evidence.WindowSeries;
import io.leat.drift.statistic.ColumnKind;
import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.Embedding;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Segments;
import io.leat.schemas.NullReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a reference profile out of a model's training rows, which it holds in memory at four bytes
 * a value. Not thread-safe.
 *
 * <p>Rows may come in any order, and be taken by several builders that are {@linkplain #merge
 * merged}: the profile is the same. A feature is numeric if every value that is not null is a
 * number or a boolean (true is 1), and one of categories if every one is a text; others are left
 * out of the profile.
 */
public final class ReferenceProfileBuilder {
  /** A segment's distribution is kept as so many points: there are many segments. */
  static final int SEGMENT_POINTS = 101;

  /** So many categories are kept of a segment. */
  static final int SEGMENT_KEPT = 50;

  /** Longer than a day, so that windows have neither hour nor weekday. */
  private static final long NO_SEASON = Long.MAX_VALUE;

  private final Model model;
  private final FeatureService service;
  private final List<Monitor> monitors;
  private final List<ReferenceColumn> columns = new ArrayList<>();

  /** By the key; monitors may share one. */
  private final Map<Segments.Key, ReferenceColumn> segments = new LinkedHashMap<>();

  private final Segmenter segmenter;

  /** By the column's name. */
  private final Map<String, ReferenceColumn> outputs = new LinkedHashMap<>();

  /** Columns that the model was asked for. */
  private final Set<String> said = new HashSet<>();

  private final Times times = new Times();
  private final Times scored = new Times();

  /**
   * @param monitors the monitors of this model; others are passed over
   */
  public ReferenceProfileBuilder(Model model, FeatureService service, List<Monitor> monitors) {
    this.model = model;
    this.service = service;
    this.monitors = monitors.stream().filter(m -> m.model().equals(model.name())).toList();
    service.features().forEach(feature -> columns.add(new ReferenceColumn()));
    for (Monitor monitor : this.monitors) {
      monitor.outputs().forEach(name -> outputs.put(name, new ReferenceColumn()));
      monitor.segments().keys().forEach(key -> segments.put(key, new ReferenceColumn()));
    }
    this.segmenter = new Segmenter(List.copyOf(segments.keySet()), service.featureNames());
  }

  /** A builder for a model of a pipeline, with all of its monitors. */
  public static ReferenceProfileBuilder of(Pipeline pipeline, Model model) {
    FeatureService service =
        pipeline
            .service(model.service())
            .orElseThrow(
                () -> new IllegalArgumentException("no feature service " + model.service()));
    return new ReferenceProfileBuilder(model, service, pipeline.monitors());
  }

  /**
   * Takes a row.
   *
   * @param eventTime milliseconds since 1970-01-01 UTC
   * @param values one value a feature of the service, in its order: Double, Long, Boolean, String,
   *     the {@link NullReason} for which there is none, or null for a reason that is not told
   */
  public ReferenceProfileBuilder add(long eventTime, List<? extends @Nullable Object> values) {
    if (values.size() != columns.size()) {
      throw new IllegalArgumentException(
          "a row of %d values; service %s has %d features"
              .formatted(values.size(), service.name(), columns.size()));
    }
    times.add(eventTime);
    for (int i = 0; i < values.size(); i++) {
      columns.get(i).add(values.get(i));
    }
    int key = 0;
    @Nullable String[] of = segmenter.of(values);
    for (ReferenceColumn segment : segments.values()) {
      segment.addText(of[key++]);
    }
    return this;
  }

  /**
   * Takes what the model says of a row; of as many as it was asked of, and in any order.
   *
   * @param score column and value: {@link Monitor#SCORE}, {@link Monitor#DECISION} and others; what
   *     is absent is null. A column that is in none has no reference; those that no monitor watches
   *     are passed over
   */
  public ReferenceProfileBuilder addScore(
      long eventTime, Map<String, ? extends @Nullable Object> score) {
    scored.add(eventTime);
    said.addAll(score.keySet());
    outputs.forEach((name, column) -> column.add(score.get(name)));
    return this;
  }

  /** Event times of rows. */
  private static final class Times {
    private long[] millis = new long[1024];
    private int rows;

    void add(long eventTime) {
      if (rows == millis.length) {
        millis = Arrays.copyOf(millis, 2 * rows);
      }
      millis[rows++] = eventTime;
    }

    void addAll(Times other) {
      for (int row = 0; row < other.rows; row++) {
        add(other.millis[row]);
      }
    }

    /** The rows, in order of time. */
    int[] order() {
      if (IntStream.range(1, rows).allMatch(row -> millis[row - 1] <= millis[row])) {
        return IntStream.range(0, rows).toArray();
      }
      return IntStream.range(0, rows)
          .boxed()
          .sorted(Comparator.comparingLong(row -> millis[row]))
          .mapToInt(Integer::intValue)
          .toArray();
    }
  }

  /** Takes all rows of another builder, of the same model, service and monitors. */
  public ReferenceProfileBuilder merge(ReferenceProfileBuilder other) {
    if (!other.segments.keySet().equals(segments.keySet())
        || !other.service.featureNames().equals(service.featureNames())) {
      throw new IllegalArgumentException(
          "rows of %s for %s; expected those of %s for %s"
              .formatted(other.service.id(), other.monitors, service.id(), monitors));
    }
    times.addAll(other.times);
    scored.addAll(other.scored);
    said.addAll(other.said);
    outputs.forEach((name, column) -> column.addAll(Lookups.required(other.outputs, name)));
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).addAll(other.columns.get(i));
    }
    segments.forEach((key, column) -> column.addAll(Lookups.required(other.segments, key)));
    return this;
  }

  /**
   * Makes the profile.
   *
   * @throws ReferenceProfileException if there is no row, or a monitor watches a feature that is
   *     neither of numbers nor of categories
   */
  public ReferenceProfile build() {
    if (times.rows == 0) {
      throw new ReferenceProfileException(
          "No training rows for model %s; a reference profile is made of at least one."
              .formatted(model.name()));
    }
    int[] order = times.order();
    Map<String, ReferenceColumn> known = new LinkedHashMap<>();
    Map<String, String> unfit = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      String name = service.featureNames().get(i);
      ReferenceColumn column = columns.get(i);
      if (column.kind().isPresent()) {
        known.put(name, column);
      } else {
        unfit.put(name, column.problem());
      }
    }
    List<FeatureReference> features = new ArrayList<>();
    known.forEach(
        (name, column) ->
            features.add(
                column.reference(
                    DriftStream.of(name), order, Distribution.MAX_POINTS, Categories.KEPT)));
    Map<String, FeatureReference> ofScores = scored.rows == 0 ? Map.of() : outputs();
    List<CalibratedMonitor> calibrated =
        monitors.stream().map(m -> calibrate(m, features, ofScores, known, unfit, order)).toList();
    boolean isRanked = calibrated.stream().anyMatch(m -> !m.references().isEmpty());
    boolean isOfPanes =
        calibrated.stream()
            .map(CalibratedMonitor::settings)
            .anyMatch(m -> m.isSliding() || m.isCounted() || !m.embeddings().isEmpty());
    boolean isOfNumbers =
        features.stream().allMatch(NumberReference.class::isInstance)
            && ofScores.isEmpty()
            && monitors.stream()
                .allMatch(m -> m.segments().keys().isEmpty() && m.outputs().isEmpty());
    return new ReferenceProfile(
        ReferenceProfile.FORMAT,
        isOfPanes
            ? ReferenceProfile.FORMAT_VERSION
            : isRanked
                ? ReferenceProfile.WITHOUT_PANES
                : isOfNumbers
                    ? ReferenceProfile.OLDEST_VERSION
                    : ReferenceProfile.WITHOUT_REFERENCES,
        model.name(),
        service.name(),
        service.version(),
        service.definition(),
        times.rows,
        times.millis[order[0]],
        times.millis[order[times.rows - 1]],
        features,
        List.copyOf(ofScores.values()),
        calibrated);
  }

  /** What the model says, a column each; without those that have no kind. */
  private Map<String, FeatureReference> outputs() {
    int[] order = scored.order();
    Map<String, FeatureReference> references = new LinkedHashMap<>();
    outputs.forEach(
        (name, column) -> {
          if (said.contains(name) && column.kind().isPresent()) {
            references.put(
                name,
                column.reference(
                    DriftStream.of(name), order, Distribution.MAX_POINTS, Categories.KEPT));
          }
        });
    return references;
  }

  /** A stream of a monitor: its reference, and the rows that made it, in order of time. */
  private record Stream(FeatureReference reference, StreamColumn column, Times times, int[] rows) {}

  private CalibratedMonitor calibrate(
      Monitor monitor,
      List<FeatureReference> features,
      Map<String, FeatureReference> ofScores,
      Map<String, ReferenceColumn> known,
      Map<String, String> unfit,
      int[] order) {
    CalibratedMonitor.Settings settings = CalibratedMonitor.Settings.of(monitor);
    Map<String, EmbeddingColumn> embedded = embedded(monitor, known, unfit);
    List<String> watched =
        monitor.features().isEmpty() ? byDefault(monitor, known.keySet()) : monitor.features();
    for (String name : watched) {
      if (!known.containsKey(name)) {
        throw new ReferenceProfileException(
            "Monitor %s watches %s, which %s in the training data; expected one of %s."
                .formatted(
                    monitor.name(),
                    name,
                    unfit.getOrDefault(name, "is not there"),
                    known.keySet()));
      }
    }
    List<Stream> streams = new ArrayList<>();
    List<String> names = List.copyOf(known.keySet());
    for (String name : watched) {
      streams.add(
          new Stream(
              features.get(names.indexOf(name)), Lookups.required(known, name), times, order));
    }
    List<Stream> own = new ArrayList<>();
    embedded.forEach(
        (name, column) ->
            own.add(
                new Stream(
                    column.reference(
                        DriftStream.of(name), order, Distribution.MAX_POINTS, Categories.KEPT),
                    column,
                    times,
                    order)));
    streams.addAll(own);
    int[] orderOfScores = scored.order();
    for (String name : monitor.outputs()) {
      FeatureReference reference = ofScores.get(name);
      if (watched.contains(name) || embedded.containsKey(name)) {
        throw new ReferenceProfileException(
            "Monitor %s watches %s of the model's scores, and service %s has a feature of that name; name the features that it watches, without that one."
                .formatted(monitor.name(), name, service.name()));
      }
      if (reference != null) {
        streams.add(new Stream(reference, Lookups.required(outputs, name), scored, orderOfScores));
      }
    }
    Map<String, StreamColumn> columnsOf = new LinkedHashMap<>();
    watched.forEach(name -> columnsOf.put(name, Lookups.required(known, name)));
    columnsOf.putAll(embedded);
    List<Stream> ofSegments = segments(monitor, columnsOf, order);
    streams.addAll(ofSegments);
    own.addAll(ofSegments);
    long pairs =
        streams.stream()
            .mapToLong(one -> one.reference().statistics(monitor.statistics()).size())
            .sum();
    double budget = monitor.falseAlarmsPerWeek() / pairs;
    List<Threshold> thresholds = new ArrayList<>();
    List<StreamReference> references = new ArrayList<>();
    ReferenceWindows cut = new ReferenceWindows(settings, order, times.millis);
    for (Stream stream : streams) {
      List<Statistic> measured = stream.reference().statistics(monitor.statistics());
      Map<Statistic, WindowSeries> sliding =
          settings.isSliding() ? sliding(stream, measured, settings, cut) : Map.of();
      windows(stream, measured, settings, cut, 1)
          .forEach(
              (statistic, windows) -> {
                DriftStream of = stream.reference().stream();
                thresholds.add(
                    Calibration.calibrate(
                        of,
                        statistic,
                        sliding.getOrDefault(statistic, windows.statistic()).toArray(),
                        cut.everyMillis(),
                        budget,
                        settings));
                references.add(
                    StreamReference.of(
                        of,
                        statistic,
                        Dependence.of(
                            windows,
                            settings.isCounted() ? NO_SEASON : settings.windowMillis(),
                            together ->
                                Lookups.required(
                                    windows(stream, List.of(statistic), settings, cut, together),
                                    statistic))));
              });
    }
    List<FeatureReference> ofVectors = new ArrayList<>();
    watched.forEach(name -> ofVectors.add(features.get(names.indexOf(name))));
    Map<String, ReferenceColumn> values = new LinkedHashMap<>(known);
    own.stream()
        .map(Stream::reference)
        .filter(one -> one.stream().segment().isEmpty())
        .forEach(
            one -> {
              ofVectors.add(one);
              values.put(one.name(), Lookups.required(embedded, one.name()).distances());
            });
    return new CalibratedMonitor(
        settings,
        thresholds,
        own.stream().map(Stream::reference).toList(),
        references,
        settings.isCounted()
            ? List.of()
            : new QualityCalibration(settings, order, times.millis).calibrate(values, ofVectors));
  }

  /** All but what is a part of an embedding. */
  private static List<String> byDefault(Monitor monitor, Set<String> known) {
    return known.stream()
        .filter(
            name -> monitor.embeddings().stream().noneMatch(one -> one.features().contains(name)))
        .toList();
  }

  private Map<String, EmbeddingColumn> embedded(
      Monitor monitor, Map<String, ReferenceColumn> known, Map<String, String> unfit) {
    Map<String, EmbeddingColumn> embedded = new LinkedHashMap<>();
    for (Embedding embedding : monitor.embeddings()) {
      List<ReferenceColumn> numbers = new ArrayList<>();
      for (String feature : embedding.features()) {
        ReferenceColumn column = known.get(feature);
        if (column == null || column.kind().filter(ColumnKind.NUMBERS::equals).isEmpty()) {
          throw new ReferenceProfileException(
              "The embedding %s of monitor %s is made of %s, which %s in the training data; expected numbers."
                  .formatted(
                      embedding.name(),
                      monitor.name(),
                      feature,
                      column == null ? unfit.getOrDefault(feature, "is not there") : "is a text"));
        }
        numbers.add(column);
      }
      boolean draws = monitor.statistics().contains(Statistics.CLASSIFIER.name());
      embedded.put(embedding.name(), new EmbeddingColumn(embedding, numbers, times.rows, draws));
    }
    return embedded;
  }

  /**
   * The streams of a monitor's segments. A segment has its own where it is among the most frequent
   * and could fill the least windows that a threshold is set by; all others are one together.
   */
  private List<Stream> segments(Monitor monitor, Map<String, StreamColumn> watched, int[] order) {
    long least = (long) Calibration.LEAST_WINDOWS * monitor.minimumEvents();
    List<Stream> streams = new ArrayList<>();
    for (Segments.Key key : monitor.segments().keys()) {
      ReferenceColumn column = Lookups.required(segments, key);
      if (column.kind().isEmpty()) {
        throw new ReferenceProfileException(
            "Monitor %s tells segments by %s, which %s in the training data; segments are told by few values."
                .formatted(monitor.name(), key.name(), column.problem()));
      }
      Map<String, Long> counts = column.counts(order);
      List<String> own =
          Categories.of(counts, monitor.segments().cap()).names().stream()
              .filter(
                  value ->
                      Lookups.required(counts, value) >= least && !value.equals(WindowLayout.OTHER))
              .sorted()
              .toList();
      if (own.isEmpty()) {
        continue; // all others together are all
      }
      rowsBySegment(column, own, order)
          .forEach(
              (value, of) -> {
                watched.forEach(
                    (name, values) -> {
                      DriftStream stream =
                          DriftStream.of(name, WindowLayout.segment(key.name(), value));
                      streams.add(
                          new Stream(
                              values.reference(stream, of, SEGMENT_POINTS, SEGMENT_KEPT),
                              values,
                              times,
                              of));
                    });
              });
    }
    return streams;
  }

  /** The rows of each segment, and last those of all others, where there are any. */
  private static Map<String, int[]> rowsBySegment(
      ReferenceColumn column, List<String> own, int[] order) {
    Map<String, IntStream.Builder> rows = new LinkedHashMap<>();
    own.forEach(value -> rows.put(value, IntStream.builder()));
    IntStream.Builder others = IntStream.builder();
    for (int row : order) {
      String value = column.category(row);
      IntStream.Builder of = value == null ? null : rows.get(value);
      (of == null ? others : of).add(row);
    }
    Map<String, int[]> found = new LinkedHashMap<>();
    rows.forEach((value, of) -> found.put(value, of.build().toArray()));
    int[] rest = others.build().toArray();
    if (rest.length > 0) {
      found.put(WindowLayout.OTHER, rest);
    }
    return found;
  }

  /**
   * Statistics of a stream's windows that do not overlap, each against the rest of the reference,
   * in order of time.
   *
   * @param together how many windows are taken together
   */
  private Map<Statistic, Dependence.Windows> windows(
      Stream stream,
      List<Statistic> statistics,
      CalibratedMonitor.Settings settings,
      ReferenceWindows cut,
      int together) {
    FeatureReference reference = stream.reference();
    int[] order = stream.rows();
    Map<Statistic, WindowSeries.Builder> series = builders(statistics);
    WindowSeries.Builder levels = new WindowSeries.Builder();
    for (int start = 0, end; start < order.length; start = end) {
      long first = cut.number(stream.times().millis[order[start]]);
      long window = Math.floorDiv(first, (long) together);
      FeatureCounts counts = reference.newCounts();
      Set<Long> windows = new HashSet<>();
      for (end = start; end < order.length; end++) {
        long number = cut.number(stream.times().millis[order[end]]);
        if (Math.floorDiv(number, (long) together) != window) {
          break;
        }
        stream.column().count(reference, order[end], counts);
        windows.add(number);
      }
      if (windows.size() < together || !cut.isWhole(first)) {
        continue; // as live windows are, where one is missing
      }
      if (!counts.isEmpty()) {
        levels.add(window, reference.level(counts));
      }
      measure(window, Comparison.of(reference, counts), settings, series);
    }
    WindowSeries level = levels.build();
    Map<Statistic, Dependence.Windows> made = new LinkedHashMap<>();
    series.forEach(
        (statistic, values) -> made.put(statistic, new Dependence.Windows(values.build(), level)));
    return made;
  }

  /** The same of windows that overlap, one for each pane that completes one. */
  private static Map<Statistic, WindowSeries> sliding(
      Stream stream,
      List<Statistic> statistics,
      CalibratedMonitor.Settings settings,
      ReferenceWindows cut) {
    FeatureReference reference = stream.reference();
    int[] order = stream.rows();
    Map<Statistic, WindowSeries.Builder> series = builders(statistics);
    Map<Long, FeatureCounts> panes = new HashMap<>();
    FeatureCounts counts = reference.newCounts();
    int next = 0;
    for (long pane = cut.firstPane(); pane <= cut.lastPane(); pane++) {
      FeatureCounts added = reference.newCounts();
      while (next < order.length && cut.pane(stream.times().millis[order[next]]) == pane) {
        stream.column().count(reference, order[next++], added);
      }
      panes.put(pane, added);
      FeatureCounts gone = panes.remove(pane - settings.panes());
      if (gone != null && counts.sample().isPresent()) {
        counts = reference.newCounts();
        panes.values().forEach(counts::add);
      } else {
        counts.add(added);
        if (gone != null) {
          counts.remove(gone);
        }
      }
      if (pane - cut.firstPane() >= settings.panes() - 1) {
        measure(pane, Comparison.of(reference, counts), settings, series);
      }
    }
    Map<Statistic, WindowSeries> made = new LinkedHashMap<>();
    series.forEach((statistic, values) -> made.put(statistic, values.build()));
    return made;
  }

  private static Map<Statistic, WindowSeries.Builder> builders(List<Statistic> statistics) {
    Map<Statistic, WindowSeries.Builder> series = new LinkedHashMap<>();
    statistics.forEach(statistic -> series.put(statistic, new WindowSeries.Builder()));
    return series;
  }

  private static void measure(
      long window,
      Comparison comparison,
      CalibratedMonitor.Settings settings,
      Map<Statistic, WindowSeries.Builder> series) {
    series.forEach(
        (statistic, values) ->
            comparison
                .valueFromRest(statistic, settings.minimumEvents())
                .ifPresent(value -> values.add(window, value)));
  }
}
