"""Recurrent layers with masks, dropout, other gates; ConvLSTM2D; TimeDistributed. Run: KERAS_BACKEND=torch python recurrent.py; writes recurrent.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import numpy as np
import torch
from layer_cases import case, random, write

L, F = keras.layers, torch.nn.functional

NAMES = ["kernel", "recurrent_kernel", "bias"]
BOTH = NAMES + [f"backward_{name}" for name in NAMES]

# Padding at the end, at the beginning, in the middle, everywhere.
MASK = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [1, 0, 1, 0, 1], [0, 0, 0, 0, 0]])
GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}
CLASSES = {"simple_rnn": L.SimpleRNN, "lstm": L.LSTM, "gru": L.GRU}


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def factors(batch, rows, size, rate):
    return ((random.uniform(size=(batch, rows, size)) >= rate) / (1 - rate)).round(6).astype("float32")


def give(cell, input_factors, state_factors):
    """Puts factors in the place of what the cell would draw; None draws nothing."""
    def as_drawn(values):
        rows = [torch.tensor(values[:, row]) for row in range(values.shape[1])]
        return rows[0] if len(rows) == 1 else rows
    if input_factors is not None:
        cell.get_dropout_mask = lambda _: as_drawn(input_factors)
    if state_factors is not None:
        cell.get_recurrent_dropout_mask = lambda _: as_drawn(state_factors)


def recurrent(name, kind, params, shape, *, mask=None, merge=None, rate=0.3, torch_forward=None):
    keras_params = {key: value for key, value in params.items()}
    cls, drops = CLASSES[kind], {key: params[key] for key in ("dropout", "recurrent_dropout") if key in params}
    layer = cls(**keras_params)
    ours = {camel(key): value for key, value in params.items()}
    if merge:
        layer = L.Bidirectional(layer, merge_mode=merge)
        ours.update({"bidirectional": True, "mergeMode": merge})
    draws, options = None, {}
    if drops:
        rows = GATES[kind] if "recurrent_dropout" in drops else 1
        cells = [layer.forward_layer.cell, layer.backward_layer.cell] if merge else [layer.cell]
        draws = []
        for cell in cells:
            own = [factors(shape[0], rows, shape[2], drops["dropout"]) if "dropout" in drops else None,
                   factors(shape[0], rows, params["units"], drops["recurrent_dropout"]) if "recurrent_dropout" in drops else None]
            give(cell, *own)
            draws += [values for values in own if values is not None]
        options["training"] = True
    if mask is not None:
        mask = mask[:shape[0], :shape[1]]
        options["mask"] = torch.tensor(mask, dtype=torch.bool)
    names = (BOTH if merge else NAMES) if params.get("use_bias", True) else NAMES[:2]
    return case(name, kind, ours, layer, [shape], names=names, rate=rate, masks=None if mask is None else [mask.astype("float32")], draws=draws, torch_forward=torch_forward,
                call=lambda built, tensors: built(tensors[0], **options),
                item=f"{cls.__name__}{' (Bidirectional)' if merge else ''}")


def packed(kind, lengths):
    """torch.nn on packed sequences: padding at the end is left out."""
    def forward(x, w):
        sizes = torch.tensor(lengths)
        parts = torch.nn.utils.rnn.pack_padded_sequence(x[0], sizes, batch_first=True, enforce_sorted=False)
        module = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](x[0].shape[2], w["recurrent_kernel"].shape[0], batch_first=True)
        order = {"lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}[kind]
        turn = lambda columns: torch.cat([columns.chunk(len(order), -1)[g] for g in order], -1)
        both = w["bias"] if kind == "gru" else torch.stack([w["bias"], 0 * w["bias"]])
        weights = {"weight_ih_l0": turn(w["kernel"]).T, "weight_hh_l0": turn(w["recurrent_kernel"]).T, "bias_ih_l0": turn(both[0]), "bias_hh_l0": turn(both[1])}
        result = torch.func.functional_call(module, weights, (parts,))[1]
        return (result[0] if kind == "lstm" else result)[0]
    return forward


def conv_lstm(name, params, layer, shape, **more):
    return case(name, "conv_lstm2d", params, layer, [shape], names=NAMES if params.get("useBias", True) else NAMES[:2], rate=0.3, **more)


def conv_lstm_drawn(name, params, layer, shape, *, mask=None, dropout=0, recurrent_dropout=0, state=None):
    """With factors of dropout that are given (four a number, gate by gate, along the channels), and with a mask."""
    drawn, draws, options = [None, None], [], {}
    for index, (rate, sizes) in enumerate([(dropout, shape[2:]), (recurrent_dropout, state)]):
        if rate:
            drawn[index] = ((random.uniform(size=(shape[0], *sizes[:2], 4 * sizes[2])) >= rate) / (1 - rate)).round(6).astype("float32")
            draws.append(drawn[index])
            options["training"] = True
    as_drawn = lambda values: list(torch.tensor(values).chunk(4, -1))
    if dropout:
        layer.cell.dropout = dropout
        layer.cell.get_dropout_mask = lambda _: as_drawn(drawn[0])
    if recurrent_dropout:
        layer.cell.recurrent_dropout = recurrent_dropout
        layer.cell.get_recurrent_dropout_mask = lambda _: as_drawn(drawn[1])
    if mask is not None:
        options["mask"] = torch.tensor(mask, dtype=torch.bool)
    ours = {**params, **({"dropout": dropout} if dropout else {}), **({"recurrentDropout": recurrent_dropout} if recurrent_dropout else {})}
    return conv_lstm(name, ours, layer, shape, masks=None if mask is None else [mask.astype("float32")], draws=draws or None,
                     call=lambda built, tensors: built(tensors[0], **options))


def each_step(name, kind, params, layer, shape, names=None, rate=0.1, **more):
    return case(f"{kind}, {name}", kind, {**params, "timeDistributed": True}, L.TimeDistributed(layer), [shape], names=names, rate=rate, **more)


def folded(operation):
    """Plain PyTorch: the steps are samples."""
    def forward(x, w):
        flat = operation(x[0].flatten(0, 1), w)
        return flat.unflatten(0, x[0].shape[:2])
    return forward


ENDS = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0]])

cases = [
    recurrent("masked", "simple_rnn", {"units": 3}, (4, 5, 2), mask=MASK),
    recurrent("masked, every step", "simple_rnn", {"units": 5, "return_sequences": True, "go_backwards": True}, (4, 5, 3), mask=MASK),
    recurrent("masked, zeros", "simple_rnn", {"units": 4, "return_sequences": True, "zero_output_for_mask": True}, (3, 5, 2), mask=MASK),
    recurrent("dropout of input and state", "simple_rnn", {"units": 5, "dropout": 0.3, "recurrent_dropout": 0.4}, (4, 3, 6)),
    recurrent("padded at the end", "lstm", {"units": 4}, (3, 5, 2), mask=ENDS, torch_forward=packed("lstm", [3, 5, 1])),
    recurrent("masked, every step", "lstm", {"units": 3, "return_sequences": True}, (4, 5, 3), mask=MASK),
    recurrent("masked, backwards", "lstm", {"units": 17, "go_backwards": True, "use_bias": False}, (4, 5, 2), mask=MASK),
    recurrent("masked, zeros", "lstm", {"units": 3, "return_sequences": True, "zero_output_for_mask": True}, (4, 5, 2), mask=MASK),
    recurrent("masked, both directions", "lstm", {"units": 3, "return_sequences": True}, (4, 5, 2), mask=MASK, merge="concat"),
    recurrent("hard gates", "lstm", {"units": 4, "recurrent_activation": "hard_sigmoid"}, (3, 4, 2)),
    recurrent("softsign", "lstm", {"units": 3, "activation": "softsign", "recurrent_activation": "sigmoid"}, (1, 4, 2)),
    recurrent("dropout of the input", "lstm", {"units": 5, "dropout": 0.4}, (4, 4, 6)),
    recurrent("dropout of the state", "lstm", {"units": 6, "recurrent_dropout": 0.4, "return_sequences": True}, (3, 4, 2)),
    recurrent("dropout of both, masked", "lstm", {"units": 5, "dropout": 0.3, "recurrent_dropout": 0.4}, (4, 5, 6), mask=MASK),
    recurrent("padded at the end", "gru", {"units": 4}, (3, 5, 2), mask=ENDS, torch_forward=packed("gru", [3, 5, 1])),
    recurrent("masked, every step", "gru", {"units": 3, "return_sequences": True}, (4, 5, 3), mask=MASK),
    recurrent("masked, both directions", "gru", {"units": 3}, (4, 5, 2), mask=MASK, merge="sum"),
    recurrent("reset before", "gru", {"units": 5, "reset_after": False}, (3, 4, 2)),
    recurrent("reset before, masked, wide", "gru", {"units": 18, "reset_after": False, "return_sequences": True, "go_backwards": True}, (4, 5, 3), mask=MASK),
    recurrent("reset before, one sequence, no bias", "gru", {"units": 3, "reset_after": False, "use_bias": False, "activation": "elu"}, (1, 3, 4)),
    recurrent("dropout of both, both directions", "gru", {"units": 4, "dropout": 0.3, "recurrent_dropout": 0.4, "return_sequences": True}, (3, 4, 5), merge="concat"),
    recurrent("reset before, dropout of both", "gru", {"units": 5, "dropout": 0.2, "recurrent_dropout": 0.4, "reset_after": False}, (4, 4, 3)),
    conv_lstm("valid", {"filters": 2, "kernelHeight": 2, "kernelWidth": 3}, L.ConvLSTM2D(2, (2, 3)), (3, 3, 4, 5, 2)),
    conv_lstm("same, stride 2, every step", {"filters": 3, "kernelHeight": 2, "kernelWidth": 2, "strideHeight": 2, "strideWidth": 2, "padding": "same", "returnSequences": True},
              L.ConvLSTM2D(3, 2, strides=2, padding="same", return_sequences=True), (2, 3, 5, 4, 1)),
    conv_lstm("backwards, no bias, one video", {"filters": 2, "padding": "same", "goBackwards": True, "useBias": False, "recurrentActivation": "hard_sigmoid", "returnSequences": True},
              L.ConvLSTM2D(2, 3, padding="same", go_backwards=True, use_bias=False, recurrent_activation="hard_sigmoid", return_sequences=True), (1, 4, 3, 4, 2)),
    conv_lstm_drawn("masked", {"filters": 2, "kernelHeight": 2, "kernelWidth": 2}, L.ConvLSTM2D(2, 2), (4, 5, 3, 3, 1), mask=MASK),
    conv_lstm_drawn("masked, every step, backwards", {"filters": 2, "padding": "same", "returnSequences": True, "goBackwards": True},
                    L.ConvLSTM2D(2, 3, padding="same", return_sequences=True, go_backwards=True), (3, 5, 2, 3, 2), mask=ENDS),
    conv_lstm_drawn("masked pixels", {"filters": 2, "padding": "same", "returnSequences": True}, L.ConvLSTM2D(2, 3, padding="same", return_sequences=True), (2, 3, 3, 2, 1),
                    mask=random.integers(0, 2, size=(2, 3, 3, 2))),
    conv_lstm_drawn("dropout of the input", {"filters": 2, "kernelHeight": 2, "kernelWidth": 1}, L.ConvLSTM2D(2, (2, 1)), (3, 3, 3, 2, 2), dropout=0.4),
    conv_lstm_drawn("dropout of both, masked", {"filters": 3, "kernelHeight": 2, "kernelWidth": 2, "padding": "same", "returnSequences": True},
                    L.ConvLSTM2D(3, 2, padding="same", return_sequences=True), (4, 5, 3, 2, 2), mask=MASK, dropout=0.3, recurrent_dropout=0.4, state=(3, 2, 3)),
    conv_lstm_drawn("dropout of the state, one video", {"filters": 2, "padding": "same"}, L.ConvLSTM2D(2, 3, padding="same"), (1, 4, 3, 3, 1), recurrent_dropout=0.4, state=(3, 3, 2)),
    each_step("sequences", "dense", {"units": 3, "activation": "tanh"}, L.Dense(3, "tanh"), (2, 4, 5),
              torch_forward=folded(lambda x, w: torch.tanh(x @ w["kernel"] + w["bias"]))),
    each_step("images", "conv2d", {"filters": 3, "kernelHeight": 2, "kernelWidth": 2, "padding": "same"}, L.Conv2D(3, 2, padding="same"), (2, 3, 4, 5, 2)),
    each_step("one video, stride 2 and dilation", "conv2d", {"filters": 2, "kernelHeight": 2, "kernelWidth": 3, "strideHeight": 2, "padding": "same", "useBias": False}, L.Conv2D(2, (2, 3), strides=(2, 1), padding="same", use_bias=False), (1, 3, 5, 4, 2)),
    each_step("3 x 3 over many channels", "conv2d", {"filters": 8, "kernelHeight": 3, "kernelWidth": 3, "activation": "relu"}, L.Conv2D(8, 3, activation="relu"), (1, 2, 6, 7, 8), rate=0.3,
              torch_forward=folded(lambda x, w: torch.relu(torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), w["kernel"].permute(3, 2, 0, 1), w["bias"]).permute(0, 2, 3, 1)))),
    each_step("images", "depthwise_conv2d", {"kernelHeight": 2, "kernelWidth": 2, "depthMultiplier": 2}, L.DepthwiseConv2D(2, depth_multiplier=2), (3, 2, 4, 3, 2)),
    each_step("images", "conv2d_transpose", {"filters": 2, "kernelHeight": 3, "kernelWidth": 3, "strideHeight": 2, "strideWidth": 2, "padding": "same"}, L.Conv2DTranspose(2, 3, strides=2, padding="same"), (2, 2, 3, 2, 3)),
    each_step("sequences of sequences", "conv1d", {"filters": 3, "kernelSize": 2, "padding": "causal"}, L.Conv1D(3, 2, padding="causal"), (2, 3, 5, 2)),
    each_step("images", "average_pooling2d", {"padding": "same"}, L.AveragePooling2D(2, padding="same"), (2, 3, 3, 5, 2)),
    each_step("sequences of sequences", "global_average_pooling1d", {}, L.GlobalAveragePooling1D(), (2, 3, 4, 2), torch_forward=lambda x, w: x[0].mean(2)),
    each_step("sequences of sequences", "gru", {"units": 3, "returnSequences": True, "goBackwards": True}, L.GRU(3, return_sequences=True, go_backwards=True), (1, 3, 4, 2), names=NAMES, rate=0.3),
    each_step("images", "max_pooling2d", {}, L.MaxPooling2D(), (2, 3, 4, 5, 2)),
    each_step("images", "flatten", {}, L.Flatten(), (2, 3, 2, 3, 2), torch_forward=lambda x, w: x[0].flatten(2)),
    each_step("sequences of sequences", "lstm", {"units": 4}, L.LSTM(4), (2, 3, 4, 2), names=NAMES, rate=0.3),
]
write(__file__, cases)
