"""Asks Leat's scoring server with Triton's clients for HTTP and for gRPC.

    python triton.py PORT MODELS
"""

import sys

import numpy as np
import tritonclient.grpc
import tritonclient.http
from reference import Reference, require_same
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

port, models = sys.argv[1:]
address = f"127.0.0.1:{port}"
price, mixed = Reference(models, "price"), Reference(models, "mixed")
TYPES = {"tensor(float)": "FP32", "tensor(double)": "FP64", "tensor(string)": "BYTES"}


def tensors(module, feed, **options):
    inputs = []
    for name, data in feed.items():
        data = np.array([[text.encode()] for (text,) in data], dtype=np.object_) if data.dtype == np.object_ else data
        tensor = module.InferInput(name, list(data.shape), np_to_triton_dtype(data.dtype))
        tensor.set_data_from_numpy(data, **options)
        inputs.append(tensor)
    return inputs


def refused(status, words, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except InferenceServerException as e:
        assert e.status() == status and words in e.message(), (status, words, e)
        return e.message()
    raise AssertionError(f"{call} {arguments} was not refused")


def check_metadata(client, as_json):
    assert client.is_server_live() and client.is_server_ready()
    server = client.get_server_metadata(**as_json)
    assert server["name"] == "leat" and server["version"], server
    for name, reference in (("price", price), ("mixed", mixed)):
        for version in ("", "1", "champion"):
            assert client.is_model_ready(name, version)
        told = client.get_model_metadata(name, **as_json)
        assert told["name"] == name and told["versions"] == ["1"], told
        shapes = {one["name"]: (one["datatype"], [int(size) for size in one["shape"]]) for one in told["inputs"]}
        for one in reference.inputs:
            expected = [size if isinstance(size, int) else -1 for size in one.shape]
            assert shapes.pop(one.name) == (TYPES[one.type], expected), told
        assert not shapes and [one["name"] for one in told["outputs"]] == reference.outputs, told
    return server


def check_scores(way, infer, module, **options):
    for name, reference in (("price", price), ("mixed", mixed)):
        for count in (1, 7):
            feed = reference.feed(count)
            expected = reference.run(feed)
            result = infer(name, tensors(module, feed, **options))
            for output in reference.outputs:
                require_same(result.as_numpy(output), expected[output], (way, name, output))
    print(f"Triton's client, {way}: every output as ONNX Runtime has it, to the last bit")


def check_refusals(client, module, codes):
    bad, missing = codes
    feed = price.feed(2)
    (name,) = feed
    rows = feed[name]
    first = [
        refused(bad, "-1 is any size", client.infer, "price", tensors(module, {name: rows[:, 1:]})),
        refused(bad, "the model takes FP32", client.infer, "price", tensors(module, {name: rows.astype(np.float64)})),
        refused(bad, "no input other", client.infer, "price", tensors(module, {"other": rows})),
        refused(bad, "no input vic_price", client.infer, "mixed", tensors(module, mixed.feed(1))[:2]),
        refused(bad, "no output other", client.infer, "price", tensors(module, feed), outputs=[module.InferRequestedOutput("other")]),
        refused(missing, "no model nothing", client.infer, "nothing", tensors(module, feed)),
        refused(missing, "77", client.infer, "price", tensors(module, feed), model_version="77"),
    ]
    for sentence in first:
        print(f"refused: {sentence}")


http = tritonclient.http.InferenceServerClient(address, concurrency=4)
server = check_metadata(http, {})
assert "binary_tensor_data" in server["extensions"], server
check_refusals(http, tritonclient.http, ("400", "404"))
check_scores("HTTP, bytes both ways", http.infer, tritonclient.http)
check_scores("HTTP, JSON in and bytes out", http.infer, tritonclient.http, binary_data=False)


def as_json(name, inputs):
    outputs = {"price": price, "mixed": mixed}[name].outputs
    wanted = [tritonclient.http.InferRequestedOutput(output, binary_data=False) for output in outputs]
    return http.infer(name, inputs, outputs=wanted)


check_scores("HTTP, bytes in and JSON out", as_json, tritonclient.http)
for algorithm in ("gzip", "deflate"):
    check_scores(
        f"HTTP, {algorithm} both ways",
        lambda name, inputs: http.infer(
            name, inputs, request_compression_algorithm=algorithm, response_compression_algorithm=algorithm
        ),
        tritonclient.http,
    )
pending = [(feed, http.async_infer("price", tensors(tritonclient.http, feed))) for feed in map(price.feed, range(1, 33))]
for feed, result in pending:
    require_same(result.get_result().as_numpy("probabilities"), price.run(feed)["probabilities"], "async")
one = http.infer("price", tensors(tritonclient.http, price.feed(1)), request_id="42", model_version="champion").get_response()
assert one["id"] == "42" and one["model_version"] == "1" and one["parameters"]["digest"], one
http.close()

grpc = tritonclient.grpc.InferenceServerClient(address)
check_metadata(grpc, {"as_json": True})
check_refusals(grpc, tritonclient.grpc, ("StatusCode.INVALID_ARGUMENT", "StatusCode.NOT_FOUND"))
check_scores("gRPC", grpc.infer, tritonclient.grpc)
print("refused:", refused(
    "StatusCode.UNIMPLEMENTED", "gzip", grpc.infer, "price", tensors(tritonclient.grpc, price.feed(1)), compression_algorithm="gzip"
))
one = grpc.infer("price", tensors(tritonclient.grpc, price.feed(1)), request_id="42").get_response()
assert one.id == "42" and one.model_version == "1" and one.parameters["digest"].string_param, one
grpc.close()
