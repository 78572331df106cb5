"""Pooling of volumes. Run: KERAS_BACKEND=torch python pooling3d.py; writes pooling3d.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
from channels_last import average_pool, max_pool
from layer_cases import case, write

L = keras.layers
V = (4, 5, 3, 2)
overlapping = {"poolDepth": 3, "poolHeight": 3, "strideDepth": 1, "strideHeight": 2, "strideWidth": 1, "padding": "same"}
cases = [
    case("max", "max_pooling3d", {}, L.MaxPooling3D(), [(3, *V)], torch_forward=lambda x, w: max_pool(x[0], 2, 2)),
    case("max overlapping, same", "max_pooling3d", overlapping, L.MaxPooling3D((3, 3, 2), strides=(1, 2, 1), padding="same"), [(2, *V)],
         torch_forward=lambda x, w: max_pool(x[0], (3, 3, 2), (1, 2, 1), "same")),
    case("max wide, one row", "max_pooling3d", {"poolDepth": 1, "poolWidth": 3, "strideHeight": 1}, L.MaxPooling3D((1, 2, 3), strides=(1, 1, 3)), [(1, *V)],
         torch_forward=lambda x, w: max_pool(x[0], (1, 2, 3), (1, 1, 3))),
    case("average", "average_pooling3d", {}, L.AveragePooling3D(2), [(3, *V)], torch_forward=lambda x, w: average_pool(x[0], 2, 2)),
    # Padding that is equal on both sides: where it is not, Keras on PyTorch counts it as voxels, on JAX and TensorFlow it does not.
    case("average overlapping, same", "average_pooling3d", {**overlapping, "poolWidth": 3}, L.AveragePooling3D(3, strides=(1, 2, 1), padding="same"),
         [(2, *V)], torch_forward=lambda x, w: average_pool(x[0], 3, (1, 2, 1), "same")),
    case("average, unequal padding", "average_pooling3d", overlapping, None, [(2, *V)], item="AveragePooling3D",
         torch_forward=lambda x, w: average_pool(x[0], (3, 3, 2), (1, 2, 1), "same")),
    case("average deep, one row", "average_pooling3d", {"poolDepth": 4, "poolHeight": 1, "strideWidth": 1}, L.AveragePooling3D((4, 1, 2), strides=(4, 1, 1)),
         [(1, *V)], torch_forward=lambda x, w: average_pool(x[0], (4, 1, 2), (4, 1, 1))),
]
for name, kind, layer, reduce in [("global max", "global_max_pooling3d", L.GlobalMaxPooling3D, "amax"), ("global average", "global_average_pooling3d", L.GlobalAveragePooling3D, "mean")]:
    cases += [
        case(name, kind, {}, layer(), [(3, 2, 3, 2, 2)], torch_forward=lambda x, w, r=reduce: getattr(x[0], r)(dim=(1, 2, 3))),
        case(f"{name}, kept axes", kind, {"keepDims": True}, layer(keepdims=True), [(2, 3, 1, 2, 3)],
             torch_forward=lambda x, w, r=reduce: getattr(x[0], r)(dim=(1, 2, 3), keepdim=True)),
        case(f"{name} of one voxel, one row", kind, {}, layer(), [(1, 1, 1, 1, 4)], torch_forward=lambda x, w, r=reduce: getattr(x[0], r)(dim=(1, 2, 3))),
    ]
write(__file__, cases)
