package io.leat.drift.job;

import io.leat.drift.ColumnValues;
import io.leat.drift.DriftDetector;
import io.leat.drift.WindowSummary;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Segments;
import java.io.Serializable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Summarises vectors where they are read, so that only small parts of windows travel to where a
 * window is evaluated: each by the cells of the profile of the version that it is of. Of a score
 * that is the version which gave it, of a vector the champion that scores it.
 *
 * <p>Keeps no state: all that it holds is handed on before each checkpoint's barrier and before
 * each watermark. Evaluates nothing to be late either. Runs on its task's one thread, with what
 * decodes the vectors.
 */
final class SummariseWindows extends AbstractStreamOperator<WindowPart>
    implements OneInputStreamOperator<WatchedVector, WindowPart> {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(SummariseWindows.class);

  /** Open summaries are handed on at this number, so that a fast replay does not pile them up. */
  private static final int MOST_OPEN = 32;

  /** And at so many bytes, if every cell of theirs had counted something. */
  private static final long MOST_BYTES = 256L * 1024 * 1024;

  private final Source source;
  private final List<Watch> watches;
  private final Champions champions;
  private final Profiles profiles;
  private transient List<OpenMonitor> monitors = List.of();
  private transient Champions.@Nullable Recorded recorded;
  private transient Counter vectors;
  private transient Counter otherDefinitions;
  private transient boolean toldOfOtherDefinition;
  private transient int open;
  private transient long openBytes;
  private transient boolean afterGap;

  /**
   * @param watches the monitors that look at them
   * @param champions of vectors; scores say of which version they are
   */
  SummariseWindows(Source source, List<Watch> watches, Champions champions, Profiles profiles) {
    this.source = source;
    this.watches = List.copyOf(watches);
    this.champions = champions;
    this.profiles = profiles;
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

  /** A monitor, by the versions of its model that vectors are of. */
  private static final class OpenMonitor {
    private final WatchVersions versions;
    private final Map<Integer, OfVersion> parts = new HashMap<>();
    private @Nullable OfVersion last;

    OpenMonitor(WatchVersions versions) {
      this.versions = versions;
    }
  }

  /**
   * A monitor's windows that hold something, by the profile of a version.
   *
   * @param places where its features are in a vector's values
   * @param keys where its segments are
   */
  private record OfVersion(
      int number,
      DriftDetector detector,
      int[] places,
      int[] keys,
      Map<Long, WindowSummary> windows) {}

  @Override
  public void open() throws Exception {
    super.open();
    MetricGroup metrics =
        getMetricGroup().addGroup(source.ofScores() ? "model" : "service", source.name());
    vectors = metrics.counter(source.ofScores() ? "scores" : "vectors");
    otherDefinitions =
        metrics.counter(source.ofScores() ? "scoresPassedOver" : "vectorsOfOtherDefinitions");
    Counter refused = metrics.counter("profilesRefused");
    monitors =
        watches.stream()
            .map(watch -> new OpenMonitor(new WatchVersions(watch, profiles, refused)))
            .toList();
    recorded = champions.open();
  }

  @Override
  public void close() throws Exception {
    if (recorded != null) {
      recorded.close();
    }
    super.close();
  }

  private OfVersion of(OpenMonitor monitor, int number) {
    OfVersion last = monitor.last;
    if (last == null || last.number() != number) {
      last = monitor.parts.computeIfAbsent(number, any -> open(monitor.versions, number));
      monitor.last = last;
    }
    return last;
  }

  private OfVersion open(WatchVersions versions, int number) {
    Monitor monitor = versions.watch().monitor();
    DriftDetector detector = versions.of(number);
    return new OfVersion(
        number,
        detector,
        (source.ofScores() ? detector.outputs() : detector.features())
            .stream().mapToInt(source.columns()::indexOf).toArray(),
        (source.ofScores() ? List.<String>of() : detector.segments())
            .stream().mapToInt(name -> place(monitor, name)).toArray(),
        new LinkedHashMap<>());
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
  public void processElement(StreamRecord<WatchedVector> element) {
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
      if (source.ofScores()) {
        return;
      }
    } else {
      vectors.inc();
    }
    for (OpenMonitor monitor : monitors) {
      OfVersion of = of(monitor, version(monitor, vector));
      long start = of.detector().paneStart(vector.eventTime());
      WindowSummary window = of.windows().get(start);
      if (window == null) {
        window = of.detector().newWindow();
        of.windows().put(start, window);
        open++;
        openBytes += of.detector().bytesOfWindow();
      }
      if (!vector.current()) {
        window.addOther(vector.definition());
        continue;
      }
      ColumnValues row = vector.row().at(of.places(), of.keys());
      if (source.ofScores()) {
        window.addScore(vector.version(), row);
      } else {
        window.add(row, Objects.requireNonNull(vector.origin()));
      }
    }
    if (open >= MOST_OPEN || openBytes >= MOST_BYTES && open > monitors.size()) {
      handOn();
    }
  }

  private int version(OpenMonitor monitor, WatchedVector vector) {
    return source.ofScores()
        ? vector.version()
        : Objects.requireNonNull(recorded)
            .of(monitor.versions.watch().monitor().model(), vector.partition(), vector.offset());
  }

  private void handOn() {
    for (OpenMonitor monitor : monitors) {
      monitor.parts.values().forEach(part -> handOn(monitor.versions.watch().monitor(), part));
      if (monitor.parts.size() > 1) {
        monitor.parts.clear(); // of versions that may be of the past
        monitor.last = null;
      }
    }
    afterGap &= open == 0; // else it has been told
    open = 0;
    openBytes = 0;
  }

  private void handOn(Monitor monitor, OfVersion part) {
    part.windows()
        .forEach(
            (start, window) ->
                output.collect(
                    new StreamRecord<>(
                        new WindowPart(
                            monitor.name(),
                            start,
                            part.number(),
                            part.detector().reference(),
                            window.events(),
                            afterGap,
                            0,
                            window.toBytes()))));
    part.windows().clear();
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    handOn();
    Objects.requireNonNull(recorded).refresh();
    super.processWatermark(mark);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    handOn();
    Objects.requireNonNull(recorded).lookAgain();
    for (OpenMonitor monitor : monitors) {
      if (monitor.versions.askAgain()) {
        monitor.parts.clear();
        monitor.last = null;
      }
    }
  }

  @Override
  public void finish() throws Exception {
    handOn();
    super.finish();
  }
}
