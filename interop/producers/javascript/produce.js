// Produces payments that Confluent's JavaScript serialiser makes, good ones and bad, sent by kafkajs (Confluent's own
// transport is a native module whose binaries are not on npm), and reads what ingestion made of them.
const assert = require("assert");
const fs = require("fs");
const path = require("path");
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = require("kafkajs");
const lz4 = require("lz4js");
const { SchemaRegistryClient, SerdeType, AvroSerializer, AvroDeserializer } = require("@confluentinc/schemaregistry");

CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async (encoder) => Buffer.from(lz4.compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from(lz4.decompress(buffer)),
});

const GOOD = 500;
const NEGATIVE = 25;
const TORN = 25;
const FIRST = 20_000_000;
const PATIENCE = 60_000;

function payment(i, amount) {
  return {
    transaction_id: FIRST + i,
    paid_at: Date.now(),
    customer_id: "J" + (i % 20),
    terminal_id: "T" + (i % 7),
    terminal_country: "BE",
    amount,
    fraud: false,
  };
}

/** Reads a topic from its beginning until so many of the messages were wanted. */
async function read(kafka, topic, wanted, count) {
  const consumer = kafka.consumer({ groupId: `interop-js-${topic}-${process.pid}`, readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const found = [];
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`only ${found.length} of ${count} came on ${topic}`)), PATIENCE);
    consumer
      .run({
        eachMessage: async ({ message }) => {
          if (await wanted(message)) {
            found.push(message);
            if (found.length === count) {
              clearTimeout(late);
              resolve();
            }
          }
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return found;
}

async function main() {
  const registry = new SchemaRegistryClient({ baseURLs: [process.env.LEAT_REGISTRY] });
  const schema = fs.readFileSync(path.join(process.env.LEAT_CONTRACTS, "payments.avsc"), "utf8");
  await registry.register("payments-value", { schemaType: "AVRO", schema });
  const serializer = new AvroSerializer(registry, SerdeType.VALUE, { useLatestVersion: true });
  const deserializer = new AvroDeserializer(registry, SerdeType.VALUE, {});
  const kafka = new Kafka({ brokers: [process.env.LEAT_BROKERS], logLevel: logLevel.ERROR });

  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  const sent = new Map();
  const bad = new Set();
  const messages = [];
  for (let i = 0; i < GOOD + NEGATIVE + TORN; i++) {
    const event = payment(i, i >= GOOD && i < GOOD + NEGATIVE ? -1.5 : 7.25);
    let value = await serializer.serialize("payments", event);
    if (i >= GOOD + NEGATIVE) {
      value = value.subarray(0, value.length - 1);
    }
    if (i < GOOD) {
      sent.set(event.transaction_id, event);
    } else {
      bad.add(value.toString("hex"));
    }
    messages.push({ key: event.customer_id, value });
  }
  await producer.send({ topic: "payments", messages });
  await producer.disconnect();

  const byUs = (message) => message.key !== null && message.key.toString().startsWith("J");
  const valid = await read(kafka, "payments.valid", byUs, GOOD);
  for (const message of valid) {
    const event = { ...(await deserializer.deserialize("payments.valid", message.value)) };
    event.transaction_id = Number(event.transaction_id);
    event.paid_at = Number(event.paid_at);
    assert.deepStrictEqual(event, sent.get(event.transaction_id));
    assert.strictEqual(message.headers["leat.event-id"].toString(), String(event.transaction_id));
    sent.delete(event.transaction_id);
  }
  assert.strictEqual(sent.size, 0, "each valid event once");

  const letters = await read(kafka, "payments.dlq", byUs, NEGATIVE + TORN);
  const reasons = {};
  for (const message of letters) {
    assert.ok(bad.delete(message.value.toString("hex")), "a dead letter has the bytes that were sent, once");
    const reason = message.headers["leat.reason"].toString();
    reasons[reason] = (reasons[reason] || 0) + 1;
  }
  assert.deepStrictEqual(reasons, { RULE_VIOLATED: NEGATIVE, NOT_THE_SCHEMA: TORN });
  console.log(
    `Confluent's JavaScript serialisers: ${valid.length} valid events unchanged, dead letters ${JSON.stringify(reasons)} with the bytes that were sent`,
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
