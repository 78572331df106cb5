"""Ten training steps under the semantics around an optimiser. Run: KERAS_BACKEND=torch python training_semantics.py

Writes training_semantics.json beside this file: gradient accumulation, moving averages of weights, clipping together with both, several
outputs with weighted losses, frozen BatchNormalization, layers that share weights (two towers among them). Every case holds a network in
our names, its Keras twin's initial weights, the loss of each step, and the weights after the last: as trained, and as they are used.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

ROWS, FEATURES, STEPS = 12, 4, 10
random = np.random.default_rng(20240611)
x = random.normal(size=(ROWS, FEATURES)).round(4)
y = random.normal(size=(ROWS, 1)).round(4)
labels = random.integers(0, 2, size=(ROWS, 1)).astype(float)
L, O = keras.layers, keras.optimizers


def dense(units, activation="linear", **options):
    return {"type": "dense", "params": {"units": units, "activation": activation}, **options}


def mlp():
    return {"in": {"type": "input"}, "hidden": dense(6, "tanh"), "last": dense(1), "out": {"type": "output"}}


def constrained():
    hidden = dense(6, "tanh")
    hidden["params"]["kernelConstraint"], hidden["params"]["kernelMaxNorm"] = "max_norm", 0.7
    return {**mlp(), "hidden": hidden}


def two_outputs():
    return {
        "in": {"type": "input"},
        "hidden": dense(6, "tanh"),
        "number": {**dense(1), "from": ["hidden"]},
        "class": {**dense(1, "sigmoid"), "from": ["hidden"]},
        "out": {"type": "output", "params": {"target": "y", "weight": 0.3}, "from": ["number"]},
        "out2": {"type": "output", "params": {"target": "z", "weight": 2.5}, "from": ["class"]},
    }


def normalized(frozen):
    norm = {"type": "batch_normalization", "params": {"momentum": 0.8}}
    if frozen:
        norm["frozen"] = True
    return {"in": {"type": "input"}, "hidden": dense(6), "norm": norm, "act": {"type": "activation", "params": {"activation": "tanh"}}, "last": dense(1), "out": {"type": "output"}}


def towers(tower, frozen=False):
    """The same layers over both halves of the input, joined."""
    parts = {"in": {"type": "input"}, "left": {"type": "slice_half", "half": 0}, "right": {"type": "slice_half", "half": 1, "from": ["in"]}}
    before = {"left": "left", "right": "right"}
    for name, part in tower.items():
        extra = {"frozen": True} if frozen and name == next(iter(tower)) else {}
        parts[name] = {**part, **extra, "from": [before["left"]]}
        parts[f"{name}_again"] = {**part, **extra, "from": [before["right"]], "weightsFrom": name}
        before = {"left": name, "right": f"{name}_again"}
    parts["join"] = {"type": "subtract", "from": [before["left"], before["right"]]}
    parts["last"] = {**dense(1), "from": ["join"]}
    parts["out"] = {"type": "output"}
    return parts


def recurrent():
    """One Dense twice in a row: a weight used at two depths."""
    return {"in": {"type": "input"}, "first": dense(4, "tanh"), "second": {**dense(4, "tanh"), "weightsFrom": "first"}, "last": dense(1), "out": {"type": "output"}}


def keras_layer(name, part):
    params = part.get("params", {})
    if part["type"] == "dense":
        constraint = keras.constraints.MaxNorm(params["kernelMaxNorm"]) if "kernelConstraint" in params else None
        layer = L.Dense(params["units"], activation=params["activation"], kernel_constraint=constraint, name=name)
    elif part["type"] == "batch_normalization":
        layer = L.BatchNormalization(momentum=params["momentum"], name=name)
    elif part["type"] == "activation":
        layer = L.Activation(params["activation"], name=name)
    elif part["type"] == "subtract":
        layer = L.Subtract(name=name)
    elif part["type"] == "slice_half":
        half = part["half"]
        layer = L.Lambda(lambda t, half=half: t[:, half * 2 : half * 2 + 2], output_shape=(2,), name=name)
    layer.trainable = not part.get("frozen", False)
    return layer


def build(parts):
    tensors, layers, outputs, previous = {}, {}, [], None
    for name, part in parts.items():
        sources = part.get("from", [previous])
        if part["type"] == "input":
            inputs = tensors[name] = keras.Input((FEATURES,))
        elif part["type"] == "output":
            outputs.append(tensors[sources[0]])
        else:
            owner = part.get("weightsFrom", name)
            if owner not in layers:
                layers[owner] = keras_layer(owner, part)
            read = [tensors[source] for source in sources]
            tensors[name] = layers[owner](read if len(read) > 1 else read[0])
        previous = name
    return keras.Model(inputs, outputs if len(outputs) > 1 else outputs[0]), layers


def weights_of(layers):
    return {f"{owner}/{w.name}": w for owner, layer in layers.items() for w in layer.weights}


def case(name, parts, kind, params, batches=None):
    model, layers = build(parts)
    initial = {}
    for path, variable in weights_of(layers).items():
        values = random.uniform(0.3, 1.2, variable.shape) if path.endswith(("variance", "gamma")) else random.normal(scale=0.5, size=variable.shape)
        initial[path] = values.round(4)
        variable.assign(initial[path])
    optimizer = getattr(O, kind)(**params)
    optimizer.build(model.trainable_variables)
    mse, bce = keras.losses.MeanSquaredError(), keras.losses.BinaryCrossentropy()
    several = "out2" in parts
    targets = [torch.tensor(values, dtype=torch.float32) for values in (y, labels)]
    inputs = torch.tensor(x, dtype=torch.float32)
    losses, states = [], []
    for step in range(STEPS):
        rows = slice(*(batches[step % len(batches)] if batches else (0, ROWS)))
        model.zero_grad()
        predicted = model(inputs[rows], training=True)
        if several:
            total = 0.3 * mse(targets[0][rows], predicted[0]) + 2.5 * bce(targets[1][rows], predicted[1])
        else:
            total = mse(targets[0][rows], predicted)
        total.backward()
        losses.append(float(total.detach()))
        with torch.no_grad():
            optimizer.apply([v.value.grad for v in model.trainable_variables], model.trainable_variables)
    def read():
        return {path: variable.numpy().tolist() for path, variable in weights_of(layers).items()}
    trained = read()
    optimizer.finalize_variable_values(model.trainable_variables)
    return {
        "name": name,
        "parts": parts,
        "several": several,
        "optimizer": {"type": kind.lower(), "params": params},
        "batches": batches or [[0, ROWS]],
        "initial": {path: values.tolist() for path, values in initial.items()},
        "losses": losses,
        "trained": trained,
        "used": read(),
    }


thirds, uneven = [[0, 4], [4, 8], [8, 12]], [[0, 5], [5, 10], [10, 12]]
SGD, ADAM = {"learning_rate": 0.05}, {"learning_rate": 0.02}
cases = [
    case("accumulation over two steps", mlp(), "SGD", {**SGD, "gradient_accumulation_steps": 2}, thirds),
    case("accumulation over three steps", mlp(), "Adam", {**ADAM, "gradient_accumulation_steps": 3}, thirds),
    case("accumulation over three steps, batches of different sizes", mlp(), "Nadam", {**ADAM, "gradient_accumulation_steps": 3}, uneven),
    case("accumulation over four steps, the last two left over", mlp(), "RMSprop", {"learning_rate": 0.02, "gradient_accumulation_steps": 4}, uneven),
    case("accumulation, clipped by norm and decayed", mlp(), "SGD", {"learning_rate": 0.1, "momentum": 0.8, "gradient_accumulation_steps": 2, "clipnorm": 0.2, "weight_decay": 0.2}, thirds),
    case("accumulation, clipped by value", mlp(), "Adamax", {**ADAM, "gradient_accumulation_steps": 2, "clipvalue": 0.05}, thirds),
    case("accumulation, clipped by global norm", mlp(), "SGD", {"learning_rate": 0.1, "gradient_accumulation_steps": 3, "global_clipnorm": 0.3}, uneven),
    case("averages", mlp(), "SGD", {**SGD, "use_ema": True}),
    case("averages of momentum 0.7", mlp(), "Adam", {**ADAM, "use_ema": True, "ema_momentum": 0.7}, thirds),
    case("averages that overwrite every third step", mlp(), "Adam", {**ADAM, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3}, thirds),
    case("averages that overwrite, accumulation", mlp(), "SGD", {"learning_rate": 0.1, "momentum": 0.5, "use_ema": True, "ema_momentum": 0.6, "ema_overwrite_frequency": 2, "gradient_accumulation_steps": 2}, uneven),
    case("averages under a constraint", constrained(), "SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.9}),
    case("accumulation under a constraint", constrained(), "Adam", {**ADAM, "gradient_accumulation_steps": 2}, thirds),
    case("averages, clipped by norm", mlp(), "Lion", {"learning_rate": 0.01, "use_ema": True, "ema_momentum": 0.5, "clipnorm": 0.1}),
    case("two outputs with weighted losses", two_outputs(), "SGD", SGD),
    case("two outputs with weighted losses, clipped by global norm", two_outputs(), "Adam", {**ADAM, "global_clipnorm": 0.4}, thirds),
    case("two outputs with weighted losses, averaged", two_outputs(), "SGD", {**SGD, "momentum": 0.9, "nesterov": True, "use_ema": True, "ema_momentum": 0.9}),
    case("BatchNormalization", normalized(False), "SGD", SGD, uneven),
    case("frozen BatchNormalization", normalized(True), "SGD", SGD, uneven),
    case("frozen BatchNormalization, averages", normalized(True), "Adam", {**ADAM, "use_ema": True, "ema_momentum": 0.9}, thirds),
    case("two towers of one Dense", towers({"tower": dense(5, "tanh")}), "SGD", SGD),
    case("two towers of two Dense, averaged", towers({"tower": dense(5, "tanh"), "top": dense(3, "relu")}), "Adam", {**ADAM, "use_ema": True, "ema_momentum": 0.9}, thirds),
    case("two towers with BatchNormalization", towers({"tower": dense(5), "norm": {"type": "batch_normalization", "params": {"momentum": 0.7}}}), "SGD", SGD, uneven),
    case("two towers, frozen", towers({"tower": dense(5, "tanh"), "top": dense(3, "tanh")}, frozen=True), "SGD", SGD),
    case("two towers with frozen BatchNormalization", towers({"norm": {"type": "batch_normalization", "params": {"momentum": 0.7}}, "tower": dense(5)}, frozen=True), "Adam", ADAM, uneven),
    case("one Dense twice in a row", recurrent(), "Adam", ADAM, thirds),
    case("one Dense twice in a row, accumulation", recurrent(), "SGD", {**SGD, "gradient_accumulation_steps": 2}, thirds),
]


def rounded(value):
    """Nine digits, as many as tell float32 numbers apart."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


target = pathlib.Path(__file__).with_suffix(".json")
head = {"keras": keras.__version__, "torch": torch.__version__, "rows": ROWS, "steps": STEPS, "x": x.tolist(), "y": y.tolist(), "labels": labels.tolist()}
body = ",\n".join(json.dumps(rounded(entry), separators=(",", ":")) for entry in cases)
target.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
print(f"{len(cases)} cases written to {target.name}, {target.stat().st_size} bytes")
