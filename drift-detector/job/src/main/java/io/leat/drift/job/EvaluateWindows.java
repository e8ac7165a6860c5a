package io.leat.drift.job;

import io.leat.common.Lookups;
import io.leat.drift.DetectorState;
import io.leat.drift.DriftDetector;
import io.leat.drift.QualityState;
import io.leat.drift.WindowSummary;
import io.leat.drift.WindowTime;
import io.leat.pipeline.definition.MonitorWindows;
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
import java.util.Optional;
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
 * Puts a monitor's windows together out of {@linkplain Panes panes} and evaluates each once, in
 * order of time, when the watermark passes its end. Keyed by the monitor's name; metrics go out on
 * the main output, alerts on {@link #ALERTS}.
 *
 * <p>State a monitor: the panes' summaries that windows are yet to be made of, each with the
 * profile that it is of, each stream's alert state and evidence, the open episodes of drift and of
 * quality, what is open as it was told last, the end of the last window that was closed, and the
 * fingerprint of the profile that a window was evaluated by last. A window is evaluated by the
 * profile of the version that its vectors and scores are of. Summaries are counts by a profile's
 * points and mean nothing against another: a window with parts of two is not evaluated. Where the
 * next window is of another profile than the last was, evidence begins anew; alerts and episodes
 * live on.
 *
 * <p>A window in which nothing came is evaluated too, of how much comes, when the watermark passes
 * its end, as it does while other partitions or services go on. Where all are silent no event time
 * passes, and nothing is evaluated: a wall clock would make another verdict of a log that is read
 * again.
 *
 * <p>A part that comes after its pane was closed is late: it changes no verdict, and is reported in
 * a metric of the pane, counted and logged. A window that is known to lack vectors when it closes
 * (they were of another profile, or never read) is not evaluated: it has metrics that say so, and
 * alerts stay as they are.
 */
final class EvaluateWindows extends KeyedProcessFunction<String, WindowPart, DriftMetric>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(EvaluateWindows.class);
  private static final long LOG_EVERY_MILLIS = 60_000;

  /** Of so many closed panes it is known how many vectors they had. */
  private static final int CLOSED_KEPT = 500;

  /** What began and ceased, in order of windows. */
  static final OutputTag<DriftAlert> ALERTS =
      new OutputTag<>("alerts", RecordTypeInfo.ofAvro(DriftAlert.class));

  private final List<Watch> watches;
  private final Profiles profiles;
  private transient Map<String, OpenMonitor> monitors = Map.of();
  private transient Panes panes;

  /** Start of the first pane of windows that slide: what begins before it lacks vectors. */
  private transient ValueState<Long> begun;

  /** The number of the next window, of windows by count. */
  private transient ValueState<Long> nextNumber;

  private transient MapState<String, byte[]> alertStates;
  private transient MapState<String, byte[]> evidence;
  private transient MapState<String, byte[]> quality;
  private transient ValueState<Long> closedUntil;
  private transient ValueState<String> reference;
  private transient ValueState<Integer> lastVersion;
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
    panes = new Panes(getRuntimeContext(), reference);
    begun = getRuntimeContext().getState(new ValueStateDescriptor<>("begun", Types.LONG));
    nextNumber = getRuntimeContext().getState(new ValueStateDescriptor<>("number", Types.LONG));
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
    long start = part.paneStart();
    long end = monitor.paneEnd(start);
    Long closed = closedUntil.value();
    if (end - 1 <= context.timerService().currentWatermark() || (closed != null && end <= closed)) {
      tellOfLate(part, monitor, out);
      return;
    }
    context.timerService().registerEventTimeTimer(end - 1);
    if (part.afterGap()) {
      boolean areAllOpen = closed == null || monitor.windows().areCounted();
      panes.lack(start, areAllOpen ? Long.MIN_VALUE : closed);
    }
    panes.add(part, monitor.versions);
  }

  /** The version by which a window was evaluated last. */
  private int last() throws Exception {
    Integer version = lastVersion.value();
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
    long end = timestamp + 1;
    if (monitor.paneEnd(monitor.paneStart(timestamp)) != end) {
      return; // a pane of windows that the monitor had before
    }
    closedUntil.update(end);
    if (!openAlerts.isEmpty()) {
      comeBack(monitor, context);
    }
    remember(monitor.paneStart(timestamp), monitor);
    Optional<Panes.Gathered> gathered =
        panes.gather(monitor.windowsFrom(end), end, monitor.versions, last());
    if (gathered.isEmpty()) {
      silence(end, monitor, context, out);
      return;
    }
    Panes.Gathered found = gathered.get();
    WindowSummary window = found.window();
    DriftDetector detector = found.detector();
    if (window.events() < monitor.windows().events()) {
      panes.compact(found, end); // by count: it is not full
      return;
    }
    WindowTime when = timeOf(found, end, monitor.windows());
    boolean isBeforeTheFirst = isBeforeTheFirst(when, found, monitor);
    if (panes.forgetBefore(end - monitor.overlap()) && monitor.windows().areSliding()) {
      goOn(monitor.paneEnd(end), context);
    }
    if (!found.isWhole() || isBeforeTheFirst) {
      QualityState qualityState = QualityState.read(entriesOf(quality));
      detector.unevaluated(when, window, qualityState).forEach(out::collect);
      replace(quality, qualityState.entries());
      comeBackForSilence(detector, qualityState, end, context);
      if (!found.isWhole()) {
        monitor.incomplete(when.start(), window.events());
      }
      return;
    }
    if (!detector.decides(when)) {
      detector.measure(when, window).forEach(out::collect);
      return;
    }
    beginAnewWhereTheProfileIsAnother(detector);
    lastVersion.update(found.version());
    QualityState qualityState = QualityState.read(entriesOf(quality));
    DetectorState state = DetectorState.read(detector, entriesOf(alertStates), entriesOf(evidence));
    tell(detector.evaluate(when, window, state, qualityState), monitor, context, out);
    keep(state, qualityState);
    comeBackForSilence(detector, qualityState, end, context);
  }

  /**
   * The time of windows has passed in which no vector came: of other partitions, or of other
   * services. By the profile that the last window was evaluated by.
   */
  private void silence(
      long until, OpenMonitor monitor, OnTimerContext context, Collector<DriftMetric> out)
      throws Exception {
    DriftDetector detector = monitor.versions.of(last());
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

  /** When a window that ends now was, and its number. */
  private WindowTime timeOf(Panes.Gathered found, long end, MonitorWindows windows)
      throws Exception {
    if (!windows.areCounted()) {
      return WindowTime.of(end - windows.length().toMillis(), windows.length().toMillis());
    }
    Long next = nextNumber.value();
    long number = next == null ? 0 : next;
    nextNumber.update(number + 1);
    return new WindowTime(found.start(), end, number);
  }

  /** Whether a window that slides began before the monitor has seen anything. */
  private boolean isBeforeTheFirst(WindowTime when, Panes.Gathered found, OpenMonitor monitor)
      throws Exception {
    if (!monitor.windows().areSliding()) {
      return false;
    }
    if (begun.value() == null) {
      begun.update(found.start());
    }
    return when.start() < begun.value();
  }

  /** The next window that slides ends then, whether a vector comes till then or not. */
  private static void goOn(long end, OnTimerContext context) {
    if (context.timerService().currentWatermark() < Watermark.MAX_WATERMARK.getTimestamp()) {
      context.timerService().registerEventTimeTimer(end - 1);
    }
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
      context
          .timerService()
          .registerEventTimeTimer(detector.windowEnd(detector.windowStart(end)) - 1);
    }
  }

  /**
   * While something is open a pane's end is always to come, also where no vector is: should the
   * monitor be taken out, it closes what is open then.
   */
  private void comeBack(OpenMonitor monitor, OnTimerContext context) {
    long now = context.timerService().currentWatermark();
    if (now < Watermark.MAX_WATERMARK.getTimestamp()) { // else nothing comes after
      context
          .timerService()
          .registerEventTimeTimer(monitor.paneEnd(monitor.paneStart(now + 1)) - 1);
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
    long start = part.paneStart();
    Long closed = closedUntil.value();
    if (closed != null && start < oldestKept(monitor.paneStart(closed - 1), monitor)) {
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

  /** Keeps how many vectors a pane was closed with, and lets go of the oldest. */
  private void remember(long start, OpenMonitor monitor) throws Exception {
    long vectors = panes.vectors(start);
    if (vectors == 0) {
      return;
    }
    seen.put(start, vectors);
    long oldest = oldestKept(start, monitor);
    forgetBefore(oldest, seen);
    forgetBefore(oldest, late);
  }

  /** Start of the oldest pane of which it is known what it was closed with. */
  private static long oldestKept(long newestClosed, OpenMonitor monitor) {
    return newestClosed - CLOSED_KEPT * (monitor.paneEnd(newestClosed) - newestClosed);
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
    panes.clear();
    begun.clear();
    nextNumber.clear();
    alertStates.clear();
    evidence.clear();
    quality.clear();
    closedUntil.clear();
    reference.clear();
    lastVersion.clear();
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

    MonitorWindows windows() {
      return versions.watch().monitor().windows();
    }

    long paneStart(long time) {
      return versions.own().paneStart(time);
    }

    long paneEnd(long paneStart) {
      return versions.own().paneEnd(paneStart);
    }

    /** Where the first pane of a window that ends then begins; by count wherever it was. */
    long windowsFrom(long end) {
      return windows().areCounted() ? Long.MIN_VALUE : end - windows().length().toMillis();
    }

    /** How much of a window the next one takes in. */
    long overlap() {
      return windows().length().minus(windows().every()).toMillis();
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
