"""Produces payments with Confluent's Python client, good ones and bad, and reads what ingestion made of them."""

import os
import time
import uuid

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

BROKERS = os.environ["LEAT_BROKERS"]
GOOD, NEGATIVE, TORN = 1_000, 50, 50
FIRST = 10_000_000

registry = SchemaRegistryClient({"url": os.environ["LEAT_REGISTRY"]})
with open(os.path.join(os.environ["LEAT_CONTRACTS"], "payments.avsc"), encoding="utf-8") as file:
    schema = file.read()
# As it is deployed where producers may register nothing; and as it is by default, which adds no version.
serializer = AvroSerializer(registry, schema, conf={"auto.register.schemas": False})
versions = registry.get_versions("payments-value")
deserializer = AvroDeserializer(registry)
context = SerializationContext("payments", MessageField.VALUE)


def payment(number, amount):
    return {
        "transaction_id": FIRST + number,
        "paid_at": int(time.time() * 1000),
        "customer_id": f"P{number % 20}",
        "terminal_id": f"T{number % 7}",
        "terminal_country": "BE",
        "amount": amount,
        "fraud": False,
    }


producer = Producer({"bootstrap.servers": BROKERS, "enable.idempotence": True})
sent = {}
bad = set()
for number in range(GOOD + NEGATIVE + TORN):
    value = payment(number, -1.0 if GOOD <= number < GOOD + NEGATIVE else 12.5)
    data = serializer(value, context)
    if number >= GOOD + NEGATIVE:
        data = data[:-1]
    if number < GOOD:
        sent[str(value["transaction_id"])] = value
    else:
        bad.add(data)
    producer.produce("payments", key=value["customer_id"].encode(), value=data)
assert producer.flush(60) == 0, "not all was acknowledged"


def read(topic, wanted):
    consumer = Consumer(
        {
            "bootstrap.servers": BROKERS,
            "group.id": f"interop-{uuid.uuid4()}",
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([topic])
    records = []
    deadline = time.time() + 60
    while len(records) < wanted and time.time() < deadline:
        record = consumer.poll(1.0)
        if record is None:
            continue
        if record.error():
            raise KafkaException(record.error())
        records.append(record)
    consumer.close()
    return records


valid = read("payments.valid", GOOD)
letters = read("payments.dlq", NEGATIVE + TORN)
assert len(valid) == GOOD, f"{len(valid)} valid events of {GOOD}"
assert len(letters) == NEGATIVE + TORN, f"{len(letters)} dead letters of {NEGATIVE + TORN}"
for record in valid:
    event = deserializer(record.value(), SerializationContext("payments.valid", MessageField.VALUE))
    event["paid_at"] = int(event["paid_at"].timestamp() * 1000)
    event_id = dict(record.headers())["leat.event-id"].decode()
    assert event == sent[event_id], f"{event_id} changed: {event}"
reasons = {}
for record in letters:
    reason = dict(record.headers())["leat.reason"].decode()
    reasons[reason] = reasons.get(reason, 0) + 1
    bad.remove(record.value())  # the bytes that were sent, once
assert not bad, f"{len(bad)} bad events in no dead letter"
assert reasons == {"RULE_VIOLATED": NEGATIVE, "NOT_THE_SCHEMA": TORN}, reasons
AvroSerializer(registry, schema)(payment(0, 12.5), context)
assert registry.get_versions("payments-value") == versions, "a producer made another version of the same schema"
scores = read("scores.fraud", GOOD)
assert len(scores) == GOOD
score = deserializer(scores[0].value(), SerializationContext("scores.fraud", MessageField.VALUE))
print(f"Confluent's Python client: {GOOD} valid events unchanged, dead letters {reasons}, {len(scores)} scores read, such as {score['score']:.6f}")
