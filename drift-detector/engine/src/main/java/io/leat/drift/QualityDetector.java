package io.leat.drift;

import io.leat.common.Lookups;
import io.leat.common.Sha256;
import io.leat.drift.QualityReading.Part;
import io.leat.drift.Threshold.Level;
import io.leat.drift.evidence.Dependence;
import io.leat.drift.evidence.Guarantee;
import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.DataQuality.Measure;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Monitor;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.DriftedStream;
import io.leat.records.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Data quality of a monitor's windows, given in order of event time, and the life of its episodes.
 *
 * <p>Each measure is one stream, whatever the number of columns: the farthest of these, each in
 * units of its own spread. Its evidence is gathered as a drift monitor's is ({@link EpisodeRule}),
 * and the mean over the measures alarms at A = windows a week / false alarms a week, which happens
 * once in A windows on average at most while nothing changes. Measures whose reference promises
 * nothing ({@link Guarantee#NONE}) do not take part: for these stands the worst window of the
 * reference, which k of the last n windows have to be beyond. Of what training data cannot know
 * ({@link Measure#isLive}) that is a window that is off by more than does not matter.
 *
 * <p>An episode opens where a measure that alarms is also off by more than does not matter; at once
 * where a limit is broken; and at once where an episode of drift opens about columns that are
 * beyond all of the reference: what explains the drift is said, and the budget of drift has paid
 * for it. It closes when each measure it names was as usual for so many windows in a row. An
 * episode of drift that it explains is closed with it, so that only drift that still stands opens
 * anew.
 */
final class QualityDetector {
  private static final String KIND = "data_quality";
  private static final double CALM_QUANTILE = 0.75;
  private static final double WEEK_MILLIS = 7 * 24 * 3_600_000.0;
  private static final int ID_BYTES = 16;

  /** Fewer windows of the reference have no worst to go by. */
  private static final int LEAST_WINDOWS = 10;

  private final Monitor monitor;
  private final DataQuality quality;
  private final List<FeatureReference> features;
  private final String fingerprint;
  private final double alarmAt;
  private final Map<Measure, Usual> usual = new EnumMap<>(Measure.class);

  /**
   * A measure's reference.
   *
   * @param calm a score up to this is nothing out of the way
   * @param worst the greatest score of the reference
   */
  private record Usual(
      QualityReference reference, Dependence.Finding finding, double calm, double worst) {
    static Usual of(QualityReference reference) {
      double[] sorted =
          reference.values().stream().mapToDouble(Float::doubleValue).sorted().toArray();
      return sorted.length == 0
          ? new Usual(reference, reference.finding(), 0, 0)
          : new Usual(
              reference,
              reference.finding(),
              sorted[(int) Math.ceil(CALM_QUANTILE * sorted.length) - 1],
              sorted[sorted.length - 1]);
    }

    boolean isPromising() {
      return reference.guarantee() != Guarantee.NONE;
    }
  }

  /**
   * @param features the monitor's streams, in the order of a window's counts
   * @param references one a measure; none of a profile of an earlier release
   */
  QualityDetector(
      Monitor monitor,
      List<FeatureReference> features,
      List<QualityReference> references,
      String fingerprint) {
    this.monitor = monitor;
    this.quality = monitor.quality();
    this.features = features;
    this.fingerprint = fingerprint;
    this.alarmAt =
        Math.max(1, WEEK_MILLIS / monitor.window().toMillis() / quality.falseAlarmsPerWeek());
    for (QualityReference reference : references) {
      watch(reference);
    }
    for (Measure measure : Measure.values()) {
      if (measure.isLive()) {
        watch(QualityReference.ofNothing(measure));
      }
    }
  }

  private void watch(QualityReference reference) {
    if (quality.measures().contains(reference.measure())) {
      usual.put(reference.measure(), Usual.of(reference));
    }
  }

  /**
   * What a window says of quality.
   *
   * @param beyond columns that are off in the window while an episode is open, and what of them
   */
  record Verdict(
      List<DriftMetric> metrics,
      List<DriftAlert> opened,
      List<DriftAlert> closed,
      Map<String, String> beyond) {
    Verdict() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
    }
  }

  /**
   * Start of the next window, of those that end by some time, that held nothing and has not been
   * looked at: what comes of it is {@link #silence}'s. Empty where there is none, also after so
   * long a silence that nothing is known any more.
   */
  OptionalLong nextSilent(long until, QualityState state) {
    Volumes volumes = state.volumes();
    if (!usual.containsKey(Measure.VOLUME) || volumes.last().isEmpty()) {
      return OptionalLong.empty();
    }
    long next = volumes.last().getAsLong() + 1;
    if (start(next + 1) > until) {
      return OptionalLong.empty();
    }
    if (volumes.silentFor() >= QualityCalibration.MOST_SILENT) {
      volumes.clear();
      return OptionalLong.empty();
    }
    return OptionalLong.of(start(next));
  }

  /** Whether a window that holds nothing is to be looked at when it ends. */
  boolean awaitsSilence(QualityState state) {
    return usual.containsKey(Measure.VOLUME) && state.volumes().last().isPresent();
  }

  /** Evaluates a window that held nothing. */
  Verdict silence(long windowStart, QualityState state) {
    Verdict verdict = new Verdict();
    long number = Math.floorDiv(windowStart, monitor.window().toMillis());
    step(
        number,
        0,
        volume(number, 0, Lookups.required(usual, Measure.VOLUME), state).stream().toList(),
        Set.of(),
        state,
        verdict);
    return verdict;
  }

  /**
   * Evaluates a window, after those before it that held nothing.
   *
   * @param drifted columns of which an episode of drift opens in this window
   */
  Verdict evaluate(
      long windowStart, WindowSummary window, Set<String> drifted, QualityState state) {
    Verdict verdict = new Verdict();
    long number = Math.floorDiv(windowStart, monitor.window().toMillis());
    List<QualityReading> readings = new ArrayList<>();
    for (Usual one : usual.values()) {
      reading(number, window, one, state).ifPresent(readings::add);
    }
    step(number, window.events(), readings, drifted, state, verdict);
    if (state.episode().isPresent()) {
      for (QualityReading reading : readings) {
        reading
            .beyond(Lookups.required(usual, reading.measure()).calm())
            .forEach(part -> verdict.beyond().putIfAbsent(part.column(), reading.sentence(part)));
      }
    }
    return verdict;
  }

  private Optional<QualityReading> reading(
      long number, WindowSummary window, Usual of, QualityState state) {
    int least = monitor.minimumEvents();
    Measure measure = of.reference().measure();
    return switch (measure) {
      case NULL_SHARE, OUT_OF_RANGE_SHARE, NEW_CATEGORY_SHARE ->
          QualityReading.ofShares(of.reference(), features, window, least);
      case VOLUME -> volume(number, window.events(), of, state);
      case DUPLICATE_SHARE -> QualityReading.ofDuplicates(window, least, state.recent(measure));
      case FRESHNESS ->
          QualityReading.ofAges(
              window, least, state.recent(measure), quality.limits().containsKey(measure));
      case OTHER_DEFINITION_SHARE -> QualityReading.ofOtherDefinitions(window, least);
      case DEAD_LETTER_SHARE -> QualityReading.ofDeadLetters(window, least, state.recent(measure));
    };
  }

  /** A window of which vectors are known to be missing says nothing, and is not silent either. */
  void pass(long windowStart, QualityState state) {
    state.volumes().pass(Math.floorDiv(windowStart, monitor.window().toMillis()));
  }

  /**
   * An alert of drift, with what the open episode says of its columns, if anything: it is then the
   * cause.
   */
  DriftAlert explained(DriftAlert alert, Verdict verdict, QualityState state) {
    Optional<String> cause =
        alert.getState() == AlertState.OPEN && state.episode().isPresent()
            ? columns(alert)
                .filter(verdict.beyond()::containsKey)
                .findFirst()
                .map(verdict.beyond()::get)
            : Optional.empty();
    if (cause.isEmpty()) {
      return alert;
    }
    if (alert.getUpdates() == 0) {
      state.explains(alert.getAlertId()); // it began with this, and ends with it
    }
    return DriftAlert.newBuilder(alert)
        .setMessage(
            "%s It is a matter of data quality: %s (episode %s)."
                .formatted(alert.getMessage(), cause.get(), state.episode().orElseThrow().id()))
        .build();
  }

  /** The columns that an alert names. */
  static Stream<String> columns(DriftAlert alert) {
    return Stream.concat(
        Stream.of(alert.getFeature()), alert.getStreams().stream().map(DriftedStream::getFeature));
  }

  private static Optional<QualityReading> volume(
      long number, long events, Usual usual, QualityState state) {
    int period = usual.reference().period();
    Optional<QualityReading> reading =
        QualityReading.ofVolume(state.volumes(), number, events, period);
    state.volumes().add(number, events);
    return reading;
  }

  private void step(
      long number,
      long events,
      List<QualityReading> readings,
      Set<String> drifted,
      QualityState state,
      Verdict verdict) {
    Optional<Episode> open = state.episode();
    Map<Measure, QualityReading> now = new EnumMap<>(Measure.class);
    Set<Measure> alarming = EnumSet.noneOf(Measure.class);
    Set<Measure> plain = EnumSet.noneOf(Measure.class);
    for (QualityReading reading : readings) {
      Measure measure = reading.measure();
      Usual of = Lookups.required(usual, measure);
      now.put(measure, reading);
      boolean beyondAll = !reading.beyond(of.worst()).isEmpty();
      int before = state.beyond(measure, beyondAll, monitor.openOf());
      if (of.isPromising()) {
        state
            .evidence(measure)
            .add(
                of.finding(),
                number,
                (float) reading.score(),
                tie(measure, number),
                open.isEmpty());
      } else if (beyondAll
          && (measure.isLive() || of.reference().values().size() >= LEAST_WINDOWS)
          && (measure == Measure.OTHER_DEFINITION_SHARE || before >= monitor.openAfter())) {
        alarming.add(measure); // another definition is no matter of chance
      }
      if (beyondAll) {
        plain.add(measure);
      }
      boolean explains =
          beyondAll
              && reading.beyond(of.worst()).stream().anyMatch(p -> drifted.contains(p.column()));
      if (breaksLimit(reading) || explains) {
        alarming.add(measure);
      }
    }
    sure(state).stream()
        .filter(measure -> now.containsKey(measure) && matters(now.get(measure)))
        .forEach(alarming::add);
    if (!alarming.isEmpty()) {
      alarming.addAll(plain); // which beside others says more of what has happened
    }
    readings.forEach(reading -> verdict.metrics().add(metric(number, events, reading, state)));
    if (open.isEmpty()) {
      open(number, now, alarming, state, verdict);
    } else {
      goOn(number, now, alarming, open.get(), state, verdict);
    }
  }

  private boolean matters(QualityReading reading) {
    return !reading.beyond(Lookups.required(usual, reading.measure()).calm()).isEmpty();
  }

  /** The measures that an alarm of the evidence is about, by e-d-BH; none where there is none. */
  private List<Measure> sure(QualityState state) {
    List<Measure> most =
        usual.entrySet().stream()
            .filter(one -> one.getValue().isPromising())
            .map(Map.Entry::getKey)
            .sorted(Comparator.comparingDouble((Measure one) -> -state.evidence(one).value()))
            .toList();
    if (evidence(state) < alarmAt) {
      return List.of();
    }
    int about = 1;
    for (int i = 0; i < most.size(); i++) {
      if (state.evidence(most.get(i)).value() >= alarmAt * most.size() / (i + 1)) {
        about = i + 1;
      }
    }
    return most.subList(0, about);
  }

  /** The mean over the measures that are promised something. */
  private double evidence(QualityState state) {
    return usual.entrySet().stream()
        .filter(one -> one.getValue().isPromising())
        .mapToDouble(one -> state.evidence(one.getKey()).value())
        .average()
        .orElse(0);
  }

  private void open(
      long number,
      Map<Measure, QualityReading> now,
      Set<Measure> alarming,
      QualityState state,
      Verdict verdict) {
    if (alarming.isEmpty()) {
      return;
    }
    Map<String, Integer> calm = new HashMap<>();
    alarming.forEach(measure -> calm.put(measure.name(), 0));
    Episode episode =
        new Episode(
            id(number),
            start(number),
            severity(now, alarming),
            0,
            calm,
            start(number),
            Collections.emptySortedSet());
    state.episode(episode);
    verdict.opened().add(alert(number, episode, now, state, Said.OPENED));
  }

  private void goOn(
      long number,
      Map<Measure, QualityReading> now,
      Set<Measure> alarming,
      Episode episode,
      QualityState state,
      Verdict verdict) {
    Map<String, Integer> calm = new HashMap<>();
    boolean more = false;
    for (Measure measure : alarming) {
      more |= !episode.calm().containsKey(measure.name());
      calm.put(measure.name(), 0);
    }
    for (Map.Entry<String, Integer> named : episode.calm().entrySet()) {
      Measure measure = Measure.valueOf(named.getKey());
      if (calm.containsKey(named.getKey()) || !usual.containsKey(measure)) {
        continue; // unsettled, or no longer watched
      }
      QualityReading reading = now.get(measure);
      int windows = named.getValue();
      if (reading != null) {
        windows = matters(reading) ? 0 : windows + 1;
        if (windows >= monitor.closeAfter()) {
          state.evidence(measure).forget();
        }
      }
      calm.put(named.getKey(), windows);
    }
    boolean worse =
        episode.severity() != Level.CRITICAL && severity(now, alarming) == Level.CRITICAL;
    Episode after =
        new Episode(
            episode.id(),
            episode.since(),
            worse ? Level.CRITICAL : episode.severity(),
            episode.updates() + (more || worse ? 1 : 0),
            calm,
            start(number),
            Collections.emptySortedSet());
    if (calm.values().stream().allMatch(windows -> windows >= monitor.closeAfter())) {
      verdict.closed().add(alert(number, after, now, state, Said.CLOSED));
      state.episode(null);
      state.forgetEvidence();
      return;
    }
    state.episode(after);
    if (worse) {
      verdict.opened().add(alert(number, after, now, state, Said.WORSE));
    }
  }

  private Level severity(Map<Measure, QualityReading> now, Set<Measure> alarming) {
    return now.values().stream()
            .filter(reading -> alarming.contains(reading.measure()))
            .anyMatch(reading -> breaksLimit(reading) || isFar(reading))
        ? Level.CRITICAL
        : Level.WARN;
  }

  private boolean isFar(QualityReading reading) {
    return reading.beyond(Lookups.required(usual, reading.measure()).calm()).stream()
        .anyMatch(part -> part.effect() >= QualityReading.critical(reading.measure()));
  }

  private boolean breaksLimit(QualityReading reading) {
    Double limit = quality.limits().get(reading.measure());
    return limit != null && reading.breaks(limit);
  }

  /** What becomes of an episode in a window. */
  private enum Said {
    OPENED,
    WORSE,
    CLOSED
  }

  private DriftAlert alert(
      long number,
      Episode episode,
      Map<Measure, QualityReading> now,
      QualityState state,
      Said said) {
    List<QualityReading> named =
        now.values().stream()
            .filter(reading -> episode.calm().containsKey(reading.measure().name()))
            .sorted(
                Comparator.comparingDouble(
                    (QualityReading reading) ->
                        -reading.parts().get(0).effect() / QualityReading.least(reading.measure())))
            .toList();
    Optional<QualityReading> first = named.stream().findFirst();
    Optional<Part> part = said == Said.CLOSED ? Optional.empty() : first.map(this::most);
    return DriftAlert.newBuilder()
        .setAlertId(episode.id())
        .setMonitor(monitor.name())
        .setModel(monitor.model())
        .setKind(KIND)
        .setFeature(part.map(Part::column).orElse(QualityReading.ALL))
        .setMetric(first.map(reading -> reading.measure().text()).orElse(QualityReading.ALL))
        .setState(said == Said.CLOSED ? AlertState.CLOSED : AlertState.OPEN)
        .setSeverity(episode.severity() == Level.CRITICAL ? Severity.CRITICAL : Severity.WARN)
        .setWindowStart(Instant.ofEpochMilli(start(number)))
        .setWindowEnd(Instant.ofEpochMilli(start(number + 1)))
        .setValue(part.map(Part::value).orElse(0.0))
        .setThreshold(part.map(one -> first.orElseThrow().threshold(one)).orElse(0.0))
        .setMessage(message(number, episode, named, state, said))
        .setReference(fingerprint)
        .setEvidence(evidence(state))
        .setAlarmAt(alarmAt)
        .setGuarantee(
            named.stream()
                .map(reading -> Lookups.required(usual, reading.measure()).reference().guarantee())
                .max(Comparator.naturalOrder())
                .orElse(Guarantee.NONE)
                .text())
        .setUpdates(episode.updates())
        .setStreams(
            said == Said.CLOSED
                ? List.of()
                : named.stream()
                    .flatMap(reading -> streams(reading, state))
                    .limit(DriftRecords.MOST_NAMED)
                    .toList())
        .build();
  }

  /** The farthest part of those that matter; where none does, the farthest. */
  private Part most(QualityReading reading) {
    return reading.beyond(Lookups.required(usual, reading.measure()).calm()).stream()
        .findFirst()
        .orElse(reading.parts().get(0));
  }

  private Stream<DriftedStream> streams(QualityReading reading, QualityState state) {
    Usual of = Lookups.required(usual, reading.measure());
    List<Part> parts = reading.beyond(of.calm());
    return (parts.isEmpty() ? List.of(most(reading)) : parts)
        .stream()
            .map(
                part ->
                    DriftedStream.newBuilder()
                        .setFeature(part.column())
                        .setMetric(reading.measure().text())
                        .setValue(part.value())
                        .setLeast(
                            reading.measure() == Measure.FRESHNESS
                                ? reading.threshold(part) - part.usual()
                                : QualityReading.least(reading.measure()))
                        .setThreshold(reading.threshold(part))
                        .setEvidence(state.evidence(reading.measure()).value())
                        .setGuarantee(of.reference().guarantee().text())
                        .build());
  }

  private String message(
      long number, Episode episode, List<QualityReading> named, QualityState state, Said said) {
    String window = "in the window from " + Instant.ofEpochMilli(start(number));
    if (said == Said.CLOSED) {
      return "What comes in has been as usual for %s of %s, till the window from %s; the episode of data quality lasted since %s."
          .formatted(
              count(monitor.closeAfter(), "window"),
              Durations.format(monitor.window()),
              Instant.ofEpochMilli(start(number)),
              Instant.ofEpochMilli(episode.since()));
    }
    QualityReading first = named.get(0);
    Set<String> others =
        named.stream()
            .flatMap(
                reading ->
                    reading.beyond(Lookups.required(usual, reading.measure()).calm()).stream())
            .map(Part::column)
            .collect(Collectors.toSet());
    others.remove(most(first).column());
    return String.format(
        Locale.ROOT,
        "%s%s, %s%s: %.3g to 1 against no change (alarm at %.3g).",
        first.sentence(most(first)),
        said == Said.WORSE ? " by now" : "",
        window,
        others.isEmpty() ? "" : "; so it is with " + count(others.size(), "other column"),
        evidence(state),
        alarmAt);
  }

  private DriftMetric metric(long number, long events, QualityReading reading, QualityState state) {
    Part part = most(reading);
    Usual of = Lookups.required(usual, reading.measure());
    return DriftMetric.newBuilder()
        .setMonitor(monitor.name())
        .setModel(monitor.model())
        .setFeature(part.column())
        .setMetric(reading.measure().text())
        .setWindowStart(Instant.ofEpochMilli(start(number)))
        .setWindowEnd(Instant.ofEpochMilli(start(number + 1)))
        .setEvents(events)
        .setNulls(0)
        .setValue(part.value())
        .setThreshold(reading.threshold(part))
        .setReference(fingerprint)
        .setEvidence(of.isPromising() ? state.evidence(reading.measure()).value() : null)
        .setGuarantee(of.reference().guarantee().text())
        .build();
  }

  private static String count(long count, String what) {
    return "%d %s%s".formatted(count, what, count == 1 ? "" : "s");
  }

  private long start(long number) {
    return number * monitor.window().toMillis();
  }

  private double tie(Measure measure, long number) {
    String hash = hash(measure.name(), number);
    return (Long.parseLong(hash.substring(0, 12), 16) + 1) / (double) (1L << 48);
  }

  private String id(long number) {
    return hash(KIND, number).substring(0, 2 * ID_BYTES);
  }

  /** The same for the same monitor, matter and window, also after a restart. */
  private String hash(String of, long number) {
    return Sha256.hex(String.join("\n", monitor.name(), of, "" + start(number)));
  }
}
