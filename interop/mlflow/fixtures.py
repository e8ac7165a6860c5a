"""Makes the directories that the tests of io.leat.models.mlflow read: models saved by mlflow.onnx.save_model, each with
expected.json, what mlflow.pyfunc gives for the saved example (output to rows). Run once a version of MLflow.

    python fixtures.py FOLDER
"""

import json
import logging
import pathlib
import shutil
import sys
import tempfile

import mlflow
import numpy as np
import onnx
import pandas
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import Schema, TensorSpec
from onnx import TensorProto, helper, numpy_helper

logging.getLogger("mlflow").setLevel(logging.ERROR)
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
OUT = pathlib.Path(sys.argv[1])
# What people who load the model with Python need, and nobody here.
ENVIRONMENT = ("conda.yaml", "python_env.yaml", "requirements.txt")

random = np.random.default_rng(20261129)
FRAME = pandas.DataFrame(
    {
        "amount": [12.5, 0.1, 250.0, 99.99],
        "count": [3, 0, 11, 7],
        # As objects: MLflow 3.18 hands pandas 3's own texts to ONNX Runtime, which takes none.
        "country": pandas.Series(["nl", "de", "fr", "??"], dtype=object),
        "abroad": [False, True, True, False],
    }
)
NUMBERS = pandas.DataFrame({"amount": FRAME["amount"], "count": [3.0, 0.0, 11.0, np.nan], "hour": [1.0, 23.0, 12.0, 4.0]})
MATRIX = NUMBERS.fillna(0).to_numpy(dtype=np.float32)


def graph(nodes, inputs, outputs, weights=()):
    built = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in outputs],
        [numpy_helper.from_array(array, name) for name, array in weights],
    )
    model = helper.make_model(built, opset_imports=OPSETS, ir_version=9)
    onnx.checker.check_model(model)
    return model


def matrix(hidden):
    """Three numbers in one matrix; what is missing counts as 0.5. As many weights as `hidden` needs."""
    first = (random.normal(size=(3, hidden)) / 50).astype(np.float32)
    last = random.normal(size=(hidden, 1)).astype(np.float32)
    node = helper.make_node
    return graph(
        [
            node("IsNaN", ["X"], ["missing"]),
            node("Where", ["missing", "half", "X"], ["whole"]),
            node("MatMul", ["whole", "first"], ["seen"]),
            node("Tanh", ["seen"], ["hidden"]),
            node("MatMul", ["hidden", "last"], ["logit"]),
            node("Sigmoid", ["logit"], ["score"]),
        ],
        [("X", TensorProto.FLOAT, ["n", 3])],
        [("score", TensorProto.FLOAT, ["n", 1])],
        [("half", np.float32(0.5)), ("first", first), ("last", last)],
    )


def columns():
    """An input a column, each of one dimension, as MLflow feeds a frame to several inputs."""
    node = helper.make_node
    return graph(
        [
            node(
                "LabelEncoder",
                ["country"],
                ["place"],
                domain="ai.onnx.ml",
                keys_strings=["de", "fr", "nl"],
                values_floats=[0.25, 0.5, 1.0],
                default_float=-1.0,
            ),
            node("Cast", ["count"], ["counted"], to=TensorProto.FLOAT),
            node("Cast", ["abroad"], ["crossed"], to=TensorProto.FLOAT),
            node("Sum", ["amount", "counted", "place", "crossed"], ["score"]),
        ],
        [
            ("amount", TensorProto.FLOAT, ["n"]),
            ("count", TensorProto.INT64, ["n"]),
            ("country", TensorProto.STRING, ["n"]),
            ("abroad", TensorProto.BOOL, ["n"]),
        ],
        [("score", TensorProto.FLOAT, ["n"])],
    )


def tensors():
    """A matrix of two numbers beside a matrix of one."""
    weights = np.array([[0.5], [-0.25]], dtype=np.float32)
    node = helper.make_node
    return graph(
        [
            node("MatMul", ["numbers", "weights"], ["weighed"]),
            node("Cast", ["place"], ["placed"], to=TensorProto.FLOAT),
            node("Add", ["weighed", "placed"], ["score"]),
        ],
        [("numbers", TensorProto.FLOAT, ["n", 2]), ("place", TensorProto.INT64, ["n", 1])],
        [("score", TensorProto.FLOAT, ["n", 1])],
        [("weights", weights)],
    )


def save(name, model, example, signature, run=False, **options):
    """run: whether the model is logged in a run, and so has its id"""
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    options |= {"signature": signature, "input_example": example, "pip_requirements": ["onnx", "onnxruntime"]}
    if run:
        with tempfile.TemporaryDirectory() as server:
            mlflow.set_tracking_uri(f"sqlite:///{server}/mlflow.db")
            mlflow.create_experiment("payments", f"file://{server}/artifacts")
            mlflow.set_experiment("payments")
            with mlflow.start_run():
                logged = mlflow.onnx.log_model(model, "fraud", **options)
            shutil.copytree(mlflow.artifacts.download_artifacts(logged.model_uri), folder)
    else:
        mlflow.onnx.save_model(model, folder, **options)
    for file in ENVIRONMENT:
        (folder / file).unlink()
    given = mlflow.pyfunc.load_model(str(folder)).predict(FRAME if example is None else example)
    given = {output: np.asarray(rows).ravel().tolist() for output, rows in given.items()}
    (folder / "expected.json").write_text(json.dumps(given) + "\n")
    print(mlflow.__version__, name, sorted(file.name for file in folder.iterdir()))


save(
    "matrix",
    matrix(4),
    NUMBERS,
    infer_signature(NUMBERS),
    run=True,
    metadata={"team": "payments"},
    onnx_session_options={"intra_op_num_threads": 1, "execution_mode": "sequential"},
)
save(
    "external",
    matrix(400),
    MATRIX,
    infer_signature(MATRIX),
    onnx_execution_providers=[["CPUExecutionProvider", {"use_arena": 0}]],
)
save("columns", columns(), FRAME, infer_signature(FRAME), onnx_execution_providers=["CPUExecutionProvider"])
save(
    "tensors",
    tensors(),
    {"numbers": MATRIX[:, :2], "place": np.array([[0], [2], [1], [0]])},
    ModelSignature(
        Schema([TensorSpec(np.dtype("float32"), (-1, 2), "numbers"), TensorSpec(np.dtype("int64"), (-1, 1), "place")])
    ),
)
save("bare", columns(), None, None)
