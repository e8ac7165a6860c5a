package io.leat.features.offline.backfill;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.engine.EntriesInMemory;
import io.leat.features.engine.ViewEngine;
import io.leat.features.offline.replay.EventCodec;
import io.leat.features.offline.replay.Item;
import io.leat.features.offline.replay.Progress;
import io.leat.features.offline.replay.SortKey;
import io.leat.features.offline.replay.SpineRow;
import io.leat.schemas.Topics;
import io.leat.schemas.backfill.BackfillRecord;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * Folds events into the states of their keys, bucket by bucket, and sends each bucket's states to
 * the backfill topic once it is done. Holds the states of one bucket's keys at a time. An event
 * that the table holds twice counts once.
 *
 * <p>Gives nothing on: when the input ends, all is with the brokers, or the job fails.
 */
final class FoldStates extends AbstractStreamOperator<Integer>
    implements OneInputStreamOperator<Item, Integer>, BoundedOneInput {
  private static final long serialVersionUID = 1L;
  private static final String SENT = "sent ";
  private static final int NONE = -1;
  private static final int CACHED_NODES = 1_024;

  private final ViewReference view;
  private final Map<String, Object> producerSettings;
  private final int partitions;
  private final long run;
  private transient ViewEngine engine;
  private transient EventCodec codec;
  private transient @Nullable Producer<byte[], byte[]> producer;
  private transient AtomicReference<Exception> failure;
  private transient Map<String, EntriesInMemory> states;
  private transient Map<Integer, LongCounter> sent;
  private transient Progress progress;
  private transient int bucket;
  private transient @Nullable String last;

  /**
   * @param producerSettings {@link BackfillProducers#settings}
   * @param partitions of the backfill topic
   */
  FoldStates(ViewReference view, Map<String, Object> producerSettings, int partitions, long run) {
    this.view = view;
    this.producerSettings = producerSettings;
    this.partitions = partitions;
    this.run = run;
  }

  @Override
  public void open() throws Exception {
    super.open();
    engine = new ViewEngine(view.view(), view.source(), CACHED_NODES);
    codec = new EventCodec(view.source().schema());
    producer = BackfillProducers.open(producerSettings);
    failure = new AtomicReference<>();
    states = new LinkedHashMap<>();
    sent = new LinkedHashMap<>();
    progress = Progress.of(getRuntimeContext());
    bucket = NONE;
  }

  @Override
  public void processElement(StreamRecord<Item> element) throws Exception {
    progress.step();
    Item item = element.getValue();
    if (SortKey.bucketOf(item.order()) != bucket) {
      send();
      bucket = SortKey.bucketOf(item.order());
    }
    if (item.order().equals(last)) {
      return;
    }
    last = item.order();
    SpineRow row = SpineRow.fromBytes(item.value());
    GenericRecord event = codec.decode(row.event());
    String key = event.get(view.view().entity().key()).toString();
    engine.update(
        states.computeIfAbsent(key, unseen -> new EntriesInMemory()), key.getBytes(UTF_8), event);
  }

  /** Sends what has been folded; a key's entries go to the partition of the key. */
  private void send() throws Exception {
    for (Map.Entry<String, EntriesInMemory> state : states.entrySet()) {
      int partition = Topics.partition(state.getKey().getBytes(UTF_8), partitions);
      for (Map.Entry<ByteBuffer, byte[]> entry : state.getValue().asMap().entrySet()) {
        producer()
            .send(
                new BackfillRecord.Entry(run, entry.getKey().array(), entry.getValue())
                    .toRecord(view.topic(), partition),
                (metadata, problem) -> failure.compareAndSet(null, problem));
        sent.computeIfAbsent(partition, this::sent).add(1L);
      }
    }
    states.clear();
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  private Producer<byte[], byte[]> producer() {
    return Objects.requireNonNull(producer, "open comes first");
  }

  private LongCounter sent(int partition) {
    return getRuntimeContext().getLongCounter(SENT + partition);
  }

  /** How many entries were sent to a partition. */
  static long sent(Map<String, Object> accumulators, int partition) {
    return accumulators.get(SENT + partition) instanceof Long count ? count : 0;
  }

  @Override
  public void endInput() throws Exception {
    send();
    producer().flush();
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  @Override
  public void close() throws Exception {
    if (producer != null) {
      producer.close();
    }
    super.close();
  }
}
