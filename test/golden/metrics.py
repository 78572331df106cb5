"""Metrics of Keras and scikit-learn over batches. Run: KERAS_BACKEND=torch python metrics.py

Writes metrics.json beside this file: predictions, targets and the value each library gives. What both have is there from both.
"""

import json
import os
import pathlib
import warnings

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import sklearn
import sklearn.metrics as S

warnings.filterwarnings("ignore")
M = keras.metrics
random = np.random.default_rng(20240701)
cases = []


def add(metric, library, prediction, target, value):
    cases.append({"metric": metric, "library": library, "prediction": prediction.tolist(), "target": target.tolist(), "value": float(value)})


def of_keras(metric, kind, prediction, target, **params):
    state = kind(**params)
    for begin in range(0, len(prediction), 8):
        state.update_state(target[begin : begin + 8], prediction[begin : begin + 8])
    add(metric, "keras", prediction, target, np.asarray(state.result().cpu()).reshape(-1)[0])


for rows in (1, 13, 40):
    y = random.uniform(0.2, 3, size=(rows, 1)).round(4)
    p = (y + random.normal(scale=0.4, size=y.shape)).clip(0.05).round(4)
    of_keras("mean_absolute_error", M.MeanAbsoluteError, p, y)
    of_keras("mean_squared_error", M.MeanSquaredError, p, y)
    of_keras("root_mean_squared_error", M.RootMeanSquaredError, p, y)
    of_keras("mean_absolute_percentage_error", M.MeanAbsolutePercentageError, p, y)
    of_keras("mean_squared_logarithmic_error", M.MeanSquaredLogarithmicError, p, y)
    add("mean_absolute_error", "sklearn", p, y, S.mean_absolute_error(y, p))
    add("mean_squared_error", "sklearn", p, y, S.mean_squared_error(y, p))
    add("root_mean_squared_error", "sklearn", p, y, S.root_mean_squared_error(y, p))
    add("mean_squared_logarithmic_error", "sklearn", p, y, S.mean_squared_log_error(y, p))
    if rows > 1:
        of_keras("r2_score", M.R2Score, p, y)
        add("r2_score", "sklearn", p, y, S.r2_score(y, p))

for rows in (9, 31, 64):
    y = np.concatenate([[0, 1], random.integers(0, 2, size=rows - 2)]).astype(float).reshape(-1, 1)
    p = (0.25 * y + random.uniform(0.02, 0.7, size=y.shape)).round(4)
    labels = (p > 0.5).astype(int)
    of_keras("accuracy", M.BinaryAccuracy, p, y)
    of_keras("precision", M.Precision, p, y)
    of_keras("recall", M.Recall, p, y)
    of_keras("f1", M.F1Score, p, y, threshold=0.5)
    of_keras("auroc", M.AUC, p, y)
    of_keras("pr_auc", M.AUC, p, y, curve="PR")
    of_keras("log_loss", M.BinaryCrossentropy, p, y)
    of_keras("hinge", M.Hinge, p, y)
    of_keras("squared_hinge", M.SquaredHinge, p, y)
    add("accuracy", "sklearn", p, y, S.accuracy_score(y, labels))
    add("precision", "sklearn", p, y, S.precision_score(y, labels, zero_division=0))
    add("recall", "sklearn", p, y, S.recall_score(y, labels, zero_division=0))
    add("f1", "sklearn", p, y, S.f1_score(y, labels, zero_division=0))
    add("log_loss", "sklearn", p, y, S.log_loss(y, p))

for rows, classes in ((12, 3), (33, 6), (50, 7)):
    labels = np.concatenate([np.arange(classes), random.integers(0, classes, size=rows - classes)])
    hot = np.eye(classes)[labels]
    p = random.uniform(0.05, 1, size=(rows, classes)) + 0.4 * hot
    p = (p / p.sum(-1, keepdims=True)).round(5)
    numbers = labels.astype(float).reshape(-1, 1)
    found = p.argmax(-1)
    of_keras("accuracy", M.CategoricalAccuracy, p, hot)
    of_keras("accuracy", M.SparseCategoricalAccuracy, p, numbers)
    of_keras("log_loss", M.CategoricalCrossentropy, p, hot)
    of_keras("log_loss", M.SparseCategoricalCrossentropy, p, numbers)
    of_keras("categorical_hinge", M.CategoricalHinge, p, hot)
    of_keras("kl_divergence", M.KLDivergence, p, hot)
    of_keras("cosine_similarity", M.CosineSimilarity, p, hot)
    if classes > 5:
        of_keras("top_k_categorical_accuracy", M.TopKCategoricalAccuracy, p, hot, k=5)
        of_keras("top_k_categorical_accuracy", M.SparseTopKCategoricalAccuracy, p, numbers, k=5)
    for average in ("macro", "micro", "weighted"):
        of_keras(f"{average}_f1", M.F1Score, p, hot, average=average)
        for name, score in (("precision", S.precision_score), ("recall", S.recall_score), ("f1", S.f1_score)):
            add(f"{average}_{name}", "sklearn", p, numbers, score(labels, found, average=average, zero_division=0))

# Labels that do not exclude each other, and several numbers at once.
for rows, labels in ((10, 2), (27, 3), (60, 5)):
    y = random.integers(0, 2, size=(rows, labels)).astype(float)
    y[0], y[1] = 0, 1
    p = (0.3 * y + random.uniform(0.02, 0.68, size=y.shape)).round(4)
    told = (p > 0.5).astype(int)
    of_keras("accuracy", M.BinaryAccuracy, p, y)
    of_keras("log_loss", M.BinaryCrossentropy, p, y)
    for average in ("macro", "micro", "weighted"):
        of_keras(f"{average}_f1", M.F1Score, p, y, average=average, threshold=0.5)
        for name, score in (("precision", S.precision_score), ("recall", S.recall_score), ("f1", S.f1_score)):
            add(f"{average}_{name}", "sklearn", p, y, score(y, told, average=average, zero_division=0))
    numbers = random.normal(size=(rows, labels)) * [1, 20, 0.1, 3, 5][:labels]
    guess = numbers + random.normal(size=numbers.shape) * [0.5, 5, 0.08, 1, 4][:labels]
    y, p = numbers.round(4), guess.round(4)
    of_keras("r2_score", M.R2Score, p, y)
    add("r2_score", "sklearn", p, y, S.r2_score(y, p))
    of_keras("mean_absolute_error", M.MeanAbsoluteError, p, y)
    add("mean_absolute_error", "sklearn", p, y, S.mean_absolute_error(y, p))
    of_keras("root_mean_squared_error", M.RootMeanSquaredError, p, y)

target = pathlib.Path(__file__).with_suffix(".json")
head = {"keras": keras.__version__, "sklearn": sklearn.__version__}
body = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
target.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
print(f"{len(cases)} cases written to {target.name}, {target.stat().st_size} bytes")
