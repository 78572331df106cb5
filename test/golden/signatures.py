"""What the layers, losses and optimisers of Keras take. Run: KERAS_BACKEND=torch python signatures.py

Writes signatures.json beside this file: for each class of Keras 3 its parameters with their defaults (null where there is none, or where it is no number, text or flag).
"""

import inspect
import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras

LAYERS = """Dense Activation Flatten Reshape Permute RepeatVector Masking Embedding PReLU ReLU LeakyReLU ELU Softmax Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D
AlphaDropout GaussianDropout GaussianNoise ActivityRegularization BatchNormalization LayerNormalization GroupNormalization RMSNormalization UnitNormalization Normalization Rescaling
Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D UpSampling1D UpSampling2D UpSampling3D
ZeroPadding1D ZeroPadding2D ZeroPadding3D Cropping1D Cropping2D Cropping3D MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D SimpleRNN LSTM GRU ConvLSTM2D
Attention AdditiveAttention MultiHeadAttention Add Subtract Multiply Average Maximum Minimum Concatenate Dot""".split()
LOSSES = """BinaryCrossentropy CategoricalCrossentropy CategoricalHinge CosineSimilarity Hinge Huber KLDivergence LogCosh MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError
MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge""".split()
OPTIMIZERS = "SGD Adagrad Adadelta RMSprop Adam Adamax Nadam AdamW Lion".split()
EVERYWHERE = {"self", "args", "kwargs", "name", "dtype", "trainable", "reduction"}


def signature(kind):
    found = inspect.signature(kind.__init__).parameters
    plain = lambda value: value if isinstance(value, (bool, int, float, str)) else None
    return {name: plain(parameter.default) for name, parameter in found.items() if name not in EVERYWHERE}


result = {
    "keras": keras.__version__,
    "layers": {name: signature(getattr(keras.layers, name)) for name in LAYERS},
    "losses": {name: signature(getattr(keras.losses, name)) for name in LOSSES},
    "optimizers": {name: signature(getattr(keras.optimizers, name)) for name in OPTIMIZERS},
}
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(result, indent=1) + "\n")
print(f"{sum(len(result[kind]) for kind in ('layers', 'losses', 'optimizers'))} classes written to {target.name}")
