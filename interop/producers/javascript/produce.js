// Produces payments that Confluent's JavaScript serialiser makes, sent by kafkajs (Confluent's own transport is a native
// module that is not on npm), and reads what ingestion made of them.
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
const FIRST = 20_000_000;

async function main() {
  const registry = new SchemaRegistryClient({ baseURLs: [process.env.LEAT_REGISTRY] });
  const schema = fs.readFileSync(path.join(process.env.LEAT_CONTRACTS, "payments.avsc"), "utf8");
  await registry.register("payments-value", { schemaType: "AVRO", schema });
  const serializer = new AvroSerializer(registry, SerdeType.VALUE, { useLatestVersion: true });
  const deserializer = new AvroDeserializer(registry, SerdeType.VALUE, {});
  const kafka = new Kafka({ brokers: [process.env.LEAT_BROKERS], logLevel: logLevel.ERROR });

  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  const messages = [];
  for (let i = 0; i < GOOD; i++) {
    const value = {
      transaction_id: FIRST + i,
      paid_at: Date.now(),
      customer_id: "J" + (i % 20),
      terminal_id: "T" + (i % 7),
      terminal_country: "BE",
      amount: 7.25,
      fraud: false,
    };
    messages.push({ key: value.customer_id, value: await serializer.serialize("payments", value) });
  }
  await producer.send({ topic: "payments", messages });
  await producer.disconnect();

  const consumer = kafka.consumer({ groupId: "interop-js-" + process.pid, readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topics: ["payments.valid"], fromBeginning: true });
  const seen = new Set();
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`only ${seen.size} of ${GOOD} valid events came`)), 60_000);
    consumer.run({
      eachMessage: async ({ message }) => {
        const event = await deserializer.deserialize("payments.valid", message.value);
        const id = Number(event.transaction_id);
        if (id >= FIRST && id < FIRST + GOOD) {
          if (event.amount !== 7.25) reject(new Error(`${id} changed: ${JSON.stringify(event)}`));
          seen.add(id);
          if (seen.size === GOOD) {
            clearTimeout(late);
            resolve();
          }
        }
      },
    });
  });
  await consumer.disconnect();
  console.log(`Confluent's JavaScript client: ${seen.size} valid events unchanged`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
