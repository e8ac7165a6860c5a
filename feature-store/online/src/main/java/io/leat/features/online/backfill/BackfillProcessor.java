package io.leat.features.online.backfill;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.engine.Entries;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.backfill.BackfillState.Phase;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.backfill.BackfillRecord;
import io.leat.schemas.backfill.BackfillRecord.Complete;
import io.leat.schemas.backfill.BackfillRecord.Entry;
import io.leat.schemas.backfill.BackfillRecord.Notice;
import io.leat.schemas.backfill.BackfillRecord.State;
import io.leat.schemas.backfill.LogCut;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a view's backfill in. Entries of a run are laid ready in the view's store; with the record
 * that completes the run they are put in their places and the events that were kept aside are
 * folded, a bounded number at a time, so that no transaction grows with the history. Meanwhile
 * newer events go on being kept aside, and once none is left the view goes live.
 *
 * <p>Says in the topic itself what the partition is at: when the task starts, and when it goes
 * live.
 *
 * <p>Until then it alone touches the view's states; from then on it never does.
 */
public final class BackfillProcessor
    extends ContextualProcessor<byte @Nullable [], byte @Nullable [], byte @Nullable [], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(BackfillProcessor.class);
  private static final Duration STEP_EVERY = Duration.ofMillis(50);
  private static final int STEP_ENTRIES = 2_000;
  private static final long STEP_BYTES = 8 << 20;

  private final String storeName;
  private final Supplier<ViewEngine> engines;
  private final Function<KeyValueStore<Bytes, byte[]>, Entries.Mutable> asEntries;
  private final Function<byte[], GenericRecord> decoder;
  private final Set<TaskId> waiting;
  private final Counter late;
  private Entries.Mutable entries;
  private BackfillStore store;
  private ViewEngine engine;
  private BackfillState state = BackfillState.WAITING;

  /** The last staged entry or kept event that was dealt with; null at the beginning. */
  private @Nullable Bytes reached;

  private boolean reported;

  /**
   * @param storeName the view's store
   * @param engines makes the view's engine
   * @param asEntries the store as the engine sees it
   * @param decoder reads an event of the view's source
   * @param waiting takes the tasks whose partition waits
   * @param late counts kept events that came too late
   */
  public BackfillProcessor(
      String storeName,
      Supplier<ViewEngine> engines,
      Function<KeyValueStore<Bytes, byte[]>, Entries.Mutable> asEntries,
      Function<byte[], GenericRecord> decoder,
      Set<TaskId> waiting,
      Counter late) {
    this.storeName = storeName;
    this.engines = engines;
    this.asEntries = asEntries;
    this.decoder = decoder;
    this.waiting = waiting;
    this.late = late;
  }

  @Override
  public void init(ProcessorContext<byte @Nullable [], byte[]> context) {
    super.init(context);
    KeyValueStore<Bytes, byte[]> states = context.getStateStore(storeName);
    store = new BackfillStore(states);
    entries = asEntries.apply(states);
    engine = engines.get();
    reached = null; // a task that was revived begins again, with what is committed
    reported = false;
    state = store.state();
    if (state.phase() != Phase.LIVE) {
      waiting.add(context.taskId());
    }
    context.schedule(STEP_EVERY, PunctuationType.WALL_CLOCK_TIME, now -> step());
  }

  @Override
  public void close() {
    waiting.remove(context().taskId());
  }

  @Override
  public void process(Record<byte @Nullable [], byte @Nullable []> record) {
    BackfillRecord read;
    try {
      read = BackfillRecord.of(record.key(), record.value(), record.headers());
    } catch (IllegalArgumentException e) {
      throw new MalformedValueException(
          MalformedValueException.Kind.NOT_THE_SCHEMA, String.valueOf(e.getMessage()), e);
    }
    if (read instanceof Entry entry) {
      stage(entry);
    } else if (read instanceof Complete complete) {
      complete(complete);
    }
  }

  private void stage(Entry entry) {
    if (!concerns(entry.run())) {
      return;
    }
    store.stage(entry.run(), entry.name(), entry.value());
    change(new BackfillState(Phase.WAITING, entry.run(), state.entries() + 1, LogCut.START));
  }

  private void complete(Complete complete) {
    if (!concerns(complete.run())) {
      log.info(
          "{} of {} is passed over: the partition is {} with {}",
          run(complete.run()),
          this,
          state.phase(),
          run(state.run()));
    } else if (complete.entries() > state.entries()) {
      log.error(
          "{} of {} is to have {} entries, and {} have come; it is passed over. Run the backfill again",
          run(complete.run()),
          this,
          complete.entries(),
          state.entries());
    } else {
      change(
          new BackfillState(Phase.TAKING_IN, complete.run(), complete.entries(), complete.cut()));
      log.info(
          "{} of {} is complete with {} entries; they are taken in",
          run(complete.run()),
          this,
          complete.entries());
    }
  }

  /** Whether a run is to be taken in; a later one takes the place of what has come of another. */
  private boolean concerns(long run) {
    if (state.phase() != Phase.WAITING || run < state.run()) {
      return false;
    }
    if (run > state.run()) {
      change(new BackfillState(Phase.WAITING, run, 0, LogCut.START));
    }
    return true;
  }

  private void change(BackfillState next) {
    state = next;
    store.set(next);
  }

  private void step() {
    if (!reported) {
      change(state); // so that readers of the changelog know
      tell();
    }
    if (state.phase() != Phase.TAKING_IN) {
      return;
    }
    List<KeyValue<Bytes, byte[]>> next = store.next(reached, STEP_ENTRIES, STEP_BYTES);
    for (KeyValue<Bytes, byte[]> entry : next) {
      if (StoreNames.isStaged(entry.key)) {
        if (StoreNames.runOf(entry.key) == state.run()) {
          store.put(StoreNames.nameOf(entry.key), entry.value);
        }
      } else {
        fold(KeptEvent.fromBytes(entry.value));
      }
      store.remove(entry.key);
      reached = entry.key;
    }
    if (next.isEmpty() && reached != null) {
      reached = null; // an event may have been kept meanwhile before where this reading was
    } else if (next.isEmpty()) {
      change(new BackfillState(Phase.LIVE, state.run(), state.entries(), state.cut()));
      waiting.remove(context().taskId());
      log.info("{} is live with {}", this, run(state.run()));
      tell();
    }
  }

  private void fold(KeptEvent event) {
    if (!state.cut().isBefore(event.position().partition(), event.position().offset())) {
      boolean tooLate = engine.update(entries, event.key(), decoder.apply(event.event()));
      if (tooLate) {
        late.increment();
      }
    }
  }

  private void tell() {
    reported = true;
    Notice notice =
        new Notice(
            state.phase() == Phase.LIVE ? State.LIVE : State.WAITING,
            context().taskId().partition());
    if (state.phase() == Phase.WAITING) {
      log.info("{} waits for its backfill and keeps events aside", this);
    }
    Headers headers = new RecordHeaders(List.of(notice.header()));
    context()
        .forward(new Record<>(null, notice.toBytes(), context().currentSystemTimeMs(), headers));
  }

  private static String run(long run) {
    return run == 0 ? "no run" : "the run of " + Instant.ofEpochMilli(run);
  }

  /** The store's partition, for messages. */
  @Override
  public String toString() {
    return storeName + "/" + context().taskId().partition();
  }

  /** The partition that a notice belongs to. */
  public static int partitionOf(byte[] notice) {
    return Integer.parseInt(new String(notice, UTF_8));
  }
}
