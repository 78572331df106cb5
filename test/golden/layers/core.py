"""Dense, activations, reshaping and embedding. Run: KERAS_BACKEND=torch python core.py; writes core.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import numpy as np
import torch
from layer_cases import case, write

L, F = keras.layers, torch.nn.functional
ids = np.array([[0, 3, 1, 6], [2, 2, 5, 0], [6, 1, 0, 4]], dtype="int32")

cases = [
    case("dense", "dense", {"units": 5}, L.Dense(5), [(4, 3)], torch_forward=lambda x, w: x[0] @ w["kernel"] + w["bias"]),
    case("dense on sequences, tanh", "dense", {"units": 2, "activation": "tanh"}, L.Dense(2, "tanh"), [(3, 5, 4)],
         torch_forward=lambda x, w: torch.tanh(x[0] @ w["kernel"] + w["bias"])),
    case("dense without bias, softmax, one row", "dense", {"units": 7, "activation": "softmax", "useBias": False},
         L.Dense(7, "softmax", use_bias=False), [(1, 9)], rate=2.0, torch_forward=lambda x, w: F.softmax(x[0] @ w["kernel"], -1)),
    case("embedding", "embedding", {"inputDim": 7, "outputDim": 3}, L.Embedding(7, 3), [ids], torch_forward=lambda x, w: F.embedding(x[0].long(), w["embeddings"])),
    case("embedding of one id", "embedding", {"inputDim": 9, "outputDim": 1}, L.Embedding(9, 1), [np.array([[8]], dtype="int32")],
         torch_forward=lambda x, w: F.embedding(x[0].long(), w["embeddings"])),
    case("embedding, wide", "embedding", {"inputDim": 7, "outputDim": 17}, L.Embedding(7, 17), [ids[:2]],
         torch_forward=lambda x, w: F.embedding(x[0].long(), w["embeddings"])),
    case("flatten", "flatten", {}, L.Flatten(), [(3, 2, 3, 2)], torch_forward=lambda x, w: torch.flatten(x[0], 1)),
    case("reshape", "reshape", {"targetShape": [4, 3]}, L.Reshape((4, 3)), [(2, 12)], torch_forward=lambda x, w: x[0].reshape(2, 4, 3)),
    case("reshape, one dimension derived, one row", "reshape", {"targetShape": [-1, 2]}, L.Reshape((-1, 2)), [(1, 3, 4)],
         torch_forward=lambda x, w: x[0].reshape(1, 6, 2)),
    case("prelu", "prelu", {}, L.PReLU(), [(4, 5)], names=["alpha"], rate=1.0, torch_forward=lambda x, w: torch.where(x[0] > 0, x[0], w["alpha"] * x[0])),
    case("prelu on images, one row", "prelu", {}, L.PReLU(), [(1, 3, 3, 2)], names=["alpha"], rate=4.0,
         torch_forward=lambda x, w: torch.where(x[0] > 0, x[0], w["alpha"] * x[0])),
]
write(__file__, cases)
