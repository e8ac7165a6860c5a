package io.leat.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.Contract;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.util.Map;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes payments of customers to the valid topic of their contract, with the headers that
 * ingestion gives them; ids count from 0. One thread's.
 */
final class PaymentFeed implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final Contract contract;
  private final String topic;
  private final AvroCodec codec;
  private final int schemaId;
  private long payments;

  PaymentFeed(Cluster cluster, Contract contract) {
    this.contract = contract;
    this.topic = Topics.valid(contract.event());
    RegistryClient registry = cluster.newRegistryClient();
    this.schemaId = registry.register(Topics.valueSubject(topic), contract.schema());
    this.codec = new AvroCodec(registry);
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "compression.type",
                "lz4",
                "linger.ms",
                5,
                "batch.size",
                128 * 1024),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Sends a payment.
   *
   * @param time event time, milliseconds since 1970-01-01 UTC
   * @return the payment, whose id is the number of those before it
   */
  GenericRecord send(String customer, String terminal, long time, double amount) {
    GenericRecord payment = new GenericData.Record(contract.schema());
    payment.put("payment_id", payments);
    payment.put("paid_at", time);
    payment.put("customer_id", customer);
    payment.put("terminal_id", terminal);
    payment.put("amount", amount);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, customer.getBytes(UTF_8), codec.encode(schemaId, payment));
    RecordHeaders.set(record.headers(), RecordHeaders.EVENT_ID, Long.toString(payments));
    RecordHeaders.set(record.headers(), RecordHeaders.EVENT_TIME, Long.toString(time));
    RecordHeaders.set(record.headers(), RecordHeaders.CONTRACT, contract.event());
    RecordHeaders.set(record.headers(), RecordHeaders.SOURCE, contract.event() + "/0/" + payments);
    producer.send(record);
    payments++;
    return payment;
  }

  /** Waits until all are written. */
  @Override
  public void close() {
    producer.close();
  }
}
