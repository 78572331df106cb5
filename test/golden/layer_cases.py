"""What every golden script of layers has in common: one layer of Keras, and the same in plain PyTorch where it is given, as numbers.

A script beside `layers/*.json` makes a list of `case(...)` and calls `write(__file__, cases)`. Of each case are recorded: the output of the layer,
the gradients of the mean squared distance of the output to a target by every input and weight, and the weights after ten steps of gradient
descent on it; the same of PyTorch under "torch". test/integration/training/golden-layers.test.ts reads all of them.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

STEPS = 10
random = np.random.default_rng(20261128)


def numbers(values):
    """Nine significant digits: enough for every float32."""
    array = values.detach().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)
    return [float(f"{value:.9g}") for value in array.astype("float64").ravel()]


def tensor_of(values):
    return {"shape": list(values.shape), "data": numbers(values)}


def trace(forward, inputs, differentiable, weights, target, rate):
    """Output, gradients and ten steps of `forward(inputs, weights)`; `weights` are tensors that are changed in place."""
    given = [torch.tensor(x, requires_grad=d) for x, d in zip(inputs, differentiable)]
    wanted = [x for x, d in zip(given, differentiable) if d] + list(weights.values())
    for value in weights.values():
        value.requires_grad_(True)
    output = forward(given, weights)
    if target is None:
        target = random.normal(scale=0.5, size=tuple(output.shape)).round(4).astype("float32")
    loss = ((output - torch.tensor(target)) ** 2).mean()
    gradients = list(torch.autograd.grad(loss, wanted, allow_unused=True)) if wanted else []
    gradients = [torch.zeros_like(w) if g is None else g for g, w in zip(gradients, wanted)]
    count = sum(differentiable)
    by_input = iter(gradients[:count])
    record = {
        "output": tensor_of(output),
        "inputGradients": [numbers(next(by_input)) if d else None for d in differentiable],
        "gradients": {name: numbers(g) for name, g in zip(weights, gradients[count:])},
    }
    for _ in range(STEPS if weights else 0):
        loss = ((forward([torch.tensor(x) for x in inputs], weights) - torch.tensor(target)) ** 2).mean()
        steps = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
        with torch.no_grad():
            for weight, step in zip(weights.values(), steps):
                if step is not None:
                    weight -= rate * step
    record["final"] = {name: numbers(value) for name, value in weights.items()}
    return record, target


def case(name, kind, params, layer, inputs, *, names=None, torch_forward=None, call=None, rate=0.1, scale=0.4, training=None, initial=None, item=None, masks=None, draws=None):
    """One layer with one setting.

    name: of the case, in words. kind, params: our layer type and parameters. layer: the Keras layer (None when only PyTorch has it).
    inputs: shapes with the batch, or arrays; arrays of integers are passed on as they are and have no gradient. names: our names of the
    trainable weights in Keras' order, where they are not the same. call: layer, tensors -> output, where it is not a plain call.
    torch_forward: list of tensors, dict of weights (our names, Keras' shapes) -> output. initial: our name -> array, for weights that
    random numbers do not suit. item: the name in the table of parity, else Keras' class. masks: one array of 0 and 1 an input, or None; `call` and
    `torch_forward` see to it that the libraries take them. draws: arrays that stand for what the layer draws while training
    (factors of dropout), in its order; `call` gives them to Keras.
    """
    arrays = [x if isinstance(x, np.ndarray) else random.normal(size=x).round(4).astype("float32") for x in inputs]
    differentiable = [x.dtype.kind == "f" for x in arrays]
    record = {"name": name, "item": item or type(layer).__name__, "type": kind, "params": params, "rate": rate}
    record["inputs"] = [{**tensor_of(x), "differentiable": d} for x, d in zip(arrays, differentiable)]
    if masks is not None:
        record["masks"] = [None if mask is None else tensor_of(mask) for mask in masks]
    if draws is not None:
        record["draws"] = [tensor_of(factors) for factors in draws]
    start, target, reference = dict(initial or {}), None, None
    if layer is not None:
        call = call or (lambda built, tensors: built(tensors[0] if len(tensors) == 1 else tensors, **({} if training is None else {"training": training})))
        call(layer, [torch.tensor(x) for x in arrays])
        variables = layer.trainable_variables
        ours = names or [variable.name for variable in variables]
        for variable, own in zip(variables, ours, strict=True):
            start.setdefault(own, random.normal(scale=scale, size=tuple(variable.shape)).round(4).astype("float32"))
            variable.assign(start[own])
        tensors = {own: variable.value for own, variable in zip(ours, variables)}
        reference, target = trace(lambda given, _: call(layer, given), arrays, differentiable, tensors, None, rate)
        record["keras"] = reference
    if torch_forward is not None:
        tensors = {own: torch.tensor(value) for own, value in start.items()}
        other, target = trace(torch_forward, arrays, differentiable, tensors, target, rate)
        if reference is not None:
            shown, expected = np.array(other["output"]["data"]), np.array(reference["output"]["data"])
            assert np.abs(shown - expected).max() <= 1e-5 * max(np.abs(expected).max(), 1e-3), f"{name}: PyTorch computes something else"
        record["torch"] = other
    record["target"] = numbers(target)
    record["initial"] = {own: tensor_of(value) for own, value in start.items()}
    return record


def write(script, cases):
    path = pathlib.Path(script)
    path = path.parent / (path.stem + ".json")
    head = {"keras": keras.__version__, "torch": torch.__version__, "steps": STEPS}
    body = ",\n".join(json.dumps(entry) for entry in cases)
    path.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
    print(f"{path.name}: {len(cases)} cases, {sum('torch' in entry for entry in cases)} of them in plain PyTorch too")
