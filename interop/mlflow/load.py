"""Loads what Leat exported for MLflow (MlflowExportTest) with MLflow itself, and holds what the loaded models give
against ONNX Runtime on the fixture's rows.

    python load.py EXPORTS FIXTURES
"""

import json
import logging
import pathlib
import sys

import mlflow
import numpy as np
import onnxruntime
import pandas

logging.getLogger("mlflow").setLevel(logging.ERROR)
onnxruntime.set_default_logger_severity(3)
NUMPY = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
    "tensor(string)": np.str_,
}
exports, fixtures = (pathlib.Path(argument) for argument in sys.argv[1:])


def same(one, other):
    """Equal to the last bit; NaN is NaN."""
    if isinstance(one, list):  # ZipMap's
        return len(one) == len(other) and all(a == b for a, b in zip(one, other))
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def tensors(session, cases):
    """The rows as the graph takes them."""
    names = [feature["name"] for feature in cases["features"]]
    rows = [[np.nan if value is None else value for value in row] for row in cases["rows"]]
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    feed = {}
    for graph_input in session.get_inputs():
        parts = [np.array(columns[name]).astype(NUMPY[graph_input.type]) for name in cases["inputs"][graph_input.name]]
        feed[graph_input.name] = np.column_stack(parts) if len(graph_input.shape) == 2 else parts[0]
    return feed


def check(folder):
    fixture = fixtures / folder.name  # not the export's own graph, which could be another
    session = onnxruntime.InferenceSession(fixture / "model.onnx")
    feed = tensors(session, json.loads((fixture / "cases.json").read_text()))
    names = [output.name for output in session.get_outputs()]
    expected = dict(zip(names, session.run(names, feed)))

    assert mlflow.onnx.load_model(str(folder)).SerializeToString()
    loaded = mlflow.pyfunc.load_model(str(folder))
    assert loaded.metadata.metadata["leat.features"] == 'event.amount, "quoted": # and\nso on'
    ways = {}
    if len(feed) == 1:
        matrix = next(iter(feed.values()))
        ways["matrix"] = matrix
        ways["frame"] = pandas.DataFrame(matrix)
    else:
        ways["tensors"] = feed
        if all(tensor.ndim == 1 or tensor.shape[1] == 1 for tensor in feed.values()):
            ways["frame"] = pandas.DataFrame({name: tensor.ravel() for name, tensor in feed.items()})
    for way, data in ways.items():
        given = loaded.predict(data)
        assert list(given) == names, (way, list(given))
        for name in names:
            assert same(given[name], expected[name]), (folder.name, way, name, given[name], expected[name])
    return ways


folders = sorted(folder for folder in exports.iterdir() if folder.is_dir())
assert len(folders) > 10, f"{exports} has {folders}"
for folder in folders:
    ways = check(folder)
    print(f"MLflow {mlflow.__version__} loads {folder.name}: equal to ONNX Runtime by {', '.join(ways)}")
