"""Recurrent layers in Keras and, where it has them, in PyTorch: outputs, gradients, ten training steps. Run: KERAS_BACKEND=torch python recurrent.py

Writes recurrent.json beside this file. Each case is one layer on a fixed batch: its output, the gradients of the mean squared distance of the
output to a target by input and weights, and the weights after ten steps of plain gradient descent on it.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

STEPS, RATE = 10, 0.3
random = np.random.default_rng(20240502)

# layer, parameters of Keras, (batch, steps, features), merge mode when bidirectional
CASES = [
    ("SimpleRNN", {"units": 5}, (3, 4, 2), None),
    ("SimpleRNN", {"units": 3, "activation": "sigmoid", "return_sequences": True, "go_backwards": True}, (4, 5, 3), None),
    ("SimpleRNN", {"units": 17, "use_bias": False, "return_sequences": True}, (1, 3, 7), None),
    ("SimpleRNN", {"units": 4, "activation": "relu"}, (2, 6, 1), "concat"),
    ("LSTM", {"units": 5}, (3, 4, 2), None),
    ("LSTM", {"units": 3, "return_sequences": True, "go_backwards": True}, (4, 5, 3), None),
    ("LSTM", {"units": 17, "use_bias": False, "return_sequences": True}, (1, 3, 7), None),
    ("LSTM", {"units": 6, "activation": "sigmoid", "go_backwards": True}, (19, 2, 3), None),
    ("LSTM", {"units": 3, "return_sequences": True}, (2, 5, 3), "concat"),
    ("LSTM", {"units": 4}, (3, 3, 2), "sum"),
    ("GRU", {"units": 5}, (3, 4, 2), None),
    ("GRU", {"units": 3, "return_sequences": True, "go_backwards": True}, (4, 5, 3), None),
    ("GRU", {"units": 17, "use_bias": False, "return_sequences": True}, (1, 3, 7), None),
    ("GRU", {"units": 6, "activation": "relu", "go_backwards": True}, (19, 2, 3), None),
    ("GRU", {"units": 3, "return_sequences": True}, (2, 5, 3), "mul"),
    ("GRU", {"units": 4}, (3, 3, 2), "ave"),
]

NAMES = ["kernel", "recurrent_kernel", "bias"]


def numbers(tensor):
    return np.asarray(tensor.detach().numpy() if isinstance(tensor, torch.Tensor) else tensor, dtype="float64").ravel().round(9).tolist()


def torch_output(kind, params, x, weights):
    """What torch.nn says from the same weights; None where it lays the layer out in another way."""
    if set(params) - {"units", "return_sequences", "use_bias"}:
        return None
    units, biased = params["units"], params.get("use_bias", True)
    module = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}[kind](x.shape[2], units, batch_first=True, bias=biased)
    gates = {"SimpleRNN": [0], "LSTM": [0, 1, 2, 3], "GRU": [1, 0, 2]}[kind]

    def ordered(columns):
        return torch.tensor(np.concatenate([columns[..., g * units:(g + 1) * units] for g in gates], axis=-1).T.copy())

    with torch.no_grad():
        module.weight_ih_l0.copy_(ordered(weights["kernel"]))
        module.weight_hh_l0.copy_(ordered(weights["recurrent_kernel"]))
        if biased:
            both = weights["bias"] if kind == "GRU" else np.stack([weights["bias"], 0 * weights["bias"]])
            module.bias_ih_l0.copy_(ordered(both[0]))
            module.bias_hh_l0.copy_(ordered(both[1]))
        states = module(torch.tensor(x))[0]
    return states if params.get("return_sequences") else states[:, -1]


def case(kind, params, shape, merge):
    layer = getattr(keras.layers, kind)(**params)
    if merge is not None:
        layer = keras.layers.Bidirectional(layer, merge_mode=merge)
    x = random.normal(size=shape).round(4).astype("float32")
    layer.build(shape)
    variables = layer.trainable_variables
    per_direction = 3 if params.get("use_bias", True) else 2
    names = [("" if i < per_direction else "backward_") + NAMES[i % per_direction] for i in range(len(variables))]
    initial = [random.normal(scale=0.4, size=v.shape).round(4).astype("float32") for v in variables]
    for variable, value in zip(variables, initial):
        variable.assign(value)
    given = torch.tensor(x, requires_grad=True)
    output = layer(given)
    target = random.normal(scale=0.5, size=tuple(output.shape)).round(4).astype("float32")
    tensors = [v.value for v in variables]
    gradients = torch.autograd.grad(((output - torch.tensor(target)) ** 2).mean(), [given, *tensors])
    other = torch_output(kind, params, x, dict(zip(names, initial))) if merge is None else None
    if other is not None:
        assert np.abs(other.detach().numpy() - output.detach().numpy()).max() < 1e-5, kind
    for _ in range(STEPS):
        loss = ((layer(torch.tensor(x)) - torch.tensor(target)) ** 2).mean()
        steps = torch.autograd.grad(loss, tensors)
        with torch.no_grad():
            for tensor, step in zip(tensors, steps):
                tensor -= RATE * step
    return {
        "layer": kind,
        "params": params,
        "merge": merge,
        "torch": other is not None,
        "shape": list(shape),
        "x": numbers(x),
        "target": numbers(target),
        "initial": {name: numbers(value) for name, value in zip(names, initial)},
        "outputShape": list(output.shape),
        "output": numbers(output),
        "inputGradient": numbers(gradients[0]),
        "gradients": {name: numbers(value) for name, value in zip(names, gradients[1:])},
        "final": {name: numbers(value) for name, value in zip(names, tensors)},
    }


cases = [case(*entry) for entry in CASES]
head = {"keras": keras.__version__, "torch": torch.__version__, "steps": STEPS, "rate": RATE}
body = ",\n".join(json.dumps(entry) for entry in cases)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
print(f"{len(cases)} cases, {sum(entry['torch'] for entry in cases)} of them confirmed by torch.nn")
