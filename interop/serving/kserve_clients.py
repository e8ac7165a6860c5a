"""Asks Leat's scoring server with KServe's clients for REST and for gRPC.

    python kserve_clients.py PORT MODELS
"""

import asyncio
import logging
import sys

import grpc
import httpx
import numpy as np
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput
from reference import Reference, require_same

logging.disable(logging.ERROR)  # refusals are printed below
TYPES = {"float32": "FP32", "float64": "FP64", "object": "BYTES"}
port, models = sys.argv[1:]
references = {name: Reference(models, name) for name in ("price", "mixed")}
ADDRESS = f"http://127.0.0.1:{port}"


def request(name, feed, binary, outputs=()):
    inputs = []
    for place, data in feed.items():
        tensor = InferInput(place, list(data.shape), TYPES[str(data.dtype)])
        tensor.set_data_from_numpy(data, binary_data=binary)
        inputs.append(tensor)
    wanted = [RequestedOutput(output, {"binary_data": binary}) for output in outputs]
    return InferRequest(name, inputs, request_id="42", request_outputs=wanted)


async def check(way, infer, binary):
    for name, reference in references.items():
        for count in (1, 7):
            feed = reference.feed(count)
            expected = reference.run(feed)
            answer = await infer(request(name, feed, binary, reference.outputs))
            assert answer.id == "42" and answer.model_name == name and answer.parameters["digest"], answer.to_rest()
            given = {output.name: output.as_numpy() for output in answer.outputs}
            for output in reference.outputs:
                require_same(given[output], expected[output], (way, name, output))
    print(f"KServe's client, {way}: every output as ONNX Runtime has it, to the last bit")


async def main():
    rest = InferenceRESTClient(RESTConfig(protocol="v2", retries=0))
    assert await rest.is_server_ready(ADDRESS) and await rest.is_server_live(ADDRESS)
    assert await rest.is_model_ready(ADDRESS, "price")
    for binary in (True, False):
        await check(
            "REST, bytes" if binary else "REST, JSON",
            lambda asked: rest.infer(ADDRESS, asked, model_name=asked.model_name),
            binary,
        )
    narrow = {name: rows[:, 1:] for name, rows in references["price"].feed(2).items()}
    try:
        await rest.infer(ADDRESS, request("price", narrow, True), model_name="price")
        raise AssertionError("a matrix that lacks a column was not refused")
    except httpx.HTTPStatusError as e:
        assert e.response.status_code == 400 and "-1 is any size" in e.response.json()["error"], e
        print(f"refused: {e.response.json()['error']}")
    await rest.close()

    client = InferenceGRPCClient(f"127.0.0.1:{port}", retries=0)
    assert await client.is_server_ready() and await client.is_server_live()
    assert await client.is_model_ready("price")
    for binary in (True, False):
        await check("gRPC, raw" if binary else "gRPC, typed", client.infer, binary)
    try:
        await client.infer(request("price", narrow, True))
        raise AssertionError("a matrix that lacks a column was not refused")
    except grpc.RpcError as e:
        assert e.code() == grpc.StatusCode.INVALID_ARGUMENT and "-1 is any size" in e.details(), e
    await client.close()


asyncio.run(main())
