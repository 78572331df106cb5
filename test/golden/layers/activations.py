"""Activations, as functions and as layers. Run: KERAS_BACKEND=torch python activations.py; writes activations.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import torch
from channels_last import first, last
from layer_cases import case, random, write

L, F, K = keras.layers, torch.nn.functional, keras.activations

# Ours, Keras' function, PyTorch's.
FUNCTIONS = [
    ("linear", K.linear, lambda x: x), ("relu", K.relu, F.relu), ("sigmoid", K.sigmoid, torch.sigmoid), ("tanh", K.tanh, torch.tanh),
    ("softmax", K.softmax, lambda x: F.softmax(x, -1)), ("elu", K.elu, F.elu), ("selu", K.selu, F.selu), ("gelu", K.gelu, F.gelu),
    ("softplus", K.softplus, F.softplus), ("silu", K.silu, F.silu), ("softsign", K.softsign, F.softsign), ("mish", K.mish, F.mish),
    ("gelu_tanh", lambda x: K.gelu(x, approximate=True), lambda x: F.gelu(x, approximate="tanh")),
    ("hard_sigmoid", K.hard_sigmoid, F.hardsigmoid), ("hard_tanh", K.hard_tanh, F.hardtanh), ("hard_silu", K.hard_silu, F.hardswish),
    ("exponential", K.exponential, torch.exp), ("relu6", K.relu6, F.relu6), ("celu", K.celu, F.celu), ("log_sigmoid", K.log_sigmoid, F.logsigmoid),
    ("log_softmax", K.log_softmax, lambda x: F.log_softmax(x, -1)), ("tanh_shrink", K.tanh_shrink, F.tanhshrink),
    ("soft_shrink", K.soft_shrink, F.softshrink), ("hard_shrink", K.hard_shrink, F.hardshrink), ("squareplus", K.squareplus, None),
]


def drawn(shape):
    """Wide enough for both sides of every corner."""
    return random.normal(scale=3, size=shape).round(4).astype("float32")


def plain(function):
    return function and (lambda x, w: function(x[0]))


SHAPES = [(4, 7), (3, 2, 5), (1, 9)]
cases = [
    case(f"{name} of {'x'.join(map(str, shape))}", "activation", {"activation": name}, L.Activation(function), [drawn(shape)],
         torch_forward=plain(peer), item=f"activation {name}")
    for name, function, peer in FUNCTIONS
    for shape in SHAPES
]
for alpha, shape in zip((0.5, 1.5, 3.0), SHAPES):
    cases += [
        case(f"celu, alpha {alpha}", "activation", {"activation": "celu", "alpha": alpha}, L.Activation(lambda x, a=alpha: K.celu(x, a)),
             [drawn(shape)], torch_forward=lambda x, w, a=alpha: F.celu(x[0], a), item="activation celu"),
        case(f"leaky_relu, slope {alpha / 5}", "activation", {"activation": "leaky_relu", "negativeSlope": alpha / 5},
             L.Activation(lambda x, a=alpha: K.leaky_relu(x, a / 5)), [drawn(shape)], torch_forward=lambda x, w, a=alpha: F.leaky_relu(x[0], a / 5),
             item="activation leaky_relu"),
        case(f"ELU, alpha {alpha}", "elu", {"alpha": alpha}, L.ELU(alpha), [drawn(shape)], torch_forward=lambda x, w, a=alpha: F.elu(x[0], a)),
        case(f"LeakyReLU, slope {alpha / 5}", "leaky_relu", {"negativeSlope": alpha / 5}, L.LeakyReLU(negative_slope=alpha / 5), [drawn(shape)],
             torch_forward=lambda x, w, a=alpha: F.leaky_relu(x[0], a / 5)),
        case(f"Softmax of {'x'.join(map(str, shape))}", "softmax", {}, L.Softmax(), [drawn(shape)], torch_forward=lambda x, w: F.softmax(x[0], -1)),
    ]


def rectified(x, ceiling=None, slope=0.0, threshold=0.0):
    """Each piece in words, as Keras' documentation has it."""
    y = torch.where(x >= threshold, x, slope * (x - threshold))
    return y if ceiling is None else torch.clamp(y, max=ceiling)


cases += [
    case("ReLU", "relu", {}, L.ReLU(), [drawn((4, 7))], torch_forward=plain(F.relu)),
    case("ReLU with ceiling and slope", "relu", {"maxValue": 0.8, "negativeSlope": 0.1}, L.ReLU(0.8, 0.1), [drawn((3, 2, 5))],
         torch_forward=lambda x, w: rectified(x[0], 0.8, 0.1)),
    case("ReLU with threshold and slope, one row", "relu", {"negativeSlope": 0.2, "threshold": 0.3}, L.ReLU(None, 0.2, 0.3), [drawn((1, 9))],
         torch_forward=lambda x, w: rectified(x[0], None, 0.2, 0.3)),
    case("ReLU with all three", "relu", {"maxValue": 1.5, "negativeSlope": 0.2, "threshold": 0.3}, L.ReLU(1.5, 0.2, 0.3), [drawn((2, 2, 2, 3))],
         torch_forward=lambda x, w: rectified(x[0], 1.5, 0.2, 0.3)),
    case("prelu shared along images", "prelu", {"sharedAxes": [1, 2]}, L.PReLU(shared_axes=[1, 2]), [(3, 3, 2, 4)], names=["alpha"],
         torch_forward=lambda x, w: last(F.prelu(first(x[0]), w["alpha"].flatten()))),
    case("prelu shared along channels", "prelu", {"sharedAxes": [2]}, L.PReLU(shared_axes=[2]), [(2, 5, 3)], names=["alpha"], rate=1.0,
         torch_forward=lambda x, w: torch.where(x[0] > 0, x[0], w["alpha"] * x[0])),
    case("prelu with one slope, one row", "prelu", {"sharedAxes": [1, 2]}, L.PReLU(shared_axes=[1, 2]), [(1, 4, 3)], names=["alpha"],
         torch_forward=lambda x, w: F.prelu(x[0], w["alpha"].flatten())),
]
write(__file__, cases)
