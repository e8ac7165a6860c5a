"""Asks Leat's scoring server with MLflow's own clients: that of a served model, and that of deployments.

    python mlflow_clients.py PORT MODELS
"""

import json
import logging
import sys

import mlflow
import numpy as np
import pandas
from mlflow.deployments import get_deploy_client
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from reference import Reference, require_same

logging.getLogger("mlflow").setLevel(logging.ERROR)
port, models = sys.argv[1:]
references = {name: Reference(models, name) for name in ("price", "mixed")}
deployments = get_deploy_client(f"http://127.0.0.1:{port}")


def columns(given):
    """What an answer has by output, whether row by row or as tensors."""
    return {name: [row[name] for row in given] for name in given[0]} if isinstance(given, list) else given


def require_all(given, expected, what):
    given = columns(given)
    assert list(given) == list(expected), (what, given)
    for name, values in expected.items():
        require_same(np.array(given[name], dtype=values.dtype).reshape(values.shape), values, (what, name))


def refused(words, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except Exception as e:  # that of a served model raises no other
        assert words in str(e), e
        print(f"refused: {e}")
        return
    raise AssertionError(f"{call} {arguments} was not refused")


server = ScoringServerClient("127.0.0.1", port)
server.wait_server_ready(timeout=5)
assert server.get_version()
refused("RESOURCE_DOES_NOT_EXIST", server.invoke, pandas.DataFrame({"a": [1.0]}))  # of which of the two models?
for name, reference in references.items():
    client = ScoringServerClient("127.0.0.1", f"{port}/models/{name}")
    for count in (1, 7):
        feed = reference.feed(count)
        expected = reference.run(feed)
        lists = {place: tensor.tolist() for place, tensor in feed.items()}
        # The client of 2.14 makes no request of a dict, which it should; a text it sends as it is.
        ways = {"tensors": json.dumps({"inputs": lists}) if mlflow.__version__.startswith("2.") else feed}
        if len(feed) == 1:
            (ways["array"],) = feed.values()
            ways["frame"] = pandas.DataFrame(ways["array"])
        else:
            ways["frame"] = pandas.DataFrame({place: column.ravel() for place, column in feed.items()})
        for way, data in ways.items():
            require_all(client.invoke(data)["predictions"], expected, (name, way))
        for form in ({"inputs": lists}, {"dataframe_split": ways["frame"].to_dict(orient="split")}):
            require_all(deployments.predict(endpoint=name, inputs=form)["predictions"], expected, (name, *form))
    print(f"MLflow {mlflow.__version__} asks {name} by {', '.join(ways)}: every output as ONNX Runtime has it, to the last bit")
(narrow,) = (matrix[:, 1:] for matrix in references["price"].feed(2).values())
refused("-1 is any size", ScoringServerClient("127.0.0.1", f"{port}/models/price").invoke, narrow)
lacks = pandas.DataFrame({"market": ["nsw"], "nsw_price": [0.5]})
refused("no column vic_price", ScoringServerClient("127.0.0.1", f"{port}/models/mixed").invoke, lacks)
refused("404", deployments.predict, endpoint="nothing", inputs={"inputs": []})
