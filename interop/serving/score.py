"""Asks Leat's scoring server for scores of events, over HTTP alone, and holds them against ONNX Runtime on the vectors
that it says it scored.

    python score.py PORT MODELS
"""

import json
import sys
import urllib.error
import urllib.request

import numpy as np
from reference import Reference

port, models = sys.argv[1:]
price, mixed = Reference(models, "price"), Reference(models, "mixed")


def ask(model, request):
    body = json.dumps(request).encode()
    headers = {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/score/{model}", body, headers)) as answer:
        return json.load(answer)["results"]


def require_score(result, expected):
    assert np.float32(result["score"]).tobytes() == expected.tobytes() and result["score"] == float(expected), (result, expected)
    assert result["decision"] == ("up" if expected >= 0.5 else None), result
    assert result["role"] == "CHAMPION" and result["number"] == 1 and result["propensity"] == 1, result


markets = ["nsw", "süd", "another"]
events = [
    {"market": market, "nsw_price": 0.1 + 0.3 * place, "vic_price": 0.7, "nsw_demand": 0.4, "vic_demand": 0.2, "transfer": 0.5}
    for place, market in enumerate(markets)
]
for event, result in zip(events, ask("mixed", {"event": events, "vector": True})):
    assert result["vector"]["values"] == {f"event.{name}": event[name] for name in ("market", "nsw_price", "vic_price")}, result
    row = {
        "market": np.array([[event["market"]]], dtype=np.object_),
        "nsw_price": np.array([[event["nsw_price"]]]),
        "vic_price": np.array([[event["vic_price"]]], dtype=np.float32),
    }
    require_score(result, mixed.run(row)["probabilities"][0, 1])
for result in ask("price", {"event": events, "vector": True}):
    values = [0 if value is None else value for value in result["vector"]["values"].values()]
    expected = price.run({price.inputs[0].name: np.array([values], dtype=np.float32)})
    require_score(result, expected["probabilities"][0, 1])
try:
    ask("nothing", {"event": events})
    raise AssertionError("a model that there is not was not refused")
except urllib.error.HTTPError as e:
    assert e.code == 404 and "no model nothing" in json.load(e)["detail"], e
print("POST /score: each score and decision as ONNX Runtime has it, to the last bit")
