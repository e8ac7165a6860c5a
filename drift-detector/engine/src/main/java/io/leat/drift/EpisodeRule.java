package io.leat.drift;

import io.leat.common.Lookups;
import io.leat.common.Sha256;
import io.leat.drift.Threshold.Level;
import io.leat.drift.evidence.Dependence;
import io.leat.drift.evidence.Guarantee;
import io.leat.drift.evidence.StreamEvidence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The life of a monitor's episodes: a function of its windows, given in order of event time.
 *
 * <p>With a budget of B alarms a week and W windows a week, A = W / B.
 *
 * <ul>
 *   <li>Each stream by each of its statistics gathers evidence ({@link StreamEvidence}). The
 *       monitor's is the mean over its K streams, which is an e-detector however these hang
 *       together. At A or more it alarms: once in A windows on average at most while nothing
 *       changes.
 *   <li>Streams whose reference promises nothing ({@link Guarantee#NONE}) are summed by themselves,
 *       so that they do not spoil the others' promise, alarm only where the thresholds of the
 *       extreme-value rule agree, by the same "k of the last n windows", and are rationed: an
 *       episode that they alone ask for opens if none of that kind has in the last A windows. So
 *       the budget holds of them however their windows hang together, as a count and not as an
 *       expectation. While a rationed alarm waits, no window of such streams joins those that
 *       others are ranked among. Where one in {@value #MANY} of a monitor's streams has no promise,
 *       all of its episodes are rationed: what so many show, others hide.
 *   <li>Which streams an alarm is about: the k with most evidence, for the greatest k of which the
 *       least has at least A K / k (the e-d-BH rule: Dandapanthula and Ramdas, arXiv 2501.04130);
 *       where none has, the one with most.
 *   <li>An episode opens where a stream that it is about also lies farther from the reference than
 *       what its statistic calls little: what is sure and does not matter opens nothing.
 *   <li>A stream that it comes to be about while it is open is told of, once: with what becomes of
 *       the episode in that window, else once nothing was told for so many windows as close one. A
 *       stream that has settled and is unsettled again, or joins by another statistic, is no news.
 *   <li>While one is open nothing joins what windows are ranked among. A stream has settled when it
 *       was calm for so many windows in a row: within the least that matters, or below the upper
 *       quartile of the reference's windows. Its evidence then begins anew; it is unsettled by an
 *       alarm that is about it again. When all have settled the episode closes, and all evidence
 *       begins anew.
 * </ul>
 */
final class EpisodeRule {
  private static final int ID_BYTES = 16;
  private static final double CALM_QUANTILE = 0.75;

  /** Of exchangeable windows one stream in ten has no promise, in a short reference. */
  private static final int MANY = 4;

  private static final double WEEK_MILLIS = 7 * 24 * 3_600_000.0;

  private final CalibratedMonitor.Settings settings;
  private final double windowMillis;
  private final List<Stream> streams;
  private final double alarmAt;
  private final boolean isRationedAsAWhole;

  /**
   * @param windowMillis how long a window is; by count on average
   */
  EpisodeRule(CalibratedMonitor.Settings settings, double windowMillis, List<Stream> streams) {
    this.settings = settings;
    this.windowMillis = windowMillis;
    this.streams = List.copyOf(streams);
    this.alarmAt = Math.max(1, WEEK_MILLIS / windowMillis / settings.falseAlarmsPerWeek());
    this.isRationedAsAWhole =
        streams.stream().filter(stream -> !stream.isPromised()).count() * MANY >= streams.size();
  }

  /**
   * A stream by one of its statistics.
   *
   * @param calm a value up to this is nothing out of the way
   */
  record Stream(String key, Threshold threshold, Dependence.Finding reference, double calm) {
    static Stream of(Threshold threshold, Dependence.Finding reference) {
      double[] sorted =
          reference.series().values().stream().mapToDouble(Float::doubleValue).sorted().toArray();
      double usual =
          sorted.length == 0 ? 0 : sorted[(int) Math.ceil(CALM_QUANTILE * sorted.length) - 1];
      return new Stream(
          EpisodeRule.key(threshold),
          threshold,
          reference,
          Math.max(usual, threshold.statistic().effect().least()));
    }

    boolean isPromised() {
      return reference.guarantee() != Guarantee.NONE;
    }

    boolean matters(double value) {
      return value > threshold.statistic().effect().least();
    }
  }

  /** A stream's value in a window, or in the windows that are evaluated together with it. */
  record Evaluated(Stream stream, double value) {}

  /** A stream that an episode is about. */
  record Named(Stream stream, double value, double evidence) {}

  /** What becomes of an episode in a window. */
  enum Kind {
    OPENED,
    WORSE,
    JOINED,
    CLOSED
  }

  /**
   * An episode that opened, became critical, came to be about further streams, or closed.
   *
   * @param named what it is about, as far as evaluated in the window; most evidence first
   * @param joined the streams that it has come to be about since something was told last
   */
  record Change(
      Kind kind, Episode episode, double evidence, List<Named> named, Set<String> joined) {}

  /** Of a stream by a statistic. */
  static String key(Threshold threshold) {
    return threshold.stream() + "\n" + threshold.statistic().name();
  }

  /** The stream of a {@link #key}. */
  static String stream(String key) {
    return key.substring(0, key.indexOf('\n'));
  }

  /** At what evidence the monitor alarms: windows a false alarm. */
  double alarmAt() {
    return alarmAt;
  }

  /** Takes the next window, and changes the state. */
  Optional<Change> next(DetectorState state, WindowTime when, List<Evaluated> evaluated) {
    long windowStart = when.start();
    Optional<Episode> open = state.episode();
    state.ration(Math.min(state.ration(), windowsOfRation())); // that of another budget
    boolean waits = waits(state);
    Map<String, Evaluated> now = new HashMap<>();
    Set<String> agreeing = new HashSet<>();
    for (Evaluated one : evaluated) {
      Stream stream = one.stream();
      now.put(stream.key(), one);
      if (stream.isPromised() || isBeyond(state, one)) {
        agreeing.add(stream.key());
      }
      state
          .evidence(stream.key())
          .add(
              stream.reference(),
              Math.floorDiv(when.number(), (long) stream.reference().merged()),
              (float) one.value(),
              tie(stream, windowStart),
              open.isEmpty() && !(waits && (isRationedAsAWhole || !stream.isPromised())),
              alarmAt * streams.size());
    }
    state.passRation();
    List<Named> alarms = new ArrayList<>(alarms(state, now, false));
    alarms.addAll(alarms(state, now, true));
    alarms.removeIf(
        one -> !one.stream().matters(one.value()) || !agreeing.contains(one.stream().key()));
    alarms.sort(Comparator.comparing(Named::evidence).reversed());
    return open.isPresent()
        ? goOn(state, open.get(), windowStart, now, alarms)
        : open(state, windowStart, alarms);
  }

  /** Whether the threshold of the extreme-value rule agrees, by its "k of the last n windows". */
  private boolean isBeyond(DetectorState state, Evaluated one) {
    Stream stream = one.stream();
    boolean beyond = stream.threshold().level((float) one.value()) != Level.CLEAN;
    int drifted = state.beyond(stream.key(), beyond, settings.openOf());
    return beyond && drifted >= settings.openAfter();
  }

  /** The streams, evaluated in this window, that an alarm of one kind of streams is about. */
  private List<Named> alarms(
      DetectorState state, Map<String, Evaluated> now, boolean withoutGuarantee) {
    if (evidence(state, withoutGuarantee) < alarmAt * streams.size()) {
      return List.of();
    }
    List<Stream> most =
        streams.stream()
            .filter(stream -> stream.isPromised() != withoutGuarantee)
            .sorted(
                Comparator.comparingDouble(
                    (Stream stream) -> -state.evidence(stream.key()).value()))
            .toList();
    int about = 0;
    for (int i = 0; i < most.size(); i++) {
      if (state.evidence(most.get(i).key()).value() >= alarmAt * streams.size() / (i + 1)) {
        about = i + 1;
      }
    }
    return most.subList(0, Math.max(1, about)).stream()
        .filter(stream -> now.containsKey(stream.key()))
        .map(
            stream ->
                new Named(
                    stream,
                    Lookups.required(now, stream.key()).value(),
                    state.evidence(stream.key()).value()))
        .toList();
  }

  /** Whether something would alarm, and is rationed. */
  private boolean waits(DetectorState state) {
    double at = alarmAt * streams.size();
    return state.ration() > 0
        && (evidence(state, true) >= at || (isRationedAsAWhole && evidence(state, false) >= at));
  }

  private int windowsOfRation() {
    return (int) Math.ceil(alarmAt);
  }

  /** The sum over the streams of one kind. */
  private double evidence(DetectorState state, boolean withoutGuarantee) {
    double sum = 0;
    for (Stream stream : streams) {
      if (stream.isPromised() != withoutGuarantee) {
        sum += state.evidence(stream.key()).value();
      }
    }
    return sum;
  }

  private Optional<Change> open(DetectorState state, long windowStart, List<Named> alarms) {
    boolean isRationed =
        isRationedAsAWhole || alarms.stream().noneMatch(one -> one.stream().isPromised());
    if (alarms.isEmpty() || (isRationed && state.ration() > 0)) {
      return Optional.empty();
    }
    if (isRationed) {
      state.ration(windowsOfRation());
    }
    Map<String, Integer> calm = new HashMap<>();
    alarms.forEach(one -> calm.put(one.stream().key(), 0));
    Episode episode =
        new Episode(
            id(windowStart),
            windowStart,
            severity(alarms),
            0,
            calm,
            windowStart,
            Collections.emptySortedSet());
    state.episode(episode);
    return Optional.of(new Change(Kind.OPENED, episode, evidence(state), alarms, Set.of()));
  }

  private Optional<Change> goOn(
      DetectorState state,
      Episode episode,
      long windowStart,
      Map<String, Evaluated> now,
      List<Named> alarms) {
    Map<String, Stream> watched = new HashMap<>();
    streams.forEach(stream -> watched.put(stream.key(), stream));
    Map<String, Integer> calm = new HashMap<>();
    SortedSet<String> joined = new TreeSet<>(episode.joined());
    Set<String> known =
        episode.calm().keySet().stream().map(EpisodeRule::stream).collect(Collectors.toSet());
    boolean more = false;
    for (Named one : alarms) {
      if (!known.contains(stream(one.stream().key()))) {
        joined.add(stream(one.stream().key()));
      }
      Integer windows = episode.calm().get(one.stream().key());
      more |= windows == null;
      if (windows == null || windows >= settings.closeAfter()) {
        calm.put(one.stream().key(), 0);
      }
    }
    for (Map.Entry<String, Integer> named : episode.calm().entrySet()) {
      Stream stream = watched.get(named.getKey());
      if (stream == null || calm.containsKey(named.getKey())) {
        continue; // no longer watched, or unsettled
      }
      int windows = named.getValue();
      Evaluated one = now.get(named.getKey());
      if (one != null && windows < settings.closeAfter()) {
        windows = one.value() <= stream.calm() ? windows + stream.reference().merged() : 0;
        if (windows >= settings.closeAfter()) {
          state.evidence(stream.key()).forget();
        }
      }
      calm.put(named.getKey(), windows);
    }
    boolean worse = episode.severity() != Level.CRITICAL && severity(alarms) == Level.CRITICAL;
    Episode after =
        new Episode(
            episode.id(),
            episode.since(),
            worse ? Level.CRITICAL : episode.severity(),
            episode.updates() + (more || worse ? 1 : 0),
            calm,
            episode.told(),
            joined);
    List<Named> named = named(state, after, now);
    if (calm.values().stream().allMatch(windows -> windows >= settings.closeAfter())) {
      double evidence = evidence(state);
      state.episode(null);
      state.forgetEvidence();
      return Optional.of(new Change(Kind.CLOSED, after, evidence, named, joined));
    }
    boolean due =
        windowStart - episode.told() >= settings.closeAfter() * windowMillis && !joined.isEmpty();
    if (!worse && !due) {
      state.episode(after);
      return Optional.empty();
    }
    state.episode(after.told(windowStart));
    return Optional.of(
        new Change(worse ? Kind.WORSE : Kind.JOINED, after, evidence(state), named, joined));
  }

  private List<Named> named(DetectorState state, Episode episode, Map<String, Evaluated> now) {
    return streams.stream()
        .filter(stream -> episode.calm().containsKey(stream.key()) && now.containsKey(stream.key()))
        .map(
            stream ->
                new Named(
                    stream,
                    Lookups.required(now, stream.key()).value(),
                    state.evidence(stream.key()).value()))
        .sorted(Comparator.comparing(Named::evidence).reversed())
        .toList();
  }

  /** The monitor's evidence: the mean over its streams. */
  double evidence(DetectorState state) {
    return streams.stream()
        .mapToDouble(stream -> state.evidence(stream.key()).value() / streams.size())
        .sum();
  }

  /** The weakest promise of the streams that an episode is about. */
  static Guarantee guarantee(List<Named> named) {
    return named.stream()
        .map(one -> one.stream().reference().guarantee())
        .max(Comparator.naturalOrder())
        .orElse(Guarantee.NONE);
  }

  private static Level severity(List<Named> named) {
    return named.stream().anyMatch(one -> one.value() >= one.stream().threshold().critical())
        ? Level.CRITICAL
        : Level.WARN;
  }

  /** The same for the same stream and window, and as good as drawn: above 0, at most 1. */
  private double tie(Stream stream, long windowStart) {
    String hash = Sha256.hex(String.join("\n", settings.monitor(), stream.key(), "" + windowStart));
    return (Long.parseLong(hash.substring(0, 12), 16) + 1) / (double) (1L << 48);
  }

  private String id(long windowStart) {
    return Sha256.hex(String.join("\n", settings.monitor(), "episode", "" + windowStart))
        .substring(0, 2 * ID_BYTES);
  }
}
