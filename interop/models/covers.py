"""Writes into an exported model how much of the training set came to each node of its trees ("covers").

Path-dependent TreeSHAP needs them and exporters leave them out: skl2onnx and onnxmltools write `nodes_hitrates` of 1
everywhere, or none. `nodes_hitrates` is where ONNX has room for them; ONNX Runtime's scores do not depend on it.

    import covers
    model = convert_xgboost(booster, initial_types=...)
    covers.add_covers(model, booster)
    onnx.save_model(model, "model.onnx")
"""

import json

import numpy as np
import onnx


def add_covers(model, fitted):
    """Adds covers to an ONNX model with one tree ensemble, in place.

    :param model: an onnx.ModelProto
    :param fitted: what it was exported from: an XGBoost or LightGBM model or booster; a tree, forest or gradient
        boosting of scikit-learn; or a scikit-learn pipeline that ends with one of these
    :raises ValueError: if the model's trees are not the fitted model's, split by split
    """
    operators = [node for node in model.graph.node if node.op_type in ("TreeEnsembleClassifier", "TreeEnsembleRegressor")]
    if len(operators) != 1:
        raise ValueError(f"the model has {len(operators)} tree ensembles; expected one")
    operator = operators[0]
    values = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in operator.attribute}
    if "nodes_values_as_tensor" in values:  # of a model in double precision
        values["nodes_values"] = onnx.numpy_helper.to_array(values["nodes_values_as_tensor"])
    trees = _trees(fitted)
    index = {key: i for i, key in enumerate(zip(values["nodes_treeids"], values["nodes_nodeids"]))}
    children = set()
    for i, mode in enumerate(values["nodes_modes"]):
        if mode != b"LEAF":
            tree = values["nodes_treeids"][i]
            children |= {index[tree, values["nodes_truenodeids"][i]], index[tree, values["nodes_falsenodeids"][i]]}
    roots = [i for i in range(len(index)) if i not in children]
    if len(roots) != len(trees):
        raise ValueError(f"the model has {len(roots)} trees; {len(trees)} were fitted")
    covers = [0.0] * len(index)
    for root, tree in zip(roots, trees):
        pending = [(root, tree)]
        while pending:
            node, (cover, threshold, when_true, when_false) = pending.pop()
            covers[node] = cover
            is_leaf = values["nodes_modes"][node] == b"LEAF"
            if is_leaf != (when_true is None):
                raise ValueError(f"node {node} of the model is not that of the fitted tree")
            if not is_leaf:
                if not np.isclose(values["nodes_values"][node], threshold, rtol=1e-5, atol=1e-30):
                    raise ValueError(f"node {node} splits at {values['nodes_values'][node]}; the fitted tree at {threshold}")
                of = values["nodes_treeids"][node]
                pending.append((index[of, values["nodes_truenodeids"][node]], when_true))
                pending.append((index[of, values["nodes_falsenodeids"][node]], when_false))
    kept = [attribute for attribute in operator.attribute if attribute.name not in ("nodes_hitrates", "nodes_hitrates_as_tensor")]
    del operator.attribute[:]
    operator.attribute.extend(kept + [onnx.helper.make_attribute("nodes_hitrates", [float(cover) for cover in covers])])
    return model


def _trees(fitted):
    """Trees as nested (cover, threshold, where it holds, where it does not); the last two are None of a leaf."""
    if hasattr(fitted, "steps"):
        return _trees(fitted.steps[-1][1])
    if hasattr(fitted, "get_booster"):
        fitted = fitted.get_booster()
    if hasattr(fitted, "booster_"):
        fitted = fitted.booster_
    if hasattr(fitted, "save_raw"):
        boosted = json.loads(fitted.save_raw("json"))["learner"]["gradient_booster"]
        return [_xgboost(tree, 0) for tree in boosted.get("gbtree", boosted)["model"]["trees"]]
    if hasattr(fitted, "dump_model"):
        return [_lightgbm(tree["tree_structure"]) for tree in fitted.dump_model()["tree_info"]]
    estimators = np.ravel(fitted.estimators_) if hasattr(fitted, "estimators_") else [fitted]
    return [_sklearn(estimator.tree_, 0) for estimator in estimators]


def _xgboost(tree, node):
    left, right = tree["left_children"][node], tree["right_children"][node]
    cover = tree["sum_hessian"][node]
    if left < 0:
        return cover, 0.0, None, None
    return cover, tree["split_conditions"][node], _xgboost(tree, left), _xgboost(tree, right)


def _lightgbm(node):
    if "split_index" not in node:
        return node.get("leaf_count", 0), 0.0, None, None
    if node["decision_type"] != "<=":
        raise ValueError("a categorical split is exported as several; explain against a background of rows instead")
    return node["internal_count"], node["threshold"], _lightgbm(node["left_child"]), _lightgbm(node["right_child"])


def _sklearn(tree, node):
    left, right = tree.children_left[node], tree.children_right[node]
    cover = tree.weighted_n_node_samples[node]
    if left < 0:
        return cover, 0.0, None, None
    return cover, tree.threshold[node], _sklearn(tree, left), _sklearn(tree, right)
