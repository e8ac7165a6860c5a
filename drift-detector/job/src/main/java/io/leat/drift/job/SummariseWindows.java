package io.leat.drift.job;

import io.leat.drift.DriftDetector;
import io.leat.drift.WindowSummary;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Segments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Summarises vectors where they are read, so that only small parts of windows travel to where a
 * window is evaluated.
 *
 * <p>Keeps no state: everything it holds is handed on before each checkpoint's barrier and before
 * each watermark. Evaluates nothing to be late either. Runs on its task's one thread.
 */
final class SummariseWindows extends AbstractStreamOperator<WindowPart>
    implements OneInputStreamOperator<WatchedVector, WindowPart> {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(SummariseWindows.class);

  /** Open summaries are handed on at this number, so that a fast replay does not pile them up. */
  private static final int MOST_OPEN = 32;

  /** And at so many bytes, if every cell of theirs had counted something. */
  private static final long MOST_BYTES = 256L * 1024 * 1024;

  private final String service;
  private final List<String> features;
  private final List<Segments.Key> segments;
  private final List<Watch> watches;
  private transient List<OpenMonitor> monitors = List.of();
  private transient Counter vectors;
  private transient Counter otherDefinitions;
  private transient boolean toldOfOtherDefinition;
  private transient int open;
  private transient long openBytes;
  private transient boolean afterGap;

  /**
   * @param features the order of the vectors' values
   * @param segments the order of the vectors' segments
   * @param watches the service's monitors
   */
  SummariseWindows(
      String service, List<String> features, List<Segments.Key> segments, List<Watch> watches) {
    this.service = service;
    this.features = List.copyOf(features);
    this.segments = List.copyOf(segments);
    this.watches = List.copyOf(watches);
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
  public void open() throws Exception {
    super.open();
    monitors = new ArrayList<>();
    for (Watch watch : watches) {
      DriftDetector detector = watch.detector();
      monitors.add(
          new OpenMonitor(
              watch.monitor().name(),
              detector,
              detector.features().stream().mapToInt(features::indexOf).toArray(),
              detector.segments().stream().mapToInt(name -> place(watch.monitor(), name)).toArray(),
              new LinkedHashMap<>()));
    }
    vectors = getMetricGroup().addGroup("service", service).counter("vectors");
    otherDefinitions =
        getMetricGroup().addGroup("service", service).counter("vectorsOfOtherDefinitions");
  }

  /** Monitors may call different keys by one name. */
  private int place(Monitor monitor, String name) {
    return segments.indexOf(
        monitor.segments().keys().stream()
            .filter(key -> key.name().equals(name))
            .findFirst()
            .orElseThrow());
  }

  @Override
  public void processElement(StreamRecord<WatchedVector> element) {
    WatchedVector vector = element.getValue();
    afterGap |= vector.afterGap();
    if (!vector.current()) {
      otherDefinitions.inc();
      if (!toldOfOtherDefinition) {
        toldOfOtherDefinition = true;
        log.warn(
            "Vectors on features.{} were made by another definition of the service than the model's training data: they are passed over and counted in vectorsOfOtherDefinitions. Train the model again, or apply the definition it was trained on.",
            service);
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
      window.add(vector.row().at(monitor.places(), monitor.keys()));
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
