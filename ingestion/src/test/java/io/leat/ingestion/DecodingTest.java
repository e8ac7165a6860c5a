package io.leat.ingestion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.schemas.RecordHeaders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same order as Avro, as JSON, as a CloudEvent of both modes, as a change of a database. */
class DecodingTest {
  private Orders orders;

  @BeforeEach
  void start() throws IOException {
    orders = new Orders();
  }

  @AfterEach
  void close() {
    orders.close();
  }

  private GenericRecord only(String event) {
    assertThat(orders.read(event + ".dlq")).isEmpty();
    List<TestRecord<byte[], byte[]>> valid = orders.read(event + ".valid");
    assertThat(valid).hasSize(1);
    assertThat(RecordHeaders.get(valid.get(0).headers(), RecordHeaders.EVENT_TIME))
        .contains(Long.toString(Orders.NOW.toEpochMilli()));
    return orders.codec.decode(valid.get(0).value(), orders.schema);
  }

  private GenericRecord expected() {
    return orders.order("o-1").set("channel", "web").build();
  }

  @Test
  void avro() {
    orders.produce("orders_avro", orders.avro(orders.order("o-1")), Map.of());

    assertThat(only("orders_avro")).isEqualTo(expected());
  }

  @Test
  void json() {
    orders.produce("orders_json", bytes(Orders.json("o-1")), Map.of());

    assertThat(only("orders_json")).isEqualTo(expected());
  }

  @Test
  void jsonOfEveryType() {
    orders.produce(
        "orders_json",
        bytes(
            """
            {"order_id": "o-1", "ordered_at": %d, "customer_id": "c1 \\u20ac", "amount": 7, "items": 3.0,
             "state": "SENT", "country": "NL", "channel": "shop", "tags": ["a", "b"], "prices": {"x": 1.5},
             "address": {"street": "Coupure", "more": 1}, "parent": {"next": {}}, "signature": "AAEC",
             "price": 12.34, "unknown": [{}]}"""
                .formatted(Orders.NOW.toEpochMilli())),
        Map.of());

    GenericRecord order = only("orders_json");
    assertThat(order.get("customer_id")).isEqualTo("c1 €");
    assertThat(order.get("amount")).isEqualTo(7.0);
    assertThat(order.get("items")).isEqualTo(3L);
    assertThat(order.get("state")).hasToString("SENT");
    assertThat(order.get("tags")).isEqualTo(List.of("a", "b"));
    assertThat(order.get("prices")).isEqualTo(Map.of("x", 1.5));
    assertThat(((GenericRecord) order.get("address")).get("street")).isEqualTo("Coupure");
    assertThat(order.get("signature")).isEqualTo(ByteBuffer.wrap(new byte[] {0, 1, 2}));
    assertThat(order.get("price")).isEqualTo(ByteBuffer.wrap(new byte[] {4, (byte) 0xD2}));
  }

  @Test
  void aCloudEventInBinaryModeGivesItsAttributes() {
    orders.produce(
        "orders_cloud",
        bytes("{\"customer_id\": \"c1\", \"amount\": 12.5, \"country\": \"BE\"}"),
        Map.of(
            "ce_specversion", "1.0",
            "ce_id", "o-1",
            "ce_source", "/shop",
            "ce_type", "order",
            "ce_time", "2026-03-01T13:00:00+01:00",
            "content-type", "application/json"));

    assertThat(only("orders_cloud")).isEqualTo(expected());
  }

  @Test
  void aCloudEventInStructuredModeDoesToo() {
    orders.produce(
        "orders_cloud",
        bytes(
            """
            {"specversion": "1.0", "id": "o-1", "source": "/shop", "type": "order",
             "time": "2026-03-01T12:00:00Z", "datacontenttype": "application/json",
             "data": {"customer_id": "c1", "amount": 12.5, "country": "BE"}}"""),
        Map.of("content-type", "application/cloudevents+json; charset=UTF-8"));

    assertThat(only("orders_cloud")).isEqualTo(expected());
  }

  @Test
  void aChangeWithItsSchemaBesideGivesTheRowAsItIsNow() {
    orders.produce(
        "orders_changes",
        bytes(
            "{\"schema\": {\"type\": \"struct\"}, \"payload\": {\"op\": \"u\", \"ts_ms\": %d, \"before\": {}, \"after\": %s}}"
                .formatted(
                    Orders.NOW.toEpochMilli(),
                    "{\"order_id\": \"o-1\", \"customer_id\": \"c1\", \"amount\": 12.5, \"country\": \"BE\"}")),
        Map.of());

    assertThat(only("orders_changes")).isEqualTo(expected());
  }

  @Test
  void aTombstoneAfterADeletedRowIsSkippedAndCounted() {
    orders.produce("orders_changes", null, Map.of());

    assertThat(orders.read("orders_changes.valid")).isEmpty();
    assertThat(orders.read("orders_changes.dlq")).isEmpty();
    assertThat(orders.count("orders_changes", "skipped")).isEqualTo(1);
  }

  @Test
  void aChangeInAvroGivesTheRowWhateverItsRecordIsCalled() throws IOException {
    try (Orders changes = new Orders(Orders.pipeline("changes"))) {
      Schema row =
          SchemaBuilder.record("Value")
              .namespace("shop.public.customers")
              .fields()
              .requiredLong("id")
              .requiredString("name")
              .endRecord();
      Schema envelope =
          SchemaBuilder.record("Envelope")
              .namespace("shop.public.customers")
              .fields()
              .name("before")
              .type()
              .unionOf()
              .nullType()
              .and()
              .type(row)
              .endUnion()
              .nullDefault()
              .name("after")
              .type()
              .unionOf()
              .nullType()
              .and()
              .type(row)
              .endUnion()
              .nullDefault()
              .requiredString("op")
              .requiredLong("ts_ms")
              .name("source")
              .type(SchemaBuilder.record("Source").fields().requiredLong("lsn").endRecord())
              .noDefault()
              .endRecord();
      int id = changes.registry.register("customers-value", envelope);
      GenericRecord ann = new GenericRecordBuilder(row).set("id", 7L).set("name", "Ann").build();
      GenericRecordBuilder change =
          new GenericRecordBuilder(envelope)
              .set("ts_ms", Orders.NOW.toEpochMilli())
              .set(
                  "source",
                  new GenericRecordBuilder(envelope.getField("source").schema())
                      .set("lsn", 99L)
                      .build());
      changes.produce(
          "customers",
          changes.codec.encode(id, change.set("op", "c").set("after", ann).build()),
          Map.of());
      changes.produce(
          "customers",
          changes.codec.encode(id, change.set("op", "d").set("before", ann).clear("after").build()),
          Map.of());

      assertThat(changes.read("customers.dlq")).isEmpty();
      List<GenericRecord> valid =
          changes.read("customers.valid").stream()
              .map(record -> changes.codec.decode(record.value(), changes.schema))
              .toList();
      assertThat(valid).extracting(r -> r.get("op")).containsExactly("c", "d");
      assertThat(valid).extracting(r -> r.get("name")).containsExactly("Ann", "Ann");
      assertThat(valid).extracting(r -> r.get("lsn")).containsExactly(99L, 99L);
      assertThat(valid)
          .extracting(r -> r.get("changed_at"))
          .containsOnly(Orders.NOW.toEpochMilli());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
