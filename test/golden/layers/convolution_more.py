"""Convolutions of volumes, transposed, separable and depthwise ones of sequences. Run: KERAS_BACKEND=torch python convolution_more.py"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import torch
from channels_last import conv, conv_transpose, depthwise
from layer_cases import case, write

L = keras.layers
V, S = (4, 3, 5, 2), (7, 3)


def convolved(activation=None, **options):
    act = activation or (lambda y: y)
    return lambda x, w: act(conv(x[0], w["kernel"], w.get("bias"), **options))


def turned(activation=None, **options):
    act = activation or (lambda y: y)
    return lambda x, w: act(conv_transpose(x[0], w["kernel"], w.get("bias"), **options))


def deep(activation=None, **options):
    act = activation or (lambda y: y)
    return lambda x, w: act(depthwise(x[0], w["kernel"], w.get("bias"), **options))


def separable(activation=None, **options):
    act = activation or (lambda y: y)
    return lambda x, w: act(conv(depthwise(x[0], w["depthwise_kernel"], **options), w["pointwise_kernel"], w.get("bias")))


def steps(**params):
    return {f"{name}{axis}": value for name, values in params.items() for axis, value in zip(("Depth", "Height", "Width"), values)}


cases = [
    case("conv3d valid, tanh", "conv3d", {"filters": 3, "activation": "tanh"}, L.Conv3D(3, 3, activation="tanh"), [(3, *V)], torch_forward=convolved(torch.tanh)),
    case("conv3d even kernel, stride 2, same, one row", "conv3d",
         {"filters": 2, "padding": "same", **steps(kernel=(2, 4, 2), stride=(2, 2, 2))}, L.Conv3D(2, (2, 4, 2), strides=2, padding="same"), [(1, *V)],
         torch_forward=convolved(stride=2, padding="same")),
    case("conv3d unequal strides", "conv3d", {"filters": 2, **steps(kernel=(1, 2, 3), stride=(3, 1, 2))}, L.Conv3D(2, (1, 2, 3), strides=(3, 1, 2)), [(2, *V)],
         torch_forward=convolved(stride=(3, 1, 2))),
    case("conv3d dilated, no bias", "conv3d", {"filters": 3, "useBias": False, **steps(kernel=(2, 2, 2), dilation=(3, 1, 2))},
         L.Conv3D(3, 2, dilation_rate=(3, 1, 2), use_bias=False), [(3, *V)], torch_forward=convolved(dilation=(3, 1, 2))),
    case("conv3d grouped, same, sigmoid", "conv3d", {"filters": 4, "groups": 2, "padding": "same", "activation": "sigmoid", **steps(kernel=(3, 1, 2))},
         L.Conv3D(4, (3, 1, 2), groups=2, padding="same", activation="sigmoid"), [(2, 3, 2, 3, 4)],
         torch_forward=convolved(torch.sigmoid, groups=2, padding="same")),
    case("conv3d of one plane", "conv3d", {"filters": 4, **steps(kernel=(1, 3, 3))}, L.Conv3D(4, (1, 3, 3)), [(2, *V)], torch_forward=convolved()),
    case("conv3d transposed, tanh", "conv3d_transpose", {"filters": 2, "activation": "tanh", **steps(kernel=(2, 3, 1))},
         L.Conv3DTranspose(2, (2, 3, 1), activation="tanh"), [(3, 2, 3, 2, 2)], torch_forward=turned(torch.tanh)),
    case("conv3d transposed, stride 2, same", "conv3d_transpose", {"filters": 2, "padding": "same", **steps(stride=(2, 2, 2))},
         L.Conv3DTranspose(2, 3, strides=2, padding="same"), [(2, 2, 1, 2, 2)], torch_forward=turned(stride=2, padding="same")),
    case("conv3d transposed, even kernel, unequal strides, one row", "conv3d_transpose",
         {"filters": 3, "padding": "same", "useBias": False, **steps(kernel=(4, 2, 4), stride=(2, 1, 3))},
         L.Conv3DTranspose(3, (4, 2, 4), strides=(2, 1, 3), padding="same", use_bias=False), [(1, 2, 2, 2, 1)],
         torch_forward=turned(stride=(2, 1, 3), padding="same")),
    case("conv3d transposed, output padding", "conv3d_transpose", {"filters": 2, **steps(kernel=(2, 3, 2), stride=(3, 2, 2), outputPadding=(2, 0, 1))},
         L.Conv3DTranspose(2, (2, 3, 2), strides=(3, 2, 2), output_padding=(2, 0, 1)), [(2, 2, 1, 2, 2)]),
    case("conv2d transposed, dilated", "conv2d_transpose", {"filters": 2, "dilationHeight": 2, "dilationWidth": 3},
         L.Conv2DTranspose(2, 3, dilation_rate=(2, 3)), [(2, 3, 2, 2)]),
    case("conv2d transposed, dilated, same", "conv2d_transpose", {"filters": 2, "kernelWidth": 2, "dilationHeight": 2, "dilationWidth": 2, "padding": "same"},
         L.Conv2DTranspose(2, (3, 2), dilation_rate=2, padding="same"), [(2, 3, 4, 2)]),
    case("conv2d transposed, output padding", "conv2d_transpose",
         {"filters": 2, "strideHeight": 3, "strideWidth": 2, "outputPaddingHeight": 2, "outputPaddingWidth": 0},
         L.Conv2DTranspose(2, 3, strides=(3, 2), output_padding=(2, 0)), [(2, 2, 3, 2)]),
    case("conv2d transposed, output padding, same, one row", "conv2d_transpose",
         {"filters": 2, "kernelWidth": 4, "strideHeight": 2, "strideWidth": 2, "outputPaddingHeight": 1, "outputPaddingWidth": 1, "padding": "same"},
         L.Conv2DTranspose(2, (3, 4), strides=2, output_padding=1, padding="same"), [(1, 3, 2, 2)]),
    case("conv1d transposed, tanh", "conv1d_transpose", {"filters": 3, "activation": "tanh"}, L.Conv1DTranspose(3, 3, activation="tanh"), [(3, 5, 2)],
         torch_forward=turned(torch.tanh)),
    case("conv1d transposed, even kernel, stride 2, same", "conv1d_transpose", {"filters": 2, "kernelSize": 4, "strides": 2, "padding": "same"},
         L.Conv1DTranspose(2, 4, strides=2, padding="same"), [(2, 3, 3)], torch_forward=turned(stride=2, padding="same")),
    case("conv1d transposed, output padding, no bias, one row", "conv1d_transpose", {"filters": 2, "kernelSize": 2, "strides": 3, "outputPadding": 2, "useBias": False},
         L.Conv1DTranspose(2, 2, strides=3, output_padding=2, use_bias=False), [(1, 3, 2)]),
    case("conv1d transposed, dilated", "conv1d_transpose", {"filters": 2, "dilationRate": 2}, L.Conv1DTranspose(2, 3, dilation_rate=2), [(2, 4, 2)]),
    case("separable conv1d, tanh", "separable_conv1d", {"filters": 4, "activation": "tanh"}, L.SeparableConv1D(4, 3, activation="tanh"), [(4, *S)],
         torch_forward=separable(torch.tanh)),
    case("separable conv1d dilated, multiplier 2", "separable_conv1d", {"filters": 3, "kernelSize": 2, "depthMultiplier": 2, "dilationRate": 2},
         L.SeparableConv1D(3, 2, depth_multiplier=2, dilation_rate=2), [(3, *S)], torch_forward=separable(dilation=2)),
    case("separable conv1d, even kernel, stride 2, same, no bias, one row", "separable_conv1d",
         {"filters": 2, "kernelSize": 4, "strides": 2, "padding": "same", "useBias": False},
         L.SeparableConv1D(2, 4, strides=2, padding="same", use_bias=False), [(1, *S)], torch_forward=separable(stride=2, padding="same")),
    case("depthwise conv1d, tanh", "depthwise_conv1d", {"activation": "tanh"}, L.DepthwiseConv1D(3, activation="tanh"), [(4, *S)], torch_forward=deep(torch.tanh)),
    case("depthwise conv1d dilated, multiplier 2", "depthwise_conv1d", {"kernelSize": 2, "depthMultiplier": 2, "dilationRate": 3},
         L.DepthwiseConv1D(2, depth_multiplier=2, dilation_rate=3), [(3, *S)], torch_forward=deep(dilation=3)),
    case("depthwise conv1d, even kernel, stride 2, same, no bias, one row", "depthwise_conv1d", {"kernelSize": 4, "strides": 2, "padding": "same", "useBias": False},
         L.DepthwiseConv1D(4, strides=2, padding="same", use_bias=False), [(1, *S)], torch_forward=deep(stride=2, padding="same")),
]
write(__file__, cases)
