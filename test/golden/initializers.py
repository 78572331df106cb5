"""How Keras' initialisers are spread. Run: KERAS_BACKEND=torch python initializers.py

Writes initializers.json beside this file. Random numbers are not the same from library to library, their distribution is: recorded are quantiles of about two
million numbers that Keras draws for a shape, the least and the largest left out where the distribution has no end. Constant ones are recorded as they are.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np

I = keras.initializers
LEVELS = [0.01, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95, 0.99]
DRAWS = 2_000_000
# A dense kernel, one of a convolution, one of a depthwise convolution, and a vector.
MATRIX, KERNEL, DEPTHWISE, VECTOR = (120, 70), (3, 3, 40, 24), (5, 5, 60, 2), (500,)
cases = []

for name, kind in [
    ("glorot_uniform", I.GlorotUniform), ("glorot_normal", I.GlorotNormal), ("he_uniform", I.HeUniform), ("he_normal", I.HeNormal),
    ("lecun_uniform", I.LecunUniform), ("lecun_normal", I.LecunNormal), ("random_uniform", I.RandomUniform), ("random_normal", I.RandomNormal),
    ("truncated_normal", I.TruncatedNormal),
]:
    for shape in (MATRIX, KERNEL, DEPTHWISE, VECTOR):
        cases.append((name, shape, {}, kind))
for shape, scale, mode, distribution in [
    (MATRIX, 0.5, "fan_out", "uniform"), (KERNEL, 3.0, "fan_avg", "truncated_normal"), (DEPTHWISE, 1.0, "fan_in", "untruncated_normal"),
]:
    params = {"value": scale, "mode": mode, "distribution": distribution}
    cases.append(("variance_scaling", shape, params, lambda seed, p=params: I.VarianceScaling(p["value"], p["mode"], p["distribution"], seed=seed)))


def drawn(name, shape, params, make):
    rounds = -(-DRAWS // int(np.prod(shape)))
    numbers = np.concatenate([np.asarray(make(seed=seed)(shape).cpu()).ravel() for seed in range(rounds)]).astype("float64")
    return {"name": name, "shape": list(shape), "params": params, "deviation": float(numbers.std()), "quantiles": np.quantile(numbers, LEVELS).tolist()}


def fixed(name, shape, params, make):
    return {"name": name, "shape": list(shape), "params": params, "values": np.asarray(make(shape).cpu()).ravel().tolist()}


def orthogonal(shape, gain):
    """Products of the columns, or rows, with each other, and the deviation of the numbers."""
    matrix = np.asarray(I.Orthogonal(gain=gain, seed=1)(shape).cpu()).reshape(-1, shape[-1]).astype("float64")
    products = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    return {"name": "orthogonal", "shape": list(shape), "params": {"value": gain}, "products": products.round(6).ravel().tolist()}


entries = [drawn(*entry) for entry in cases]
for shape in ((3, 4), (2, 2, 3), (5,)):
    entries += [fixed("zeros", shape, {}, I.Zeros()), fixed("ones", shape, {}, I.Ones()), fixed("constant", shape, {"value": -1.25}, I.Constant(-1.25))]
for shape, gain in (((4, 4), 1.0), ((5, 3), 2.5), ((2, 6), 0.5)):
    entries.append(fixed("identity", shape, {"value": gain}, I.Identity(gain)))
for shape, gain in (((7, 3), 1.0), ((3, 7), 2.0), ((2, 3, 5), 0.5)):
    entries.append(orthogonal(shape, gain))


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


target = pathlib.Path(__file__).with_suffix(".json")
head = {"keras": keras.__version__, "levels": LEVELS}
body = ",\n".join(json.dumps(rounded(entry), separators=(",", ":")) for entry in entries)
target.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
print(f"{len(entries)} cases written to {target.name}, {target.stat().st_size} bytes")
