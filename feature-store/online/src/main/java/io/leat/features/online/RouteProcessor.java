package io.leat.features.online;

import io.leat.features.online.InFlight.Way;
import io.leat.pipeline.definition.Entity;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Says which way an event goes before a stage, and keys it by the entity where it goes to the
 * stage.
 *
 * <p>An event stays where it is if the stage's entity is the one that its topic is keyed by, or if
 * there is one partition only; else it is re-keyed. All events of an entity then come to its state
 * by the same way, and none overtakes others by a shortcut.
 *
 * <p>An event of the first kind that does not lie in the partition of its entity key (its producer
 * used other bytes as key, or the topic has another number of partitions than its contract says) is
 * re-keyed all the same: one key's state lives in one partition.
 */
final class RouteProcessor
    extends ContextualProcessor<byte @Nullable [], InFlight, byte @Nullable [], InFlight> {
  private final Entity entity;
  private final boolean stays;
  private final int partitions;
  private final Counter hops;

  RouteProcessor(ChainPlan plan, Entity entity, MeterRegistry metrics) {
    String event = plan.contract().event();
    this.entity = entity;
    this.partitions = plan.partitions();
    this.stays = partitions == 1 || plan.contract().key().filter(entity.key()::equals).isPresent();
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
        stays && EntityKeys.partition(key, partitions) == context().taskId().partition()
            ? Way.HERE
            : Way.HOP;
    if (way == Way.HOP) {
      hops.increment();
    }
    context().forward(record.withKey(key).withValue(inFlight.to(way)));
  }
}
