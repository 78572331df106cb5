"""Three steps of a GAN in PyTorch, as its DCGAN example takes turns: losses, weights and moving statistics. Run: python adversarial.py

Writes adversarial.json beside this file. Noise and initial weights are given, so that nothing is drawn. Statistics of batch normalisation and Adam
are Keras' (biased moving variance, epsilon outside the root).
"""

import json
import pathlib

import numpy as np
import torch

STEPS = 3
random = np.random.default_rng(20261128)

# Batch normalisation goes with plain gradient descent: Adam would blow up the rounding of gradients that it makes 0.
# loss, optimiser, learning rate, batch, whether there is batch normalisation, L2 of the discriminator's first kernel, and the optimiser and
# learning rate of the generator where it has its own: Adam with DCGAN's beta_1
CASES = [
    ("binary_crossentropy", "adam", 0.01, 7, False, 0.0, None),
    ("mean_squared_error", "sgd", 0.1, 5, True, 0.0, None),
    ("binary_crossentropy", "sgd", 0.2, 4, True, 0.05, None),
    ("binary_crossentropy", "adam", 0.004, 6, False, 0.0, ("adam", 0.02)),
    ("binary_crossentropy", "sgd", 0.2, 5, False, 0.02, ("adam", 0.003)),
    ("mean_squared_error", "adam", 0.01, 3, False, 0.0, ("sgd", 0.3)),
]
LATENT, HIDDEN, WIDTH, SEEN = 3, 5, 4, 6
MOMENTUM, EPSILON = 0.99, 1e-3
BETA1, BETA2, ADAM_EPSILON = 0.9, 0.999, 1e-7
GENERATOR_BETA1 = 0.5


def numbers(tensor):
    return np.asarray(tensor.detach().numpy() if isinstance(tensor, torch.Tensor) else tensor, dtype="float64").ravel().round(9).tolist()


def normalised(x, weights, name):
    mean, variance = x.mean(0), x.var(0, unbiased=False)
    with torch.no_grad():
        for key, value in (("moving_mean", mean), ("moving_variance", variance)):
            moving = weights[f"{name}/{key}"]
            moving.mul_(MOMENTUM).add_((1 - MOMENTUM) * value)
    return (x - mean) / torch.sqrt(variance + EPSILON) * weights[f"{name}/gamma"] + weights[f"{name}/beta"]


def dense(x, weights, name):
    product = x @ weights[f"{name}/kernel"]
    return product + weights[f"{name}/bias"] if f"{name}/bias" in weights else product


def case(loss, optimizer, rate, batch, norm, l2, generator):
    shapes = {"g1": (LATENT, HIDDEN), "g2": (HIDDEN, WIDTH), "d1": (WIDTH, SEEN), "d2": (SEEN, 1)}
    initial = {}
    for name, shape in shapes.items():
        initial[f"{name}/kernel"] = random.normal(scale=0.6, size=shape)
        # A bias right before batch normalisation has no gradient but rounding.
        if not (norm and name == "g1"):
            initial[f"{name}/bias"] = random.normal(scale=0.2, size=shape[1])
    for name, size in (("gbn", HIDDEN), ("dbn", SEEN)) if norm else ():
        initial[f"{name}/gamma"] = random.uniform(0.5, 1.5, size=size)
        initial[f"{name}/beta"] = random.normal(scale=0.2, size=size)
        initial[f"{name}/moving_mean"] = np.zeros(size)
        initial[f"{name}/moving_variance"] = np.ones(size)
    initial = {key: value.round(4).astype("float32") for key, value in initial.items()}
    weights = {key: torch.tensor(value) for key, value in initial.items()}
    trained = [key for key in weights if "moving" not in key]
    for key in trained:
        weights[key].requires_grad_(True)
    z = random.normal(size=(STEPS, batch, LATENT)).round(4).astype("float32")
    x = random.uniform(size=(STEPS, batch, WIDTH)).round(4).astype("float32")
    moments = {key: (torch.zeros_like(weights[key]), torch.zeros_like(weights[key])) for key in trained}

    def generate(noise):
        hidden = dense(noise, weights, "g1")
        return torch.sigmoid(dense(torch.relu(normalised(hidden, weights, "gbn") if norm else hidden), weights, "g2"))

    def judge(samples):
        hidden = torch.nn.functional.leaky_relu(dense(samples, weights, "d1"), 0.2)
        return dense(normalised(hidden, weights, "dbn") if norm else hidden, weights, "d2")

    def compare(verdict, label):
        target = torch.full_like(verdict, label)
        if loss == "binary_crossentropy":
            return torch.nn.functional.binary_cross_entropy_with_logits(verdict, target)
        return ((verdict - target) ** 2).mean()

    def step(value, side, iteration):
        keys = [key for key in trained if key.startswith(side)]
        own = generator is not None and side == "g"
        kind, eta, beta1 = (*generator, GENERATOR_BETA1) if own else (optimizer, rate, BETA1)
        gradients = torch.autograd.grad(value, [weights[key] for key in keys], retain_graph=True)
        with torch.no_grad():
            for key, gradient in zip(keys, gradients):
                if kind == "sgd":
                    weights[key] -= eta * gradient
                    continue
                m, v = moments[key]
                m += (gradient - m) * (1 - beta1)
                v += (gradient**2 - v) * (1 - BETA2)
                t = iteration + 1
                weights[key] -= eta * np.sqrt(1 - BETA2**t) / (1 - beta1**t) * m / (torch.sqrt(v) + ADAM_EPSILON)

    losses = []
    for iteration in range(STEPS):
        generated = generate(torch.tensor(z[iteration]))
        d_loss = compare(judge(torch.tensor(x[iteration])), 1.0) + compare(judge(generated.detach()), 0.0)
        step(d_loss + l2 * (weights["d1/kernel"] ** 2).sum(), "d", iteration)
        g_loss = compare(judge(generated), 1.0)
        step(g_loss, "g", iteration)
        losses.append([d_loss.item(), g_loss.item()])
    return {
        "loss": loss,
        "optimizer": optimizer,
        "rate": rate,
        **({} if generator is None else {"generator": {"optimizer": generator[0], "rate": generator[1]}}),
        "batch": batch,
        "normalised": norm,
        "l2": l2,
        "z": numbers(z),
        "x": numbers(x),
        "initial": {key: numbers(value) for key, value in initial.items()},
        "losses": losses,
        "final": {key: numbers(value) for key, value in weights.items()},
    }


head = {"torch": torch.__version__, "steps": STEPS, "latent": LATENT, "hidden": HIDDEN, "width": WIDTH, "seen": SEEN}
body = ",\n".join(json.dumps(case(*entry)) for entry in CASES)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
print(f"{len(CASES)} cases")
