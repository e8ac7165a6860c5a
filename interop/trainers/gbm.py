"""A trainer with LightGBM, which stops early on the validation part."""
import lightgbm
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.metrics import roc_auc_score

import training

(features, labels), (held, held_labels) = training.both_parts()
model = lightgbm.LGBMClassifier(
    n_estimators=400, num_leaves=15, learning_rate=0.05, random_state=training.request()["seed"] % 2**31, deterministic=True, n_jobs=1, verbose=-1
)
model.fit(features, labels, eval_X=held, eval_y=held_labels, callbacks=[lightgbm.early_stopping(30, verbose=False)])
graph = convert_lightgbm(model, initial_types=[("features", FloatTensorType([None, features.shape[1]]))], zipmap=False)
training.save(
    graph.SerializeToString(),
    {"library": f"LightGBM {lightgbm.__version__}", "rounds": model.best_iteration_, "validation_auc": roc_auc_score(held_labels, model.predict_proba(held)[:, 1])},
)
