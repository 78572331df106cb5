"""Regularisers and constraints of every layer that has them, as ten training steps of Keras. Run: KERAS_BACKEND=torch python penalties.py

Writes penalties.json beside this file. Every case is one layer, then Flatten and Dense 1, under the mean squared error plus what the layer
adds to it, by gradient descent on one batch. Recorded are the loss of each step and the weights after the last.

The norm of a constraint is taken over all axes but the last, the weights of one unit: for kernels of more than two axes Keras is told so.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

STEPS = 10
random = np.random.default_rng(20261129)
L, C, R = keras.layers, keras.constraints, keras.regularizers
VECTOR, SEQUENCE, IMAGE, VOLUME, FRAMES = (5,), (5, 3), (5, 4, 2), (3, 4, 3, 2), (3, 4, 3, 2)


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def penalty(l1=0.0, l2=0.0):
    return R.L1L2(l1, l2) if l1 and l2 else R.L1(l1) if l1 else R.L2(l2)


def regularized(**weights):
    """What a layer of ours and of Keras is given: weight -> (L1, L2)."""
    ours = {f"{camel(name)}{norm}": factor for name, factors in weights.items() for norm, factor in zip(("L1", "L2"), factors) if factor}
    return ours, {f"{name}_regularizer": penalty(*factors) for name, factors in weights.items()}


def constrained(axis=0, **weights):
    """The same of constraints: weight -> a kind, or the largest norm."""
    ours, theirs = {}, {}
    for name, kind in weights.items():
        own, along = camel(name), axis if name not in ("bias", "beta", "gamma", "alpha") else 0
        if isinstance(kind, float):
            ours |= {f"{own}Constraint": "max_norm", f"{own}MaxNorm": kind}
            theirs[f"{name}_constraint"] = C.MaxNorm(kind, axis=along)
        else:
            ours[f"{own}Constraint"] = kind
            theirs[f"{name}_constraint"] = C.NonNeg() if kind == "non_neg" else C.UnitNorm(axis=along)
    return ours, theirs


LINE, PLANE, SPACE = (0, 1), (0, 1, 2), (0, 1, 2, 3)
# Our type, our parameters, the Keras layer by its keywords, shape of a sample, axes of a unit's kernel, names of its weights.
KERNELS = [
    ("dense", {"units": 4, "activation": "tanh"}, lambda **o: L.Dense(4, activation="tanh", **o), VECTOR, 0, ("kernel", "bias")),
    ("conv1d", {"filters": 3, "kernelSize": 2}, lambda **o: L.Conv1D(3, 2, **o), SEQUENCE, LINE, ("kernel", "bias")),
    ("conv2d", {"filters": 3}, lambda **o: L.Conv2D(3, 3, **o), IMAGE, PLANE, ("kernel", "bias")),
    ("conv3d", {"filters": 2, "kernelDepth": 2, "kernelHeight": 2, "kernelWidth": 2}, lambda **o: L.Conv3D(2, 2, **o), VOLUME, SPACE, ("kernel", "bias")),
    ("depthwise_conv1d", {"kernelSize": 2}, lambda **o: L.DepthwiseConv1D(2, **o), SEQUENCE, None, ("depthwise", "bias")),
    ("depthwise_conv2d", {"depthMultiplier": 2}, lambda **o: L.DepthwiseConv2D(3, depth_multiplier=2, **o), IMAGE, None, ("depthwise", "bias")),
    ("separable_conv1d", {"filters": 3, "kernelSize": 2}, lambda **o: L.SeparableConv1D(3, 2, **o), SEQUENCE, LINE, ("depthwise", "pointwise", "bias")),
    ("separable_conv2d", {"filters": 3}, lambda **o: L.SeparableConv2D(3, 3, **o), IMAGE, PLANE, ("depthwise", "pointwise", "bias")),
    ("conv1d_transpose", {"filters": 3, "kernelSize": 2}, lambda **o: L.Conv1DTranspose(3, 2, **o), SEQUENCE, None, ("kernel", "bias")),
    ("conv2d_transpose", {"filters": 2, "strideHeight": 2, "strideWidth": 2}, lambda **o: L.Conv2DTranspose(2, 3, strides=2, **o), (3, 2, 2), None, ("kernel", "bias")),
    ("conv3d_transpose", {"filters": 2, "kernelDepth": 2, "kernelHeight": 2, "kernelWidth": 2}, lambda **o: L.Conv3DTranspose(2, 2, **o), (2, 3, 2, 2), None, ("kernel", "bias")),
    ("simple_rnn", {"units": 4}, lambda **o: L.SimpleRNN(4, **o), SEQUENCE, 0, ("kernel", "recurrent", "bias")),
    ("lstm", {"units": 3}, lambda **o: L.LSTM(3, **o), SEQUENCE, 0, ("kernel", "recurrent", "bias")),
    ("gru", {"units": 3}, lambda **o: L.GRU(3, **o), SEQUENCE, 0, ("kernel", "recurrent", "bias")),
    ("conv_lstm2d", {"filters": 2, "kernelHeight": 2, "kernelWidth": 2}, lambda **o: L.ConvLSTM2D(2, 2, **o), FRAMES, PLANE, ("kernel", "recurrent", "bias")),
]


def numbers(values):
    return [float(f"{value:.9g}") for value in np.asarray(values, dtype="float64").ravel()]


def case(items, kind, params, layer, shape, rows=4, ids=0):
    x = random.integers(0, ids, size=(rows, *shape)).astype("float32") if ids else random.normal(size=(rows, *shape)).round(3).astype("float32")
    y = random.normal(size=(rows, 1)).round(3).astype("float32")
    given = keras.Input(shape)
    tested = layer(given, given) if kind == "multi_head_attention" else layer(given)
    model = keras.Model(given, L.Dense(1)(L.Flatten()(tested)))
    for weight in model.weights:
        variance = weight.path.endswith("variance")
        weight.assign(random.uniform(0.5, 1.5, weight.shape).round(3) if variance else random.normal(scale=0.5, size=weight.shape).round(3))
    initial = [numbers(weight.numpy()) for weight in model.weights]
    variables, rate = model.trainable_variables, 0.002 if len(shape) > 2 else 0.02
    step = keras.optimizers.SGD(rate)
    step.build(variables)
    losses = []
    for _ in range(STEPS):
        model.zero_grad()
        total = ((model(torch.tensor(x), training=True) - torch.tensor(y)) ** 2).mean() + sum(model.losses)
        total.backward()
        losses.append(float(total.detach()))
        with torch.no_grad():
            step.apply([v.value.grad for v in variables], variables)
    assert max(losses) < 1000, (kind, params, losses)
    return {
        "items": items, "type": kind, "params": params, "shape": list(shape), "rows": rows, "rate": rate, "x": numbers(x), "y": numbers(y),
        "initial": initial, "losses": numbers(losses), "final": [numbers(weight.numpy()) for weight in model.weights],
    }


def of(kind, params, layer, shape, item, setting, **more):
    ours, theirs = setting
    if kind.startswith("depthwise"):  # of ours the one kernel is called so
        ours = {name.replace("depthwise", "kernel"): value for name, value in ours.items()}
    return case(item if isinstance(item, list) else [item], kind, {**params, **ours}, layer(**theirs), shape, **more)


cases = []
for kind, params, layer, shape, axis, names in KERNELS:
    first, bias = names[0], "bias"
    add = lambda item, setting, **more: cases.append(of(kind, params, layer, shape, item, setting, **more))
    add("L1", regularized(**{first: (0.03, 0)}))
    add("L2", regularized(**{name: (0, 0.05) for name in names}), rows=1)
    add("L1L2", regularized(**{names[-2]: (0.02, 0.04), bias: (0.01, 0.02)}))
    if kind != "simple_rnn":  # Keras takes an activity_regularizer there and forgets it
        add("activity L1 and L2", regularized(activity=(0.02, 0.03)), rows=3)
    add("non-negative", constrained(**{name: "non_neg" for name in names}))
    if axis is not None:
        add("maximum norm", constrained(axis, **{names[-2]: 0.6, bias: 0.4}))
        add("unit norm", constrained(axis, **{names[-2]: "unit_norm"}), rows=1)

affine = [
    ("batch_normalization", {}, lambda **o: L.BatchNormalization(**o), VECTOR),
    ("layer_normalization", {}, lambda **o: L.LayerNormalization(**o), SEQUENCE),
    ("group_normalization", {"groups": 2}, lambda **o: L.GroupNormalization(2, **o), IMAGE),
]
for kind, params, layer, shape in affine:
    cases.append(of(kind, params, layer, shape, "L1L2", regularized(gamma=(0.02, 0.04), beta=(0.03, 0.01))))
    cases.append(of(kind, params, layer, shape, ["non-negative", "maximum norm"], constrained(gamma="non_neg", beta=0.5)))
for setting, item in [(regularized(alpha=(0.02, 0.03)), "L1L2"), (constrained(alpha="non_neg"), "non-negative")]:
    cases.append(of("prelu", {}, lambda **o: L.PReLU(**o), VECTOR, item, setting))
for setting, item in [(regularized(embeddings=(0.02, 0.03)), "L1L2"), (constrained(embeddings=0.7), "maximum norm"), (constrained(embeddings="unit_norm"), "unit norm")]:
    cases.append(of("embedding", {"inputDim": 6, "outputDim": 3}, lambda **o: L.Embedding(6, 3, **o), (4,), item, setting, ids=6))
for setting, item in [(regularized(kernel=(0.02, 0.03), bias=(0.01, 0)), "L1L2"), (constrained(kernel="non_neg", bias="non_neg"), "non-negative")]:
    cases.append(of("multi_head_attention", {"numHeads": 2, "keyDim": 3}, lambda **o: L.MultiHeadAttention(2, 3, **o), (4, 3), item, setting))
for l1, l2, rows in [(0.05, 0, 4), (0, 0.04, 1), (0.02, 0.03, 3)]:
    cases.append(case(["ActivityRegularization"], "activity_regularization", {"activityL1": l1, "activityL2": l2}, L.ActivityRegularization(l1, l2), (5, 2), rows))

target = pathlib.Path(__file__).with_suffix(".json")
head = {"keras": keras.__version__, "torch": torch.__version__, "steps": STEPS}
body = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
target.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
print(f"{len(cases)} cases written to {target.name}, {target.stat().st_size} bytes")
