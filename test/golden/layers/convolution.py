"""Convolutions in one and two dimensions. Run: KERAS_BACKEND=torch python convolution.py; writes convolution.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import torch
from channels_last import conv, conv_transpose, depthwise
from layer_cases import case, write

L = keras.layers
IMAGE, SEQUENCE = (6, 5, 3), (7, 3)


def plain(function, activation=None, **options):
    def forward(x, w):
        y = function(x[0], w["kernel"], w.get("bias"), **options)
        return y if activation is None else activation(y)

    return forward


def separable(x, w, **options):
    mixed = depthwise(x[0], w["depthwise_kernel"], **options)
    return conv(mixed, w["pointwise_kernel"], w.get("bias"))


cases = [
    case("valid, tanh", "conv2d", {"filters": 4, "activation": "tanh"}, L.Conv2D(4, 3, activation="tanh"), [(5, *IMAGE)],
         torch_forward=plain(conv, torch.tanh)),
    case("same, even kernel, stride 2, one row", "conv2d",
         {"filters": 3, "kernelHeight": 4, "kernelWidth": 2, "strideHeight": 2, "strideWidth": 2, "padding": "same"},
         L.Conv2D(3, (4, 2), strides=2, padding="same"), [(1, *IMAGE)], torch_forward=plain(conv, stride=2, padding="same")),
    case("dilated, no bias", "conv2d", {"filters": 2, "kernelWidth": 2, "dilationHeight": 2, "dilationWidth": 3, "useBias": False},
         L.Conv2D(2, (3, 2), dilation_rate=(2, 3), use_bias=False), [(4, *IMAGE)], torch_forward=plain(conv, dilation=(2, 3))),
    case("same, 16 channels and filters", "conv2d", {"filters": 16, "padding": "same"}, L.Conv2D(16, 3, padding="same"), [(3, 9, 7, 16)],
         scale=0.1, torch_forward=plain(conv, padding="same")),
    case("grouped, same", "conv2d", {"filters": 6, "groups": 3, "padding": "same", "activation": "sigmoid"},
         L.Conv2D(6, 3, groups=3, padding="same", activation="sigmoid"), [(3, *IMAGE)], rate=1.0, torch_forward=plain(conv, torch.sigmoid, padding="same", groups=3)),
    case("valid, tanh", "conv1d", {"filters": 4, "activation": "tanh"}, L.Conv1D(4, 3, activation="tanh"), [(5, *SEQUENCE)], torch_forward=plain(conv, torch.tanh)),
    case("causal, dilated", "conv1d", {"filters": 3, "kernelSize": 2, "padding": "causal", "dilationRate": 3},
         L.Conv1D(3, 2, padding="causal", dilation_rate=3), [(4, *SEQUENCE)], torch_forward=plain(conv, dilation=3, padding="causal")),
    case("even kernel, stride 2, same, one row", "conv1d", {"filters": 2, "kernelSize": 4, "strides": 2, "padding": "same"},
         L.Conv1D(2, 4, strides=2, padding="same"), [(1, *SEQUENCE)], torch_forward=plain(conv, stride=2, padding="same")),
    case("valid, tanh", "depthwise_conv2d", {"activation": "tanh"}, L.DepthwiseConv2D(3, activation="tanh"), [(5, *IMAGE)], torch_forward=plain(depthwise, torch.tanh)),
    case("multiplier 2, same", "depthwise_conv2d", {"depthMultiplier": 2, "padding": "same", "kernelHeight": 2},
         L.DepthwiseConv2D((2, 3), depth_multiplier=2, padding="same"), [(3, *IMAGE)], torch_forward=plain(depthwise, padding="same")),
    case("stride 2, no bias, one row", "depthwise_conv2d", {"strideHeight": 2, "strideWidth": 2, "padding": "same", "useBias": False},
         L.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False), [(1, *IMAGE)], torch_forward=plain(depthwise, stride=2, padding="same")),
    case("valid", "separable_conv2d", {"filters": 4}, L.SeparableConv2D(4, 3), [(5, *IMAGE)], torch_forward=separable),
    case("multiplier 2, even kernel, same", "separable_conv2d", {"filters": 3, "depthMultiplier": 2, "kernelHeight": 2, "kernelWidth": 2, "padding": "same"},
         L.SeparableConv2D(3, 2, depth_multiplier=2, padding="same"), [(3, *IMAGE)], torch_forward=lambda x, w: separable(x, w, padding="same")),
    case("stride 2, one row", "separable_conv2d", {"filters": 2, "strideHeight": 2, "strideWidth": 2, "useBias": False},
         L.SeparableConv2D(2, 3, strides=2, use_bias=False), [(1, *IMAGE)], torch_forward=lambda x, w: separable(x, w, stride=2)),
    case("transposed, tanh", "conv2d_transpose", {"filters": 3, "activation": "tanh"}, L.Conv2DTranspose(3, 3, activation="tanh"), [(5, 3, 4, 2)],
         torch_forward=plain(conv_transpose, torch.tanh)),
    case("transposed, stride 2, same", "conv2d_transpose", {"filters": 2, "strideHeight": 2, "strideWidth": 2, "padding": "same"},
         L.Conv2DTranspose(2, 3, strides=2, padding="same"), [(3, 3, 4, 2)], torch_forward=plain(conv_transpose, stride=2, padding="same")),
    case("transposed, even kernel, stride 2, same, one row", "conv2d_transpose",
         {"filters": 2, "kernelHeight": 4, "kernelWidth": 4, "strideHeight": 2, "strideWidth": 2, "padding": "same", "useBias": False},
         L.Conv2DTranspose(2, 4, strides=2, padding="same", use_bias=False), [(1, 3, 2, 3)], torch_forward=plain(conv_transpose, stride=2, padding="same")),
]
write(__file__, cases)
