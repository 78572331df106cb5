"""Merging, normalising and rescaling layers. Run: KERAS_BACKEND=torch python merging.py; writes merging.json."""

import pathlib
import sys
from functools import reduce

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import numpy as np
import torch
from layer_cases import case, write

L, F = keras.layers, torch.nn.functional

MERGES = {
    "add": (L.Add, lambda x: sum(x[1:], x[0]), 3),
    "subtract": (L.Subtract, lambda x: x[0] - x[1], 2),
    "multiply": (L.Multiply, lambda x: reduce(torch.mul, x), 3),
    "average": (L.Average, lambda x: torch.stack(torch.broadcast_tensors(*x)).mean(0), 3),
    "maximum": (L.Maximum, lambda x: reduce(torch.maximum, x), 3),
    "minimum": (L.Minimum, lambda x: reduce(torch.minimum, x), 3),
}


def merges():
    for kind, (layer, function, several) in MERGES.items():
        forward = lambda x, w, function=function: function(x)
        yield case("two vectors", kind, {}, layer(), [(6, 5)] * 2, torch_forward=forward)
        yield case(f"{several} sequences, one row", kind, {}, layer(), [(1, 3, 2)] * several, torch_forward=forward)
        yield case("two images", kind, {}, layer(), [(2, 3, 5, 1)] * 2, torch_forward=forward)
        yield case("a gate over an image", kind, {}, layer(), [(2, 3, 4, 5), (2, 1, 1, 5)], torch_forward=forward)
        yield case("a vector and a sequence", kind, {}, layer(), [(3, 4), (3, 5, 1)], torch_forward=lambda x, w, function=function: function([x[0][:, None], x[1]]))
    yield case("two vectors", "concatenate", {}, L.Concatenate(), [(4, 3), (4, 5)], torch_forward=lambda x, w: torch.cat(x, -1))
    yield case("three sequences along time, one row", "concatenate", {"axis": 1}, L.Concatenate(1), [(1, 2, 3), (1, 4, 3), (1, 1, 3)], torch_forward=lambda x, w: torch.cat(x, 1))
    yield case("images along width", "concatenate", {"axis": -2}, L.Concatenate(-2), [(2, 3, 2, 2), (2, 3, 4, 2)], torch_forward=lambda x, w: torch.cat(x, -2))


def reductions():
    for axis, keep, shape in [(-1, False, (4, 5, 3)), (1, True, (1, 4, 3, 2)), (2, False, (2, 3, 7, 5))]:
        for kind in ("mean", "sum", "max", "min"):
            function = {"mean": torch.mean, "sum": torch.sum, "max": torch.amax, "min": torch.amin}[kind]
            yield case(f"{kind} of axis {axis}", "reduce", {"reduction": kind, "axis": axis, "keepDims": keep},
                       None, [shape], item="Reduce", torch_forward=lambda x, w, f=function, a=axis, k=keep: f(x[0], dim=a, keepdim=k))
    for axis, begin, size, shape in [(-1, 0, 1, (3, 5)), (1, -1, 1, (1, 5, 3)), (2, 1, 2, (2, 4, 3, 2))]:
        yield case(f"{size} from {begin} of axis {axis}", "slice", {"axis": axis, "begin": begin, "size": size}, None, [shape], item="Slice",
                   torch_forward=lambda x, w, a=axis, b=begin, n=size: x[0].narrow(a, b % x[0].shape[a], n))


def batch(name, shape, params, layer, epsilon=1e-3):
    """While training: by the statistics of the batch."""
    channels = shape[-1]
    initial = {"moving_mean": np.zeros(channels, "float32"), "moving_variance": np.ones(channels, "float32")}
    axes = tuple(range(len(shape) - 1))

    def forward(x, w):
        mean, variance = x[0].mean(axes), x[0].var(axes, unbiased=False)
        return (x[0] - mean) / torch.sqrt(variance + epsilon) * w.get("gamma", 1) + w.get("beta", 0)

    return case(name, "batch_normalization", params, layer, [shape], training=True, initial=initial, torch_forward=forward)


def norms():
    N = L.LayerNormalization

    def layer_norm(x, w, epsilon=1e-3):
        return F.layer_norm(x[0], x[0].shape[-1:], w.get("gamma"), w.get("beta"), epsilon)

    yield case("vectors", "layer_normalization", {}, N(), [(6, 5)], torch_forward=layer_norm)
    yield case("without beta, sequences", "layer_normalization", {"center": False, "epsilon": 1e-5}, N(center=False, epsilon=1e-5), [(5, 3, 7)],
               torch_forward=lambda x, w: layer_norm(x, w, 1e-5))
    yield case("without gamma, one row", "layer_normalization", {"scale": False}, N(scale=False), [(1, 2, 3, 4)], torch_forward=layer_norm)
    B = L.BatchNormalization
    yield batch("vectors", (6, 5), {}, B())
    yield batch("images, without beta", (3, 4, 3, 2), {"center": False, "epsilon": 1e-5}, B(center=False, epsilon=1e-5), 1e-5)
    yield batch("sequences, without gamma", (2, 5, 3), {"scale": False, "momentum": 0.5}, B(scale=False, momentum=0.5))
    yield batch("images, one row", (1, 3, 5, 4), {}, B())


def rescaling():
    R = L.Rescaling
    yield case("both", "rescaling", {"scale": 0.5, "offset": -1}, R(0.5, offset=-1.0), [(6, 5)], torch_forward=lambda x, w: x[0] * 0.5 - 1)
    yield case("scale only", "rescaling", {"scale": -2}, R(-2.0), [(4, 3, 2)], torch_forward=lambda x, w: x[0] * -2)
    yield case("offset only, one row", "rescaling", {"offset": 0.3}, R(1.0, offset=0.3), [(1, 2, 3, 2)], torch_forward=lambda x, w: x[0] + 0.3)


write(__file__, [*merges(), *reductions(), *norms(), *rescaling()])
