"""Registers, finds and loads versions in Leat's registry with MLflow's own client.

    python registry.py http://127.0.0.1:7077

The stack behind it runs examples/electricity, whose model price has a champion.
"""

import logging
import os
import sys
import tempfile

import mlflow
import numpy as np
import onnx
import onnxruntime
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from onnx import TensorProto, helper, numpy_helper

logging.getLogger("mlflow").setLevel(logging.ERROR)
onnxruntime.set_default_logger_severity(3)
LEAT = sys.argv[1]
random = np.random.default_rng()


def graph(features):
    """A logistic regression of so many features, as skl2onnx writes its outputs."""
    weights = (random.normal(size=(features, 1)) / 1e6).astype(np.float32)
    node = helper.make_node
    built = helper.make_graph(
        [
            node("MatMul", ["X", "weights"], ["logit"]),
            node("Sigmoid", ["logit"], ["yes"]),
            node("Sub", ["one", "yes"], ["no"]),
            node("Concat", ["no", "yes"], ["probabilities"], axis=1),
        ],
        "g",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["n", features])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.float32([[1]]), "one")],
    )
    return helper.make_model(built, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def log(model, **options):
    named = {"artifact_path" if mlflow.__version__.startswith("2.") else "name": "model"}
    return mlflow.onnx.log_model(model, registered_model_name="price", pip_requirements=["onnx"], **named, **options)


def refused(code, call, *arguments):
    try:
        call(*arguments)
    except MlflowException as e:
        assert e.error_code == code, (code, e.error_code, e)
        return str(e)
    raise AssertionError(f"{call} {arguments} was not refused")


def score(model, rows):
    return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"X": rows})[0]


# Loading takes the registry's address alone: the tracking server is another.
mlflow.set_tracking_uri(f"sqlite:///{tempfile.mkdtemp()}/mlflow.db")
mlflow.set_registry_uri(LEAT)
champion = mlflow.onnx.load_model("models:/price@champion")
features = champion.graph.input[0].type.tensor_type.shape.dim[1].dim_value
print(f"MLflow {mlflow.__version__} loads models:/price@champion: {features} features")

mlflow.set_tracking_uri(LEAT)
client = MlflowClient()
mlflow.set_experiment("prices")
model = graph(features)
rows = random.normal(size=(4, features)).astype(np.float32)
with mlflow.start_run() as run:
    mlflow.log_param("kind", "logistic")
    mlflow.log_metric("auc", 0.75)
    info = log(model, input_example=rows)
version = client.search_model_versions(f"run_id = '{run.info.run_id}'")[0]
assert version.status == "READY" and version.run_id == run.info.run_id, version
print(f"log_model registered version {version.version}, {version.tags['leat.digest'][:12]}, label {version.tags['leat.label']}")

again = mlflow.register_model(info.model_uri, "price", tags={"team": "grid"})
assert again.version == version.version and again.tags["team"] == "grid", again
by_run = mlflow.register_model(f"runs:/{run.info.run_id}/model", "price")
assert by_run.version == version.version, by_run
print(f"register_model({info.model_uri}) and of runs:/ give the version that there is")

client.set_registered_model_alias("price", "challenger", version.version)
assert client.get_model_version_by_alias("price", "challenger").version == version.version
assert client.get_registered_model("price").aliases["challenger"] == version.version
for uri in ("models:/price@challenger", f"models:/price/{version.version}", "models:/price/latest"):
    loaded = mlflow.onnx.load_model(uri)
    assert loaded.SerializeToString() == model.SerializeToString(), uri
    given = mlflow.pyfunc.load_model(uri).predict(rows)["probabilities"]
    assert np.array_equal(given, score(model, rows)), uri
    print(f"{uri} is the graph that was logged, to the byte, and scores so to the last bit")
client.delete_registered_model_alias("price", "challenger")
refused("INVALID_PARAMETER_VALUE", client.get_model_version_by_alias, "price", "challenger")

client.set_model_version_tag("price", version.version, "reviewed", "yes")
assert [found.version for found in client.search_model_versions("name = 'price' AND tags.reviewed = 'yes'")] == [version.version]
client.delete_model_version_tag("price", version.version, "reviewed")
client.update_model_version("price", version.version, "of the summer")
assert client.get_model_version("price", version.version).description == "of the summer"
assert [found.name for found in client.search_registered_models("name LIKE 'pr%'")] == ["price"]
assert client.get_latest_versions("price")[0].version == version.version
print("tags, description and search")

folder = os.path.join(tempfile.mkdtemp(), "model")
mlflow.onnx.save_model(model, folder, pip_requirements=["onnx"])
for code, call, *arguments in [
    ("INVALID_PARAMETER_VALUE", client.set_registered_model_alias, "price", "champion", version.version),
    ("INVALID_PARAMETER_VALUE", client.create_registered_model, "nothing"),
    ("INVALID_PARAMETER_VALUE", mlflow.register_model, folder, "price"),
    ("INVALID_PARAMETER_VALUE", log, graph(features + 1)),
    ("RESOURCE_ALREADY_EXISTS", client.create_registered_model, "price"),
    ("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, "nothing"),
    ("RESOURCE_DOES_NOT_EXIST", client.get_model_version, "price", "99"),
    ("RESOURCE_DOES_NOT_EXIST", client.set_registered_model_alias, "price", "x", "99"),
    ("INVALID_PARAMETER_VALUE", client.transition_model_version_stage, "price", version.version, "Production"),
    ("RESOURCE_CONFLICT", client.delete_model_version, "price", client.get_model_version_by_alias("price", "champion").version),
]:
    print(f"refused: {refused(code, call, *arguments)}")
client.delete_model_version("price", version.version)
refused("RESOURCE_DOES_NOT_EXIST", client.get_model_version, "price", version.version)
print(f"MLflow {mlflow.__version__}: done")
