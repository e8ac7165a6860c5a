package io.leat.ingestion;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Severity;
import io.leat.pipeline.expression.Expression;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;

/** A contract for payments that the tests share. */
final class Payments {
  static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

  static final Schema SCHEMA = read("/shop/contracts/payments.avsc");

  /** As the producers wrote before amounts were doubles and currencies were reported. */
  static final Schema OLDER_SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Payment", "namespace": "shop", "fields": [
                {"name": "payment_id", "type": "string"},
                {"name": "customer_id", "type": "string"},
                {"name": "amount", "type": "int"},
                {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
              """);

  private Payments() {}

  private static Schema read(String resource) {
    try (InputStream file = Payments.class.getResourceAsStream(resource)) {
      return new Schema.Parser().parse(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder of a pipeline with this contract. */
  static Path folder() {
    return Path.of(System.getProperty("leat.project", ".."), "ingestion/src/test/resources/shop");
  }

  static Contract contract(Contract.Rule... rules) {
    return contract(SCHEMA, rules);
  }

  static Contract contract(Schema schema, Contract.Rule... rules) {
    return Contract.of(
        "payments",
        schema,
        "payments-team",
        "",
        Optional.of("customer_id"),
        "payment_id",
        "paid_at",
        Duration.ofMinutes(5),
        List.of(rules),
        new Contract.TopicSettings(2, Optional.empty(), Duration.ofDays(30)));
  }

  static Contract.Rule rule(String name, String check, Severity severity) {
    return new Contract.Rule(
        name, new Expression(check, "contracts/payments.yaml", 8), severity, Optional.empty());
  }

  static Pipeline pipeline(Contract contract) {
    return new Pipeline(
        "shop",
        "shop-team",
        List.of(),
        List.of(contract),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  static GenericRecordBuilder payment(String id, double amount) {
    return new GenericRecordBuilder(SCHEMA)
        .set("payment_id", id)
        .set("customer_id", "c1")
        .set("amount", amount)
        .set("paid_at", NOW.toEpochMilli());
  }

  static GenericRecord olderPayment(String id, int amount) {
    GenericRecord payment = new GenericData.Record(OLDER_SCHEMA);
    payment.put("payment_id", id);
    payment.put("customer_id", "c1");
    payment.put("amount", amount);
    payment.put("paid_at", NOW.toEpochMilli());
    return payment;
  }
}
