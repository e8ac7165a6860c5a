package io.leat.drift.job;

import io.leat.drift.ColumnValues;
import io.leat.drift.DriftDetector;
import io.leat.drift.WindowSummary;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Segments;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Summarises vectors where they are read, so that only small parts of windows travel to where a
 * window is evaluated.
 *
 * <p>Keeps no state but the newest champions' profiles: all else it holds is handed on before each
 * checkpoint's barrier and before each watermark. Evaluates nothing to be late either. Runs on its
 * task's one thread.
 */
final class SummariseWindows extends AbstractStreamOperator<WindowPart>
    implements TwoInputStreamOperator<WatchedVector, ChampionProfile, WindowPart> {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(SummariseWindows.class);

  /** Open summaries are handed on at this number, so that a fast replay does not pile them up. */
  private static final int MOST_OPEN = 32;

  /** And at so many bytes, if every cell of theirs had counted something. */
  private static final long MOST_BYTES = 256L * 1024 * 1024;

  private final Source source;
  private final List<Watch> watches;
  private transient List<OpenMonitor> monitors = List.of();
  private transient @Nullable BroadcastState<String, ChampionProfile> champions;
  private transient Counter vectors;
  private transient Counter otherDefinitions;
  private transient boolean toldOfOtherDefinition;
  private transient int open;
  private transient long openBytes;
  private transient boolean afterGap;

  /**
   * @param watches the monitors that look at them
   */
  SummariseWindows(Source source, List<Watch> watches) {
    this.source = source;
    this.watches = List.copyOf(watches);
  }

  /**
   * What is summarised.
   *
   * @param topic of what
   * @param columns the order of the values
   * @param segments the order of the segments; none of scores
   * @param ofScores whether they are scores, not vectors
   */
  record Source(String topic, List<String> columns, List<Segments.Key> segments, boolean ofScores)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    Source {
      columns = List.copyOf(columns);
      segments = List.copyOf(segments);
    }

    /** What counters are labelled with: {@code features.fraud} is the service fraud. */
    private String name() {
      return topic.substring(topic.indexOf('.') + 1);
    }
  }

  /**
   * A monitor and its windows that hold something.
   *
   * @param places where its features are in a vector's values
   * @param keys where its segments are
   */
  private record OpenMonitor(
      String name,
      DriftDetector detector,
      int[] places,
      int[] keys,
      Map<Long, WindowSummary> windows) {}

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    champions = context.getOperatorStateStore().getBroadcastState(ChampionProfile.STATE);
  }

  @Override
  public void open() throws Exception {
    super.open();
    openMonitors();
    MetricGroup metrics =
        getMetricGroup().addGroup(source.ofScores() ? "model" : "service", source.name());
    vectors = metrics.counter(source.ofScores() ? "scores" : "vectors");
    otherDefinitions =
        metrics.counter(source.ofScores() ? "scoresPassedOver" : "vectorsOfOtherDefinitions");
  }

  private void openMonitors() throws Exception {
    BroadcastState<String, ChampionProfile> newest = Objects.requireNonNull(champions);
    monitors = new ArrayList<>();
    for (Watch watch : watches) {
      ChampionProfile champion = newest.get(watch.monitor().model());
      monitors.add(open(champion == null ? watch : watch.follow(champion)));
    }
  }

  private OpenMonitor open(Watch watch) {
    DriftDetector detector = watch.detector();
    return new OpenMonitor(
        watch.monitor().name(),
        detector,
        (source.ofScores() ? detector.outputs() : detector.features())
            .stream().mapToInt(source.columns()::indexOf).toArray(),
        (source.ofScores() ? List.<String>of() : detector.segments())
            .stream().mapToInt(name -> place(watch.monitor(), name)).toArray(),
        new LinkedHashMap<>());
  }

  /** Another champion: what was summarised against the profile before is handed on as it is. */
  @Override
  public void processElement2(StreamRecord<ChampionProfile> element) throws Exception {
    ChampionProfile champion = element.getValue();
    BroadcastState<String, ChampionProfile> newest = Objects.requireNonNull(champions);
    ChampionProfile before = newest.get(champion.model());
    if (before == null || before.rollout() < champion.rollout()) {
      handOn();
      newest.put(champion.model(), champion);
      openMonitors();
    }
  }

  /** Monitors may call different keys by one name. */
  private int place(Monitor monitor, String name) {
    return source
        .segments()
        .indexOf(
            monitor.segments().keys().stream()
                .filter(key -> key.name().equals(name))
                .findFirst()
                .orElseThrow());
  }

  @Override
  public void processElement1(StreamRecord<WatchedVector> element) {
    WatchedVector vector = element.getValue();
    afterGap |= vector.afterGap();
    if (!vector.current()) {
      otherDefinitions.inc();
      if (!toldOfOtherDefinition && !source.ofScores()) {
        toldOfOtherDefinition = true;
        log.warn(
            "Vectors on {} were made by another definition of the service than the model's training data: they are passed over and counted in vectorsOfOtherDefinitions. Train the model again, or apply the definition it was trained on.",
            source.topic());
      }
      return;
    }
    vectors.inc();
    for (OpenMonitor monitor : monitors) {
      long start = monitor.detector().windowStart(vector.eventTime());
      WindowSummary window = monitor.windows().get(start);
      if (window == null) {
        window = monitor.detector().newWindow();
        monitor.windows().put(start, window);
        open++;
        openBytes += monitor.detector().bytesOfWindow();
      }
      ColumnValues row = vector.row().at(monitor.places(), monitor.keys());
      if (source.ofScores()) {
        window.addScore(vector.version(), row);
      } else {
        window.add(row);
      }
    }
    if (open >= MOST_OPEN || openBytes >= MOST_BYTES && open > monitors.size()) {
      handOn();
    }
  }

  private void handOn() {
    for (OpenMonitor monitor : monitors) {
      monitor
          .windows()
          .forEach(
              (start, window) ->
                  output.collect(
                      new StreamRecord<>(
                          new WindowPart(
                              monitor.name(),
                              start,
                              monitor.detector().reference(),
                              window.events(),
                              afterGap,
                              window.toBytes()))));
      monitor.windows().clear();
    }
    afterGap &= open == 0; // else it has been told
    open = 0;
    openBytes = 0;
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    handOn();
    super.processWatermark(mark);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    handOn();
  }

  @Override
  public void finish() throws Exception {
    handOn();
    super.finish();
  }
}
