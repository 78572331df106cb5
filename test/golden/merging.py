"""Merging layers, layer normalisation, rescaling and embedding of Keras, to compare with. Run: KERAS_BACKEND=torch python merging.py

Writes merging.json beside this file. Every case is a small network around one layer that ends in Flatten and Dense 1, with the mean
squared error and SGD with momentum. Recorded are the output of the layer, the gradients of all weights, and all weights after ten steps.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

STEPS, RATE, MOMENTUM, FEATURES = 10, 0.02, 0.9, 4
random = np.random.default_rng(20240701)
L = keras.layers


def branches(kind, layer, count, shape, rows, equal=False):
    """The same input through `count` Dense layers, merged; with `equal` all of them start with the same weights."""
    units = int(np.prod(shape))
    inputs = keras.Input((FEATURES,))
    parts, values, names = {"in": {"type": "input"}}, [], []
    for index in range(count):
        dense, shaped = f"dense{index}", f"shaped{index}"
        parts[dense] = {"type": "dense", "params": {"units": units, "activation": "tanh"}, "from": ["in"]}
        parts[shaped] = {"type": "reshape", "params": {"targetShape": list(shape)}}
        values.append(L.Reshape(shape)(L.Dense(units, activation="tanh", name=dense)(inputs)))
        names.append(shaped)
    parts["tested"] = {"type": kind, "params": {}, "from": names}
    return inputs, layer(values), parts, random.normal(size=(rows, FEATURES)), equal


def behind(kind, params, layer, shape, rows):
    """The layer behind a Dense layer of its input's shape."""
    units = int(np.prod(shape))
    inputs = keras.Input((FEATURES,))
    parts = {
        "in": {"type": "input"},
        "dense": {"type": "dense", "params": {"units": units}},
        "shaped": {"type": "reshape", "params": {"targetShape": list(shape)}},
        "tested": {"type": kind, "params": params},
    }
    return inputs, layer(L.Reshape(shape)(L.Dense(units, name="dense")(inputs))), parts, random.normal(size=(rows, FEATURES)), False


def lookup(params, length, rows):
    """An embedding of ids that come twice or more, the last of the table among them."""
    inputs = keras.Input((length,))
    layer = L.Embedding(params["inputDim"], params["outputDim"], name="tested")
    x = random.integers(0, params["inputDim"], size=(rows, length))
    x[0, 0] = params["inputDim"] - 1
    return inputs, layer(inputs), {"in": {"type": "input"}, "tested": {"type": "embedding", "params": params}}, x, False


def merging():
    for name, kind in [("Subtract", "subtract"), ("Multiply", "multiply"), ("Average", "average"), ("Maximum", "maximum"), ("Minimum", "minimum")]:
        layer = getattr(L, name)
        yield f"{kind} two vectors", branches(kind, layer(), 2, (5,), 6)
        yield f"{kind} two equal branches", branches(kind, layer(), 2, (3,), 5, equal=True)
        several = 2 if kind == "subtract" else 3
        yield f"{kind} {several} sequences, one row", branches(kind, layer(), several, (3, 2), 1)


def others():
    N = L.LayerNormalization
    yield "layer normalisation", behind("layer_normalization", {}, N(name="tested"), (5,), 6)
    yield "layer normalisation without beta, sequences", behind(
        "layer_normalization", {"center": False, "epsilon": 1e-5}, N(center=False, epsilon=1e-5, name="tested"), (3, 7), 5)
    yield "layer normalisation without gamma, one row", behind(
        "layer_normalization", {"scale": False}, N(scale=False, name="tested"), (2, 3, 4), 1)
    yield "layer normalisation bare", behind(
        "layer_normalization", {"scale": False, "center": False, "epsilon": 0.1}, N(scale=False, center=False, epsilon=0.1, name="tested"), (9,), 4)
    R = L.Rescaling
    yield "rescaling", behind("rescaling", {"scale": 0.5, "offset": -1}, R(0.5, offset=-1.0, name="tested"), (5,), 6)
    yield "rescaling of sequences, scale only", behind("rescaling", {"scale": -2}, R(-2.0, name="tested"), (3, 2), 4)
    yield "rescaling, offset only, one row", behind("rescaling", {"offset": 0.3}, R(1.0, offset=0.3, name="tested"), (2, 3, 2), 1)
    yield "embedding", lookup({"inputDim": 7, "outputDim": 3}, 5, 6)
    yield "embedding of one id", lookup({"inputDim": 4, "outputDim": 5}, 1, 7)
    yield "embedding, one row", lookup({"inputDim": 3, "outputDim": 17}, 6, 1)


def numbers(tensor):
    return [float(f"{value:.7g}") for value in np.asarray(tensor, dtype="float64").ravel()]


def case(name, network):
    inputs, tested, parts, x, equal = network
    x = x.round(3).astype("float32")
    y = (1 + random.normal(size=(len(x), 1))).round(3).astype("float32")
    model = keras.Model(inputs, L.Dense(1, name="last")(L.Flatten()(tested)))
    weights = [random.normal(scale=0.4, size=w.shape).round(3) for w in model.get_weights()]
    if equal:
        weights[2:4] = weights[:2]
    model.set_weights(weights)
    paths = [variable.path for variable in model.weights]
    initial = {path: numbers(w) for path, w in zip(paths, model.get_weights())}
    variables = [variable.value for variable in model.trainable_variables]
    loss = ((model(x) - torch.tensor(y)) ** 2).mean()
    gradients = torch.autograd.grad(loss, variables)
    output = keras.Model(inputs, tested)(x).detach().numpy()
    model.compile(optimizer=keras.optimizers.SGD(RATE, momentum=MOMENTUM), loss="mean_squared_error")
    for _ in range(STEPS):
        model.train_on_batch(x, y)
    return {
        "name": name, "parts": parts, "rows": len(x), "x": numbers(x), "y": numbers(y),
        "outputShape": list(output.shape[1:]), "output": numbers(output),
        "initial": initial, "gradients": {path: numbers(g) for path, g in zip(paths, gradients)},
        "final": {path: numbers(w) for path, w in zip(paths, model.get_weights())},
    }


cases = [case(*entry) for entry in [*merging(), *others()]]
target = pathlib.Path(__file__).with_suffix(".json")
head = {
    "keras": keras.__version__, "backend": keras.backend.backend(), "torch": torch.__version__, "steps": STEPS, "learningRate": RATE,
    "momentum": MOMENTUM,
}
body = ",\n".join(json.dumps(entry, allow_nan=False) for entry in cases)
target.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
print(f"{len(cases)} cases written to {target.name}")
