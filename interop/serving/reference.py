"""The models of the stack in ONNX Runtime for Python, and rows to ask for."""

import pathlib

import numpy as np
import onnxruntime

onnxruntime.set_default_logger_severity(3)
random = np.random.default_rng(11)


class Reference:
    """One thread, as Leat runs a graph: a product of matrices may have other last bits on several."""

    def __init__(self, models, name):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(pathlib.Path(models, name, "model.onnx"), options)
        self.inputs = self.session.get_inputs()
        self.outputs = [output.name for output in self.session.get_outputs()]

    def run(self, rows):
        return dict(zip(self.outputs, self.session.run(None, rows)))

    def feed(self, count):
        """Rows of the model: of `mixed` texts, beyond ASCII and unknown ones among them, and numbers; of `price` a matrix."""
        if len(self.inputs) == 1:
            return {self.inputs[0].name: random.normal(size=(count, self.inputs[0].shape[1])).astype(np.float32)}
        texts = ["nsw", "süd", "", "nobody's \"market\"", "vic"]
        return {
            "market": np.array([[texts[row % len(texts)]] for row in range(count)], dtype=np.object_),
            "nsw_price": random.random(size=(count, 1)),
            "vic_price": random.random(size=(count, 1)).astype(np.float32),
        }


def require_same(given, expected, what):
    """Equal to the last bit, in type and shape; texts as texts, whether they come as such or as bytes."""
    given = np.asarray(given)
    if expected.dtype.kind in "OU":
        texts = [one.decode() if isinstance(one, bytes) else one for one in given.ravel()]
        assert given.shape == expected.shape and texts == list(expected.ravel()), (what, given, expected)
        return
    assert given.dtype == expected.dtype and given.shape == expected.shape, (what, given.dtype, given.shape, expected.shape)
    assert given.tobytes() == expected.tobytes(), (what, given, expected)
