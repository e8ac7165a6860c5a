"""Sends payments and reads their features with Feast: by references, by a feature service, and as a remote online store."""

import datetime
import os
import sys
import time

import requests
from feast import Entity, FeatureService, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.errors import FeatureServiceNotFoundException, FeatureViewNotFoundException
from feast.infra.online_stores.remote import RemoteOnlineStore
from feast.protos.feast.types.EntityKey_pb2 import EntityKey
from feast.protos.feast.types.Value_pb2 import Value
from feast.repo_config import RegistryConfig
from feast.types import Float64, Int64

DOOR, SERVER = os.environ["LEAT_GATEWAY"], os.environ["LEAT_FEATURE_SERVER"]
AMOUNTS = {"F1": [10.0, 30.0, 5.0], "F2": [7.25]}
WINDOWS = ["1d", "7d", "30d"]

now = datetime.datetime.now(datetime.timezone.utc)
payments = []
for customer, amounts in AMOUNTS.items():
    for amount in amounts:
        payments.append(
            {
                "transaction_id": 20_000_000 + len(payments),
                "paid_at": (now - datetime.timedelta(minutes=10 - len(payments))).isoformat(),
                "customer_id": customer,
                "terminal_id": "FT",
                "amount": amount,
                "fraud": False,
            }
        )
answer = requests.post(f"{DOOR}/events/payments", json=payments, timeout=30)
assert answer.status_code == 200 and all(r["status"] == "accepted" for r in answer.json()["results"]), answer.text

folder = sys.argv[1]
os.makedirs(folder)
customer = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.STRING)
terminal = Entity(name="terminal", join_keys=["terminal_id"], value_type=ValueType.STRING)
source = FileSource(path=os.path.join(folder, "none.parquet"), timestamp_field="event_timestamp")
activity = FeatureView(
    name="customer_activity",
    entities=[customer],
    schema=[Field(name=f"payments_{w}", dtype=Int64) for w in WINDOWS]
    + [Field(name=f"{a}_amount_{w}", dtype=Float64) for a in ("avg", "max") for w in WINDOWS],
    source=source,
)
store = FeatureStore(
    config=RepoConfig(
        project="card_payments",
        provider="local",
        registry=RegistryConfig(path=os.path.join(folder, "registry.db")),
        online_store={"type": "remote", "path": SERVER},
        entity_key_serialization_version=3,
    )
)
store.registry.apply_entity(customer, "card_payments")
store.registry.apply_entity(terminal, "card_payments")
store.registry.apply_feature_view(activity, "card_payments")

FEATURES = [f"customer_activity:{f.name}" for f in activity.features]
ROWS = [{"customer_id": "F1"}, {"customer_id": "F2"}, {"customer_id": "nobody"}]


def expected(name):
    function = {"p": len, "a": lambda a: sum(a) / len(a), "m": max}[name[0]]
    return [function(AMOUNTS["F1"]), function(AMOUNTS["F2"]), None]


def read():
    return store.get_online_features(features=FEATURES, entity_rows=ROWS).to_dict()


deadline = time.time() + 120
while read()["payments_1d"][:2] != [3, 1]:  # until they have come through ingestion and the online store
    assert time.time() < deadline, read()
    time.sleep(0.2)

# By references.
got = read()
assert got.pop("customer_id") == ["F1", "F2", "nobody"], got
assert got == {f.name: expected(f.name) for f in activity.features}, got
full = store.get_online_features(features=FEATURES, entity_rows=ROWS, full_feature_names=True).to_dict()
assert {"customer_id", *(f"customer_activity__{f.name}" for f in activity.features)} == set(full), full

# A customer without a payment has the count of no events, as in a training set; Feast's client takes PRESENT values alone.
raw = requests.post(f"{SERVER}/get-online-features", json={"features": FEATURES[:1], "entities": {"customer_id": ["nobody"]}}, timeout=30)
assert raw.json()["results"][1]["values"] == [0] and raw.json()["results"][1]["statuses"] == ["NOT_FOUND"], raw.text

# By a feature service, with a field of the event for what is computed on demand.
answer = store.get_online_features(
    features=FeatureService(name="fraud", features=[activity]),
    entity_rows=[{"customer_id": "F1", "terminal_id": "FT", "amount": 30.0, "paid_at": now.isoformat()}],
    full_feature_names=True,  # both of its views count payments
).to_dict()
assert answer["customer_activity__avg_amount_7d"] == [15.0] and answer["amount_vs_usual"] == [2.0], answer

# As the online store of Feast's own provider, row by row.
keys = [EntityKey(join_keys=["customer_id"], entity_values=[Value(string_val=row["customer_id"])]) for row in ROWS]
rows = RemoteOnlineStore().online_read(store.config, activity, keys, ["payments_7d", "max_amount_7d"])
assert [r[1]["payments_7d"].int64_val for r in rows] == [3, 1, 0], rows
assert [r[1]["max_amount_7d"].double_val for r in rows] == [30.0, 7.25, 0.0], rows
assert rows[2][1]["payments_7d"].WhichOneof("val") is None, rows

# What is not there is told by Feast's own exceptions.
for exception, features in [
    (FeatureViewNotFoundException, ["no_view:payments_1d"]),
    (FeatureServiceNotFoundException, FeatureService(name="no_service", features=[activity])),
]:
    try:
        store.get_online_features(features=features, entity_rows=ROWS)
        raise SystemExit(f"{features} was answered")
    except exception as e:
        assert "There is no feature" in str(e), e

print(f"Feast's client: {len(got)} features of {len(ROWS)} customers by reference, by service and by its remote online store")
