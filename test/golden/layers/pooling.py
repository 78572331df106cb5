"""Pooling, padding, cropping and up-sampling in one and two dimensions. Run: KERAS_BACKEND=torch python pooling.py; writes pooling.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import torch
from channels_last import average_pool, max_pool
from layer_cases import case, write

L = keras.layers
IMAGE, SEQUENCE = (6, 5, 3), (7, 3)


def one(function, *arguments, **options):
    return lambda x, w: function(x[0], *arguments, **options)


def flat(reduce, *, keep=False):
    return lambda x, w: reduce(x[0].flatten(1, -2), dim=1, keepdim=False).reshape(x[0].shape[0], *([1] * (x[0].dim() - 2) if keep else []), x[0].shape[-1])


def repeat(x, *factors):
    for axis, factor in enumerate(factors, start=1):
        x = x.repeat_interleave(factor, axis)
    return x


pad = torch.nn.functional.pad
cases = [
    case("2 x 2", "max_pooling2d", {}, L.MaxPooling2D(), [(4, *IMAGE)], torch_forward=one(max_pool, 2, 2)),
    case("overlapping, same", "max_pooling2d", {"poolHeight": 3, "strideHeight": 2, "strideWidth": 1, "padding": "same"},
         L.MaxPooling2D((3, 2), strides=(2, 1), padding="same"), [(3, *IMAGE)], torch_forward=one(max_pool, (3, 2), (2, 1), "same")),
    case("wide, one row", "max_pooling2d", {"poolHeight": 2, "poolWidth": 3}, L.MaxPooling2D((2, 3)), [(1, *IMAGE)], torch_forward=one(max_pool, (2, 3), (2, 3))),
    case("2 x 2", "average_pooling2d", {}, L.AveragePooling2D(2), [(4, *IMAGE)], torch_forward=one(average_pool, 2, 2)),
    case("overlapping, same", "average_pooling2d", {"poolHeight": 3, "poolWidth": 3, "strideHeight": 1, "strideWidth": 2, "padding": "same"},
         L.AveragePooling2D(3, strides=(1, 2), padding="same"), [(3, *IMAGE)], torch_forward=one(average_pool, 3, (1, 2), "same")),
    # Padding that is not the same on both sides counts in Keras on PyTorch, not on JAX and TensorFlow: plain PyTorch it is.
    case("even, same", "average_pooling2d", {"poolHeight": 2, "poolWidth": 4, "strideHeight": 2, "strideWidth": 3, "padding": "same"},
         None, [(2, 5, 6, 3)], item="AveragePooling2D", torch_forward=one(average_pool, (2, 4), (2, 3), "same")),
    case("wide, one row", "average_pooling2d", {"poolHeight": 2, "poolWidth": 3}, L.AveragePooling2D((2, 3)), [(1, *IMAGE)],
         torch_forward=one(average_pool, (2, 3), (2, 3))),
    case("2", "max_pooling1d", {}, L.MaxPooling1D(), [(4, *SEQUENCE)], torch_forward=one(max_pool, 2, 2)),
    case("overlapping, same", "max_pooling1d", {"poolSize": 3, "strides": 2, "padding": "same"}, L.MaxPooling1D(3, strides=2, padding="same"), [(3, *SEQUENCE)],
         torch_forward=one(max_pool, 3, 2, "same")),
    case("stride 1, one row", "max_pooling1d", {"poolSize": 4, "strides": 1}, L.MaxPooling1D(4, strides=1), [(1, *SEQUENCE)], torch_forward=one(max_pool, 4, 1)),
    case("2", "average_pooling1d", {}, L.AveragePooling1D(2), [(4, *SEQUENCE)], torch_forward=one(average_pool, 2, 2)),
    case("overlapping, same", "average_pooling1d", {"poolSize": 3, "strides": 2, "padding": "same"}, L.AveragePooling1D(3, strides=2, padding="same"),
         [(3, *SEQUENCE)], torch_forward=one(average_pool, 3, 2, "same")),
    case("stride 1, one row", "average_pooling1d", {"poolSize": 4, "strides": 1}, L.AveragePooling1D(4, strides=1), [(1, *SEQUENCE)],
         torch_forward=one(average_pool, 4, 1)),
    case("images", "global_max_pooling2d", {}, L.GlobalMaxPooling2D(), [(4, *IMAGE)], torch_forward=flat(torch.amax)),
    case("kept axes, one row", "global_max_pooling2d", {"keepDims": True}, L.GlobalMaxPooling2D(keepdims=True), [(1, *IMAGE)], torch_forward=flat(torch.amax, keep=True)),
    case("one channel", "global_max_pooling2d", {}, L.GlobalMaxPooling2D(), [(3, 3, 7, 1)], torch_forward=flat(torch.amax)),
    case("images", "global_average_pooling2d", {}, L.GlobalAveragePooling2D(), [(4, *IMAGE)], torch_forward=flat(torch.mean)),
    case("kept axes, one row", "global_average_pooling2d", {"keepDims": True}, L.GlobalAveragePooling2D(keepdims=True), [(1, *IMAGE)],
         torch_forward=flat(torch.mean, keep=True)),
    case("one channel", "global_average_pooling2d", {}, L.GlobalAveragePooling2D(), [(3, 3, 7, 1)], torch_forward=flat(torch.mean)),
    case("sequences", "global_max_pooling1d", {}, L.GlobalMaxPooling1D(), [(4, *SEQUENCE)], torch_forward=flat(torch.amax)),
    case("one row", "global_max_pooling1d", {}, L.GlobalMaxPooling1D(), [(1, 3, 5)], torch_forward=flat(torch.amax)),
    case("one step", "global_max_pooling1d", {}, L.GlobalMaxPooling1D(), [(3, 1, 4)], torch_forward=flat(torch.amax)),
    case("uneven", "zero_padding2d", {"top": 2, "bottom": 0, "left": 1, "right": 3}, L.ZeroPadding2D(((2, 0), (1, 3))), [(3, 3, 2, 2)],
         torch_forward=lambda x, w: pad(x[0], [0, 0, 1, 3, 2, 0])),
    case("one pixel, one row", "zero_padding2d", {}, L.ZeroPadding2D(), [(1, 2, 4, 3)], torch_forward=lambda x, w: pad(x[0], [0, 0, 1, 1, 1, 1])),
    case("one side", "zero_padding2d", {"top": 0, "bottom": 0, "left": 0, "right": 2}, L.ZeroPadding2D(((0, 0), (0, 2))), [(2, 3, 3, 1)],
         torch_forward=lambda x, w: pad(x[0], [0, 0, 0, 2, 0, 0])),
    case("uneven", "cropping2d", {"top": 2, "bottom": 0, "left": 1, "right": 2}, L.Cropping2D(((2, 0), (1, 2))), [(3, *IMAGE)],
         torch_forward=lambda x, w: x[0][:, 2:, 1:-2]),
    case("one pixel, one row", "cropping2d", {"top": 1, "bottom": 1, "left": 1, "right": 1}, L.Cropping2D(1), [(1, *IMAGE)],
         torch_forward=lambda x, w: x[0][:, 1:-1, 1:-1]),
    case("to one pixel", "cropping2d", {"top": 1, "bottom": 1, "left": 2, "right": 0}, L.Cropping2D(((1, 1), (2, 0))), [(2, 3, 3, 2)],
         torch_forward=lambda x, w: x[0][:, 1:-1, 2:]),
    case("3 x 2", "up_sampling2d", {"height": 3, "width": 2}, L.UpSampling2D((3, 2)), [(3, 2, 3, 2)], torch_forward=one(repeat, 3, 2)),
    case("2 x 2, one row", "up_sampling2d", {}, L.UpSampling2D(), [(1, 2, 2, 3)], torch_forward=one(repeat, 2, 2)),
    case("rows only", "up_sampling2d", {"height": 4, "width": 1}, L.UpSampling2D((4, 1)), [(2, 3, 1, 1)], torch_forward=one(repeat, 4, 1)),
]
write(__file__, cases)
