"""Attention, transformer encoder, positions, masks, dot products. Run: KERAS_BACKEND=torch python attention.py; writes attention.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import numpy as np
import torch
from layer_cases import case, random, write

L, F = keras.layers, torch.nn.functional
RATE = 1.0


def mask(*rows):
    return np.array(rows, dtype="float32")


def boolean(m):
    return None if m is None else torch.tensor(m) > 0.5


def scored(causal=False, masks=None):
    """A call of Attention or AdditiveAttention."""
    return lambda layer, x: layer(x, mask=None if masks is None else [boolean(m) for m in masks], use_causal_mask=causal)


def plain_attention(x, causal=False, keys=None, scale=1.0):
    """torch's scaled_dot_product_attention of query, value and, where it is given, key."""
    query, value, key = x[0], x[1], x[2] if len(x) > 2 else x[1]
    allowed = None if keys is None else boolean(keys)[:, None, :].expand(-1, query.shape[1], -1)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=allowed, is_causal=causal, scale=scale)


HEADS = [f"{part}_{kind}" for part in ("query", "key", "value", "output") for kind in ("kernel", "bias")]
UNBIASED = [name for name in HEADS if name.endswith("kernel")]


def heads(causal=False, keys=None):
    """A call of MultiHeadAttention with query, value and, where it is given, key."""
    return lambda layer, x: layer(*x, value_mask=boolean(keys), use_causal_mask=causal)


def torch_heads(count, causal=False, keys=None):
    """torch.nn.MultiheadAttention's function with Keras' kernels; query, key and value of one width."""
    def forward(x, w):
        query, value = x[0], x[1]
        width = query.shape[2]
        rows = torch.cat([w[f"{part}_kernel"].reshape(width, width).T for part in ("query", "key", "value")])
        biases = torch.cat([w[f"{part}_bias"].reshape(width) for part in ("query", "key", "value")])
        later = torch.triu(torch.ones(query.shape[1], value.shape[1], dtype=torch.bool), 1) if causal else None
        turned = [t.transpose(0, 1) for t in (query, value, value)]
        out, _ = F.multi_head_attention_forward(
            *turned, width, count, rows, biases, None, None, False, 0.0, w["output_kernel"].reshape(width, width).T, w["output_bias"],
            key_padding_mask=None if keys is None else ~boolean(keys), need_weights=False, attn_mask=later)
        return out.transpose(0, 1)
    return forward


def encoder(width, count, inner, first=False, activation="relu", keys=None, causal=False):
    """torch.nn.TransformerEncoderLayer with the weights of our block."""
    module = torch.nn.TransformerEncoderLayer(width, count, inner, 0.0, activation, batch_first=True, norm_first=first)

    def forward(x, w):
        parts = ("query", "key", "value")
        weights = {
            "self_attn.in_proj_weight": torch.cat([w[f"attention_{part}_kernel"].T for part in parts]),
            "self_attn.in_proj_bias": torch.cat([w[f"attention_{part}_bias"] for part in parts]),
            "self_attn.out_proj.weight": w["attention_output_kernel"].T, "self_attn.out_proj.bias": w["attention_output_bias"],
            "linear1.weight": w["intermediate_kernel"].T, "linear1.bias": w["intermediate_bias"],
            "linear2.weight": w["output_kernel"].T, "linear2.bias": w["output_bias"],
            "norm1.weight": w["attention_norm_gamma"], "norm1.bias": w["attention_norm_beta"],
            "norm2.weight": w["feedforward_norm_gamma"], "norm2.bias": w["feedforward_norm_beta"],
        }
        steps = x[0].shape[1]
        later = torch.triu(torch.ones(steps, steps, dtype=torch.bool), 1) if causal else None
        options = {"src_mask": later, "src_key_padding_mask": None if keys is None else ~boolean(keys)}
        return torch.func.functional_call(module, weights, (x[0],), options)
    return forward


def block_weights(width, inner):
    shapes = {f"attention_{part}_kernel": (width, width) for part in ("query", "key", "value", "output")}
    shapes |= {f"attention_{part}_bias": (width,) for part in ("query", "key", "value", "output")}
    shapes |= {f"{part}_{name}": (width,) for part in ("attention_norm", "feedforward_norm") for name in ("gamma", "beta")}
    shapes |= {"intermediate_kernel": (width, inner), "intermediate_bias": (inner,), "output_kernel": (inner, width), "output_bias": (width,)}
    return {name: (random.normal(scale=0.3, size=shape) + name.endswith("gamma")).round(4).astype("float32") for name, shape in shapes.items()}


def block(name, params, shape, count, inner, **options):
    width = shape[2]
    keys = options.get("keys")
    return case(name, "transformer_encoder", {"numHeads": count, "intermediateDim": inner, **params}, None, [shape], item="TransformerEncoderLayer",
                torch_forward=encoder(width, count, inner, **options), initial=block_weights(width, inner), rate=0.05,
                masks=None if keys is None else [keys])


def sines(x, longest):
    """Positional waves, from the definition in Vaswani et al. 2017 in the layout of KerasHub."""
    steps, features = x.shape[1:]
    pair = torch.arange(features, dtype=torch.float64) // 2
    angles = torch.arange(steps, dtype=torch.float64)[:, None] / longest ** (2 * pair / features)
    even = torch.arange(features) % 2 == 0
    return x + torch.where(even, torch.sin(angles), torch.cos(angles)).float()


def averaged(m):
    return lambda layer, x: layer(x[0], mask=boolean(m))


two, five = mask([1, 1, 0, 1], [1, 0, 0, 0]), mask([1, 1, 1, 0, 0], [1, 0, 1, 1, 1], [0, 0, 0, 1, 0])
first_two = mask([1, 1, 0], [0, 1, 1])
table = {"embeddings": random.normal(scale=0.4, size=(5, 4)).round(4).astype("float32")}

cases = [
    case("self-attention", "attention", {}, L.Attention(), [(3, 4, 5), (3, 4, 5)], torch_forward=lambda x, w: plain_attention(x)),
    case("keys apart, scaled", "attention", {"useScale": True}, L.Attention(use_scale=True), [(2, 3, 4), (2, 6, 7), (2, 6, 4)], names=["scale"], rate=RATE),
    case("masked, causal", "attention", {"causal": True}, L.Attention(), [(2, 3, 4), (2, 4, 4)], masks=[first_two, mask([1, 1, 0, 1], [1, 0, 0, 0])],
         call=scored(True, [first_two, mask([1, 1, 0, 1], [1, 0, 0, 0])])),
    case("causal, one sample", "attention", {"causal": True}, L.Attention(), [(1, 19, 3), (1, 19, 3)], call=scored(True),
         torch_forward=lambda x, w: plain_attention(x, causal=True)),
    case("concat, scaled, masked values", "attention", {"scoreMode": "concat", "useScale": True}, L.Attention(score_mode="concat", use_scale=True),
         [(2, 3, 3), (2, 4, 3)], names=["scale", "concat_score_weight"], rate=RATE, masks=[None, two], call=scored(False, [None, two])),
    case("concat, causal", "attention", {"scoreMode": "concat", "causal": True}, L.Attention(score_mode="concat"), [(3, 5, 2), (3, 5, 2)],
         names=["concat_score_weight"], rate=3.0, call=scored(True)),
    case("additive", "additive_attention", {}, L.AdditiveAttention(), [(3, 4, 5), (3, 2, 5)], rate=RATE),
    case("additive, masked, causal, keys apart", "additive_attention", {"causal": True}, L.AdditiveAttention(), [(3, 5, 3), (3, 5, 2), (3, 5, 3)], rate=RATE,
         masks=[None, mask([1, 1, 1, 0, 0], [1, 0, 1, 1, 1], [1, 0, 0, 1, 0]), None],
         call=scored(True, [None, mask([1, 1, 1, 0, 0], [1, 0, 1, 1, 1], [1, 0, 0, 1, 0])])),
    case("additive without scale, one sample", "additive_attention", {"useScale": False}, L.AdditiveAttention(use_scale=False), [(1, 3, 2), (1, 6, 2)]),
    case("two heads", "multi_head_attention", {"numHeads": 2, "keyDim": 3}, L.MultiHeadAttention(2, 3), [(3, 4, 6), (3, 4, 6)], names=HEADS, rate=RATE,
         call=heads(), torch_forward=torch_heads(2)),
    case("three heads, causal, one sample", "multi_head_attention", {"numHeads": 3, "keyDim": 3, "causal": True}, L.MultiHeadAttention(3, 3),
         [(1, 7, 9), (1, 7, 9)], names=HEADS, rate=0.1, scale=0.25, call=heads(True), torch_forward=torch_heads(3, True)),
    case("masked values", "multi_head_attention", {"numHeads": 2, "keyDim": 2}, L.MultiHeadAttention(2, 2), [(3, 2, 4), (3, 5, 4)], names=HEADS, rate=RATE,
         masks=[None, five], call=heads(keys=five), torch_forward=torch_heads(2, keys=five)),
    case("values and output of other widths, without bias", "multi_head_attention",
         {"numHeads": 2, "keyDim": 3, "valueDim": 17, "outputFeatures": 5, "useBias": False}, L.MultiHeadAttention(2, 3, 17, use_bias=False, output_shape=5),
         [(2, 3, 4), (2, 6, 7), (2, 6, 2)], names=UNBIASED, rate=0.1, scale=0.25, call=heads()),
    block("post-norm", {}, (3, 4, 6), 2, 5),
    block("pre-norm, gelu, one sample", {"normalizeFirst": True, "activation": "gelu"}, (1, 5, 9), 3, 17, first=True, activation="gelu"),
    block("masked steps are not heard", {}, (3, 5, 4), 1, 3, keys=mask([1, 1, 1, 1, 1], [1, 0, 1, 1, 1], [1, 1, 1, 1, 0])),
    block("causal", {"causal": True}, (2, 6, 8), 4, 7, causal=True),
    case("learned positions", "position_embedding", {}, None, [(3, 5, 4)], item="PositionEmbedding", torch_forward=lambda x, w: x[0] + w["embeddings"],
         initial=table),
    case("waves", "sine_position_encoding", {}, None, [(2, 6, 8)], item="SinePositionEncoding", torch_forward=lambda x, w: sines(x[0], 10000)),
    case("short waves, odd features", "sine_position_encoding", {"maxWavelength": 50}, None, [(1, 9, 5)], item="SinePositionEncoding",
         torch_forward=lambda x, w: sines(x[0], 50)),
    case("mean of all steps", "global_average_pooling1d", {}, L.GlobalAveragePooling1D(), [(3, 5, 4)], torch_forward=lambda x, w: x[0].mean(1)),
    case("mean of the steps that count", "global_average_pooling1d", {}, L.GlobalAveragePooling1D(), [(3, 5, 19)], masks=[five], call=averaged(five)),
    case("mean, axis kept, one sample", "global_average_pooling1d", {"keepDims": True}, L.GlobalAveragePooling1D(keepdims=True), [(1, 7, 2)]),
    case("masking", "masking", {"maskValue": 0.5}, L.Masking(0.5), [np.array([[[0.5, 0.5], [0.5, 1]], [[-1, 2], [0.5, 0.5]]], dtype="float32")]),
    case("permuted", "permute", {"dims": [2, 1]}, L.Permute((2, 1)), [(3, 4, 5)], torch_forward=lambda x, w: x[0].permute(0, 2, 1)),
    case("permuted volumes, one sample", "permute", {"dims": [3, 1, 2]}, L.Permute((3, 1, 2)), [(1, 2, 3, 4)], torch_forward=lambda x, w: x[0].permute(0, 3, 1, 2)),
    case("repeated", "repeat_vector", {"n": 4}, L.RepeatVector(4), [(3, 5)], torch_forward=lambda x, w: x[0][:, None].expand(-1, 4, -1)),
    case("vectors multiplied", "dot", {"axis": 1, "secondAxis": 1}, L.Dot(1), [(4, 5), (4, 5)], torch_forward=lambda x, w: (x[0] * x[1]).sum(1, keepdim=True)),
    case("cosines of sequences", "dot", {"axis": 2, "secondAxis": 1, "normalize": True}, L.Dot((2, 1), normalize=True), [(2, 3, 7), (2, 7, 4)],
         torch_forward=lambda x, w: F.normalize(x[0], dim=2) @ F.normalize(x[1], dim=1)),
    case("volumes with vectors, one sample", "dot", {"axis": 2, "secondAxis": 1}, L.Dot((2, 1)), [(1, 2, 4, 3), (1, 4)]),
]
write(__file__, cases)
