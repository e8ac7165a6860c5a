package io.leat.drift.job;

import io.leat.drift.DriftDetector;
import io.leat.drift.WindowSummary;
import java.time.Instant;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The panes that a monitor's windows are made of, in keyed state: a vector is counted in one, once,
 * however many windows the pane is a part of. Each has the profile that its counts are by; counts
 * by two do not mix.
 */
final class Panes {
  private static final Logger log = LoggerFactory.getLogger(Panes.class);

  /** By its start. The names of states are of before there were panes, and stay as they were. */
  private final MapState<Long, byte[]> summaries;

  /** Fingerprint of the profile that its summary is by. */
  private final MapState<Long, String> profiles;

  /** Number of the version that brought it. */
  private final MapState<Long, Integer> versions;

  /** Those that are known to lack vectors. */
  private final MapState<Long, Boolean> incomplete;

  /** Dead letters of its time. */
  private final MapState<Long, Long> deadLetters;

  /** Fingerprint of the profile that a window was evaluated by last. */
  private final ValueState<String> reference;

  Panes(RuntimeContext context, ValueState<String> reference) {
    this.summaries =
        context.getMapState(
            new MapStateDescriptor<>(
                "windows", Types.LONG, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    this.profiles =
        context.getMapState(new MapStateDescriptor<>("window-profiles", Types.LONG, Types.STRING));
    this.versions =
        context.getMapState(new MapStateDescriptor<>("window-versions", Types.LONG, Types.INT));
    this.incomplete =
        context.getMapState(new MapStateDescriptor<>("incomplete", Types.LONG, Types.BOOLEAN));
    this.deadLetters =
        context.getMapState(new MapStateDescriptor<>("dead-letters", Types.LONG, Types.LONG));
    this.reference = reference;
  }

  /**
   * Panes put together.
   *
   * @param start of the first of them
   * @param window by the newest's profile
   * @param detector of that profile
   * @param version that brought it
   * @param isWhole whether none is known to lack vectors, nor to be by another profile
   */
  record Gathered(
      long start, WindowSummary window, DriftDetector detector, int version, boolean isWhole) {}

  /** Takes a part of a pane. */
  void add(WindowPart part, WatchVersions monitor) throws Exception {
    long start = part.paneStart();
    if (part.deadLetters() > 0) {
      Long before = deadLetters.get(start);
      deadLetters.put(start, (before == null ? 0 : before) + part.deadLetters());
      return;
    }
    DriftDetector detector = monitor.of(part.version());
    if (!part.reference().equals(detector.reference())) {
      incomplete.put(start, true); // where it was summarised the profile could not be read, or can
      return;
    }
    WindowSummary pane = detector.readWindow(part.summary());
    byte[] earlier = summaries.get(start);
    if (earlier != null) {
      if (profileOf(start, monitor).equals(part.reference())) {
        pane.merge(detector.readWindow(earlier));
      } else {
        incomplete.put(start, true);
      }
    }
    put(start, pane, part.version(), part.reference());
  }

  private void put(long start, WindowSummary pane, int version, String profile) throws Exception {
    summaries.put(start, pane.toBytes());
    profiles.put(start, profile);
    versions.put(start, version);
  }

  /** Notes that a pane, and those that begin at a time or later, may lack vectors. */
  void lack(long start, long from) throws Exception {
    incomplete.put(start, true);
    for (Long open : summaries.keys()) {
      if (open >= from) {
        incomplete.put(open, true);
      }
    }
  }

  /** How many vectors are in a pane. */
  long vectors(long start) throws Exception {
    byte[] pane = summaries.get(start);
    return pane == null ? 0 : WindowSummary.events(pane);
  }

  /**
   * The panes that begin at a time or later, and before another; empty where there is none.
   *
   * @param last the version that panes without vectors are of
   */
  Optional<Gathered> gather(long from, long to, WatchVersions monitor, int last) throws Exception {
    NavigableSet<Long> starts = starts();
    long refused = 0;
    DriftDetector detector = null;
    WindowSummary window = null;
    int version = last;
    boolean isWhole = true;
    for (long start : starts.subSet(from, to)) {
      isWhole &= !incomplete.contains(start);
      Long ofPane = deadLetters.get(start);
      refused += ofPane == null ? 0 : ofPane;
      byte[] summary = summaries.get(start);
      if (summary == null) {
        continue;
      }
      Integer known = versions.get(start);
      int number = known == null ? Champions.UNKNOWN : known;
      DriftDetector own = monitor.of(number);
      if (!profileOf(start, monitor).equals(own.reference())) {
        log.warn(
            "Monitor {} has another reference profile than the window from {} was counted by: what it holds is dropped",
            monitor.watch().monitor().name(),
            Instant.ofEpochMilli(start));
        isWhole = false;
        continue;
      }
      WindowSummary pane = own.readWindow(summary);
      if (detector != null && window != null && detector.reference().equals(own.reference())) {
        window.merge(pane);
      } else {
        isWhole &= window == null;
        window = pane;
      }
      detector = own;
      version = number;
    }
    if (starts.subSet(from, to).isEmpty()) {
      return Optional.empty();
    }
    DriftDetector by = detector == null ? monitor.of(last) : detector;
    WindowSummary all = window == null ? by.newWindow() : window;
    all.addDeadLetters(refused);
    return Optional.of(new Gathered(starts.subSet(from, to).first(), all, by, version, isWhole));
  }

  /** Keeps what was gathered in one pane, in place of those that it was gathered from. */
  void compact(Gathered gathered, long to) throws Exception {
    forgetBefore(to);
    put(gathered.start(), gathered.window(), gathered.version(), gathered.detector().reference());
    if (!gathered.isWhole()) {
      incomplete.put(gathered.start(), true);
    }
  }

  /**
   * Lets go of the panes that begin before a time.
   *
   * @return whether any is left
   */
  boolean forgetBefore(long time) throws Exception {
    NavigableSet<Long> starts = starts();
    for (long start : starts.headSet(time)) {
      summaries.remove(start);
      profiles.remove(start);
      versions.remove(start);
      incomplete.remove(start);
      deadLetters.remove(start);
    }
    return !starts.tailSet(time).isEmpty();
  }

  private NavigableSet<Long> starts() throws Exception {
    TreeSet<Long> starts = new TreeSet<>();
    summaries.keys().forEach(starts::add);
    incomplete.keys().forEach(starts::add);
    deadLetters.keys().forEach(starts::add);
    return starts;
  }

  void clear() {
    summaries.clear();
    profiles.clear();
    versions.clear();
    incomplete.clear();
    deadLetters.clear();
  }

  /** Fingerprint of the profile that a pane is by; of a state of before, of the last. */
  private String profileOf(long start, WatchVersions monitor) throws Exception {
    String known = profiles.get(start);
    String last = known == null ? reference.value() : known;
    return last == null ? monitor.own().reference() : last;
  }
}
