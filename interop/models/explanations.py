"""Makes the fixtures that io.leat.models.explanation is held against: exported models, rows, and what the libraries
themselves say each feature contributes.

    python3 -m venv venv && venv/bin/pip install -r interop/models/requirements.txt
    venv/bin/python interop/models/explanations.py stream-scoring/models/src/test/resources/explanations

A file of rows has, tab by tab: the features, then for each margin the contributions and the base value.
"""

import sys
import warnings
from pathlib import Path

import lightgbm
import numpy as np
import onnx
import pandas
import shap
import xgboost
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as Floats
from skl2onnx import convert_sklearn, to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from covers import add_covers

warnings.filterwarnings("ignore")
WIDTH = 6
OPSETS = {"": 17, "ai.onnx.ml": 3}
folder = Path(sys.argv[1])
random = np.random.default_rng(20)


def data(rows):
    # Multiples of 1/8: thresholds lie between, or on, values that many rows share.
    x = np.round(random.normal(size=(rows, WIDTH)) * 8).astype(np.float32) / 8
    signal = x[:, 0] + x[:, 1] * x[:, 2] - np.abs(x[:, 3]) + 0.5 * random.normal(size=rows)
    return x, signal


def with_gaps(x):
    x = x.copy()
    x[random.random(x.shape) < 0.15] = np.nan
    return x


def with_ties(x, model):
    """Ten rows lie exactly on thresholds of the model's first splits."""
    x = x.copy()
    operator = next(node for node in model.graph.node if node.op_type.startswith("TreeEnsemble"))
    values = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in operator.attribute}
    # LightGBM splits off zero at 1e-35, but takes what is not larger as zero before it compares.
    splits = [i for i, mode in enumerate(values["nodes_modes"]) if mode != b"LEAF" and abs(values["nodes_values"][i]) > 1e-30]
    for row in range(10):
        for split in splits[row :: len(splits) // 5]:
            x[row, values["nodes_featureids"][split]] = values["nodes_values"][split]
    return x


def write(name, model, x, contributions):
    """contributions: rows x margins x (features and base value)"""
    model.graph.name = name  # exporters name it at random
    for kept in ("doc_string", "producer_version"):
        model.ClearField(kept)
    onnx.save_model(model, folder / f"{name}.onnx")
    show = lambda value: value if isinstance(value, str) else f"{value:.9g}"
    with open(folder / f"{name}.tsv", "w") as file:
        for row, margins in zip(x, contributions):
            cells = [show(value) for value in row] + [f"{value:.12g}" for margin in margins for value in margin]
            file.write("\t".join(cells) + "\n")
    print(name, len(x), "rows", contributions.shape[1], "margins")


def by_shap(model, x):
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    values = explainer.shap_values(x, check_additivity=False)
    values = values[:, :, None] if values.ndim == 2 else values
    base = np.broadcast_to(np.reshape(explainer.expected_value, (1, -1, 1)), (len(x), values.shape[2], 1))
    return np.concatenate([np.moveaxis(values, 2, 1), base], axis=2)


def margins(contributions, count):
    return np.reshape(contributions, (len(contributions), count, -1)).astype(np.float64)


folder.mkdir(parents=True, exist_ok=True)
train, signal = data(800)
binary, classes = (signal > 0).astype(int), np.digitize(signal, [-1, 0.5])
gaps = with_gaps(train)
rows = data(50)[0]
inputs = [("X", Floats([None, WIDTH]))]

for name, kind, label, count, settings in [
    ("xgboost-binary", xgboost.XGBClassifier, binary, 1, {"n_estimators": 20, "max_depth": 4}),
    ("xgboost-classes", xgboost.XGBClassifier, classes, 3, {"n_estimators": 8, "max_depth": 3}),
    ("xgboost-regression", xgboost.XGBRegressor, signal, 1, {"n_estimators": 6, "max_depth": 7}),
]:
    fitted = kind(**settings).fit(gaps, label)
    model = add_covers(convert_xgboost(fitted, initial_types=inputs), fitted)
    x = with_ties(with_gaps(rows), model)
    matrix = xgboost.DMatrix(x)
    write(name, model, x, margins(fitted.get_booster().predict(matrix, pred_contribs=True), count))

for name, kind, label, count, settings in [
    ("lightgbm-binary", lightgbm.LGBMClassifier, binary, 1, {"n_estimators": 20, "num_leaves": 12}),
    ("lightgbm-classes", lightgbm.LGBMClassifier, classes, 3, {"n_estimators": 8, "num_leaves": 8}),
    ("lightgbm-regression", lightgbm.LGBMRegressor, signal, 1, {"n_estimators": 8, "num_leaves": 31}),
]:
    fitted = kind(verbose=-1, **settings).fit(gaps, label)
    zipped = {} if kind is lightgbm.LGBMRegressor else {"zipmap": False}
    model = add_covers(convert_lightgbm(fitted, initial_types=inputs, **zipped), fitted)
    x = with_ties(with_gaps(rows), model)
    write(name, model, x, margins(fitted.predict(x, pred_contrib=True), count))

for name, fitted, label in [
    ("forest-binary", RandomForestClassifier(10, max_depth=5, random_state=1), binary),
    ("forest-classes", RandomForestClassifier(5, max_depth=5, random_state=1), classes),
    ("forest-regression", RandomForestRegressor(5, max_depth=6, random_state=1), signal),
    ("boosting-binary", GradientBoostingClassifier(n_estimators=20, random_state=1), binary),
    ("boosting-regression", GradientBoostingRegressor(n_estimators=20, random_state=1), signal),
]:
    fitted.fit(train, label)
    model = add_covers(to_onnx(fitted, train[:1], target_opset=OPSETS), fitted)
    x = with_ties(rows, model)
    contributions = by_shap(fitted, x)
    write(name, model, x, contributions[:, 1:] if name == "forest-binary" else contributions)

# Of rows in double precision. The exporter still writes thresholds and leaves as floats.
model = add_covers(to_onnx(fitted, train[:1].astype(np.float64), target_opset=OPSETS), fitted)
write("boosting-double", model, rows, by_shap(fitted, rows))

# The same without covers, beside its training rows.
fitted = GradientBoostingRegressor(n_estimators=10, random_state=1).fit(train[:200], signal[:200])
model = to_onnx(fitted, train[:1], target_opset=OPSETS)
write("background", model, rows, by_shap(fitted, rows))
np.savetxt(folder / "background-rows.tsv", train[:200], fmt="%.9g", delimiter="\t")

# Linear models: weights times what the graph makes of the features.
for name, fitted, label in [
    ("logistic-binary", make_pipeline(StandardScaler(), LogisticRegression()), binary),
    ("logistic-classes", make_pipeline(StandardScaler(), LogisticRegression()), classes),
    ("ridge", make_pipeline(MinMaxScaler(), Ridge()), signal),
]:
    fitted.fit(train, label)
    weights, bases = np.atleast_2d(fitted[-1].coef_), np.ravel(fitted[-1].intercept_)
    if name == "logistic-binary":
        weights, bases = np.concatenate([-weights, weights]), np.concatenate([-bases, bases])
    parts = fitted[:-1].transform(rows)[:, None, :] * weights[None]
    contributions = np.concatenate([parts, np.broadcast_to(bases[None, :, None], (len(rows), len(bases), 1))], axis=2)
    classifier = name.startswith("logistic")
    write(name, to_onnx(fitted, train[:1], target_opset=OPSETS, options={"zipmap": name == "logistic-binary"} if classifier else None), rows, contributions)

# Numbers beside a text: what is made of the text counts for it.
countries = np.array(["de", "fr", "it", "at"])
table = pandas.DataFrame({"amount": train[:, 0], "country": countries[random.integers(0, 4, len(train))], "count": train[:, 1]})
label = (table["amount"] + 2 * (table["country"] == "fr") - table["count"] > 0.5).astype(int)
tried = table.head(50)
types = [("amount", FloatTensorType([None, 1])), ("country", StringTensorType([None, 1])), ("count", FloatTensorType([None, 1]))]
for name, last in [
    ("text-logistic", LogisticRegression()),
    ("text-boosting", GradientBoostingClassifier(n_estimators=15, random_state=1)),
]:
    columns = ColumnTransformer([("scaled", StandardScaler(), ["amount", "count"]), ("hot", OneHotEncoder(sparse_output=False), ["country"])])
    fitted = make_pipeline(columns, last).fit(table, label)
    made = fitted[:-1].transform(tried)
    model = convert_sklearn(fitted, initial_types=types, target_opset=OPSETS, options={id(last): {"zipmap": False}})
    if name == "text-logistic":
        weights, bases = np.concatenate([-last.coef_, last.coef_]), np.concatenate([-last.intercept_, last.intercept_])
        parts = made[:, None, :] * weights[None]
        parts = np.concatenate([parts, np.broadcast_to(bases[None, :, None], (len(made), 2, 1))], axis=2)
    else:
        model, parts = add_covers(model, fitted), by_shap(last, made.astype(np.float32))
    by_feature = np.stack([parts[..., 0], parts[..., 2:-1].sum(axis=2), parts[..., 1], parts[..., -1]], axis=2)
    write(name, model, tried.values.tolist(), by_feature)
