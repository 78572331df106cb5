"""Semi-supervised training with pseudo-labels. Run: python pseudo_labels.py

Writes pseudo_labels.json beside this file. A loop in PyTorch after D.-H. Lee, "Pseudo-Label" (2013): epochs on labelled rows first; then, at the
start of every `every`-th epoch, unlabelled rows whose most probable class has at least `threshold` train too, with their class as label and
alpha(t) as weight. Rows are visited in the order of the table, each batch's loss is the weighted sum over its size. Every case holds initial
weights, the rows chosen in each epoch with their labels, the loss of the labelled rows after each epoch, and the weights at the end.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

ROWS, EVERY_LABEL = 48, 4
random = np.random.default_rng(20260813)
classes = np.arange(ROWS) % 3
corners = np.array([[0, 0], [2.5, 0], [0, 2.5]])
x = (corners[classes] + random.normal(size=(ROWS, 2))).round(4)
labelled = np.arange(ROWS) // 3 % EVERY_LABEL == 0
# Two classes of different sizes for one unit.
binary = np.where(classes == 2, 1, 0)

CASES = [
    {"name": "softmax, SGD", "units": 3, "smoothing": 0, "optimizer": "sgd", "rate": 0.3, "batch": 4, "epochs": 7, "balanced": False,
     "threshold": 0.6, "weight": 1, "warmup": 2, "ramp": 3, "every": 1},
    {"name": "softmax, smoothed, Adam, chosen every other epoch", "units": 3, "smoothing": 0.1, "optimizer": "adam", "rate": 0.05, "batch": 5,
     "epochs": 8, "balanced": False, "threshold": 0.7, "weight": 0.5, "warmup": 3, "ramp": 1, "every": 2},
    {"name": "sigmoid, balanced classes, Adam", "units": 1, "smoothing": 0, "optimizer": "adam", "rate": 0.05, "batch": 12, "epochs": 9,
     "balanced": True, "threshold": 0.75, "weight": 2, "warmup": 2, "ramp": 4, "every": 3},
    {"name": "softmax, every row from the start, balanced", "units": 3, "smoothing": 0, "optimizer": "sgd", "rate": 0.1, "batch": 1, "epochs": 3,
     "balanced": True, "threshold": 0, "weight": 0.25, "warmup": 0, "ramp": 5, "every": 1},
]  # fmt: skip


def losses_of(logits, targets, case):
    if case["units"] == 1:
        return F.binary_cross_entropy_with_logits(logits[:, 0], targets.float(), reduction="none")
    return F.cross_entropy(logits, targets, reduction="none", label_smoothing=case["smoothing"])


class KerasAdam(torch.optim.Optimizer):
    """Adam as Keras has it: epsilon is added before the second moment's bias is corrected, not after (Kingma and Ba's epsilon hat)."""

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            rate = group["lr"] * (1 - 0.999**self.t) ** 0.5 / (1 - 0.9**self.t)
            for p in group["params"]:
                state = self.state[p]
                m = state["m"] = 0.9 * state.get("m", torch.zeros_like(p)) + 0.1 * p.grad
                v = state["v"] = 0.999 * state.get("v", torch.zeros_like(p)) + 0.001 * p.grad**2
                p -= rate * m / (v.sqrt() + 1e-7)


def run(case):
    torch.manual_seed(3)
    units = case["units"]
    truth = binary if units == 1 else classes
    model = torch.nn.Sequential(torch.nn.Linear(2, 5), torch.nn.Tanh(), torch.nn.Linear(5, units))
    weights = lambda: {
        "hidden/kernel": model[0].weight.detach().numpy().T.tolist(),
        "hidden/bias": model[0].bias.detach().numpy().tolist(),
        "last/kernel": model[2].weight.detach().numpy().T.tolist(),
        "last/bias": model[2].bias.detach().numpy().tolist(),
    }
    initial = weights()
    optimizer = (KerasAdam if case["optimizer"] == "adam" else torch.optim.SGD)(model.parameters(), lr=case["rate"])
    inputs = torch.tensor(x, dtype=torch.float32)
    known, unknown = np.flatnonzero(labelled), np.flatnonzero(~labelled)
    counts = np.bincount(truth[known])
    of_class = len(known) / (len(counts) * counts) if case["balanced"] else np.ones(len(counts))
    targets = torch.tensor(np.where(labelled, truth, 0))
    sample = torch.tensor(of_class[targets.numpy()], dtype=torch.float32)
    chosen, epochs = [], []
    for epoch in range(1, case["epochs"] + 1):
        if epoch > case["warmup"] and (epoch - case["warmup"] - 1) % case["every"] == 0:
            with torch.no_grad():
                logits = model(inputs)[unknown]
            p = torch.sigmoid(logits[:, 0]) if units == 1 else None
            probabilities = torch.stack([1 - p, p], 1) if units == 1 else torch.softmax(logits, 1)
            sure, guess = probabilities.max(1)
            # Nothing may hang on the last bits.
            assert (sure - case["threshold"]).abs().min() > 1e-3 and (units > 1 or (p - 0.5).abs().min() > 1e-4)
            chosen = [(int(row), int(label)) for row, label, q in zip(unknown, guess, sure) if q >= case["threshold"]]
        alpha = case["weight"] * min(1, max(0, epoch - case["warmup"]) / case["ramp"])
        for row, label in chosen:
            targets[row] = label
            sample[row] = alpha * of_class[label]
        order = np.array(sorted([*known, *(row for row, _ in chosen)]))
        for begin in range(0, len(order), case["batch"]):
            rows = order[begin : begin + case["batch"]]
            loss = (losses_of(model(inputs[rows]), targets[rows], case) * sample[rows]).sum() / len(rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            measured = losses_of(model(inputs[known]), torch.tensor(truth[known]), case).mean().item()
        epochs.append({"rows": [row for row, _ in chosen], "labels": [label for _, label in chosen], "loss": measured})
    return {**case, "initial": initial, "epochsDone": epochs, "trained": weights()}


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


golden = {
    "torch": torch.__version__,
    "x": x.tolist(),
    "classes": classes.tolist(),
    "binary": binary.tolist(),
    "labelled": labelled.tolist(),
    "cases": [run(case) for case in CASES],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(rounded(golden), separators=(",", ":")) + "\n")
for case in golden["cases"]:
    print(case["name"], [len(epoch["rows"]) for epoch in case["epochsDone"]], [round(epoch["loss"], 3) for epoch in case["epochsDone"]])
