"""Learning rates of schedules, step by step. Run: KERAS_BACKEND=torch python schedules.py

Writes schedules.json beside this file: cosine decay with warm-up, polynomial decay and reduction on a plateau from Keras, one cycle and step
decay from torch.optim, constant, exponential and time-based decay and the range test from both where both have them. The plateau is driven
with drawn numbers in place of a training.
"""

import json
import os
import pathlib
import types

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

random = np.random.default_rng(20240503)
schedules = keras.optimizers.schedules
cases = []


def add(name, type_, params, initial, epochs, steps, rates, library="Keras", **more):
    cases.append({"name": name, "type": type_, "library": library, "params": params, "initial": initial, "epochs": epochs, "stepsPerEpoch": steps, **more, "rates": rates})


for initial, epochs, steps, warmup, alpha in [(0.1, 6, 5, 0, 0.0), (0.3, 7, 4, 2, 0.1), (0.01, 10, 3, 5, 0.0), (1.0, 5, 1, 1, 0.5)]:
    kind = schedules.CosineDecay(
        0.0 if warmup else initial, (epochs - warmup) * steps, alpha=alpha, warmup_target=initial if warmup else None, warmup_steps=warmup * steps
    )
    rates = [float(kind(step)) for step in range(epochs * steps)]
    add(f"cosine, {warmup} of {epochs} epochs of warm-up, {alpha} left", "cosine", {"warmupEpochs": warmup, "alpha": alpha}, initial, epochs, steps, rates)

for initial, epochs, steps, end, power in [(0.1, 6, 5, 1e-4, 1.0), (0.3, 7, 4, 0.01, 2.0), (0.01, 5, 3, 0.0, 0.5)]:
    kind = schedules.PolynomialDecay(initial, epochs * steps, end_learning_rate=end, power=power)
    rates = [float(kind(step)) for step in range(epochs * steps)]
    add(f"polynomial, to {end}, power {power}", "polynomial", {"endLearningRate": end, "power": power}, initial, epochs, steps, rates)

for initial, epochs, steps, share, divisor, final in [(0.1, 6, 5, 0.3, 25.0, 1e4), (0.5, 7, 3, 0.5, 10.0, 100.0), (0.01, 20, 1, 0.2, 4.0, 1.0)]:
    sgd = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=initial)
    kind = torch.optim.lr_scheduler.OneCycleLR(
        sgd, initial, epochs=epochs, steps_per_epoch=steps, pct_start=share, div_factor=divisor, final_div_factor=final, cycle_momentum=False
    )
    rates = []
    for _ in range(epochs * steps):
        rates.append(float(sgd.param_groups[0]["lr"]))
        sgd.step()
        if len(rates) < epochs * steps:
            kind.step()
    add(f"one cycle, rising for {share}", "one_cycle", {"riseShare": share, "divisor": divisor, "finalDivisor": final}, initial, epochs, steps, rates, "PyTorch")

def of_torch(make, initial, count, ahead=0):
    """`count` rates of a schedule of torch.optim, begun `ahead` steps late."""
    sgd = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=initial)
    kind, rates = make(sgd), []
    for _ in range(count + ahead):
        rates.append(float(sgd.param_groups[0]["lr"]))
        sgd.step()
        kind.step()
    return rates[ahead:]


def of_keras(kind, steps):
    return [float(kind(step)) for step in steps]


scheduler = torch.optim.lr_scheduler
for initial, epochs in [(0.1, 7), (0.003, 12), (2.0, 1)]:
    rates = of_torch(lambda sgd: scheduler.ConstantLR(sgd, factor=1.0, total_iters=epochs), initial, epochs)
    add(f"constant, {initial}", "constant", {}, initial, epochs, 1, rates, "PyTorch")

# The course counts epochs from 1 where the rate drops, torch.optim from 0.
for initial, epochs, drop, every in [(0.1, 40, 0.5, 10), (0.3, 9, 0.1, 4), (1.0, 6, 0.9, 1)]:
    rates = of_torch(lambda sgd: scheduler.StepLR(sgd, step_size=every, gamma=drop), initial, epochs, ahead=1)
    add(f"step, {drop} every {every} epochs", "step", {"drop": drop, "epochsDrop": every}, initial, epochs, 1, rates, "PyTorch")

for initial, epochs, k in [(0.1, 20, 0.1), (0.5, 8, 0.7), (1.0, 5, 0.0001)]:
    rates = of_torch(lambda sgd: scheduler.ExponentialLR(sgd, gamma=float(np.exp(-k))), initial, epochs)
    add(f"exponential, k {k}", "exponential", {"k": k}, initial, epochs, 1, rates, "PyTorch")
    kind = schedules.ExponentialDecay(initial, decay_steps=1, decay_rate=float(np.exp(-k)))
    add(f"exponential, k {k}", "exponential", {"k": k}, initial, epochs, 1, of_keras(kind, range(epochs)))

for initial, epochs, k in [(0.1, 120, 0.01), (0.02, 9, 1.5), (1.0, 6, 0.3)]:
    rates = of_torch(lambda sgd: scheduler.LambdaLR(sgd, lambda epoch: 1 / (1 + k * epoch)), initial, epochs)
    add(f"time-based, k {k}", "time_based", {"k": k}, initial, epochs, 1, rates, "PyTorch")
    kind = schedules.InverseTimeDecay(initial, decay_steps=1, decay_rate=k)
    add(f"time-based, k {k}", "time_based", {"k": k}, initial, epochs, 1, of_keras(kind, range(epochs)))

for initial, epochs, steps, largest in [(1e-5, 2, 5, 10.0), (1e-3, 3, 4, 0.5), (0.01, 1, 7, 1.0)]:
    growth = (largest / initial) ** (1 / (epochs * steps - 1))
    rates = of_torch(lambda sgd: scheduler.ExponentialLR(sgd, gamma=growth), initial, epochs * steps)
    add(f"range test, to {largest}", "range_test", {"maxLearningRate": largest}, initial, epochs, steps, rates, "PyTorch")
    kind = schedules.ExponentialDecay(initial, decay_steps=epochs * steps - 1, decay_rate=largest / initial)
    add(f"range test, to {largest}", "range_test", {"maxLearningRate": largest}, initial, epochs, steps, of_keras(kind, range(epochs * steps)))

for mode, factor, patience, delta, cooldown, least in [("min", 0.1, 3, 1e-4, 0, 0.0), ("min", 0.5, 2, 0.05, 3, 0.01), ("max", 0.3, 1, 0.0, 1, 0.0005)]:
    watched = (np.exp(-np.arange(30) / 8) + 0.05 * random.normal(size=30)).round(4)
    watched = (watched if mode == "min" else 1 - watched).tolist()
    model = types.SimpleNamespace(optimizer=keras.optimizers.SGD(0.2))
    callback = keras.callbacks.ReduceLROnPlateau("loss", factor, patience, mode=mode, min_delta=delta, cooldown=cooldown, min_lr=least)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(watched):
        rates.append(float(model.optimizer.learning_rate))
        callback.on_epoch_end(epoch, {"loss": value})
    params = {"factor": factor, "patience": patience, "minDelta": delta, "cooldown": cooldown, "minLearningRate": least}
    add(f"plateau, {mode}, factor {factor}", "reduce_on_plateau", params, 0.2, 30, 1, rates, better="lower" if mode == "min" else "higher", watched=watched)

target = pathlib.Path(__file__).with_suffix(".json")
head = {"keras": keras.__version__, "torch": torch.__version__}
target.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]}\n")
print(f"{len(cases)} schedules written to {target.name}")
