package io.leat.features.offline.replay;

import io.leat.features.offline.OfflineTableWriter;
import io.leat.features.offline.OfflineTableWriter.Arrived;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Orders and complaints of two shops, random but for their seed, in and out of order, with ties.
 */
public final class Shops {
  public static final Path FOLDER = folder();
  public static final Pipeline PIPELINE = pipeline();

  /** Before 1970, so that a sign that is lost somewhere shows. */
  public static final long FIRST = -86_400_000L;

  private static final int MINUTE = 60_000;
  private static final int MINUTES = 3 * 24 * 60;

  /** An order, its customer unknown where null. */
  public record Order(
      String id,
      long time,
      @Nullable String customer,
      int shop,
      @Nullable Double amount,
      String channel) {
    public GenericRecord event() {
      org.apache.avro.Schema schema = PIPELINE.contract("orders").orElseThrow().schema();
      return new GenericRecordBuilder(schema)
          .set("order_id", id)
          .set("ordered_at", time)
          .set("customer_id", customer)
          .set("shop_id", shop)
          .set("amount", amount)
          .set("channel", new GenericData.EnumSymbol(schema.getField("channel").schema(), channel))
          .set("gift", id.endsWith("7"))
          .set("remark", shop)
          .build();
    }
  }

  /** A complaint about an order; its time is in microseconds. */
  public record Complaint(
      long id, long time, String order, int shop, int severity, boolean refunded) {
    public GenericRecord event() {
      return new GenericRecordBuilder(PIPELINE.contract("complaints").orElseThrow().schema())
          .set("complaint_id", id)
          .set("complained_at", time)
          .set("order_id", order)
          .set("shop_id", shop)
          .set("severity", severity)
          .set("refunded", refunded)
          .build();
    }
  }

  public final List<Order> orders = new ArrayList<>();
  public final List<Complaint> complaints = new ArrayList<>();

  /**
   * A history.
   *
   * @param size number of orders; of complaints there are about as many
   */
  public Shops(long seed, int size) {
    Random random = new Random(seed);
    for (int i = 0; i < size; i++) {
      orders.add(
          new Order(
              "order-" + i,
              time(random),
              random.nextInt(10) == 0 ? null : "customer-" + random.nextInt(3),
              random.nextInt(2),
              random.nextInt(8) == 0 ? null : random.nextInt(1_000) / 10.0,
              random.nextBoolean() ? "WEB" : "TILL"));
    }
    for (int i = 0; i < size; i++) {
      Order order = orders.get(random.nextInt(size));
      // Before the order, within its hour and long behind it; to the microsecond around its end.
      long delay = List.of(-5L, 0L, 10L, 59L, 60L, 61L, 600L).get(random.nextInt(7)) * MINUTE;
      complaints.add(
          new Complaint(
              i,
              (order.time() + delay) * 1_000 + random.nextInt(3) - 1,
              order.id(),
              order.shop(),
              random.nextInt(5),
              random.nextBoolean()));
    }
  }

  private static long time(Random random) {
    // A few minutes are popular: events of one time are many.
    int minute = random.nextInt(5) == 0 ? 17 * random.nextInt(5) : random.nextInt(MINUTES);
    return FIRST + (long) minute * MINUTE;
  }

  /**
   * How the orders arrived, one by one. In one partition the broker's clock runs backwards: it is
   * the offset that counts. In two, a customer's orders are in one of them.
   */
  public List<Arrived> arrivedOrders(int partitions) {
    List<Arrived> arrived = new ArrayList<>();
    for (int i = 0; i < orders.size(); i++) {
      Order order = orders.get(i);
      int partition =
          order.customer() == null ? 0 : Math.floorMod(order.customer().hashCode(), partitions);
      arrived.add(new Arrived(order.event(), partition, i, partitions == 1 ? -i : 10L * i));
    }
    return arrived;
  }

  /** How the complaints arrived, one by one, in two partitions. */
  public List<Arrived> arrivedComplaints() {
    List<Arrived> arrived = new ArrayList<>();
    for (int i = 0; i < complaints.size(); i++) {
      arrived.add(new Arrived(complaints.get(i).event(), i % 2, i, 10L * i + 5));
    }
    return arrived;
  }

  /** Writes all events into their tables, in an order of its own, in several commits. */
  public void write(Path warehouse, long seed) throws IOException {
    write(warehouse, seed, 1);
  }

  /** As the other, with the orders in so many partitions. */
  public void write(Path warehouse, long seed, int partitions) throws IOException {
    Random random = new Random(seed);
    try (OfflineTableWriter tables = new OfflineTableWriter(warehouse, PIPELINE)) {
      List<Arrived> arrived = arrivedOrders(partitions);
      Collections.shuffle(arrived, random);
      int half = arrived.size() / 2;
      tables.events("orders", arrived.subList(0, half));
      tables.events("orders", arrived.subList(half, arrived.size()));
      List<Arrived> complained = arrivedComplaints();
      Collections.shuffle(complained, random);
      tables.events("complaints", complained);
    }
  }

  private static Path folder() {
    try {
      return Path.of(Shops.class.getResource("/shops").toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static Pipeline pipeline() {
    try {
      return PipelineReader.read(FOLDER);
    } catch (PipelineException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }
}
