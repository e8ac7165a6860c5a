"""What a command trainer reads and writes, as docs/reference/trainers.md has it; the model itself is the caller's."""
import json
import os
import pathlib

import numpy
import pyarrow.parquet

RUN = pathlib.Path(os.environ["LEAT_RUN_DIR"])
DECLINED = 10


def request():
    return json.loads((RUN / "request.json").read_text())


def rows(part):
    """Features and labels of a part; a null is the zero that the model is declared to see for it."""
    asked = request()
    table = pyarrow.parquet.read_table(RUN / part)
    columns = [table.column(name).cast("double").fill_null(0).to_numpy() for name in asked["features"]]
    labels = table.column(asked["label"]).cast("double").to_numpy(zero_copy_only=False)
    known = ~numpy.isnan(labels)
    return numpy.stack(columns, axis=1).astype("float32")[known], labels[known].astype("int64")


def decline(reason):
    (RUN / "reason.txt").write_text(reason)
    raise SystemExit(DECLINED)


def both_parts():
    """Training and validation part; declined where one of them has only one class."""
    parts = rows("train/train.parquet"), rows("holdout/validation.parquet")
    for _, labels in parts:
        if len(set(labels)) < 2:
            decline("a part of the training set has rows of one class only")
    return parts


def save(graph, metrics):
    """Writes the ONNX graph, whose output `probabilities` has a column a class, and what is said of it."""
    folder = RUN / "model"
    folder.mkdir(exist_ok=True)
    (folder / "model.onnx").write_bytes(graph)
    (RUN / "metrics.json").write_text(json.dumps(metrics))
