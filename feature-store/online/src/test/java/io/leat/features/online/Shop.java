package io.leat.features.online;

import io.leat.features.aggregation.AggregateFunctions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Contract.TopicSettings;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.derivation.VectorExpressions;
import io.leat.pipeline.expression.Expression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * A small pipeline for tests: payments and logins, customers and terminals, exact windows of an
 * hour.
 */
public final class Shop {
  public static final Duration HOUR = Duration.ofHours(1);
  public static final Duration GRACE = Duration.ofMinutes(10);
  public static final Entity CUSTOMER = new Entity("customer", "customer_id");
  public static final Entity TERMINAL = new Entity("terminal", "terminal_id");

  public static final Schema PAYMENT =
      SchemaBuilder.record("Payment")
          .fields()
          .requiredString("payment_id")
          .requiredLong("paid_at")
          .optionalString("customer_id")
          .optionalString("terminal_id")
          .requiredDouble("amount")
          .endRecord();

  public static final Contract PAYMENTS =
      contract("payments", PAYMENT, Optional.of("customer_id"), 1);

  public static final Schema LOGIN =
      SchemaBuilder.record("Login")
          .fields()
          .requiredString("login_id")
          .requiredLong("at")
          .requiredString("customer_id")
          .endRecord();

  public static final FeatureView SPENDING =
      view("spending", CUSTOMER, "payments", count("payments"), sum("total", "amount"));
  public static final FeatureView TAKINGS =
      view("takings", TERMINAL, "payments", count("payments"));
  public static final FeatureView LOGINS = view("logins", CUSTOMER, "logins", count("logins"));

  public static final FeatureService FRAUD =
      service("fraud", "payments", new EventFeature("amount"), SPENDING, LOGINS, TAKINGS);
  public static final FeatureService SPENDER = service("spender", "payments", null, SPENDING);
  public static final FeatureService BARE = service("bare", "payments", new EventFeature("amount"));

  private Shop() {}

  /** All of it. */
  public static Pipeline pipeline() {
    return pipeline(
        List.of(
            contract("payments", PAYMENT, Optional.of("customer_id"), 4),
            contract("logins", LOGIN, Optional.empty(), 2)),
        List.of(SPENDING, TAKINGS, LOGINS),
        List.of(FRAUD, SPENDER, BARE));
  }

  public static Pipeline pipeline(
      List<Contract> contracts, List<FeatureView> views, List<FeatureService> services) {
    return new Pipeline(
        "shop",
        "tests",
        List.of(TERMINAL, CUSTOMER),
        contracts,
        views,
        services,
        List.of(),
        List.of(),
        List.of());
  }

  public static Contract contract(
      String event, Schema schema, Optional<String> key, int partitions) {
    List<Schema.Field> fields = schema.getFields();
    return Contract.of(
        event,
        schema,
        "tests",
        "",
        key,
        fields.get(0).name(),
        fields.get(1).name(),
        Duration.ofMinutes(5),
        List.of(),
        new TopicSettings(partitions, Optional.empty(), Duration.ofDays(1)));
  }

  public static FeatureView view(
      String name, Entity entity, String source, Aggregation... aggregations) {
    return new FeatureView(
        name,
        1,
        entity,
        source,
        List.of(HOUR),
        Duration.ofMillis(1),
        Duration.ZERO,
        GRACE,
        List.of(aggregations));
  }

  public static Aggregation count(String name) {
    return new Aggregation(
        name, AggregateFunctions.COUNT, Optional.empty(), Optional.empty(), Optional.empty());
  }

  public static Aggregation sum(String name, String field) {
    return new Aggregation(
        name, AggregateFunctions.SUM, Optional.of(field), Optional.empty(), Optional.empty());
  }

  /** A service of one event feature, if any, and then all features of some views. */
  public static FeatureService service(
      String name, String spine, @Nullable EventFeature event, FeatureView... views) {
    List<Feature> features = new ArrayList<>();
    if (event != null) {
      features.add(event);
    }
    for (FeatureView view : views) {
      view.columns().forEach(column -> features.add(new ViewFeature(view.id(), column.name())));
    }
    return new FeatureService(name, 1, spine, features, Optional.empty(), "fingerprint-" + name);
  }

  /** What is derived of a payment, of {@link #SPENDING} and of {@link #TAKINGS}. */
  public static DerivedFeature derived(String name, String expression) {
    return new VectorExpressions(PAYMENT, List.of(SPENDING, TAKINGS))
        .derive(name, new Expression(expression, "test", 1));
  }

  public static GenericRecord payment(
      String id, long time, @Nullable String customer, @Nullable String terminal, double amount) {
    GenericRecord record = new GenericData.Record(PAYMENT);
    record.put("payment_id", id);
    record.put("paid_at", time);
    record.put("customer_id", customer);
    record.put("terminal_id", terminal);
    record.put("amount", amount);
    return record;
  }

  public static GenericRecord login(String id, long time, String customer) {
    GenericRecord record = new GenericData.Record(LOGIN);
    record.put("login_id", id);
    record.put("at", time);
    record.put("customer_id", customer);
    return record;
  }
}
