package io.leat.features.online;

import io.leat.features.online.InFlight.Way;
import io.leat.pipeline.Entity;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Says which way an event goes before a stage, and keys it by the entity where it goes to the
 * stage.
 *
 * <p>The rule looks at where the event is, not at how its producer keyed it: an event that lies in
 * the partition of its entity key stays, any other is re-keyed. So one key's state lives in one
 * partition whatever bytes producers use as keys and however many partitions the topics have.
 */
final class RouteProcessor
    extends ContextualProcessor<byte @Nullable [], InFlight, byte @Nullable [], InFlight> {
  private final Entity entity;
  private final int partitions;
  private final Counter hops;

  RouteProcessor(String event, Entity entity, int partitions, MeterRegistry metrics) {
    this.entity = entity;
    this.partitions = partitions;
    this.hops = metrics.counter("leat.features.rekeyed", "event", event, "entity", entity.name());
  }

  @Override
  public void process(Record<byte @Nullable [], InFlight> record) {
    InFlight inFlight = record.value();
    String text = EntityKeys.text(entity, inFlight.event());
    if (text == null) {
      context().forward(record.withValue(inFlight.to(Way.PAST)));
      return;
    }
    byte[] key = EntityKeys.bytes(text);
    Way way =
        EntityKeys.partition(key, partitions) == context().taskId().partition()
            ? Way.HERE
            : Way.HOP;
    if (way == Way.HOP) {
      hops.increment();
    }
    context().forward(record.withKey(key).withValue(inFlight.to(way)));
  }
}
