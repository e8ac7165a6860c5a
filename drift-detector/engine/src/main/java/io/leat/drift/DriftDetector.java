package io.leat.drift;

import io.leat.common.Lookups;
import io.leat.drift.AlertRule.Change;
import io.leat.drift.AlertRule.Evaluated;
import io.leat.drift.statistic.Statistic;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.schemas.AvroCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One monitor at work: turns windows of vectors into metrics and alerts. Immutable, thread-safe.
 */
public final class DriftDetector {
  static {
    AvroCodec.trustGeneratedRecords(); // an alert's streams are records within a record
  }

  private final Monitor monitor;
  private final CalibratedMonitor calibrated;
  private final List<FeatureReference> features;
  private final WindowLayout layout;
  private final Map<DriftStream, List<Threshold>> thresholds;
  private final Map<DriftStream, Integer> places = new HashMap<>();
  private final String fingerprint;
  private final DriftRecords records;
  private final String definition;
  private final Optional<EpisodeRule> episodes;
  private final List<EpisodeRule.Stream> sequential;
  private final QualityDetector quality;

  /**
   * @throws ReferenceProfileException if the profile's thresholds were calibrated for other
   *     settings of the monitor
   */
  public DriftDetector(Monitor monitor, ReferenceProfile profile) {
    this.monitor = monitor;
    CalibratedMonitor.Settings wanted = CalibratedMonitor.Settings.of(monitor);
    this.calibrated =
        profile
            .monitor(monitor.name())
            .orElseThrow(
                () ->
                    new ReferenceProfileException(
                        "The reference profile of model %s knows no monitor %s; train the model again (leat train)."
                            .formatted(profile.model(), monitor.name())));
    if (!calibrated.settings().equals(wanted)) {
      throw changed(monitor, profile, wanted, calibrated.settings());
    }
    this.thresholds =
        calibrated.thresholds().stream()
            .collect(
                Collectors.groupingBy(
                    Threshold::stream, LinkedHashMap::new, Collectors.toUnmodifiableList()));
    Map<DriftStream, FeatureReference> references = new HashMap<>();
    profile.features().forEach(one -> references.put(one.stream(), one));
    profile.outputs().forEach(one -> references.put(one.stream(), one));
    calibrated.segments().forEach(one -> references.put(one.stream(), one));
    this.features =
        thresholds.keySet().stream()
            .map(
                stream ->
                    Optional.ofNullable(references.get(stream))
                        .orElseThrow(
                            () ->
                                new ReferenceProfileException(
                                    "The reference profile of model %s has thresholds for %s but no distribution of it; train the model again (leat train)."
                                        .formatted(profile.model(), stream))))
            .toList();
    for (FeatureReference feature : features) {
      List<String> measured = names(feature.statistics(monitor.statistics()).stream());
      List<String> then = names(ofStream(feature.stream()).stream().map(Threshold::statistic));
      if (!Set.copyOf(measured).equals(Set.copyOf(then))) {
        throw changed(monitor, profile, measured, then);
      }
    }
    this.layout = new WindowLayout(features, monitor.outputs());
    features.forEach(feature -> places.put(feature.stream(), places.size()));
    this.fingerprint = profile.fingerprint();
    this.definition = profile.definition();
    Map<String, StreamReference> evidenceOf = new HashMap<>();
    for (int i = 0; i < calibrated.references().size(); i++) {
      evidenceOf.put(
          EpisodeRule.key(calibrated.thresholds().get(i)), calibrated.references().get(i));
    }
    this.records = new DriftRecords(monitor, fingerprint, evidenceOf);
    this.sequential =
        IntStream.range(0, calibrated.references().size())
            .mapToObj(
                i ->
                    EpisodeRule.Stream.of(
                        calibrated.thresholds().get(i), calibrated.references().get(i).finding()))
            .toList();
    this.episodes =
        monitor.rule() == Monitor.Rule.SEQUENTIAL && !sequential.isEmpty()
            ? Optional.of(
                new EpisodeRule(
                    calibrated.settings(),
                    ReferenceWindows.typicalMillis(
                        calibrated.settings(),
                        profile.firstTime(),
                        profile.lastTime(),
                        profile.rows()),
                    sequential))
            : Optional.empty();
    this.quality = new QualityDetector(monitor, features, calibrated.quality(), fingerprint);
  }

  private static List<String> names(Stream<Statistic> statistics) {
    return statistics.map(Statistic::name).toList();
  }

  private List<Threshold> ofStream(DriftStream stream) {
    return thresholds.getOrDefault(stream, List.of());
  }

  private static ReferenceProfileException changed(
      Monitor monitor, ReferenceProfile profile, Object now, Object then) {
    return new ReferenceProfileException(
        "Monitor %s has changed since the reference profile of model %s was made: it is %s, its thresholds were calibrated for %s. Train the model again (leat train)."
            .formatted(monitor.name(), profile.model(), now, then));
  }

  /** The monitor that it is. */
  public Monitor monitor() {
    return monitor;
  }

  /** Full names of the watched features, in the order of {@link ColumnValues}. */
  public List<String> features() {
    return layout.columns();
  }

  /** The watched columns of scores, in the order of {@link WindowSummary#addScore}. */
  public List<String> outputs() {
    return layout.outputs();
  }

  /**
   * Columns of scores that the monitor is to watch and cannot: the profile does not say what the
   * model's scores were like.
   */
  public List<String> withoutReference() {
    return monitor.outputs().stream().filter(name -> !layout.outputs().contains(name)).toList();
  }

  /** Names of the keys of segments, in the order of {@link ColumnValues#segments}. */
  public List<String> segments() {
    return layout.keys();
  }

  /** About how many bytes of memory a window's summary takes at most. */
  public long bytesOfWindow() {
    return layout.bytes();
  }

  /** What is compared, in the order of metrics; alerts and their states are one a stream. */
  public List<DriftStream> streams() {
    return features.stream().map(FeatureReference::stream).toList();
  }

  /** Fingerprint of the reference profile. */
  public String reference() {
    return fingerprint;
  }

  /** Fingerprint of the service's definition that made the training data. */
  public String definition() {
    return definition;
  }

  /** The thresholds that windows are evaluated by. */
  public List<Threshold> thresholds() {
    return calibrated.thresholds();
  }

  /** The thresholds that too few windows of the reference set; empty where none were. */
  public List<Threshold> uncalibrated() {
    return calibrated.thresholds().stream().filter(t -> !t.calibrated()).toList();
  }

  /**
   * Start of the window that a time lies in; of windows that overlap, of that which begins where a
   * whole number of windows has passed since 1970-01-01 UTC. Of windows by count, of the pane.
   */
  public long windowStart(long eventTimeMillis) {
    return eventTimeMillis - Math.floorMod(eventTimeMillis, monitor.window().toMillis());
  }

  /** End of such a window, exclusive. */
  public long windowEnd(long windowStart) {
    return windowStart + monitor.window().toMillis();
  }

  /** Start of the pane that a time lies in: what windows are made of. */
  public long paneStart(long eventTimeMillis) {
    return eventTimeMillis - Math.floorMod(eventTimeMillis, monitor.windows().every().toMillis());
  }

  /** End of a pane, exclusive. */
  public long paneEnd(long paneStart) {
    return paneStart + monitor.windows().every().toMillis();
  }

  /**
   * Whether a window is one that {@link #evaluate} is to be given. Of windows that slide evidence
   * takes in only those that do not overlap, since ranks of windows that share vectors are not
   * independent; the rest are {@linkplain #measure measured}.
   */
  public boolean decides(WindowTime when) {
    return monitor.rule() == Monitor.Rule.THRESHOLDS || isApart(when);
  }

  /** Whether a window is one of those, of all of time, that do not overlap. */
  private boolean isApart(WindowTime when) {
    return !monitor.windows().areSliding()
        || Math.floorMod(when.start(), monitor.window().toMillis()) == 0;
  }

  /** A summary of a window, or of a pane, that holds nothing yet. */
  public WindowSummary newWindow() {
    return new WindowSummary(layout);
  }

  /** A summary out of {@link WindowSummary#toBytes}, made against the same reference. */
  public WindowSummary readWindow(byte[] bytes) {
    WindowSummary summary = newWindow();
    summary.read(bytes);
    return summary;
  }

  /**
   * Whether evidence decides; else thresholds do, as the monitor says, or because the profile is of
   * a release that had no more.
   */
  public boolean isSequential() {
    return episodes.isPresent();
  }

  /** What the reference promises of each stream by each of its statistics; empty of an old one. */
  public List<StreamReference> references() {
    return calibrated.references();
  }

  /**
   * What a window says.
   *
   * @param metrics one a stream and statistic
   * @param alerts what closed, then what opened; each by severity, then by how far beyond
   */
  public record Verdict(List<DriftMetric> metrics, List<DriftAlert> alerts) {}

  /**
   * Evaluates the window of time that begins then. Windows must be given in order of time, each
   * once.
   *
   * @param state what was remembered after the window before; changed
   */
  public Verdict evaluate(long windowStart, WindowSummary window, DetectorState state) {
    return evaluate(time(windowStart), window, state);
  }

  /** Evaluates a window, as above. */
  public Verdict evaluate(WindowTime when, WindowSummary window, DetectorState state) {
    Measured measured = measure(window);
    List<DriftAlert> alerts = alerts(when, window, measured, state);
    return new Verdict(metrics(when, window, measured, state), alerts);
  }

  /** The statistics of a window; the same for all monitors of the same streams. */
  public static final class Measured {
    private final List<DriftRecords.Compared> compared = new ArrayList<>();
    private final Map<String, Double> values = new HashMap<>();

    /** The greatest of all streams by a statistic; empty where none was evaluated by it. */
    public OptionalDouble greatest(Statistic statistic) {
      return values.entrySet().stream()
          .filter(one -> one.getKey().endsWith("\n" + statistic.name()))
          .mapToDouble(Map.Entry::getValue)
          .max();
    }
  }

  /** Compares a window with the reference. */
  public Measured measure(WindowSummary window) {
    Measured measured = new Measured();
    for (int i = 0; i < features.size(); i++) {
      DriftRecords.Compared one = DriftRecords.Compared.of(features.get(i), window.counts(i));
      measured.compared.add(one);
      for (Threshold threshold : ofStream(one.feature().stream())) {
        one.comparison()
            .value(threshold.statistic(), monitor.minimumEvents())
            .ifPresent(value -> measured.values.put(EpisodeRule.key(threshold), value));
      }
    }
    return measured;
  }

  /** As {@code evaluate}, alerts alone. */
  public List<DriftAlert> alerts(
      WindowTime when, WindowSummary window, Measured measured, DetectorState state) {
    List<DriftAlert> alerts = new ArrayList<>(endUnwatched(when, state));
    if (episodes.isPresent()) {
      EpisodeRule rule = episodes.get();
      alerts.addAll(endThresholdAlerts(when, measured.compared, measured.values, state));
      rule.next(state, when, evaluated(when, window, measured.values, state))
          .ifPresent(
              change -> alerts.add(records.episode(when, rule, change, standsOut(window, change))));
    } else {
      alerts.addAll(endEpisode(when, state));
      alerts.addAll(byThresholds(when, measured.compared, measured.values, state));
    }
    return alerts;
  }

  private List<DriftMetric> metrics(
      WindowTime when, WindowSummary window, Measured measured, DetectorState state) {
    List<DriftMetric> metrics = new ArrayList<>();
    for (DriftRecords.Compared one : measured.compared) {
      long events = window.events(Lookups.required(places, one.feature().stream()));
      for (Threshold threshold : ofStream(one.feature().stream())) {
        String key = EpisodeRule.key(threshold);
        metrics.add(
            records.metric(
                when,
                events,
                one,
                measured.values.get(key),
                threshold,
                episodes.isPresent() ? state.evidence(key).value() : null));
      }
    }
    return metrics;
  }

  /**
   * Evaluates a window, its quality too, after those before it that held nothing. An episode of
   * quality that opens is told before what it may explain, and closes after it: who goes by both
   * never sees drift alone where quality is the cause.
   *
   * @param qualityState what was remembered of quality after the window before; changed
   */
  public Verdict evaluate(
      WindowTime when, WindowSummary window, DetectorState state, QualityState qualityState) {
    if (!tellsQuality(when)) {
      return evaluate(when, window, state);
    }
    Verdict silence = silence(when.start(), state, qualityState);
    Verdict drift = evaluate(when, window, state);
    return withQuality(when, window, silence, drift, state, qualityState);
  }

  /** As {@code evaluate}, alerts alone. */
  public List<DriftAlert> alerts(
      long windowStart,
      WindowSummary window,
      Measured measured,
      DetectorState state,
      QualityState qualityState) {
    WindowTime when = time(windowStart);
    Verdict silence = silence(windowStart, state, qualityState);
    Verdict drift = new Verdict(List.of(), alerts(when, window, measured, state));
    return withQuality(when, window, silence, drift, state, qualityState).alerts();
  }

  private Verdict withQuality(
      WindowTime when,
      WindowSummary window,
      Verdict silence,
      Verdict drift,
      DetectorState state,
      QualityState qualityState) {
    Set<String> drifted =
        drift.alerts().stream()
            .filter(alert -> alert.getState() == io.leat.records.AlertState.OPEN)
            .flatMap(QualityDetector::columns)
            .collect(Collectors.toSet());
    QualityDetector.Verdict found = quality.evaluate(when.start(), window, drifted, qualityState);
    List<DriftAlert> alerts = new ArrayList<>(silence.alerts());
    alerts.addAll(told(when, drift.alerts(), found, state, qualityState));
    List<DriftMetric> metrics = new ArrayList<>(silence.metrics());
    metrics.addAll(drift.metrics());
    metrics.addAll(found.metrics());
    return new Verdict(metrics, alerts);
  }

  /**
   * Evaluates the windows that held nothing, from the last that was evaluated on, as far as they
   * end by some time. Nothing can drift in them; how much comes is a matter of quality. Whether it
   * is asked at the end of each, or once after many, it says the same.
   *
   * @param state what was remembered after the window before; changed
   * @param qualityState likewise
   */
  public Verdict silence(long until, DetectorState state, QualityState qualityState) {
    Verdict verdict = new Verdict(new ArrayList<>(), new ArrayList<>());
    OptionalLong next = quality.nextSilent(until, qualityState);
    while (next.isPresent()) {
      QualityDetector.Verdict found = quality.silence(next.getAsLong(), qualityState);
      verdict.metrics().addAll(found.metrics());
      verdict.alerts().addAll(told(time(next.getAsLong()), List.of(), found, state, qualityState));
      next = quality.nextSilent(until, qualityState);
    }
    return verdict;
  }

  /** Whether {@link #silence} is to be asked at the end of a window that holds nothing. */
  public boolean awaitsSilence(QualityState qualityState) {
    return quality.awaitsSilence(qualityState);
  }

  /** What a window has said of drift and of quality, in the order in which it is told. */
  private List<DriftAlert> told(
      WindowTime when,
      List<DriftAlert> drift,
      QualityDetector.Verdict found,
      DetectorState state,
      QualityState qualityState) {
    List<DriftAlert> alerts = new ArrayList<>(found.opened());
    for (DriftAlert alert : drift) {
      alerts.add(quality.explained(alert, found, qualityState));
    }
    if (!found.closed().isEmpty()) {
      alerts.addAll(dismiss(when, state, qualityState));
    }
    alerts.addAll(found.closed());
    return alerts;
  }

  /** The same, of the window of time that begins then. */
  public Verdict evaluate(
      long windowStart, WindowSummary window, DetectorState state, QualityState qualityState) {
    return evaluate(time(windowStart), window, state, qualityState);
  }

  private WindowTime time(long windowStart) {
    return WindowTime.of(windowStart, monitor.window().toMillis());
  }

  /** Whether quality is looked at in a window: of those of time that do not overlap. */
  private boolean tellsQuality(WindowTime when) {
    return isApart(when) && !monitor.windows().areCounted();
  }

  /** Closes the episode of drift that one of quality explains, with it. */
  private List<DriftAlert> dismiss(
      WindowTime when, DetectorState state, QualityState qualityState) {
    Optional<String> explained = qualityState.explains();
    qualityState.explains(null);
    Optional<Episode> open =
        state.episode().filter(episode -> explained.filter(episode.id()::equals).isPresent());
    if (open.isEmpty()) {
      return List.of();
    }
    state.episode(null);
    state.ration(0); // what drifted beside it may open one of its own
    state.forgetEvidence();
    return List.of(
        records
            .episode(when, open.get(), List.of())
            .setState(io.leat.records.AlertState.CLOSED)
            .setMessage(
                "The episode ends with that of data quality, which was its cause; what has drifted beside it opens one anew.")
            .build());
  }

  /** What of the stream with most evidence stands out at once, as the end of a sentence. */
  private String standsOut(WindowSummary window, EpisodeRule.Change change) {
    if (change.kind() != EpisodeRule.Kind.OPENED && change.kind() != EpisodeRule.Kind.WORSE) {
      return "";
    }
    int place = Lookups.required(places, change.named().get(0).stream().threshold().stream());
    return StandsOut.of(features.get(place), window.counts(place))
        .map(clause -> ": " + clause)
        .orElse("");
  }

  /** What each stream's evidence is to take in: the window, or the windows that end with it. */
  private List<EpisodeRule.Evaluated> evaluated(
      WindowTime when, WindowSummary window, Map<String, Double> values, DetectorState state) {
    Map<Integer, WindowSummary> together = together(when, window, state);
    List<EpisodeRule.Evaluated> evaluated = new ArrayList<>();
    for (EpisodeRule.Stream stream : sequential) {
      int factor = stream.reference().merged();
      if (factor == 1) {
        Double value = values.get(stream.key());
        if (value != null) {
          evaluated.add(new EpisodeRule.Evaluated(stream, value));
        }
      } else if (together.containsKey(factor)) {
        WindowSummary summary = together.get(factor);
        int place = Lookups.required(places, stream.threshold().stream());
        Comparison.of(features.get(place), summary.counts(place))
            .value(stream.threshold().statistic(), monitor.minimumEvents())
            .ifPresent(value -> evaluated.add(new EpisodeRule.Evaluated(stream, value)));
      }
    }
    return evaluated;
  }

  /**
   * Adds the window to those that are evaluated together with it, and takes out, by how many these
   * are, what is whole with it. A group that lacks a window is not evaluated: fewer vectors lie
   * farther off by nature, and would be ranked among those of whole groups.
   */
  private Map<Integer, WindowSummary> together(
      WindowTime when, WindowSummary window, DetectorState state) {
    Map<Integer, WindowSummary> whole = new HashMap<>();
    long number = when.number();
    Set<Integer> factors =
        sequential.stream()
            .map(stream -> stream.reference().merged())
            .filter(factor -> factor > 1)
            .collect(Collectors.toSet());
    state.merged().keySet().retainAll(factors);
    for (int factor : factors) {
      long group = Math.floorDiv(number, (long) factor);
      DetectorState.Merged before = state.merged().get(factor);
      WindowSummary summary = newWindow();
      int windows = 1;
      if (before != null && before.group() == group) {
        summary = before.summary();
        windows += before.windows();
      }
      summary.merge(window);
      if (windows == factor) {
        whole.put(factor, summary);
        state.merged().remove(factor);
      } else {
        state.merged().put(factor, new DetectorState.Merged(group, windows, summary));
      }
    }
    return whole;
  }

  private List<DriftAlert> byThresholds(
      WindowTime when,
      List<DriftRecords.Compared> compared,
      Map<String, Double> values,
      DetectorState state) {
    List<DriftRecords.Found> found = new ArrayList<>();
    for (DriftRecords.Compared one : compared) {
      List<Threshold> measured = ofStream(one.feature().stream());
      List<Evaluated> evaluated = new ArrayList<>();
      for (Threshold threshold : measured) {
        Double value = values.get(EpisodeRule.key(threshold));
        if (value != null) {
          evaluated.add(new Evaluated(threshold, value));
        }
      }
      String name = one.feature().stream().toString();
      AlertRule.Step step =
          new AlertRule(
                  name,
                  calibrated.settings(),
                  measured.stream().map(Threshold::statistic).collect(Collectors.toSet()))
              .next(state.alerts().getOrDefault(name, AlertState.NONE), when.start(), evaluated);
      state.alerts().put(name, step.state());
      step.changes()
          .forEach(
              change -> found.add(new DriftRecords.Found(one.feature(), one.counts(), change)));
    }
    return found.stream()
        .sorted(DriftRecords.Found.ORDER)
        .map(f -> records.alert(when, f))
        .toList();
  }

  /** Closes what thresholds opened, once episodes have taken the place of their alerts. */
  private List<DriftAlert> endThresholdAlerts(
      WindowTime when,
      List<DriftRecords.Compared> compared,
      Map<String, Double> values,
      DetectorState state) {
    List<DriftAlert> closed = new ArrayList<>();
    for (DriftRecords.Compared one : compared) {
      AlertState alerts = state.alerts().get(one.feature().stream().toString());
      if (alerts == null || alerts.open().isEmpty()) {
        continue;
      }
      AlertState.Open open = alerts.open().get();
      Optional<Threshold> threshold =
          ofStream(one.feature().stream()).stream()
              .filter(t -> values.containsKey(EpisodeRule.key(t)))
              .max(Comparator.comparing((Threshold t) -> t.statistic() == open.statistic()));
      if (threshold.isPresent()) {
        Evaluated evaluated =
            new Evaluated(
                threshold.get(), Lookups.required(values, EpisodeRule.key(threshold.get())));
        DriftAlert alert =
            records.alert(
                when,
                new DriftRecords.Found(
                    one.feature(), one.counts(), new Change(false, open, evaluated)));
        closed.add(
            DriftAlert.newBuilder(alert)
                .setMessage(
                    "%s: the monitor's evidence decides now, and opens episodes in place of alerts of single features."
                        .formatted(one.feature().stream()))
                .build());
        state.alerts().remove(one.feature().stream().toString());
      }
    }
    return closed;
  }

  /** Closes alerts of streams that the profile does not have any more. */
  private List<DriftAlert> endUnwatched(WindowTime when, DetectorState state) {
    Set<String> watched = streams().stream().map(DriftStream::toString).collect(Collectors.toSet());
    List<DriftAlert> closed = new ArrayList<>();
    for (String name : new TreeSet<>(state.alerts().keySet())) {
      if (!watched.contains(name)) {
        state
            .alerts()
            .remove(name)
            .open()
            .ifPresent(open -> closed.add(records.ended(when, name, open)));
      }
    }
    return closed;
  }

  /** Closes an episode, once thresholds decide again. */
  private List<DriftAlert> endEpisode(WindowTime when, DetectorState state) {
    Optional<Episode> open = state.episode();
    state.episode(null);
    return open.map(
            episode ->
                List.of(
                    records
                        .episode(when, episode, List.of())
                        .setState(io.leat.records.AlertState.CLOSED)
                        .setMessage("The episode ends: thresholds of single features decide now.")
                        .build()))
        .orElse(List.of());
  }

  /** The same, of a window of which vectors are known to be missing; quality passes over it. */
  public List<DriftMetric> unevaluated(
      WindowTime when, WindowSummary window, QualityState qualityState) {
    if (tellsQuality(when)) {
      quality.pass(when.start(), qualityState);
    }
    return unevaluated(when, window);
  }

  /**
   * What is told of a window of which vectors are known to be missing: how many it holds, and
   * nothing about drift. One a feature and statistic.
   */
  public List<DriftMetric> unevaluated(WindowTime when, WindowSummary window) {
    List<DriftMetric> metrics = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      for (Threshold threshold : ofStream(features.get(i).stream())) {
        DriftMetric metric =
            records.metric(
                when,
                window.events(i),
                DriftRecords.Compared.of(features.get(i), window.counts(i)),
                null,
                threshold,
                null);
        metrics.add(DriftMetric.newBuilder(metric).setComplete(false).build());
      }
    }
    return metrics;
  }

  /**
   * What is told of a window that overlaps the one that was evaluated last: how far off it is. One
   * a stream and statistic.
   */
  public List<DriftMetric> measure(WindowTime when, WindowSummary window) {
    List<DriftMetric> metrics = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      DriftRecords.Compared one = DriftRecords.Compared.of(features.get(i), window.counts(i));
      for (Threshold threshold : ofStream(features.get(i).stream())) {
        OptionalDouble value =
            one.comparison().value(threshold.statistic(), monitor.minimumEvents());
        metrics.add(
            records.metric(
                when,
                window.events(i),
                one,
                value.isPresent() ? value.getAsDouble() : null,
                threshold,
                null));
      }
    }
    return metrics;
  }

  /**
   * What is told of a pane when vectors of it come after it was closed.
   *
   * @param seen vectors that it was closed with
   * @param late those that have come since
   */
  public DriftMetric late(long paneStart, long seen, long late) {
    return records.late(new WindowTime(paneStart, paneEnd(paneStart), paneStart), seen, late);
  }
}
