"""Makes the small ONNX files that the tests of io.leat.models.onnx run, and what is expected of them.

Each fixture is a folder with model.onnx and cases.json: the features, which graph input takes which of them, some rows,
what ONNX Runtime for Python gave for every output of every row, run one by one, and what the library itself gave.
Numbers are written so that they are read back to the last bit.
"""

import json
import pathlib
import platform
import sys

import lightgbm
import numpy as np
import onnx
import onnxmltools
import onnxruntime
import sklearn
import skl2onnx
import torch
import xgboost
from onnx import TensorProto, helper
from onnxmltools.convert.common.data_types import FloatTensorType as MlFloatTensorType
from skl2onnx import to_onnx
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ROWS = 50
OPSETS = {"": 18, "ai.onnx.ml": 3}
OUT = pathlib.Path(sys.argv[1])

random = np.random.default_rng(20261101)
N = 600
# Steps of 1/8: exact in single precision, and no threshold between two of them moves when it is rounded.
AMOUNT = np.round(random.exponential(60, N) * 8) / 8
COUNT = random.integers(0, 12, N)
ABROAD = random.integers(0, 2, N).astype(bool)
HOUR = random.integers(0, 24, N)
COUNTRY = random.choice(["be", "de", "fr", "nl"], N)
LOGIT = (
    0.03 * (AMOUNT - 60)
    + 1.5 * ABROAD
    - 0.2 * COUNT
    + np.where(COUNTRY == "fr", 1.0, -0.3)
    + 0.4 * (HOUR < 6)
)
FRAUD = random.random(N) < 1 / (1 + np.exp(-LOGIT))
RISK = np.where(LOGIT > 1, "high", np.where(LOGIT > -1, "middle", "low"))
NUMBERS = {"amount": AMOUNT, "count": COUNT, "abroad": ABROAD, "hour": HOUR}
ALL = {**NUMBERS, "country": COUNTRY}
X = np.column_stack([column.astype(np.float32) for column in NUMBERS.values()])

NUMPY = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
    "tensor(string)": object,
}


def plain(value):
    """A value as JSON has it: the double that equals the number, None for NaN."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.tolist()] if value.ndim else plain(value.item())
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and np.isnan(value):
        return None
    return value


def feature_type(column):
    if column.dtype == bool:
        return "BOOLEAN"
    if np.issubdtype(column.dtype, np.integer):
        return "LONG"
    return "DOUBLE" if np.issubdtype(column.dtype, np.floating) else "STRING"


def feed(session, inputs, columns, rows):
    """What the rows are to a session: a tensor an input, of its type and shape."""
    tensors = {}
    for graph_input in session.get_inputs():
        names = inputs[graph_input.name]
        cast = NUMPY[graph_input.type]
        parts = [np.array([columns[name][row] for row in rows]).astype(cast) for name in names]
        tensors[graph_input.name] = (
            np.column_stack(parts) if len(graph_input.shape) == 2 else parts[0]
        )
    return tensors


def fixture(name, model, features, inputs, library, made_by, tolerance=1e-6, because=None):
    """
    features: name to column; inputs: graph input to features; library: output to the rows that the library gave
    """
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    data = model if isinstance(model, bytes) else model.SerializeToString()
    (folder / "model.onnx").write_bytes(data)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    runs = [session.run(names, feed(session, inputs, features, [row])) for row in range(ROWS)]
    outputs = {
        output: [plain(run[i][0]) for run in runs] for i, output in enumerate(names)
    }
    worst = 0.0
    for output, rows in library.items():
        for expected, found in zip(rows, outputs[output]):
            flat = list(found.values()) if isinstance(found, dict) else np.ravel([found]).tolist()
            for e, f in zip(np.ravel(expected).tolist(), flat):
                if isinstance(e, str):
                    assert e == f, (name, e, f)
                else:
                    worst = max(worst, abs(e - f) / abs(e) if e else abs(f))
    print(f"{name}: {len(data)} bytes, {names}, farthest from the library {worst:.2g}")
    assert worst <= tolerance, (name, worst)
    cases = {
        "made_by": made_by + f", onnxruntime {onnxruntime.__version__}",
        "features": [
            {"name": feature, "type": feature_type(column)} for feature, column in features.items()
        ],
        "inputs": inputs,
        "rows": [
            [plain(column[row]) for column in features.values()] for row in range(ROWS)
        ],
        "outputs": outputs,
        "tolerance": tolerance,
        **({"because": because} if because else {}),
        "library": {output: plain(np.array(rows)[:ROWS]) for output, rows in library.items()},
    }
    text = json.dumps(cases, allow_nan=False)
    (folder / "cases.json").write_text(text.replace('], [', '],\n[') + "\n")


SKLEARN = f"scikit-learn {sklearn.__version__}, skl2onnx {skl2onnx.__version__}"
LIGHTGBM = f"lightgbm {lightgbm.__version__}, onnxmltools {onnxmltools.__version__}"
XGBOOST = f"xgboost {xgboost.__version__}, onnxmltools {onnxmltools.__version__}"
MATRIX = [("x", FloatTensorType([None, X.shape[1]]))]
ML_MATRIX = [("x", MlFloatTensorType([None, X.shape[1]]))]
COLUMNS = {"x": list(NUMBERS)}
SINGLE = "sums in single precision, the library's in double"


def scikit(model, initial=None, zipmap=False):
    options = {"zipmap": zipmap} if hasattr(model, "predict_proba") else None
    last = model.steps[-1][1] if hasattr(model, "steps") else model
    return to_onnx(
        model,
        initial_types=initial or MATRIX,
        target_opset=OPSETS,
        options={id(last): options} if options else None,
    )


def scikit_learn():
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, FRAUD.astype(int))
    fixture(
        "sklearn_scaled_logistic",
        scikit(model),
        NUMBERS,
        COLUMNS,
        {"probabilities": model.predict_proba(X[:ROWS].astype(float)), "label": model.predict(X[:ROWS])},
        SKLEARN,
        tolerance=3e-6,
        because="scales and sums in single precision, the library in double",
    )

    forest = RandomForestClassifier(20, max_depth=4, random_state=1).fit(X, FRAUD.astype(int))
    expected = {"label": forest.predict(X[:ROWS]), "probabilities": forest.predict_proba(X[:ROWS])}
    fixture(
        "sklearn_random_forest",
        scikit(forest),
        NUMBERS,
        COLUMNS,
        expected,
        SKLEARN,
        tolerance=3e-6,
        because=SINGLE,
    )
    fixture(
        "sklearn_random_forest_zipmap",
        to_onnx(forest, initial_types=MATRIX, target_opset=OPSETS),
        NUMBERS,
        COLUMNS,
        {"output_label": expected["label"], "output_probability": expected["probabilities"]},
        SKLEARN,
        tolerance=3e-6,
        because=SINGLE,
    )

    boosting = GradientBoostingClassifier(n_estimators=20, max_depth=3, random_state=1)
    boosting.fit(X, FRAUD.astype(int))
    fixture(
        "sklearn_gradient_boosting",
        scikit(boosting),
        NUMBERS,
        COLUMNS,
        {"label": boosting.predict(X[:ROWS]), "probabilities": boosting.predict_proba(X[:ROWS])},
        SKLEARN,
    )

    isolation = IsolationForest(n_estimators=20, max_samples=64, random_state=1).fit(X)
    fixture(
        "sklearn_isolation_forest",
        to_onnx(isolation, initial_types=MATRIX, target_opset=OPSETS),
        NUMBERS,
        COLUMNS,
        {"label": isolation.predict(X[:ROWS]), "scores": isolation.decision_function(X[:ROWS])},
        SKLEARN,
        tolerance=1e-4,
        because="a score is the small difference of two numbers near one half, made in single precision",
    )

    classes = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, RISK)
    fixture(
        "sklearn_three_classes_zipmap",
        to_onnx(classes, initial_types=MATRIX, target_opset=OPSETS),
        NUMBERS,
        COLUMNS,
        {
            "output_label": classes.predict(X[:ROWS]),
            "output_probability": classes.predict_proba(X[:ROWS].astype(float)),
        },
        SKLEARN,
        tolerance=1e-5,
        because="a probability near 0 is the exponential of a sum in single precision",
    )

    double = make_pipeline(
        StandardScaler(), MLPRegressor(hidden_layer_sizes=(5,), max_iter=2000, random_state=1, solver="lbfgs")
    ).fit(X.astype(float), LOGIT)
    fixture(
        "sklearn_float64",
        to_onnx(
            double,
            initial_types=[("x", DoubleTensorType([None, X.shape[1]]))],
            target_opset=OPSETS,
        ),
        NUMBERS,
        COLUMNS,
        {"variable": double.predict(X[:ROWS].astype(float)).reshape(-1, 1)},
        SKLEARN,
        tolerance=1e-9,
    )


def scikit_learn_text():
    columns = [AMOUNT.astype(np.float32), COUNT.astype(np.float32), COUNTRY]
    table = np.column_stack([column.astype(object) for column in columns])
    for name, unknown in (("sklearn_one_hot", "ignore"), ("sklearn_one_hot_strict", "error")):
        model = make_pipeline(
            ColumnTransformer(
                [
                    ("scaled", StandardScaler(), [0, 1]),
                    ("country", OneHotEncoder(handle_unknown=unknown), [2]),
                ]
            ),
            LogisticRegression(),
        ).fit(table, np.where(FRAUD, "fraud", "genuine"))
        fixture(
            name,
            scikit(
                model,
                [("numbers", FloatTensorType([None, 2])), ("country", StringTensorType([None, 1]))],
            ),
            {"amount": AMOUNT, "count": COUNT, "country": COUNTRY},
            {"numbers": ["amount", "count"], "country": ["country"]},
            {"label": model.predict(table[:ROWS]), "probabilities": model.predict_proba(table[:ROWS])},
            SKLEARN,
            tolerance=2e-5,
            because="a probability near 0 is the exponential of a sum in single precision",
        )

    model = make_pipeline(
        ColumnTransformer(
            [
                ("amount", StandardScaler(), [0]),
                ("count", StandardScaler(), [1]),
                ("country", OneHotEncoder(handle_unknown="ignore"), [2]),
            ]
        ),
        LogisticRegression(),
    ).fit(table, FRAUD.astype(int))
    fixture(
        "sklearn_input_a_feature",
        scikit(
            model,
            [
                ("amount", FloatTensorType([None, 1])),
                ("count", Int64TensorType([None, 1])),
                ("country", StringTensorType([None, 1])),
            ],
        ),
        {"amount": AMOUNT, "count": COUNT, "country": COUNTRY},
        {"amount": ["amount"], "count": ["count"], "country": ["country"]},
        {"label": model.predict(table[:ROWS]), "probabilities": model.predict_proba(table[:ROWS])},
        SKLEARN,
        tolerance=2e-5,
        because="a probability near 0 is the exponential of a sum in single precision",
    )


def boosted_trees():
    with_gaps = X.copy()
    with_gaps[random.random(X.shape) < 0.15] = np.nan
    with_gaps[:, 2] = X[:, 2]
    gaps = dict(zip(NUMBERS, with_gaps.T.astype(float)))

    booster = xgboost.XGBClassifier(n_estimators=20, max_depth=3, random_state=1)
    booster.fit(with_gaps, FRAUD.astype(int))
    fixture(
        "xgboost_missing",
        onnxmltools.convert_xgboost(booster, initial_types=ML_MATRIX, target_opset=15),
        gaps,
        COLUMNS,
        {"label": booster.predict(with_gaps[:ROWS]), "probabilities": booster.predict_proba(with_gaps[:ROWS])},
        XGBOOST,
        tolerance=3e-6,
        because="the sigmoid in single precision by another library",
    )

    def light(name, kind, x, y, features, **options):
        model = kind(n_estimators=20, num_leaves=8, random_state=1, verbose=-1, **options).fit(x, y)
        graph = onnxmltools.convert_lightgbm(
            model, initial_types=ML_MATRIX, target_opset=15, zipmap=False
        )
        if kind is lightgbm.LGBMRegressor:
            expected = {"variable": model.predict(x[:ROWS]).reshape(-1, 1)}
        else:
            expected = {
                "label": model.predict(x[:ROWS]),
                "probabilities": model.predict_proba(x[:ROWS]),
            }
        fixture(name, graph, features, COLUMNS, expected, LIGHTGBM)

    light("lightgbm_binary", lightgbm.LGBMClassifier, X, FRAUD.astype(int), NUMBERS)
    light("lightgbm_multiclass", lightgbm.LGBMClassifier, X, (LOGIT > 1) * 1 + (LOGIT > -1), NUMBERS)
    light("lightgbm_regression", lightgbm.LGBMRegressor, X, LOGIT + 10, NUMBERS)
    light("lightgbm_missing", lightgbm.LGBMClassifier, with_gaps, FRAUD.astype(int), gaps)


class Network(torch.nn.Module):
    """Two numbers and the place of a country; a probability and what the last layer but one holds."""

    def __init__(self):
        super().__init__()
        self.countries = torch.nn.Embedding(4, 3)
        self.hidden = torch.nn.Linear(5, 6)
        self.last = torch.nn.Linear(6, 1)

    def forward(self, numbers, country):
        seen = torch.cat([numbers / 100, self.countries(country)], dim=1)
        hidden = torch.tanh(self.hidden(seen))
        return torch.sigmoid(self.last(hidden)), hidden


def pytorch():
    torch.manual_seed(1)
    network = Network().eval()
    numbers = torch.tensor(np.column_stack([AMOUNT, COUNT]).astype(np.float32))
    places = np.searchsorted(["be", "de", "fr", "nl"], COUNTRY)
    country = torch.tensor(places)
    batch = torch.export.Dim("batch")
    path = OUT / "network.onnx"
    OUT.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        network,
        (numbers[:2], country[:2]),
        path,
        input_names=["numbers", "country"],
        output_names=["probability", "hidden"],
        dynamic_shapes={"numbers": {0: batch}, "country": {0: batch}},
        external_data=False,
        dynamo=True,
        verbose=False,
    )
    graph = onnx.load(path)
    path.unlink()
    for part in [*graph.graph.node, *graph.graph.value_info, *graph.graph.input, *graph.graph.output]:
        del part.metadata_props[:]  # where this script lies, among others
    del graph.metadata_props[:]
    with torch.no_grad():
        probability, _ = network(numbers[:ROWS], country[:ROWS])
    fixture(
        "pytorch_network",
        graph,
        {"amount": AMOUNT, "count": COUNT, "country_place": places},
        {"numbers": ["amount", "count"], "country": ["country_place"]},
        {"probability": probability.numpy()},
        f"torch {torch.__version__}, onnxscript",
        tolerance=1e-5,
        because="tanh and products of matrices in single precision by another library",
    )


def every_type():
    """A vector of one dimension an input, as MLflow feeds them, of every type; by hand, since no trainer makes it."""
    kinds = {
        "amount": TensorProto.DOUBLE,
        "count": TensorProto.INT64,
        "hour": TensorProto.INT32,
        "abroad": TensorProto.BOOL,
        "country": TensorProto.STRING,
    }
    inputs = [helper.make_tensor_value_info(name, kind, ["n"]) for name, kind in kinds.items()]
    nodes = [
        helper.make_node(
            "LabelEncoder",
            ["country"],
            ["place"],
            domain="ai.onnx.ml",
            keys_strings=["be", "de", "fr", "nl"],
            values_floats=[0.25, 0.5, 1.0, 2.0],
            default_float=-1.0,
        )
    ]
    for name in ("count", "hour", "abroad", "place"):
        nodes.append(helper.make_node("Cast", [name], [name + "_double"], to=TensorProto.DOUBLE))
    nodes.append(
        helper.make_node(
            "Sum",
            ["amount", *[name + "_double" for name in ("count", "hour", "abroad", "place")]],
            ["total"],
        )
    )
    nodes.append(helper.make_node("Identity", ["country"], ["same_country"]))
    nodes.append(helper.make_node("Not", ["abroad"], ["at_home"]))
    nodes.append(helper.make_node("Identity", ["hour"], ["same_hour"]))
    outputs = [
        helper.make_tensor_value_info("total", TensorProto.DOUBLE, ["n"]),
        helper.make_tensor_value_info("same_country", TensorProto.STRING, ["n"]),
        helper.make_tensor_value_info("at_home", TensorProto.BOOL, ["n"]),
        helper.make_tensor_value_info("same_hour", TensorProto.INT32, ["n"]),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "every_type", inputs, outputs),
        opset_imports=[helper.make_opsetid(domain, version) for domain, version in OPSETS.items()],
        ir_version=9,
    )
    onnx.checker.check_model(model)
    place = np.array([{"be": 0.25, "de": 0.5, "fr": 1.0, "nl": 2.0}[c] for c in COUNTRY])
    fixture(
        "every_type",
        model,
        {name: ALL[name] for name in kinds},
        {name: [name] for name in kinds},
        {
            "total": (AMOUNT + COUNT + HOUR + ABROAD + place)[:ROWS],
            "same_country": COUNTRY[:ROWS],
        },
        f"onnx {onnx.__version__}",
    )


print(f"Python {platform.python_version()}, {SKLEARN}, {LIGHTGBM}, {XGBOOST}, torch {torch.__version__}")
scikit_learn()
scikit_learn_text()
boosted_trees()
pytorch()
every_type()
