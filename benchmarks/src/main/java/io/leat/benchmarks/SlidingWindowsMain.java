package io.leat.benchmarks;

import io.leat.pipeline.definition.Contract;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Count, sum, average and maximum over 1, 7 and 30 days at every payment, as one writes them with
 * the sliding windows of Kafka Streams: RocksDB window stores with changelogs, and every service's
 * settings. Of all windows that an event changes, the one that ends with it is its own; each is
 * written by itself, for a row of all three would need joins.
 */
public final class SlidingWindowsMain {
  /** Takes the rows. */
  static final String TOPIC = "sliding-windows";

  private static final List<Integer> DAYS = List.of(1, 7, 30);

  /** As a view's grace, where it says nothing else. */
  private static final Duration GRACE = Duration.ofHours(1);

  private SlidingWindowsMain() {}

  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new SlidingWindowsJob(), arguments));
  }

  /** Takes the values out of a row. */
  static void decode(byte[] row, PeerRows rows) {
    ByteBuffer bytes = ByteBuffer.wrap(row);
    int first = DAYS.indexOf(bytes.getInt()) * PeerRows.OF_WINDOW;
    Activity activity = Activity.read(bytes);
    rows.put(activity.payment(), first, (double) activity.count());
    rows.put(activity.payment(), first + 1, activity.sum());
    rows.put(activity.payment(), first + 2, activity.sum() / (double) activity.count());
    rows.put(activity.payment(), first + 3, activity.largest());
  }

  /** A payment, as far as it matters here. */
  private record Payment(long id, long time, double amount) {}

  /**
   * What a window holds.
   *
   * @param payment the newest payment's id
   * @param time its event time, milliseconds
   */
  private record Activity(long payment, long time, long count, double sum, double largest) {
    static final int BYTES = 40;
    static final Activity NONE = new Activity(-1, Long.MIN_VALUE, 0, 0, Double.NEGATIVE_INFINITY);

    Activity with(Payment added) {
      boolean newer = added.time() > time;
      return new Activity(
          newer ? added.id() : payment,
          newer ? added.time() : time,
          count + 1,
          sum + added.amount(),
          Math.max(largest, added.amount()));
    }

    static Activity read(ByteBuffer bytes) {
      return new Activity(
          bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getDouble(), bytes.getDouble());
    }

    ByteBuffer write(ByteBuffer bytes) {
      return bytes.putLong(payment).putLong(time).putLong(count).putDouble(sum).putDouble(largest);
    }
  }

  private static final class SlidingWindowsJob implements StreamsJob {
    private static final Serde<Activity> ACTIVITIES =
        Serdes.serdeFrom(
            (topic, activity) -> activity.write(ByteBuffer.allocate(Activity.BYTES)).array(),
            (topic, bytes) -> Activity.read(ByteBuffer.wrap(bytes)));

    @Override
    public String name() {
      return "features"; // the same consumer group as the service that it stands for
    }

    @Override
    public Topology topology(JobContext context) {
      Contract contract = context.pipeline().contracts().get(0);
      ThreadLocal<AvroCodec> codec =
          ThreadLocal.withInitial(() -> new AvroCodec(context.registry()));
      StreamsBuilder builder = new StreamsBuilder();
      KGroupedStream<Bytes, Payment> payments =
          builder.stream(
                  Topics.valid(contract.event()),
                  Consumed.with(Serdes.Bytes(), Serdes.ByteArray())
                      .withTimestampExtractor(
                          (record, partitionTime) ->
                              Long.parseLong(
                                  RecordHeaders.get(record.headers(), RecordHeaders.EVENT_TIME)
                                      .orElseThrow())))
              .mapValues(value -> payment(codec.get().decode(value, contract.schema())))
              .groupByKey();
      for (int days : DAYS) {
        rows(payments, days).to(TOPIC, Produced.with(Serdes.Bytes(), Serdes.ByteArray()));
      }
      return builder.build();
    }

    private static Payment payment(GenericRecord event) {
      return new Payment(
          (long) event.get("payment_id"),
          (long) event.get("paid_at"),
          (double) event.get("amount"));
    }

    private static KStream<Bytes, byte[]> rows(KGroupedStream<Bytes, Payment> payments, int days) {
      // The lower edge of a sliding window counts, that of a view's window does not.
      Duration difference = Duration.ofDays(days).minusMillis(1);
      return payments
          .windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(difference, GRACE))
          .aggregate(
              () -> Activity.NONE,
              (key, payment, activity) -> activity.with(payment),
              Materialized.<Bytes, Activity, WindowStore<Bytes, byte[]>>as("activity-" + days)
                  .withKeySerde(Serdes.Bytes())
                  .withValueSerde(ACTIVITIES))
          .toStream()
          .filter((window, activity) -> window.window().end() == activity.time())
          .map((window, activity) -> KeyValue.pair(window.key(), row(days, activity)));
    }

    private static byte[] row(int days, Activity activity) {
      return activity
          .write(ByteBuffer.allocate(Integer.BYTES + Activity.BYTES).putInt(days))
          .array();
    }
  }
}
