package io.leat.performance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.math.LongMath;
import io.leat.features.engine.Micros;
import io.leat.performance.Part.Described;
import io.leat.performance.Part.Labelled;
import io.leat.performance.Part.Named;
import io.leat.performance.Part.Scored;
import io.leat.records.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Brings scores together with what is said of their event, keyed by its id, in whatever order they
 * come; scores leave keyed by what their label names the event by. Labels pass. Owned by one task.
 *
 * <p>What is said of an event is kept until scores have come {@link PerformanceJob#LATENESS} beyond
 * its time, so that a model that does not score for a while finds it; a score waits until events
 * have. One that waited in vain goes on alone.
 */
final class PairProcessor extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
  private static final byte SCORES_CLOCK = 0;
  private static final byte EVENTS_CLOCK = 1;
  private static final byte KEPT_UNTIL = 2;
  private static final byte WAIT_UNTIL = 3;
  private static final byte EVENT = 4;

  private final String storeName;
  private final boolean isNamedById;
  private final PartCodec parts;
  private final JoinMetrics metrics;
  private KeyValueStore<Bytes, byte[]> store;
  private Clock scores;
  private Clock events;
  private TimeIndex keptUntil;
  private TimeIndex waitUntil;

  PairProcessor(LabelledModel model, PartCodec parts, JoinMetrics metrics) {
    this.storeName = store(model);
    this.isNamedById = model.isNamedById();
    this.parts = parts;
    this.metrics = metrics;
  }

  /** Name of a model's store. */
  static String store(LabelledModel model) {
    return model.name() + "-events";
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    super.init(context);
    store = context.getStateStore(storeName);
    scores = new Clock(store, SCORES_CLOCK);
    events = new Clock(store, EVENTS_CLOCK);
    keptUntil = new TimeIndex(store, KEPT_UNTIL);
    waitUntil = new TimeIndex(store, WAIT_UNTIL);
  }

  /** What is known of an event. */
  private static final class Event {
    private @Nullable Described described;
    private @Nullable Named named;

    /** Scores that wait for it. */
    private final List<Outcome> waiting = new ArrayList<>();
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Part part = parts.read(record.value());
    if (part instanceof Labelled) {
      context().forward(record);
      return;
    }
    Event event = event(record.key());
    if (part instanceof Scored scored) {
      long time = Micros.of(scored.outcome().getEventTime());
      scores.see(time);
      if (isComplete(event)) {
        forward(event, scored.outcome(), record);
      } else {
        event.waiting.add(scored.outcome());
        waitUntil.add(late(time), record.key());
        put(record.key(), event);
      }
    } else if (part instanceof Described described) {
      take(described.time(), event, record);
      event.described = described;
      complete(event, record);
    } else if (part instanceof Named named) {
      take(named.time(), event, record);
      event.named = named;
      complete(event, record);
    }
    keptUntil.drain(scores.now(), this::forget);
    waitUntil.drain(events.now(), key -> giveUp(key, record));
  }

  private void take(long time, Event event, Record<byte[], byte[]> record) {
    events.see(time);
    if (event.described == null && event.named == null) {
      keptUntil.add(late(time), record.key());
    }
  }

  private static long late(long time) {
    return LongMath.saturatedAdd(time, PerformanceJob.LATENESS_MICROS);
  }

  private boolean isComplete(Event event) {
    return event.described != null && (isNamedById || event.named != null);
  }

  private void complete(Event event, Record<byte[], byte[]> record) {
    if (isComplete(event)) {
      for (Outcome waited : event.waiting) {
        waitUntil.remove(late(Micros.of(waited.getEventTime())), record.key());
        forward(event, waited, record);
      }
      event.waiting.clear();
    }
    put(record.key(), event);
  }

  private void forward(Event event, Outcome score, Record<byte[], byte[]> record) {
    Described described = event.described;
    Outcome.Builder outcome = Outcome.newBuilder(score);
    if (described != null) {
      outcome
          .setEventTime(Micros.toInstant(described.time()))
          .setKeys(described.keys())
          .setSegments(described.segments());
    }
    String on = isNamedById ? score.getEventId() : event.named == null ? null : event.named.on();
    if (described == null || on == null) {
      metrics.aloneScores().increment();
    }
    context()
        .forward(
            record
                .withKey((on == null ? score.getEventId() : on).getBytes(UTF_8))
                .withHeaders((described == null ? Inputs.NONE : described.inputs()).header())
                .withValue(parts.write(new Scored(outcome.build(), on == null))));
  }

  private void forget(byte[] key) {
    Event event = event(key);
    if (event.waiting.isEmpty()) {
      store.delete(place(key));
    }
  }

  private void giveUp(byte[] key, Record<byte[], byte[]> record) {
    Event event = event(key);
    event.waiting.forEach(waited -> forward(event, waited, record));
    store.delete(place(key));
  }

  private static Bytes place(byte[] key) {
    return Bytes.wrap(ByteBuffer.allocate(1 + key.length).put(EVENT).put(key).array());
  }

  private Event event(byte[] key) {
    Event event = new Event();
    byte[] bytes = store.get(place(key));
    if (bytes == null) {
      return event;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      while (in.available() > 0) {
        Part part = parts.read(in);
        if (part instanceof Described described) {
          event.described = described;
        } else if (part instanceof Named named) {
          event.named = named;
        } else if (part instanceof Scored scored) {
          event.waiting.add(scored.outcome());
        }
      }
    } catch (IOException e) {
      throw new SerializationException("an event in a store ends early", e);
    }
    return event;
  }

  private void put(byte[] key, Event event) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      if (event.described != null) {
        parts.write(event.described, out);
      }
      if (event.named != null) {
        parts.write(event.named, out);
      }
      for (Outcome waited : event.waiting) {
        parts.write(new Scored(waited, false), out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    store.put(place(key), bytes.toByteArray());
  }
}
