package io.leat.drift.job;

import io.leat.common.Lookups;
import io.leat.drift.DetectorState;
import io.leat.drift.DriftDetector;
import io.leat.drift.QualityState;
import io.leat.drift.WindowSummary;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.runtime.flink.RecordTypeInfo;
import io.leat.schemas.AvroCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a monitor's windows together and evaluates each once, in order of time, when the watermark
 * passes its end. Keyed by the monitor's name; metrics go out on the main output, alerts on {@link
 * #ALERTS}.
 *
 * <p>State a monitor: the open windows' summaries, each with the profile that it is of, each
 * stream's alert state and evidence, the open episodes of drift and of quality, what is open as it
 * was told last, the end of the last window that was closed, and the fingerprint of the profile
 * that a window was evaluated by last. A window is evaluated by the profile of the version that its
 * vectors and scores are of. Summaries are counts by a profile's points and mean nothing against
 * another: a window with parts of two is not evaluated. Where the next window is of another profile
 * than the last was, evidence begins anew; alerts and episodes live on.
 *
 * <p>A window in which nothing came is evaluated too, of how much comes, when the watermark passes
 * its end, as it does while other partitions or services go on. Where all are silent no event time
 * passes, and nothing is evaluated: a wall clock would make another verdict of a log that is read
 * again.
 *
 * <p>A part that comes after its window was closed is late: it changes no verdict, and is reported
 * in a metric of the window, counted and logged. A window that is known to lack vectors when it
 * closes (they were of another profile, or never read) is not evaluated: it has metrics that say
 * so, and alerts stay as they are.
 */
final class EvaluateWindows extends KeyedProcessFunction<String, WindowPart, DriftMetric>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(EvaluateWindows.class);
  private static final long LOG_EVERY_MILLIS = 60_000;

  /** Of so many closed windows it is known how many vectors they had. */
  private static final int CLOSED_KEPT = 500;

  /** What began and ceased, in order of windows. */
  static final OutputTag<DriftAlert> ALERTS =
      new OutputTag<>("alerts", RecordTypeInfo.ofAvro(DriftAlert.class));

  private final List<Watch> watches;
  private final Profiles profiles;
  private transient Map<String, OpenMonitor> monitors = Map.of();
  private transient MapState<Long, byte[]> windows;

  /** Fingerprint of the profile that an open window's summary is of. */
  private transient MapState<Long, String> profilesOfWindows;

  /** Number of the version that brought it. */
  private transient MapState<Long, Integer> versionsOfWindows;

  private transient MapState<String, byte[]> alertStates;
  private transient MapState<String, byte[]> evidence;
  private transient MapState<String, byte[]> quality;
  private transient ValueState<Long> closedUntil;
  private transient ValueState<String> reference;
  private transient ValueState<Integer> lastVersion;
  private transient MapState<Long, Boolean> incomplete;
  private transient MapState<Long, Long> seen;
  private transient MapState<Long, Long> late;
  private transient MapState<String, DriftAlert> openAlerts;

  EvaluateWindows(List<Watch> watches, Profiles profiles) {
    this.watches = List.copyOf(watches);
    this.profiles = profiles;
  }

  @Override
  public void open(OpenContext context) {
    AvroCodec.trustGeneratedRecords(); // Flink copies with Avro what is put out
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    monitors = new HashMap<>();
    for (Watch watch : watches) {
      String name = watch.monitor().name();
      MetricGroup ofMonitor = metrics.addGroup("monitor", name);
      monitors.put(
          name,
          new OpenMonitor(
              new WatchVersions(watch, profiles, ofMonitor.counter("profilesRefused")),
              new DriftCounters(ofMonitor)));
    }
    PrimitiveArrayTypeInfo<byte[]> bytes = PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    windows =
        getRuntimeContext().getMapState(new MapStateDescriptor<>("windows", Types.LONG, bytes));
    profilesOfWindows =
        getRuntimeContext()
            .getMapState(new MapStateDescriptor<>("window-profiles", Types.LONG, Types.STRING));
    versionsOfWindows =
        getRuntimeContext()
            .getMapState(new MapStateDescriptor<>("window-versions", Types.LONG, Types.INT));
    alertStates =
        getRuntimeContext().getMapState(new MapStateDescriptor<>("alerts", Types.STRING, bytes));
    evidence =
        getRuntimeContext().getMapState(new MapStateDescriptor<>("evidence", Types.STRING, bytes));
    quality =
        getRuntimeContext().getMapState(new MapStateDescriptor<>("quality", Types.STRING, bytes));
    closedUntil =
        getRuntimeContext().getState(new ValueStateDescriptor<>("closed-until", Types.LONG));
    reference = getRuntimeContext().getState(new ValueStateDescriptor<>("reference", Types.STRING));
    lastVersion =
        getRuntimeContext().getState(new ValueStateDescriptor<>("last-version", Types.INT));
    incomplete =
        getRuntimeContext()
            .getMapState(new MapStateDescriptor<>("incomplete", Types.LONG, Types.BOOLEAN));
    seen =
        getRuntimeContext().getMapState(new MapStateDescriptor<>("seen", Types.LONG, Types.LONG));
    late =
        getRuntimeContext().getMapState(new MapStateDescriptor<>("late", Types.LONG, Types.LONG));
    openAlerts =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "open-alerts", Types.STRING, RecordTypeInfo.ofAvro(DriftAlert.class)));
  }

  @Override
  public void initializeState(FunctionInitializationContext context) {
    // all of it is keyed
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) {
    monitors.values().forEach(monitor -> monitor.versions.askAgain());
  }

  @Override
  public void processElement(WindowPart part, Context context, Collector<DriftMetric> out)
      throws Exception {
    OpenMonitor monitor = Lookups.required(monitors, part.monitor());
    long start = part.windowStart();
    long end = monitor.windowEnd(start);
    Long closed = closedUntil.value();
    if (end - 1 <= context.timerService().currentWatermark() || (closed != null && end <= closed)) {
      tellOfLate(part, monitor, out);
      return;
    }
    context.timerService().registerEventTimeTimer(end - 1);
    if (part.afterGap()) {
      incomplete.put(start, true);
      for (Long open : windows.keys()) {
        incomplete.put(open, true);
      }
    }
    DriftDetector detector = monitor.versions.of(part.version());
    if (!part.reference().equals(detector.reference())) {
      incomplete.put(start, true); // where it was summarised the profile could not be read, or can
      return;
    }
    WindowSummary window = detector.readWindow(part.summary());
    byte[] earlier = windows.get(start);
    if (earlier != null) {
      if (profileOf(start, monitor).equals(part.reference())) {
        window.merge(detector.readWindow(earlier));
      } else {
        incomplete.put(start, true);
      }
    }
    windows.put(start, window.toBytes());
    profilesOfWindows.put(start, part.reference());
    versionsOfWindows.put(start, part.version());
  }

  /** Fingerprint of the profile that an open window is of; of a state of before, of the last. */
  private String profileOf(long windowStart, OpenMonitor monitor) throws Exception {
    String known = profilesOfWindows.get(windowStart);
    String last = known == null ? reference.value() : known;
    return last == null ? monitor.versions.own().reference() : last;
  }

  private int versionOf(long windowStart) throws Exception {
    Integer version = versionsOfWindows.get(windowStart);
    return version == null ? Champions.UNKNOWN : version;
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<DriftMetric> out)
      throws Exception {
    String name = context.getCurrentKey();
    OpenMonitor monitor = monitors.get(name);
    if (monitor == null) {
      forget(name, timestamp + 1, context);
      return;
    }
    closedUntil.update(timestamp + 1);
    long start = monitor.versions.own().windowStart(timestamp);
    if (!openAlerts.isEmpty()) {
      comeBack(monitor, context);
    }
    byte[] summary = windows.get(start);
    boolean isWhole = !incomplete.contains(start);
    if (summary == null && isWhole) {
      silence(timestamp + 1, monitor, context, out);
      return;
    }
    int version = versionOf(start);
    DriftDetector detector = monitor.versions.of(version);
    if (summary != null && !profileOf(start, monitor).equals(detector.reference())) {
      log.warn(
          "Monitor {} has another reference profile than the window from {} was counted by: what it holds is dropped",
          name,
          Instant.ofEpochMilli(start));
      summary = null;
      isWhole = false;
    }
    windows.remove(start);
    profilesOfWindows.remove(start);
    versionsOfWindows.remove(start);
    incomplete.remove(start);
    WindowSummary window = summary == null ? detector.newWindow() : detector.readWindow(summary);
    remember(start, window.events(), monitor);
    if (!isWhole) {
      QualityState qualityState = QualityState.read(entriesOf(quality));
      detector.unevaluated(start, window, qualityState).forEach(out::collect);
      replace(quality, qualityState.entries());
      comeBackForSilence(detector, qualityState, timestamp + 1, context);
      monitor.incomplete(start, window.events());
      return;
    }
    beginAnewWhereTheProfileIsAnother(detector);
    lastVersion.update(version);
    QualityState qualityState = QualityState.read(entriesOf(quality));
    DetectorState state = DetectorState.read(detector, entriesOf(alertStates), entriesOf(evidence));
    tell(detector.evaluate(start, window, state, qualityState), monitor, context, out);
    keep(state, qualityState);
    comeBackForSilence(detector, qualityState, timestamp + 1, context);
  }

  /**
   * The time of windows has passed in which no vector came: of other partitions, or of other
   * services. By the profile that the last window was evaluated by.
   */
  private void silence(
      long until, OpenMonitor monitor, OnTimerContext context, Collector<DriftMetric> out)
      throws Exception {
    Integer version = lastVersion.value();
    DriftDetector detector = monitor.versions.of(version == null ? Champions.UNKNOWN : version);
    if (!detector.reference().equals(reference.value())) {
      return; // what was evaluated last was by another; the next window tells of the silence
    }
    QualityState qualityState = QualityState.read(entriesOf(quality));
    DetectorState state = DetectorState.read(detector, entriesOf(alertStates), entriesOf(evidence));
    tell(detector.silence(until, state, qualityState), monitor, context, out);
    keep(state, qualityState);
    comeBackForSilence(detector, qualityState, until, context);
  }

  private void keep(DetectorState state, QualityState qualityState) throws Exception {
    replace(quality, qualityState.entries());
    replace(alertStates, state.alertEntries());
    replace(evidence, state.entries());
  }

  private void tell(
      DriftDetector.Verdict verdict,
      OpenMonitor monitor,
      OnTimerContext context,
      Collector<DriftMetric> out)
      throws Exception {
    verdict.metrics().forEach(out::collect);
    for (DriftAlert alert : verdict.alerts()) {
      context.output(ALERTS, alert);
      if (alert.getState() == AlertState.OPEN) {
        openAlerts.put(alert.getAlertId(), alert);
        comeBack(monitor, context);
      } else {
        openAlerts.remove(alert.getAlertId());
      }
    }
    monitor.evaluated(verdict);
  }

  /**
   * How much comes is known of windows in which nothing does, too, where it is watched: each of
   * them is looked at when the watermark passes its end.
   *
   * @param end of the window that was looked at
   */
  private static void comeBackForSilence(
      DriftDetector detector, QualityState qualityState, long end, OnTimerContext context) {
    boolean isLast =
        context.timerService().currentWatermark() == Watermark.MAX_WATERMARK.getTimestamp();
    if (!isLast && detector.awaitsSilence(qualityState)) {
      context.timerService().registerEventTimeTimer(detector.windowEnd(end) - 1);
    }
  }

  /**
   * While something is open a window's end is always to come, also where no vector is: should the
   * monitor be taken out, it closes what is open then.
   */
  private void comeBack(OpenMonitor monitor, OnTimerContext context) {
    long now = context.timerService().currentWatermark();
    if (now < Watermark.MAX_WATERMARK.getTimestamp()) { // else nothing comes after
      context
          .timerService()
          .registerEventTimeTimer(
              monitor.windowEnd(monitor.versions.own().windowStart(now + 1)) - 1);
    }
  }

  private static Map<String, byte[]> entriesOf(MapState<String, byte[]> state) throws Exception {
    Map<String, byte[]> entries = new HashMap<>();
    for (Map.Entry<String, byte[]> entry : state.entries()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    return entries;
  }

  private static void replace(MapState<String, byte[]> state, Map<String, byte[]> entries)
      throws Exception {
    List<String> gone = new ArrayList<>();
    for (String key : state.keys()) {
      if (!entries.containsKey(key)) {
        gone.add(key);
      }
    }
    for (String key : gone) {
      state.remove(key);
    }
    state.putAll(entries);
  }

  private void tellOfLate(WindowPart part, OpenMonitor monitor, Collector<DriftMetric> out)
      throws Exception {
    if (part.vectors() == 0) {
      return; // of scores: their vectors came late too, or scoring did
    }
    long start = part.windowStart();
    Long closed = closedUntil.value();
    if (closed != null
        && start < oldestKept(monitor.versions.own().windowStart(closed - 1), monitor)) {
      monitor.late(part.vectors(), start); // what it was closed with is not known any more
      return;
    }
    Long before = late.get(start);
    long now = (before == null ? 0 : before) + part.vectors();
    late.put(start, now);
    Long had = seen.get(start);
    out.collect(monitor.versions.own().late(start, had == null ? 0 : had, now));
    monitor.late(part.vectors(), start);
  }

  /** Keeps how many vectors a window was closed with, and lets go of the oldest. */
  private void remember(long start, long events, OpenMonitor monitor) throws Exception {
    seen.put(start, events);
    long oldest = oldestKept(start, monitor);
    forgetBefore(oldest, seen);
    forgetBefore(oldest, late);
  }

  /** Start of the oldest window of which it is known what it was closed with. */
  private static long oldestKept(long newestClosed, OpenMonitor monitor) {
    return newestClosed - CLOSED_KEPT * (monitor.windowEnd(newestClosed) - newestClosed);
  }

  private static void forgetBefore(long oldest, MapState<Long, Long> kept) throws Exception {
    List<Long> old = new ArrayList<>();
    for (Long start : kept.keys()) {
      if (start < oldest) {
        old.add(start);
      }
    }
    for (Long start : old) {
      kept.remove(start);
    }
  }

  /** A monitor that the pipeline no longer declares leaves nothing behind, and nothing open. */
  private void forget(String monitor, long now, OnTimerContext context) throws Exception {
    log.info(
        "Monitor {} is no longer declared: its alerts are closed, its windows forgotten", monitor);
    for (DriftAlert open : openAlerts.values()) {
      context.output(
          ALERTS,
          DriftAlert.newBuilder(open)
              .setState(AlertState.CLOSED)
              .setWindowStart(
                  Instant.ofEpochMilli(now)
                      .minus(Duration.between(open.getWindowStart(), open.getWindowEnd())))
              .setWindowEnd(Instant.ofEpochMilli(now))
              .setMessage(
                  "The pipeline does not declare monitor %s any more, so nobody sees whether the drift ceased."
                      .formatted(monitor))
              .build());
    }
    openAlerts.clear();
    windows.clear();
    profilesOfWindows.clear();
    versionsOfWindows.clear();
    alertStates.clear();
    evidence.clear();
    quality.clear();
    closedUntil.clear();
    reference.clear();
    lastVersion.clear();
    incomplete.clear();
    seen.clear();
    late.clear();
  }

  private void beginAnewWhereTheProfileIsAnother(DriftDetector detector) throws Exception {
    if (detector.reference().equals(reference.value())) {
      return;
    }
    for (String entry : entriesOf(evidence).keySet()) {
      if (!DetectorState.outlivesReference(entry)) {
        evidence.remove(entry);
      }
    }
    for (String entry : entriesOf(quality).keySet()) {
      if (!QualityState.outlivesReference(entry)) {
        quality.remove(entry);
      }
    }
    reference.update(detector.reference());
  }

  /** A monitor's detectors and counters; one an operator instance. */
  private static final class OpenMonitor {
    private final WatchVersions versions;
    private final String name;
    private final DriftCounters counters;
    private long lateSinceLogged;
    private long loggedAt;

    OpenMonitor(WatchVersions versions, DriftCounters counters) {
      this.versions = versions;
      this.name = versions.watch().monitor().name();
      this.counters = counters;
    }

    long windowEnd(long windowStart) {
      return versions.own().windowEnd(windowStart);
    }

    void evaluated(DriftDetector.Verdict verdict) {
      counters.evaluated(verdict);
      verdict
          .alerts()
          .forEach(
              alert ->
                  log.info("{} {}: {}", alert.getSeverity(), alert.getState(), alert.getMessage()));
    }

    void incomplete(long windowStart, long vectors) {
      counters.incomplete();
      log.warn(
          "Monitor {}: the window from {} is not evaluated: it holds {} vectors, and others of it are of another reference profile or were never read.",
          name,
          Instant.ofEpochMilli(windowStart),
          vectors);
    }

    void late(long vectors, long windowStart) {
      counters.late(vectors);
      lateSinceLogged += vectors;
      long now = System.currentTimeMillis(); // paces the log, decides nothing
      if (now - loggedAt >= LOG_EVERY_MILLIS) {
        log.warn(
            "Monitor {}: {} vectors came after their window had closed and were not counted in it, the last for the window from {}. If that is usual, raise the monitor's lateness.",
            name,
            lateSinceLogged,
            Instant.ofEpochMilli(windowStart));
        lateSinceLogged = 0;
        loggedAt = now;
      }
    }
  }
}
