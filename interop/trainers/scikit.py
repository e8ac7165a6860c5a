"""A trainer with scikit-learn: a forest whose leaves are large enough to tell shares."""
import sklearn
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

import training

(features, labels), (held, held_labels) = training.both_parts()
model = RandomForestClassifier(200, min_samples_leaf=20, max_depth=12, random_state=training.request()["seed"] % 2**32, n_jobs=1)
model.fit(features, labels)
graph = to_onnx(model, features[:1], options={"zipmap": False})
training.save(
    graph.SerializeToString(),
    {"library": f"scikit-learn {sklearn.__version__}", "validation_auc": roc_auc_score(held_labels, model.predict_proba(held)[:, 1])},
)
