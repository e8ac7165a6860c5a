package io.leat.performance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.math.LongMath;
import io.leat.features.engine.LabelRule;
import io.leat.features.engine.Micros;
import io.leat.performance.Part.Labelled;
import io.leat.performance.Part.Scored;
import io.leat.records.Outcome;
import io.leat.schemas.RecordHeaders;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Gives scores their labels, keyed by what both share. Owned by one task.
 *
 * <p>Time is the greatest event time of scores: labels, which nothing has to be made of first, come
 * sooner than the scores of their time, also where history is read, and wait for them.
 *
 * <p>A score leaves with its label when that comes, without one when the time that a label may take
 * has passed in the stream, and again whenever another label holds. What holds in the end follows
 * from the scores and labels alone, in whatever order they came. Both are kept until {@link
 * PerformanceJob#LATENESS} after that time.
 *
 * <p>The store holds, behind a byte for each kind: the clock; what is due; and under the length of
 * the key, the key, a byte for labels and rows, and a time, the labels and the rows.
 */
final class JoinProcessor extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
  private static final byte CLOCK = 0;
  private static final byte DUE = 1;
  private static final byte DATA = 2;

  private static final byte LABELS = 0;
  private static final byte ROWS = 1;

  private static final byte[] NOTHING = new byte[0];
  private static final int NO_NUMBER = 0;

  private final String storeName;
  private final LabelRule rule;
  private final boolean isOwnLabel;
  private final PartCodec parts;
  private final JoinMetrics metrics;
  private final Sinks sinks;
  private KeyValueStore<Bytes, byte[]> store;
  private Clock clock;
  private TimeIndex due;

  /**
   * The names of the nodes that it goes on to.
   *
   * @param said takes outcomes
   * @param watched takes them too, and before each the score itself, with the revision -1
   */
  record Sinks(String said, Optional<String> watched) {}

  JoinProcessor(LabelledModel model, PartCodec parts, JoinMetrics metrics, Sinks sinks) {
    this.sinks = sinks;
    this.storeName = store(model);
    this.rule = model.rule();
    this.isOwnLabel = model.isOwnLabel();
    this.parts = parts;
    this.metrics = metrics;
  }

  /** Name of a model's store. */
  static String store(LabelledModel model) {
    return model.name() + "-labels";
  }

  /**
   * A score.
   *
   * @param outcome what was last said of it, where it has left
   * @param isClosed whether the time that a label may take has passed
   * @param hasLeft whether something was said of it
   */
  private record Row(Outcome outcome, boolean isClosed, boolean hasLeft) {
    long time() {
      return Micros.of(outcome.getEventTime());
    }
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    super.init(context);
    store = context.getStateStore(storeName);
    clock = new Clock(store, CLOCK);
    due = new TimeIndex(store, DUE);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Part part = parts.read(record.value());
    if (part instanceof Scored scored) {
      take(scored, record);
    } else if (part instanceof Labelled label) {
      take(label, record);
    }
    due.drain(clock.now(), what -> come(Bytes.wrap(what), record));
  }

  private void take(Scored scored, Record<byte[], byte[]> record) {
    Row row = new Row(scored.outcome(), false, false);
    clock.see(row.time());
    watch(row.outcome(), record);
    if (scored.isAlone()) {
      leave(new Row(scored.outcome(), true, false), null, false, record);
      return;
    }
    Bytes place = place(record.key(), row.outcome());
    if (store.get(place) != null) {
      return; // the same score once more
    }
    long end = rule.end(row.time());
    if (end >= clock.now()) {
      store.put(place, bytes(settled(row, record.key(), record)));
      due.add(end, place.get());
      return;
    }
    metrics.lateScores().increment();
    Row closed = new Row(row.outcome(), true, false);
    Row left = leave(closed, chosen(record.key(), row.time()), true, record);
    if (late(end) >= clock.now()) {
      store.put(place, bytes(left));
      due.add(late(end), place.get());
    }
  }

  private void take(Labelled label, Record<byte[], byte[]> record) {
    long until = late(rule.end(label.time()));
    if (until < clock.now()) {
      metrics.lateLabels().increment();
      metrics.unusedLabels().increment();
      return;
    }
    Bytes place = place(record.key(), LABELS, label.time(), label.id().getBytes(UTF_8));
    byte[] known = store.get(place);
    store.put(place, bytes(label, known != null && isUsed(known)));
    due.add(until, place.get());
    boolean repeats = false;
    boolean contradicts = false;
    boolean isLate = false;
    for (KeyValue<Bytes, byte[]> found :
        between(record.key(), ROWS, rule.begin(label.time()), label.time())) {
      Row row = row(found.value);
      if (row.hasLeft() && row.outcome().getLabel() != null) {
        boolean isSame = Objects.equals(row.outcome().getLabel(), label.value());
        repeats |= isSame;
        contradicts |= !isSame;
      }
      isLate |= row.isClosed();
      Row after = settled(row, record.key(), record);
      if (!after.equals(row)) {
        store.put(found.key, bytes(after));
      }
    }
    count(metrics.repeatedLabels(), repeats);
    count(metrics.contradictingLabels(), contradicts);
    count(metrics.lateLabels(), isLate);
  }

  private static void count(io.micrometer.core.instrument.Counter counter, boolean happened) {
    if (happened) {
      counter.increment();
    }
  }

  private static long late(long end) {
    return LongMath.saturatedAdd(end, PerformanceJob.LATENESS_MICROS);
  }

  /** Lets a row leave where there is something to say of it that was not said. */
  private Row settled(Row row, byte[] key, Record<byte[], byte[]> record) {
    Labelled label = chosen(key, row.time());
    Outcome said = row.outcome();
    if (row.hasLeft()) {
      boolean isSame =
          label == null
              ? said.getLabelId() == null
              : label.id().equals(said.getLabelId())
                  && Objects.equals(label.value(), said.getLabel())
                  && label.time() == Micros.of(said.getLabelTime());
      return isSame ? row : leave(row, label, row.isClosed(), record);
    }
    boolean isKnown = row.isClosed() || (!isOwnLabel && label != null && label.value() != null);
    return isKnown ? leave(row, label, false, record) : row;
  }

  /** The time has come to close a row, or to forget a row or a label. */
  private void come(Bytes place, Record<byte[], byte[]> record) {
    byte[] value = store.get(place);
    if (value == null) {
      return;
    }
    byte[] key = keyOf(place);
    if (place.get()[1 + Integer.BYTES + key.length] == LABELS) {
      count(metrics.unusedLabels(), !isUsed(value));
      store.delete(place);
      return;
    }
    Row row = row(value);
    if (row.isClosed()) {
      store.delete(place);
      return;
    }
    store.put(place, bytes(settled(new Row(row.outcome(), true, row.hasLeft()), key, record)));
    due.add(late(rule.end(row.time())), place.get());
  }

  private Row leave(
      Row row, @Nullable Labelled label, boolean isLate, Record<byte[], byte[]> record) {
    Outcome said = row.outcome();
    Outcome outcome =
        Outcome.newBuilder(said)
            .setLabel(label == null ? null : label.value())
            .setLabelId(label == null ? null : label.id())
            .setLabelTime(label == null ? null : Micros.toInstant(label.time()))
            .setRevision(row.hasLeft() ? said.getRevision() + 1 : 0)
            .setLate(isLate)
            .setKnownAt(Micros.toInstant(knownAt(label)))
            .build();
    if (!row.hasLeft()) {
      (outcome.getLabel() == null ? metrics.missing() : metrics.labelled()).increment();
    } else {
      count(metrics.corrected(), !Objects.equals(said.getLabel(), outcome.getLabel()));
    }
    count(metrics.lateOutcomes(), isLate);
    Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders();
    RecordHeaders.set(headers, RecordHeaders.EVENT_ID, outcome.getEventId());
    RecordHeaders.set(
        headers, RecordHeaders.EVENT_TIME, Long.toString(outcome.getEventTime().toEpochMilli()));
    Record<byte[], byte[]> left =
        new Record<>(
            outcome.getEventId().getBytes(UTF_8),
            parts.write(outcome),
            record.timestamp(),
            headers);
    context().forward(left, sinks.said());
    sinks.watched().ifPresent(sink -> context().forward(left, sink));
    return new Row(outcome, row.isClosed(), true);
  }

  private void watch(Outcome score, Record<byte[], byte[]> record) {
    sinks
        .watched()
        .ifPresent(
            sink ->
                context()
                    .forward(
                        new Record<>(
                            score.getEventId().getBytes(UTF_8),
                            parts.write(Outcome.newBuilder(score).setRevision(-1).build()),
                            record.timestamp(),
                            Inputs.of(record.headers()).header()),
                        sink));
  }

  /** Labels may be ahead of scores, which take longer to come to be. */
  private long knownAt(@Nullable Labelled label) {
    return label == null ? clock.now() : Math.max(clock.now(), label.time());
  }

  /** The label of a row, of those that are there; it counts as used then. */
  private @Nullable Labelled chosen(byte[] key, long rowTime) {
    Labelled last = null;
    Bytes lastPlace = null;
    byte[] lastValue = NOTHING;
    for (KeyValue<Bytes, byte[]> found : between(key, LABELS, rowTime, rule.end(rowTime))) {
      Labelled label = label(found.value);
      if (last == null || rule.isLater(label.time(), label.id(), last.time(), last.id())) {
        last = label;
        lastPlace = found.key;
        lastValue = found.value;
      }
    }
    if (last != null && !isUsed(lastValue)) {
      store.put(lastPlace, bytes(last, true));
    }
    return last;
  }

  /** Labels or rows of a key from one time to another, both included. */
  private List<KeyValue<Bytes, byte[]>> between(byte[] key, byte kind, long from, long to) {
    List<KeyValue<Bytes, byte[]>> found = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> entries =
        store.range(
            place(key, kind, from, NOTHING),
            place(key, kind, LongMath.saturatedAdd(to, 1), NOTHING))) {
      entries.forEachRemaining(found::add);
    }
    return found;
  }

  private static Bytes place(byte[] key, Outcome row) {
    byte[] id = row.getEventId().getBytes(UTF_8);
    byte[] role = String.valueOf(row.getRole()).getBytes(UTF_8);
    return place(
        key,
        ROWS,
        Micros.of(row.getEventTime()),
        ByteBuffer.allocate(2 * Integer.BYTES + id.length + role.length)
            .putInt(id.length)
            .put(id)
            .putInt(row.getModelNumber() == null ? NO_NUMBER : row.getModelNumber())
            .put(role)
            .array());
  }

  private static Bytes place(byte[] key, byte kind, long time, byte[] id) {
    return Bytes.wrap(
        ByteBuffer.allocate(2 + Integer.BYTES + key.length + Long.BYTES + id.length)
            .put(DATA)
            .putInt(key.length)
            .put(key)
            .put(kind)
            .putLong(SortedBytes.ofLong(time))
            .put(id)
            .array());
  }

  private static byte[] keyOf(Bytes place) {
    ByteBuffer bytes = ByteBuffer.wrap(place.get(), 1, place.get().length - 1);
    byte[] key = new byte[bytes.getInt()];
    bytes.get(key);
    return key;
  }

  private byte[] bytes(Labelled label, boolean isUsed) {
    byte[] part = parts.write(label);
    return ByteBuffer.allocate(1 + part.length).put((byte) (isUsed ? 1 : 0)).put(part).array();
  }

  private static boolean isUsed(byte[] label) {
    return label[0] != 0;
  }

  private Labelled label(byte[] bytes) {
    return (Labelled) parts.read(behindFirst(bytes));
  }

  private byte[] bytes(Row row) {
    byte[] outcome = parts.write(row.outcome());
    return ByteBuffer.allocate(1 + outcome.length)
        .put((byte) ((row.isClosed() ? 1 : 0) | (row.hasLeft() ? 2 : 0)))
        .put(outcome)
        .array();
  }

  private Row row(byte[] bytes) {
    return new Row(parts.readOutcome(behindFirst(bytes)), (bytes[0] & 1) != 0, (bytes[0] & 2) != 0);
  }

  private static byte[] behindFirst(byte[] bytes) {
    byte[] behind = new byte[bytes.length - 1];
    System.arraycopy(bytes, 1, behind, 0, behind.length);
    return behind;
  }
}
