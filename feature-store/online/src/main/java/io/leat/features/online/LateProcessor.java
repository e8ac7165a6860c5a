package io.leat.features.online;

import io.leat.schemas.RecordHeaders;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Lays an event that came too late for some view beside the stream, as it lay on its valid topic,
 * with every such view named. All other events stop here.
 */
final class LateProcessor
    extends ContextualProcessor<byte @Nullable [], InFlight, byte @Nullable [], byte[]> {
  @Override
  public void process(Record<byte @Nullable [], InFlight> record) {
    Envelope envelope = record.value().envelope();
    if (envelope.lateFor().isEmpty()) {
      return;
    }
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders(record.headers());
    RecordHeaders.set(headers, RecordHeaders.LATE_FOR, String.join(",", envelope.lateViews()));
    context().forward(new Record<>(envelope.key(), envelope.event(), record.timestamp(), headers));
  }
}
