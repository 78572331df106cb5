"""Convolution and pooling layers of Keras as numbers to compare with. Run: KERAS_BACKEND=torch python convolution.py

Writes convolution.json beside this file. Every case is one layer, then Flatten and Dense 1, with the mean squared error and SGD with
momentum. Recorded are the output of the layer, the gradients of its weights and input, and all weights after ten steps on one batch.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

STEPS, RATE, MOMENTUM = 10, 0.003, 0.9
random = np.random.default_rng(20240601)
L = keras.layers

# name, our type, our parameters, Keras layer, shape of a sample, rows
IMAGE, SEQUENCE = (6, 5, 3), (7, 3)
CASES = [
    ("conv2d valid", "conv2d", {"filters": 4, "activation": "tanh"}, L.Conv2D(4, 3, activation="tanh"), IMAGE, 5),
    ("conv2d same, even kernel, stride 2, one row", "conv2d",
     {"filters": 3, "kernelHeight": 4, "kernelWidth": 2, "strideHeight": 2, "strideWidth": 2, "padding": "same"},
     L.Conv2D(3, (4, 2), strides=2, padding="same"), IMAGE, 1),
    ("conv2d dilated, no bias", "conv2d", {"filters": 2, "kernelWidth": 2, "dilationHeight": 2, "dilationWidth": 3, "useBias": False},
     L.Conv2D(2, (3, 2), dilation_rate=(2, 3), use_bias=False), IMAGE, 4),
    ("conv2d grouped, same", "conv2d", {"filters": 6, "groups": 3, "padding": "same", "activation": "sigmoid"},
     L.Conv2D(6, 3, groups=3, padding="same", activation="sigmoid"), IMAGE, 3),
    ("depthwise valid", "depthwise_conv2d", {"activation": "tanh"}, L.DepthwiseConv2D(3, activation="tanh"), IMAGE, 5),
    ("depthwise multiplier 2, same", "depthwise_conv2d", {"depthMultiplier": 2, "padding": "same", "kernelHeight": 2},
     L.DepthwiseConv2D((2, 3), depth_multiplier=2, padding="same"), IMAGE, 3),
    ("depthwise stride 2, no bias, one row", "depthwise_conv2d", {"strideHeight": 2, "strideWidth": 2, "padding": "same", "useBias": False},
     L.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False), IMAGE, 1),
    ("separable valid", "separable_conv2d", {"filters": 4, "activation": "tanh"}, L.SeparableConv2D(4, 3, activation="tanh"), IMAGE, 5),
    ("separable multiplier 2, even kernel, same", "separable_conv2d",
     {"filters": 3, "depthMultiplier": 2, "kernelHeight": 2, "kernelWidth": 2, "padding": "same"},
     L.SeparableConv2D(3, 2, depth_multiplier=2, padding="same"), IMAGE, 3),
    ("separable stride 2, one row", "separable_conv2d", {"filters": 2, "strideHeight": 2, "strideWidth": 2, "useBias": False},
     L.SeparableConv2D(2, 3, strides=2, use_bias=False), IMAGE, 1),
    ("transposed", "conv2d_transpose", {"filters": 3, "activation": "tanh"}, L.Conv2DTranspose(3, 3, activation="tanh"), (3, 4, 2), 5),
    ("transposed stride 2, same", "conv2d_transpose", {"filters": 2, "strideHeight": 2, "strideWidth": 2, "padding": "same"},
     L.Conv2DTranspose(2, 3, strides=2, padding="same"), (3, 4, 2), 3),
    ("transposed even kernel, stride 2, same, one row", "conv2d_transpose",
     {"filters": 2, "kernelHeight": 4, "kernelWidth": 4, "strideHeight": 2, "strideWidth": 2, "padding": "same", "useBias": False},
     L.Conv2DTranspose(2, 4, strides=2, padding="same", use_bias=False), (3, 2, 3), 1),
    ("conv1d valid", "conv1d", {"filters": 4, "activation": "tanh"}, L.Conv1D(4, 3, activation="tanh"), SEQUENCE, 5),
    ("conv1d causal, dilated", "conv1d", {"filters": 3, "kernelSize": 2, "padding": "causal", "dilationRate": 3},
     L.Conv1D(3, 2, padding="causal", dilation_rate=3), SEQUENCE, 4),
    ("conv1d even kernel, stride 2, same, one row", "conv1d", {"filters": 2, "kernelSize": 4, "strides": 2, "padding": "same"},
     L.Conv1D(2, 4, strides=2, padding="same"), SEQUENCE, 1),
    ("max pooling 2d", "max_pooling2d", {}, L.MaxPooling2D(), IMAGE, 4),
    ("max pooling 2d overlapping, same", "max_pooling2d", {"poolHeight": 3, "strideHeight": 2, "strideWidth": 1, "padding": "same"},
     L.MaxPooling2D((3, 2), strides=(2, 1), padding="same"), IMAGE, 3),
    ("max pooling 2d wide, one row", "max_pooling2d", {"poolHeight": 2, "poolWidth": 3}, L.MaxPooling2D((2, 3)), IMAGE, 1),
    ("average pooling 2d", "average_pooling2d", {}, L.AveragePooling2D(2), IMAGE, 4),
    # Padding that is equal on both sides: where it is not, Keras on PyTorch counts it as pixels, on JAX and TensorFlow it does not.
    ("average pooling 2d overlapping, same", "average_pooling2d", {"poolHeight": 3, "poolWidth": 3, "strideHeight": 1, "strideWidth": 2, "padding": "same"},
     L.AveragePooling2D(3, strides=(1, 2), padding="same"), IMAGE, 3),
    ("average pooling 2d wide, one row", "average_pooling2d", {"poolHeight": 2, "poolWidth": 3}, L.AveragePooling2D((2, 3)), IMAGE, 1),
    ("max pooling 1d", "max_pooling1d", {}, L.MaxPooling1D(), SEQUENCE, 4),
    ("max pooling 1d overlapping, same", "max_pooling1d", {"poolSize": 3, "strides": 2, "padding": "same"},
     L.MaxPooling1D(3, strides=2, padding="same"), SEQUENCE, 3),
    ("max pooling 1d stride 1, one row", "max_pooling1d", {"poolSize": 4, "strides": 1}, L.MaxPooling1D(4, strides=1), SEQUENCE, 1),
    ("average pooling 1d", "average_pooling1d", {}, L.AveragePooling1D(2), SEQUENCE, 4),
    ("average pooling 1d overlapping, same", "average_pooling1d", {"poolSize": 3, "strides": 2, "padding": "same"},
     L.AveragePooling1D(3, strides=2, padding="same"), SEQUENCE, 3),
    ("average pooling 1d stride 1, one row", "average_pooling1d", {"poolSize": 4, "strides": 1}, L.AveragePooling1D(4, strides=1), SEQUENCE, 1),
    ("global max 2d", "global_max_pooling2d", {}, L.GlobalMaxPooling2D(), IMAGE, 4),
    ("global max 2d, kept axes, one row", "global_max_pooling2d", {"keepDims": True}, L.GlobalMaxPooling2D(keepdims=True), IMAGE, 1),
    ("global average 2d", "global_average_pooling2d", {}, L.GlobalAveragePooling2D(), IMAGE, 4),
    ("global average 2d, kept axes, one row", "global_average_pooling2d", {"keepDims": True}, L.GlobalAveragePooling2D(keepdims=True), IMAGE, 1),
    ("global max 1d", "global_max_pooling1d", {}, L.GlobalMaxPooling1D(), SEQUENCE, 4),
    ("zero padding", "zero_padding2d", {"top": 2, "bottom": 0, "left": 1, "right": 3}, L.ZeroPadding2D(((2, 0), (1, 3))), (3, 2, 2), 3),
    ("cropping", "cropping2d", {"top": 2, "bottom": 0, "left": 1, "right": 2}, L.Cropping2D(((2, 0), (1, 2))), IMAGE, 3),
    ("up-sampling", "up_sampling2d", {"height": 3, "width": 2}, L.UpSampling2D((3, 2)), (2, 3, 2), 3),
    ("up-sampling, one row", "up_sampling2d", {}, L.UpSampling2D(), (2, 2, 3), 1),
]


def numbers(tensor):
    return [float(f"{value:.7g}") for value in np.asarray(tensor, dtype="float64").ravel()]


def case(name, kind, params, layer, shape, rows):
    x = random.normal(size=(rows, *shape)).round(3).astype("float32")
    y = random.normal(size=(rows, 1)).round(3).astype("float32")
    inputs = keras.Input(shape)
    tested = layer(inputs)
    model = keras.Model(inputs, L.Dense(1)(L.Flatten()(tested)))
    model.set_weights([random.normal(scale=0.4, size=w.shape).round(3) for w in model.get_weights()])
    initial = model.get_weights()
    given = torch.tensor(x, requires_grad=True)
    variables = [variable.value for variable in model.trainable_variables]
    loss = ((model(given) - torch.tensor(y)) ** 2).mean()
    gradients = torch.autograd.grad(loss, [given, *variables])
    output = keras.Model(inputs, tested)(x).detach().numpy()
    model.compile(optimizer=keras.optimizers.SGD(RATE, momentum=MOMENTUM), loss="mean_squared_error")
    for _ in range(STEPS):
        model.train_on_batch(x, y)
    return {
        "name": name, "type": kind, "params": params, "shape": list(shape), "rows": rows, "x": numbers(x), "y": numbers(y),
        "outputShape": list(output.shape[1:]), "output": numbers(output), "inputGradient": numbers(gradients[0]),
        "gradients": [numbers(gradient) for gradient in gradients[1:]],
        "initial": [numbers(w) for w in initial], "final": [numbers(w) for w in model.get_weights()],
    }


cases = [case(*entry) for entry in CASES]
target = pathlib.Path(__file__).with_suffix(".json")
head = {
    "keras": keras.__version__, "backend": keras.backend.backend(), "torch": torch.__version__, "steps": STEPS, "learningRate": RATE,
    "momentum": MOMENTUM,
}
body = ",\n".join(json.dumps(entry, allow_nan=False) for entry in cases)
target.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
print(f"{len(cases)} cases written to {target.name}")
