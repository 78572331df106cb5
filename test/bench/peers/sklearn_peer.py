"""Training steps of W1 and W2 with scikit-learn's MLPClassifier; see contestant.py for how it is driven. It knows no dropout: W2 is timed without."""

import contestant

given = contestant.arguments()

import numpy as np  # noqa: E402  (after the threads are set)
import sklearn  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402

workload = contestant.WORKLOADS[given.workload]
hidden = {'W1': (16, 16), 'W2': (256, 128)}[given.workload]
batch = workload['batch']
resident = max(workload['rows'], 200 * batch)


def partial_fit():
    random = np.random.default_rng(1)
    x = 2 * random.random((resident, *workload['shape']), dtype=np.float32) - 1
    y = random.integers(0, workload['classes'], resident)
    classes = np.arange(workload['classes'])
    model = MLPClassifier(hidden, batch_size=batch, shuffle=False, alpha=0.0)

    def run(steps):
        """`partial_fit` makes one pass over the rows it is given."""
        left = steps
        while left > 0:
            used = min(left, resident // batch) * batch
            model.partial_fit(x[:used], y[:used], classes=classes)
            left -= used // batch

    return run


contestant.compete({'partial_fit': partial_fit}, {'scikit-learn': sklearn.__version__}, given.variants)
