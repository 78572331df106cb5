"""Ten training steps of small networks in Keras, as numbers to compare with. Run: KERAS_BACKEND=torch python training_steps.py

Writes training_steps.json beside this file. Every case is a 4-6-C network with fixed initial weights, trained on the same batch of
12 rows ten times; recorded are the loss before each step and the weights after the last.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np

ROWS, FEATURES, HIDDEN, STEPS = 12, 4, 6, 10
random = np.random.default_rng(20240501)
x = random.normal(size=(ROWS, FEATURES)).round(4)

OPTIMIZERS = {
    "sgd": (keras.optimizers.SGD, {"learning_rate": 0.05}),
    "sgd momentum": (keras.optimizers.SGD, {"learning_rate": 0.05, "momentum": 0.9}),
    "sgd nesterov": (keras.optimizers.SGD, {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    "rmsprop": (keras.optimizers.RMSprop, {"learning_rate": 0.01}),
    "rmsprop momentum": (keras.optimizers.RMSprop, {"learning_rate": 0.01, "momentum": 0.5}),
    "rmsprop centered": (keras.optimizers.RMSprop, {"learning_rate": 0.01, "centered": True}),
    "adam": (keras.optimizers.Adam, {"learning_rate": 0.02}),
    "adam slow": (keras.optimizers.Adam, {"learning_rate": 0.02, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
}

# loss: (units, last activation, targets)
LOSSES = {
    "mean_squared_error": (1, "linear", random.normal(size=(ROWS, 1)).round(4)),
    "mean_absolute_error": (1, "linear", random.normal(size=(ROWS, 1)).round(4)),
    "binary_crossentropy": (1, "sigmoid", random.integers(0, 2, size=(ROWS, 1))),
    "categorical_crossentropy": (3, "softmax", np.eye(3)[random.integers(0, 3, size=ROWS)]),
    "sparse_categorical_crossentropy": (3, "softmax", random.integers(0, 3, size=(ROWS, 1))),
}


def case(loss, optimizer, hidden):
    units, activation, y = LOSSES[loss]
    kind, params = OPTIMIZERS[optimizer]
    model = keras.Sequential(
        [
            keras.layers.Input((FEATURES,)),
            keras.layers.Dense(HIDDEN, activation=hidden, name="hidden"),
            keras.layers.Dense(units, activation=activation, name="last"),
        ]
    )
    weights = [random.normal(scale=0.5, size=w.shape).round(4) for w in model.get_weights()]
    model.set_weights(weights)
    model.compile(optimizer=kind(**params), loss=loss)
    losses = []
    for _ in range(STEPS):
        model.reset_metrics()
        losses.append(float(model.train_on_batch(x.astype("float32"), y.astype("float32"))))
    names = ["hidden/kernel", "hidden/bias", "last/kernel", "last/bias"]
    return {
        "name": f"{loss}, {optimizer}, {hidden}",
        "loss": loss,
        "optimizer": {"type": optimizer.split()[0], "params": params},
        "hidden": hidden,
        "units": units,
        "activation": activation,
        "y": y.tolist(),
        "initial": {name: w.tolist() for name, w in zip(names, weights)},
        "losses": losses,
        "final": {name: w.tolist() for name, w in zip(names, model.get_weights())},
    }


cases = [case("mean_squared_error", optimizer, "tanh") for optimizer in OPTIMIZERS]
cases += [case(loss, "adam", "relu") for loss in LOSSES]
cases += [case(loss, "sgd momentum", "sigmoid") for loss in LOSSES]
cases += [case("sparse_categorical_crossentropy", "rmsprop", "tanh")]

target = pathlib.Path(__file__).with_suffix(".json")
head = {"keras": keras.__version__, "backend": keras.backend.backend(), "rows": ROWS, "steps": STEPS, "x": x.tolist()}
body = ",\n".join(json.dumps(entry) for entry in cases)
target.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
print(f"{len(cases)} cases written to {target.name}")
