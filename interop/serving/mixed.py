"""Writes a graph whose inputs are a text, a double and a float a row, and whose outputs are of every type.

    python mixed.py MODEL
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

node = helper.make_node
value = helper.make_tensor_value_info
weights = np.random.default_rng(7).normal(size=(3, 2)).astype(np.float32)
graph = helper.make_graph(
    [
        node(
            "LabelEncoder",
            ["market"],
            ["code"],
            domain="ai.onnx.ml",
            keys_strings=["nsw", "vic", "süd"],
            values_floats=[1.0, 2.0, 3.0],
            default_float=0.5,
        ),
        node("Cast", ["nsw_price"], ["price"], to=TensorProto.FLOAT),
        node("Concat", ["code", "price", "vic_price"], ["row"], axis=1),
        node("MatMul", ["row", "weights"], ["logits"]),
        node("Softmax", ["logits"], ["probabilities"], axis=1),
        node("ArgMax", ["probabilities"], ["class"], axis=1, keepdims=0),
        node(
            "LabelEncoder",
            ["class"],
            ["label"],
            domain="ai.onnx.ml",
            keys_int64s=[0, 1],
            values_strings=["down ↓", "up ↑"],
        ),
        node("Add", ["nsw_price", "nsw_price"], ["doubled"]),
        node("Mul", ["price", "thousand"], ["thousandfold"]),
        node("Cast", ["thousandfold"], ["whole"], to=TensorProto.INT32),
        node("Greater", ["price", "vic_price"], ["higher"]),
    ],
    "mixed",
    [
        value("market", TensorProto.STRING, ["n", 1]),
        value("nsw_price", TensorProto.DOUBLE, ["n", 1]),
        value("vic_price", TensorProto.FLOAT, ["n", 1]),
    ],
    [
        value("probabilities", TensorProto.FLOAT, ["n", 2]),
        value("class", TensorProto.INT64, ["n"]),
        value("label", TensorProto.STRING, ["n"]),
        value("doubled", TensorProto.DOUBLE, ["n", 1]),
        value("whole", TensorProto.INT32, ["n", 1]),
        value("higher", TensorProto.BOOL, ["n", 1]),
    ],
    [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.float32([1000]), "thousand")],
)
opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
