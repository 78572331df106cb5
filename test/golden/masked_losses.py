"""Losses and metrics of predictions with a mask. Run: KERAS_BACKEND=torch python masked_losses.py

Writes masked_losses.json beside this file. Networks that keep the mask of their padding up to the Output are fitted by Keras' own `fit`, three
batches an epoch that differ in how much of them is padding: losses and metrics of each epoch, and the weights after the last. The same in plain
PyTorch, where a loss is the mean over the steps that count.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch
import torch.nn.functional as F

ROWS, STEPS, FEATURES, BATCH, EPOCHS, RATE = 12, 6, 3, 5, 4, 0.1
random = np.random.default_rng(20261128)
L = keras.layers


def padded(low=-1.0, high=1.0):
    """Sequences whose last steps are zeros; one row is all padding, one has padding in between."""
    x = random.uniform(low, high, size=(ROWS, STEPS, FEATURES)).round(4)
    for row, length in enumerate(random.integers(1, STEPS + 1, size=ROWS)):
        x[row, length:] = 0
    x[3] = 0
    x[7, 1] = 0
    x[1] = random.uniform(low, high, size=(STEPS, FEATURES)).round(4)
    return x.astype("float32")


def over_steps(values, mask):
    return (values.mean(-1) * mask).sum() / mask.sum()


# Our loss: last activation, the Keras loss, range of the data, the loss of each element in PyTorch.
LOSSES = {
    "mean_squared_error": ("linear", keras.losses.MeanSquaredError(), (-1, 1), lambda p, t: (p - t) ** 2),
    "mean_absolute_error": ("tanh", keras.losses.MeanAbsoluteError(), (-1, 1), lambda p, t: (p - t).abs()),
    "huber": ("linear", keras.losses.Huber(), (-3, 3), lambda p, t: F.huber_loss(p, t, reduction="none")),
    "log_cosh": ("linear", keras.losses.LogCosh(), (-2, 2), lambda p, t: torch.log(torch.cosh(p - t))),
    "binary_crossentropy": ("sigmoid", keras.losses.BinaryCrossentropy(), (0, 1), lambda p, t: F.binary_cross_entropy(p, t, reduction="none")),
    "poisson": ("softplus", keras.losses.Poisson(), (0, 2), lambda p, t: p - t * torch.log(p + 1e-7)),
    "cosine_similarity": ("linear", keras.losses.CosineSimilarity(), (-1, 1), lambda p, t: -F.cosine_similarity(p, t, dim=-1, eps=1e-7)[..., None]),
}
ACTIVATIONS = {"linear": lambda x: x, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": F.softplus}


def start(shapes):
    return {name: random.normal(scale=0.6, size=shape).round(4).astype("float32") for name, shape in shapes.items()}


def fit(model, x, y, loss, initial):
    for (_, value), variable in zip(initial.items(), model.trainable_variables, strict=True):
        variable.assign(value)
    model.compile(keras.optimizers.SGD(RATE), loss, metrics=[m for m in (keras.metrics.MeanSquaredError(), keras.metrics.MeanAbsoluteError())])
    history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0).history
    evaluated = model.evaluate(x, y, batch_size=4, verbose=0, return_dict=True)
    weights = {name: variable.numpy().ravel().tolist() for name, variable in zip(initial, model.trainable_variables)}
    return {"history": history, "evaluated": evaluated, "weights": weights}


def fit_torch(forward, x, y, mask, term, initial):
    weights = {name: torch.tensor(value, requires_grad=True) for name, value in initial.items()}
    data, target, kept = (torch.tensor(values, dtype=torch.float32) for values in (x, y, mask))
    epochs = []
    for _ in range(EPOCHS):
        total = 0.0
        for begin in range(0, ROWS, BATCH):
            rows = slice(begin, min(begin + BATCH, ROWS))
            loss = over_steps(term(forward(data[rows], weights), target[rows]), kept[rows])
            total += float(loss.detach()) * (rows.stop - rows.start)
            gradients = torch.autograd.grad(loss, list(weights.values()))
            with torch.no_grad():
                for weight, gradient in zip(weights.values(), gradients):
                    weight -= RATE * gradient
        epochs.append(total / ROWS)
    return {"history": {"loss": epochs}, "weights": {name: w.detach().numpy().ravel().tolist() for name, w in weights.items()}}


def record(name, item, parts, target, x, y, initial, keras_says, torch_says):
    return {
        "name": name,
        "item": item,
        "parts": parts,
        "target": target,
        "x": x.ravel().tolist(),
        "y": y.ravel().tolist(),
        "initial": {k: v.ravel().tolist() for k, v in initial.items()},
        "keras": keras_says,
        "torch": torch_says,
    }


def sequences(kind):
    activation, loss, limits, term = LOSSES[kind]
    x = padded(*limits)
    initial = start({"hidden/kernel": (FEATURES, 4), "hidden/bias": (4,), "last/kernel": (4, FEATURES), "last/bias": (FEATURES,)})
    inputs = keras.Input((STEPS, FEATURES))
    hidden = L.Dense(4, activation="tanh")(L.Masking()(inputs))
    model = keras.Model(inputs, L.Dense(FEATURES, activation=activation)(hidden))
    says = fit(model, x, x, loss, initial)

    def forward(given, w):
        hidden = torch.tanh(given @ w["hidden/kernel"] + w["hidden/bias"])
        return ACTIVATIONS[activation](hidden @ w["last/kernel"] + w["last/bias"])

    mask = (x != 0).any(-1).astype("float32")
    parts = {
        "in": {"type": "input", "params": {"shape": [STEPS, FEATURES]}},
        "masking": {"type": "masking"},
        "hidden": {"type": "dense", "params": {"units": 4, "activation": "tanh"}},
        "last": {"type": "dense", "params": {"units": FEATURES, "activation": activation}},
        "out": {"type": "output", "params": {"target": "input:in", "loss": kind, "metricList": ["mean_squared_error", "mean_absolute_error"]}},
    }
    return record(f"sequences given back under {kind}", kind, parts, "input", x, x, initial, says, fit_torch(forward, x, x, mask, term, initial))


def vectors():
    """A mask of whole samples."""
    x = random.normal(size=(ROWS, FEATURES)).round(4).astype("float32")
    x[[2, 5, 6]] = 0
    y = random.normal(size=(ROWS, 1)).round(4).astype("float32")
    initial = start({"last/kernel": (FEATURES, 1), "last/bias": (1,)})
    inputs = keras.Input((FEATURES,))
    model = keras.Model(inputs, L.Dense(1)(L.Masking()(inputs)))
    says = fit(model, x, y, keras.losses.MeanSquaredError(), initial)
    mask = (x != 0).any(-1).astype("float32")
    parts = {
        "in": {"type": "input"},
        "masking": {"type": "masking"},
        "last": {"type": "dense", "params": {"units": 1}},
        "out": {"type": "output", "params": {"loss": "mean_squared_error", "metricList": ["mean_squared_error", "mean_absolute_error"]}},
    }
    plain = fit_torch(lambda given, w: given @ w["last/kernel"] + w["last/bias"], x, y, mask, LOSSES["mean_squared_error"][3], initial)
    return record("whole samples left out", "mean_squared_error", parts, "column", x, y, initial, says, plain)


def recurrent():
    """A mask through an LSTM that gives every state."""
    x = padded()
    initial = start({"lstm/kernel": (FEATURES, 16), "lstm/recurrent_kernel": (4, 16), "lstm/bias": (16,), "last/kernel": (4, FEATURES), "last/bias": (FEATURES,)})
    inputs = keras.Input((STEPS, FEATURES))
    states = L.LSTM(4, return_sequences=True)(L.Masking()(inputs))
    model = keras.Model(inputs, L.TimeDistributed(L.Dense(FEATURES))(states))
    says = fit(model, x, x, keras.losses.MeanSquaredError(), initial)
    parts = {
        "in": {"type": "input", "params": {"shape": [STEPS, FEATURES]}},
        "masking": {"type": "masking"},
        "lstm": {"type": "lstm", "params": {"units": 4, "returnSequences": True}},
        "last": {"type": "dense", "params": {"units": FEATURES, "timeDistributed": True}},
        "out": {"type": "output", "params": {"target": "input:in", "metricList": ["mean_squared_error", "mean_absolute_error"]}},
    }
    return record("sequences given back by an LSTM", "mean_squared_error", parts, "input", x, x, initial, says, None)


cases = [*(sequences(kind) for kind in LOSSES), vectors(), recurrent()]


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {k: rounded(v) for k, v in value.items()} if isinstance(value, dict) else value


path = pathlib.Path(__file__).with_suffix(".json")
head = {"keras": keras.__version__, "torch": torch.__version__, "rows": ROWS, "batch": BATCH, "epochs": EPOCHS, "rate": RATE}
body = ",\n".join(json.dumps(rounded(entry)) for entry in cases)
path.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
print(f"{path.name}: {len(cases)} cases")
