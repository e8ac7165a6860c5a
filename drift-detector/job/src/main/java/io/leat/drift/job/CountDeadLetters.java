package io.leat.drift.job;

import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.RecordHeaders;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Counts an event's dead letters by the panes of monitors' windows, in the event time that their
 * partitions had come to; those that do not say it are counted for the operator alone.
 *
 * <p>Keeps no state: all that it holds is handed on before each checkpoint's barrier and before
 * each watermark. Runs on its task's one thread.
 */
final class CountDeadLetters extends AbstractStreamOperator<WindowPart>
    implements OneInputStreamOperator<KafkaRecord, WindowPart> {
  private static final long serialVersionUID = 1L;

  /** So many panes are open at most. */
  private static final int MOST_OPEN = 1000;

  private final List<Watch> watches;
  private transient List<OpenMonitor> monitors = List.of();
  private transient Counter withoutTime;

  CountDeadLetters(List<Watch> watches) {
    this.watches = List.copyOf(watches);
  }

  /** A monitor's counts by the start of the pane. */
  private record OpenMonitor(String name, PaneOf pane, Map<Long, Long> counts) {}

  /** Start of the pane that a time lies in. */
  @FunctionalInterface
  private interface PaneOf {
    long start(long eventTimeMillis);
  }

  @Override
  public void open() throws Exception {
    super.open();
    withoutTime = getMetricGroup().counter("deadLettersWithoutTime");
    monitors = new ArrayList<>();
    for (Watch watch : watches) {
      monitors.add(
          new OpenMonitor(
              watch.monitor().name(), watch.detector()::paneStart, new LinkedHashMap<>()));
    }
  }

  @Override
  public void processElement(StreamRecord<KafkaRecord> element) {
    OptionalLong time = time(element.getValue());
    if (time.isEmpty()) {
      withoutTime.inc();
      return;
    }
    for (OpenMonitor monitor : monitors) {
      monitor.counts().merge(monitor.pane().start(time.getAsLong()), 1L, Long::sum);
      if (monitor.counts().size() > MOST_OPEN) {
        handOn();
      }
    }
  }

  private static OptionalLong time(KafkaRecord record) {
    try {
      return record.header(RecordHeaders.PARTITION_TIME).stream()
          .mapToLong(Long::parseLong)
          .findFirst();
    } catch (NumberFormatException e) {
      return OptionalLong.empty(); // not ingestion's
    }
  }

  private void handOn() {
    for (OpenMonitor monitor : monitors) {
      monitor
          .counts()
          .forEach(
              (start, count) ->
                  output.collect(
                      new StreamRecord<>(WindowPart.ofDeadLetters(monitor.name(), start, count))));
      monitor.counts().clear();
    }
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
