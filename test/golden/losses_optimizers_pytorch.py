"""The cases of losses_optimizers.json in plain PyTorch, where it has the loss and the optimiser. Run: python losses_optimizers_pytorch.py

Writes losses_optimizers_pytorch.json: by position in that file, the values and gradients of losses and the losses, first gradients and last weights of ten
steps. Left out are what torch.nn.functional and torch.optim do not have or define in another way (each with its reason below).
"""

import json
import pathlib

import torch

F = torch.nn.functional
here = pathlib.Path(__file__).parent
golden = json.loads((here / "losses_optimizers.json").read_text())
x = torch.tensor(golden["x"])


def smoothed(t, params, classes):
    rate = params.get("label_smoothing", 0)
    return t * (1 - rate) + (rate / t.shape[-1] if classes else rate / 2)


LOSSES = {
    "mean_squared_error": lambda p, t, o: F.mse_loss(p, t, reduction="none").mean(-1),
    "mean_absolute_error": lambda p, t, o: F.l1_loss(p, t, reduction="none").mean(-1),
    "huber": lambda p, t, o: F.huber_loss(p, t, reduction="none", delta=o.get("delta", 1.0)).mean(-1),
    "poisson": lambda p, t, o: F.poisson_nll_loss(p, t, log_input=False, eps=1e-7, reduction="none").mean(-1),
    "kl_divergence": lambda p, t, o: F.kl_div(p.log(), t, reduction="none").sum(-1),
    "cosine_similarity": lambda p, t, o: -F.cosine_similarity(p, t, dim=-1),
    "binary_crossentropy": lambda p, t, o: F.binary_cross_entropy(p, smoothed(t, o, False), reduction="none").mean(-1),
    # cross_entropy takes the soft maximum of logarithms: probabilities divided by their sum, as Keras does.
    "categorical_crossentropy": lambda p, t, o: F.cross_entropy(p.log(), smoothed(t, o, True), reduction="none"),
}
ACTIVATIONS = {"linear": lambda v: v, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": F.softplus, "softmax": lambda v: F.softmax(v, -1)}


def optimizer(kind, params, weights):
    """None where torch.optim defines the setting in another way."""
    p = dict(params)
    lr, wd = p.pop("learning_rate"), p.pop("weight_decay", 0) or 0
    clip = [p.pop(name, None) for name in ("clipnorm", "clipvalue", "global_clipnorm")]
    betas = {"betas": (p.pop("beta_1", 0.9), p.pop("beta_2", 0.999))}
    epsilon = p.pop("epsilon", 1e-7)
    if clip[0] is not None or (wd and kind not in ("adamw", "radam")) or (wd and kind == "sgd"):
        return None  # clipping tensor by tensor is not in torch; decay beside the gradient only in AdamW
    if epsilon > 1e-6 and kind in ("adagrad", "rmsprop", "adamax", "adam", "nadam", "adamw"):
        return None  # epsilon stands before the bias correction or under the root in Keras
    make = {
        "sgd": lambda: torch.optim.SGD(weights, lr, momentum=p.get("momentum", 0.0), nesterov=p.get("nesterov", False)),
        "adam": lambda: torch.optim.Adam(weights, lr, **betas, eps=epsilon, amsgrad=p.get("amsgrad", False)),
        "adamw": lambda: torch.optim.AdamW(weights, lr, **betas, eps=epsilon, weight_decay=wd or 0.004, amsgrad=p.get("amsgrad", False)),
        "adamax": lambda: torch.optim.Adamax(weights, lr, **betas, eps=epsilon),
        "nadam": lambda: torch.optim.NAdam(weights, lr, **betas, eps=epsilon, momentum_decay=1.0),
        "adagrad": lambda: torch.optim.Adagrad(weights, lr, initial_accumulator_value=p.get("initial_accumulator_value", 0.1), eps=epsilon),
        "adadelta": lambda: torch.optim.Adadelta(weights, lr, rho=p.get("rho", 0.95), eps=epsilon),
        "rmsprop": lambda: torch.optim.RMSprop(weights, lr, alpha=p.get("rho", 0.9), eps=epsilon, momentum=p.get("momentum", 0.0), centered=p.get("centered", False)),
    }.get(kind)
    if make is None:
        return None
    if kind == "adagrad" and p.get("initial_accumulator_value") == 0:
        return None  # the first step divides by epsilon alone
    built, steps = make(), [0]

    def step():
        if clip[1] is not None:
            torch.nn.utils.clip_grad_value_(weights, clip[1])
        if clip[2] is not None:
            # The norm itself, without the 1e-6 that clip_grad_norm_ adds to it.
            norm = torch.sqrt(sum((w.grad**2).sum() for w in weights))
            for w in weights:
                w.grad *= min(1.0, float(clip[2] / norm))
        if "betas" in built.defaults and kind not in ("adamax", "radam"):
            # Keras adds epsilon before the bias correction of the second moment.
            steps[0] += 1
            built.param_groups[0]["eps"] = epsilon / (1 - betas["betas"][1] ** steps[0]) ** 0.5
        built.step()

    return step


def rounded(values):
    if isinstance(values, torch.Tensor):
        values = values.detach().tolist()
    return [rounded(v) for v in values] if isinstance(values, list) else float(f"{values:.9g}")


def loss_case(index, entry):
    function = LOSSES.get(entry["loss"])
    if function is None:
        return None
    p, t = torch.tensor(entry["prediction"], requires_grad=True), torch.tensor(entry["target"])
    values = function(p, t, entry["params"])
    values.mean().backward()
    return {"index": index, "loss": entry["loss"], "values": rounded(values), "gradient": rounded(p.grad)}


def training_case(index, entry):
    function = LOSSES.get(entry["loss"])
    if function is None or any(name.endswith("Constraint") for name in entry["dense"]):
        return None
    weights = [torch.tensor(entry["initial"][path], requires_grad=True) for path in entry["initial"]]
    step = optimizer(entry["optimizer"]["type"], entry["optimizer"]["params"], weights)
    if step is None:
        return None
    y = torch.tensor(entry["y"])
    scale = torch.tensor(entry["weights"]) if "weights" in entry else 1
    losses, first = [], None
    for _ in range(golden["steps"]):
        for w in weights:
            w.grad = None
        hidden = torch.tanh(x @ weights[0] + weights[1])
        prediction = ACTIVATIONS[entry["activation"]](hidden @ weights[2] + weights[3])
        total = (function(prediction, y, entry["lossParams"]) * scale).mean()
        total = total + entry["dense"].get("activityL1", 0) * hidden.abs().sum() / len(x) + entry["dense"].get("activityL2", 0) * (hidden**2).sum() / len(x)
        total.backward()
        first = first or [rounded(w.grad) for w in weights]
        losses.append(float(total.detach()))
        step()
    named = lambda values: dict(zip(entry["initial"], values))
    return {"index": index, "name": entry["name"], "gradients": named(first), "losses": rounded(losses), "final": named([rounded(w) for w in weights])}


def cases(entries, make):
    found = [make(index, entry) for index, entry in enumerate(entries)]
    return [entry for entry in found if entry]


result = {"torch": torch.__version__, "losses": cases(golden["losses"], loss_case), "training": cases(golden["training"], training_case)}
lines = {key: ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in result[key]) for key in ("losses", "training")}
(here / "losses_optimizers_pytorch.json").write_text(
    f'{{"torch": {json.dumps(result["torch"])}, "losses": [\n{lines["losses"]}\n], "training": [\n{lines["training"]}\n]}}\n')
print(f"{len(result['losses'])} losses and {len(result['training'])} trainings")
