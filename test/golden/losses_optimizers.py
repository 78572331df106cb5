"""Ten training steps under every loss and optimiser setting. Run: KERAS_BACKEND=torch python losses_optimizers.py

Writes losses_optimizers.json beside this file. Losses: value and gradient by the prediction for batches of 5 and 1, through the loss
functions of Keras. Steps: a 4-6-C network with fixed weights, the same batch of 12 rows ten times; recorded are the loss before each step,
the gradients of the first and the weights after the last. RAdam comes from torch.optim, which Keras does not have.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

ROWS, FEATURES, HIDDEN, STEPS = 12, 4, 6, 10
random = np.random.default_rng(20240502)
x = random.normal(size=(ROWS, FEATURES)).round(4)


def distribution(*shape):
    values = random.uniform(0.1, 1, size=shape)
    return (values / values.sum(-1, keepdims=True)).round(4)


def normal(*shape):
    return random.normal(size=shape).round(4)


def positive(*shape):
    return random.uniform(0.1, 3, size=shape).round(4)


def labels(*shape):
    return random.integers(0, 2, size=shape).astype(float)


def signs(*shape):
    return labels(*shape) * 2 - 1


def one_hot(n, c):
    return np.eye(c)[random.integers(0, c, size=n)]


# name: (loss, parameters of the Output, prediction, target, feature counts)
LOSSES = [
    ("mean_squared_logarithmic_error", keras.losses.MeanSquaredLogarithmicError, {}, positive, positive, (1, 3)),
    ("mean_absolute_percentage_error", keras.losses.MeanAbsolutePercentageError, {}, normal, positive, (1, 3)),
    ("huber", keras.losses.Huber, {"delta": 1.0}, normal, normal, (1, 3)),
    ("huber", keras.losses.Huber, {"delta": 0.3}, normal, normal, (1, 4)),
    ("huber", keras.losses.Huber, {"delta": 2.5}, normal, normal, (3,)),
    ("log_cosh", keras.losses.LogCosh, {}, normal, normal, (1, 3)),
    ("poisson", keras.losses.Poisson, {}, positive, positive, (1, 3)),
    ("hinge", keras.losses.Hinge, {}, normal, labels, (1, 3)),
    ("hinge", keras.losses.Hinge, {}, normal, signs, (1, 2)),
    ("squared_hinge", keras.losses.SquaredHinge, {}, normal, labels, (1, 3)),
    ("squared_hinge", keras.losses.SquaredHinge, {}, normal, signs, (1, 2)),
    ("categorical_hinge", keras.losses.CategoricalHinge, {}, normal, one_hot, (2, 3, 7)),
    ("kl_divergence", keras.losses.KLDivergence, {}, distribution, distribution, (2, 5)),
    ("kl_divergence", keras.losses.KLDivergence, {}, distribution, one_hot, (3,)),
    ("cosine_similarity", keras.losses.CosineSimilarity, {}, normal, normal, (2, 3, 7)),
    ("mean_squared_error", keras.losses.MeanSquaredError, {}, normal, normal, (1, 3)),
    ("mean_absolute_error", keras.losses.MeanAbsoluteError, {}, normal, normal, (1, 3)),
    ("binary_crossentropy", keras.losses.BinaryCrossentropy, {}, lambda *s: random.uniform(0.05, 0.95, s).round(4), labels, (1, 3)),
    ("binary_crossentropy", keras.losses.BinaryCrossentropy, {"label_smoothing": 0.1}, lambda *s: random.uniform(0.05, 0.95, s).round(4), labels, (1, 3)),
    ("binary_crossentropy", keras.losses.BinaryCrossentropy, {"label_smoothing": 0.4}, lambda *s: random.uniform(0.05, 0.95, s).round(4), labels, (1,)),
    ("categorical_crossentropy", keras.losses.CategoricalCrossentropy, {}, distribution, one_hot, (2, 5)),
    ("categorical_crossentropy", keras.losses.CategoricalCrossentropy, {"label_smoothing": 0.1}, distribution, one_hot, (2, 5)),
    ("categorical_crossentropy", keras.losses.CategoricalCrossentropy, {"label_smoothing": 0.3}, distribution, one_hot, (3,)),
]


def loss_case(name, kind, params, prediction, target, n, c):
    p, t = prediction(n, c), target(n, c)
    tensor = torch.tensor(p, dtype=torch.float32, requires_grad=True)
    wanted = torch.tensor(t, dtype=torch.float32)
    values = kind(**params, reduction=None)(wanted, tensor)
    kind(**params)(wanted, tensor).backward()
    return {
        "loss": name,
        "params": params,
        "prediction": p.tolist(),
        "target": t.tolist(),
        "values": values.detach().numpy().tolist(),
        "gradient": tensor.grad.numpy().tolist(),
    }


O = keras.optimizers
# type, Keras class or torch's, parameters
OPTIMIZERS = [
    ("adagrad", O.Adagrad, {"learning_rate": 0.05}),
    ("adagrad", O.Adagrad, {"learning_rate": 0.1, "initial_accumulator_value": 0.0}),
    ("adagrad", O.Adagrad, {"learning_rate": 0.05, "epsilon": 1e-2, "weight_decay": 0.1}),
    ("adadelta", O.Adadelta, {"learning_rate": 1.0, "epsilon": 1e-4}),
    ("adadelta", O.Adadelta, {"learning_rate": 1.0, "rho": 0.5, "epsilon": 1e-3}),
    ("adadelta", O.Adadelta, {"learning_rate": 20.0}),
    ("adamax", O.Adamax, {"learning_rate": 0.02}),
    ("adamax", O.Adamax, {"learning_rate": 0.05, "beta_1": 0.5, "beta_2": 0.7}),
    ("adamax", O.Adamax, {"learning_rate": 0.02, "epsilon": 1e-2, "clipvalue": 0.2}),
    ("nadam", O.Nadam, {"learning_rate": 0.02}),
    ("nadam", O.Nadam, {"learning_rate": 0.02, "beta_1": 0.5, "beta_2": 0.9}),
    ("nadam", O.Nadam, {"learning_rate": 0.02, "epsilon": 1e-2, "weight_decay": 0.05}),
    ("lion", O.Lion, {"learning_rate": 0.01}),
    ("lion", O.Lion, {"learning_rate": 0.02, "beta_1": 0.5, "beta_2": 0.7}),
    ("lion", O.Lion, {"learning_rate": 0.01, "weight_decay": 0.5}),
    ("adamw", O.AdamW, {"learning_rate": 0.02}),
    ("adamw", O.AdamW, {"learning_rate": 0.02, "weight_decay": 0.5}),
    ("adamw", O.AdamW, {"learning_rate": 0.02, "amsgrad": True, "global_clipnorm": 0.5}),
    ("adam", O.Adam, {"learning_rate": 0.02, "amsgrad": True}),
    ("adam", O.Adam, {"learning_rate": 0.05, "amsgrad": True, "beta_1": 0.5, "beta_2": 0.6}),
    ("adam", O.Adam, {"learning_rate": 0.02, "amsgrad": True, "epsilon": 1e-2}),
    ("sgd", O.SGD, {"learning_rate": 0.05, "clipvalue": 0.1}),
    ("sgd", O.SGD, {"learning_rate": 0.05, "clipnorm": 0.3}),
    ("sgd", O.SGD, {"learning_rate": 0.05, "global_clipnorm": 0.3, "momentum": 0.9}),
    ("sgd", O.SGD, {"learning_rate": 0.05, "global_clipnorm": 50.0}),
    ("sgd", O.SGD, {"learning_rate": 0.05, "weight_decay": 0.3, "momentum": 0.5}),
    ("rmsprop", O.RMSprop, {"learning_rate": 0.01, "weight_decay": 0.3, "clipnorm": 0.5}),
    ("radam", "torch", {"learning_rate": 0.02}),
    ("radam", "torch", {"learning_rate": 0.02, "beta_1": 0.5, "beta_2": 0.7}),
    ("radam", "torch", {"learning_rate": 0.05, "beta_1": 0.9, "beta_2": 0.6, "epsilon": 1e-3}),
]

C, R = keras.constraints, keras.regularizers
# name, parameters of the hidden Dense, of ours and of Keras'
DENSE = [
    ("maximum norm", {"kernelConstraint": "max_norm", "kernelMaxNorm": 0.8}, {"kernel_constraint": C.MaxNorm(0.8)}),
    ("non-negative", {"kernelConstraint": "non_neg", "biasConstraint": "non_neg"}, {"kernel_constraint": C.NonNeg(), "bias_constraint": C.NonNeg()}),
    ("unit norm", {"kernelConstraint": "unit_norm", "biasConstraint": "max_norm", "biasMaxNorm": 0.5}, {"kernel_constraint": C.UnitNorm(), "bias_constraint": C.MaxNorm(0.5)}),
    ("activity L1", {"activityL1": 0.05}, {"activity_regularizer": R.L1(0.05)}),
    ("activity L2", {"activityL2": 0.03}, {"activity_regularizer": R.L2(0.03)}),
    ("activity L1 and L2", {"activityL1": 0.02, "activityL2": 0.1}, {"activity_regularizer": R.L1L2(0.02, 0.1)}),
]
names = {"huber_loss": "huber"}
NAMES = ["hidden/kernel", "hidden/bias", "last/kernel", "last/bias"]


def step_case(name, loss, loss_params, units, activation, y, optimizer, dense=({}, {}), weights=None):
    kind, make, params = optimizer
    model = keras.Sequential(
        [
            keras.layers.Input((FEATURES,)),
            keras.layers.Dense(HIDDEN, activation="tanh", name="hidden", **dense[1]),
            keras.layers.Dense(units, activation=activation, name="last"),
        ]
    )
    initial = [random.normal(scale=0.5, size=w.shape).round(4) for w in model.get_weights()]
    model.set_weights(initial)
    function = loss(**loss_params)
    inputs, wanted = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
    sample_weight = None if weights is None else torch.tensor(weights, dtype=torch.float32)
    variables = model.trainable_variables
    if make == "torch":
        rename = dict(params)
        betas = (rename.pop("beta_1", 0.9), rename.pop("beta_2", 0.999))
        step = torch.optim.RAdam([v.value for v in variables], lr=rename.pop("learning_rate"), betas=betas, eps=rename.pop("epsilon", 1e-8))
    else:
        step = make(**params)
        step.build(variables)
    losses, first = [], None
    for _ in range(STEPS):
        model.zero_grad()
        total = function(wanted, model(inputs), sample_weight=sample_weight)
        for extra in model.losses:
            total = total + extra
        total.backward()
        gradients = [v.value.grad for v in variables]
        first = first or [g.numpy().copy().tolist() for g in gradients]
        losses.append(float(total.detach()))
        if make == "torch":
            step.step()
        else:
            with torch.no_grad():
                step.apply(gradients, variables)
    result = {
        "name": name,
        "loss": names.get(function.name, function.name),
        "lossParams": loss_params,
        "optimizer": {"type": kind, "params": params},
        "dense": dense[0],
        "units": units,
        "activation": activation,
        "y": y.tolist(),
        "initial": dict(zip(NAMES, (w.tolist() for w in initial))),
        "gradients": dict(zip(NAMES, first)),
        "losses": losses,
        "final": dict(zip(NAMES, (w.tolist() for w in model.get_weights()))),
    }
    if weights is not None:
        result["weights"] = weights.tolist()
    return result


MSE, SGD, ADAM = keras.losses.MeanSquaredError, ("sgd", O.SGD, {"learning_rate": 0.05}), ("adam", O.Adam, {"learning_rate": 0.02})
L = keras.losses
numbers = normal(ROWS, 1)
steps = [step_case(f"{o[0]} {json.dumps(o[2])}", MSE, {}, 1, "linear", numbers, o) for o in OPTIMIZERS]
steps += [step_case(f"{name} of Dense, {o[0]}", MSE, {}, 1, "linear", numbers, o, d) for name, *d in DENSE for o in (SGD, ADAM)]
for kind, params, units, activation, y in [
    (L.MeanSquaredLogarithmicError, {}, 1, "softplus", positive(ROWS, 1)),
    (L.MeanAbsolutePercentageError, {}, 1, "linear", positive(ROWS, 1)),
    (L.Huber, {}, 1, "linear", numbers),
    (L.Huber, {"delta": 0.2}, 1, "linear", numbers),
    (L.LogCosh, {}, 1, "linear", numbers),
    (L.Poisson, {}, 1, "softplus", positive(ROWS, 1)),
    (L.Hinge, {}, 1, "tanh", labels(ROWS, 1)),
    (L.SquaredHinge, {}, 1, "linear", labels(ROWS, 1)),
    (L.CategoricalHinge, {}, 3, "linear", one_hot(ROWS, 3)),
    (L.KLDivergence, {}, 3, "softmax", one_hot(ROWS, 3)),
    (L.CosineSimilarity, {}, 3, "linear", one_hot(ROWS, 3)),
    (L.BinaryCrossentropy, {"label_smoothing": 0.2}, 1, "sigmoid", labels(ROWS, 1)),
    (L.CategoricalCrossentropy, {"label_smoothing": 0.2}, 3, "softmax", one_hot(ROWS, 3)),
]:
    for o in (SGD, ADAM):
        steps.append(step_case(f"{kind.__name__} {json.dumps(params)}, {o[0]}", kind, params, units, activation, y, o))
for o in (SGD, ADAM):
    y, w = labels(ROWS, 1), random.choice([0.5, 2.0], size=ROWS)
    steps.append(step_case(f"sample weights, {o[0]}", L.BinaryCrossentropy, {}, 1, "sigmoid", y, o, weights=w))
    steps.append(step_case(f"sample weights of numbers, {o[0]}", MSE, {}, 1, "linear", numbers, o, weights=random.uniform(0, 2, ROWS).round(3)))

losses = [loss_case(*entry[:5], n, c) for entry in LOSSES for c in entry[5] for n in (5, 1)]
# Keras adds epsilon under the root and torch.optim behind it; where it is next to nothing, both have the same RMSprop.
for params in ({}, {"momentum": 0.8}, {"centered": True, "rho": 0.7, "momentum": 0.5}):
    kind = ("rmsprop", O.RMSprop, {"learning_rate": 0.01, "epsilon": 1e-12, **params})
    steps.append(step_case(f"rmsprop {json.dumps(kind[2])}", MSE, {}, 1, "linear", numbers, kind))
head = {"keras": keras.__version__, "torch": torch.__version__, "rows": ROWS, "steps": STEPS, "x": x.tolist()}


def rounded(value):
    """Nine digits, as many as tell float32 numbers apart."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


def lines(entries):
    return ",\n".join(json.dumps(rounded(entry), separators=(",", ":")) for entry in entries)


target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(head)[:-1] + ', "losses": [\n' + lines(losses) + '\n], "training": [\n' + lines(steps) + "\n]}\n")
print(f"{len(losses)} losses and {len(steps)} trainings written to {target.name}, {target.stat().st_size} bytes")
