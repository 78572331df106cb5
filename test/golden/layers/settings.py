"""Further settings of layers that had fewer than three, or no batch of one, no even window. Run: KERAS_BACKEND=torch python settings.py; writes settings.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import numpy as np
import torch
from channels_last import average_pool, max_pool
from layer_cases import case, write

L = keras.layers


def waves(longest):
    """Positional waves, from the definition in Vaswani et al. 2017 in the layout of KerasHub."""
    def forward(x, _):
        steps, features = x[0].shape[1:]
        angles = torch.arange(steps)[:, None] / longest ** (2 * torch.div(torch.arange(features), 2, rounding_mode="floor") / features)
        return x[0] + torch.where(torch.arange(features) % 2 == 0, torch.sin(angles), torch.cos(angles))
    return forward


def masked(value, *rows):
    return np.array(rows, dtype="float32") + value


positions = {"item": "PositionEmbedding", "rate": 1.0, "torch_forward": lambda x, w: x[0] + w["embeddings"]}
sines = "SinePositionEncoding"
cases = [
    case("learned positions, one sample", "position_embedding", {}, None, [(1, 3, 7)], initial={"embeddings": np.linspace(-1, 1, 21).reshape(3, 7).astype("float32")}, **positions),
    case("learned positions of one step", "position_embedding", {}, None, [(4, 1, 2)], initial={"embeddings": np.array([[0.3, -0.7]], dtype="float32")}, **positions),
    case("waves of one step", "sine_position_encoding", {}, None, [(3, 1, 4)], item=sines, torch_forward=waves(10000)),
    case("flatten sequences, one row", "flatten", {}, L.Flatten(), [(1, 5, 3)], torch_forward=lambda x, w: x[0].flatten(1)),
    case("flatten vectors", "flatten", {}, L.Flatten(), [(4, 3)], torch_forward=lambda x, w: x[0]),
    case("masking of zeros", "masking", {}, L.Masking(), [masked(0, [[0, 0, 0], [0, 1, 0], [2, -1, 3]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]])]),
    case("masking, one row", "masking", {"maskValue": -1}, L.Masking(-1.0), [masked(-1, [[0], [3], [0], [1]])]),
    case("permute, one row", "permute", {"dims": [2, 1]}, L.Permute((2, 1)), [(1, 5, 3)], torch_forward=lambda x, w: x[0].permute(0, 2, 1)),
    case("repeat vector, one row", "repeat_vector", {"n": 5}, L.RepeatVector(5), [(1, 3)], torch_forward=lambda x, w: x[0][:, None].repeat(1, 5, 1)),
    case("repeat vector, once", "repeat_vector", {"n": 1}, L.RepeatVector(1), [(4, 7)], torch_forward=lambda x, w: x[0][:, None]),
    case("reshape images to sequences", "reshape", {"targetShape": [3, -1]}, L.Reshape((3, -1)), [(2, 3, 5, 2)], torch_forward=lambda x, w: x[0].reshape(2, 3, 10)),
    case("simple, one row", "simple_rnn", {"units": 3, "returnSequences": True}, L.SimpleRNN(3, return_sequences=True), [(1, 5, 2)],
         names=["kernel", "recurrent_kernel", "bias"], rate=0.3),
    case("even, same", "max_pooling1d", {"poolSize": 4, "strides": 2, "padding": "same"}, L.MaxPooling1D(4, strides=2, padding="same"), [(3, 7, 3)],
         torch_forward=lambda x, w: max_pool(x[0], 4, 2, "same")),
    # As in two dimensions, plain PyTorch counts as JAX and TensorFlow do.
    case("even, same", "average_pooling1d", {"poolSize": 4, "strides": 2, "padding": "same"}, None, [(3, 7, 3)], item="AveragePooling1D",
         torch_forward=lambda x, w: average_pool(x[0], 4, 2, "same")),
]
write(__file__, cases)
