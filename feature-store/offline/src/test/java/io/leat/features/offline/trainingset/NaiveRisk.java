package io.leat.features.offline.trainingset;

import io.leat.features.offline.replay.Shops;
import io.leat.features.offline.replay.Shops.Complaint;
import io.leat.features.offline.replay.Shops.Order;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the service {@code risk} means at an order's time, without any cleverness: looks through all
 * events, once a value.
 */
final class NaiveRisk {
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private final Shops shops;

  NaiveRisk(Shops shops) {
    this.shops = shops;
  }

  /** Column to value, as a training set has them. */
  Map<String, @Nullable Object> row(Order order) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("event_id", order.id());
    row.put("event_time", order.time() * 1_000);
    row.put("customer_id", order.customer());
    row.put("shop_id", Integer.toString(order.shop()));
    row.put("event.amount", order.amount());
    row.put("event.channel", order.channel());
    spending(order, row);
    derived(order, row);
    history(order, row);
    shopSales(order, row);
    shopComplaints(order, row);
    row.put("ratio", row.get("spending.amount_vs_usual"));
    row.put("label", label(order));
    row.put("null_reasons", reasons(order, row));
    return row;
  }

  /** Why features are null, but for those that are for want of events. */
  private static String reasons(Order order, Map<String, @Nullable Object> row) {
    List<String> reasons = new ArrayList<>();
    for (Map.Entry<String, @Nullable Object> column : row.entrySet()) {
      String name = column.getKey();
      if (column.getValue() == null && name.contains(".") || name.equals("ratio")) {
        reasonOf(name, order, row).ifPresent(reason -> reasons.add(name + "=" + reason));
      }
    }
    return String.join(", ", reasons);
  }

  private static Optional<String> reasonOf(
      String name, Order order, Map<String, @Nullable Object> row) {
    if (row.get(name) != null) {
      return Optional.empty();
    }
    boolean ofCustomer = !name.startsWith("shop_") && !name.startsWith("event.");
    if (ofCustomer && order.customer() == null) {
      return Optional.of("no_key");
    }
    return switch (name) {
      case "event.amount" -> Optional.of("null_in_event");
      case "customer_history.usual_lifetime_2" -> Optional.of("too_few_values");
      case "spending.amount_vs_usual", "ratio" ->
          row.get("spending.avg_amount_1d") == null
              ? Optional.empty()
              : Optional.of(order.amount() == null ? "null_in_event" : "not_finite");
      case "spending.trend" ->
          row.get("spending.total_1h") == null || row.get("spending.total_1d") == null
              ? Optional.empty()
              : Optional.of("not_finite");
      default -> Optional.empty();
    };
  }

  private void spending(Order order, Map<String, @Nullable Object> row) {
    for (String aggregation : List.of("orders", "total", "avg_amount")) {
      for (Map.Entry<String, Long> window :
          new TreeMap<>(Map.of("1h", HOUR, "1d", DAY)).descendingMap().entrySet()) {
        List<Order> seen =
            orders(
                one ->
                    one.customer() != null
                        && one.customer().equals(order.customer())
                        && one.time() <= order.time()
                        && one.time() > order.time() - window.getValue());
        List<Double> amounts = amounts(seen);
        double sum = sum(amounts);
        Object value =
            switch (aggregation) {
              case "orders" -> (long) seen.size();
              case "total" -> amounts.isEmpty() ? null : (Double) sum;
              default -> amounts.isEmpty() ? null : (Double) (sum / amounts.size());
            };
        row.put(
            "spending." + aggregation + "_" + window.getKey(),
            order.customer() == null ? null : value);
      }
    }
  }

  /** What the view derives of its own columns, and of the order. */
  private static void derived(Order order, Map<String, @Nullable Object> row) {
    Long orders = (Long) row.get("spending.orders_1h");
    row.put(
        "spending.amount_vs_usual", quotient(order.amount(), row.get("spending.avg_amount_1d")));
    row.put("spending.trend", quotient(row.get("spending.total_1h"), row.get("spending.total_1d")));
    row.put("spending.busy", orders == null ? null : (Boolean) (orders > 1));
  }

  private static @Nullable Double quotient(@Nullable Object of, @Nullable Object by) {
    if (of == null || by == null) {
      return null;
    }
    double quotient = (Double) of / (Double) by;
    return Double.isFinite(quotient) ? quotient : null;
  }

  /** All orders that the customer ever made. */
  private void history(Order order, Map<String, @Nullable Object> row) {
    boolean known = order.customer() != null;
    List<Order> seen =
        orders(
            one -> known && order.customer().equals(one.customer()) && one.time() <= order.time());
    List<Order> ordered =
        seen.stream()
            .sorted(Comparator.comparingLong(Order::time).thenComparing(Order::id))
            .toList();
    Map<String, Long> channels =
        seen.stream().collect(Collectors.groupingBy(Order::channel, Collectors.counting()));
    List<String> usual =
        channels.keySet().stream()
            .sorted(
                Comparator.<String>comparingLong(channels::get)
                    .reversed()
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    Double last = null;
    Double since = null;
    for (Order one : ordered) {
      last = one.amount() == null ? last : one.amount();
      since = one.time() < order.time() ? (Double) ((order.time() - one.time()) / 1e3) : since;
    }
    String view = "customer_history.";
    row.put(view + "orders_lifetime", known ? (Object) (long) seen.size() : null);
    row.put(view + "last_amount_lifetime", last);
    row.put(view + "usual_lifetime_1", usual.isEmpty() ? null : usual.get(0));
    row.put(view + "usual_lifetime_2", usual.size() < 2 ? null : usual.get(1));
    row.put(view + "since_last_lifetime", since);
  }

  /** A day that ends an hour back, in tiles of a minute. */
  private void shopSales(Order order, Map<String, @Nullable Object> row) {
    long head = Math.floorDiv(order.time() - HOUR, MINUTE);
    List<Order> seen =
        orders(
            one -> {
              long tile = Math.floorDiv(one.time(), MINUTE);
              return one.shop() == order.shop()
                  && one.time() <= order.time()
                  && tile <= head
                  && tile > head - DAY / MINUTE;
            });
    List<Double> amounts = amounts(seen);
    row.put("shop_sales.orders_1d", (long) seen.size());
    row.put("shop_sales.max_amount_1d", amounts.isEmpty() ? null : Collections.max(amounts));
  }

  private void shopComplaints(Order order, Map<String, @Nullable Object> row) {
    List<Complaint> seen =
        shops.complaints.stream()
            .filter(
                one ->
                    one.shop() == order.shop()
                        && one.time() <= order.time() * 1_000
                        && one.time() > (order.time() - DAY) * 1_000)
            .toList();
    row.put("shop_complaints.complaints_1d", (long) seen.size());
    row.put(
        "shop_complaints.worst_1d", seen.stream().mapToDouble(Complaint::severity).max().orElse(0));
  }

  private @Nullable Object label(Order order) {
    return shops.complaints.stream()
        .filter(
            one ->
                one.order().equals(order.id())
                    && one.time() >= order.time() * 1_000
                    && one.time() <= (order.time() + HOUR) * 1_000)
        .max(Comparator.comparingLong(Complaint::time).thenComparingLong(Complaint::id))
        .map(Complaint::refunded)
        .orElse(null);
  }

  private List<Order> orders(Predicate<Order> seen) {
    return shops.orders.stream().filter(seen).toList();
  }

  private static List<Double> amounts(List<Order> orders) {
    return orders.stream().filter(one -> one.amount() != null).map(Order::amount).toList();
  }

  private static double sum(List<Double> values) {
    return values.stream()
        .map(BigDecimal::new)
        .reduce(BigDecimal.ZERO, BigDecimal::add)
        .doubleValue();
  }
}
