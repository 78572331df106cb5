"""Milliseconds per training step of workloads W1 to W5 in PyTorch on this machine's CPU.

    python pytorch_w.py --workload W2 --threads 1 [--repeats 5] [--seconds 1.0]

W1: dense 4-16-16-3, relu, Adam, batch 16. W2: dense 784-256-128-10, relu, dropout 0.2 after each hidden layer, Adam, batch 128. Softmax with
cross-entropy on class numbers. W3: 28x28x1, convolutions of 32 and 64 filters 3x3 with relu and pooling, dense 128, dropout 0.5, dense 10, Adam,
batch 64. W4: 32x32x3, two times 32 and two times 64 filters with batch normalisation, global average, SGD with momentum 0.9, batch 64.
W5: sequences 64 x 16, LSTM 64, last state, dense 1, mean squared error, Adam, batch 32. The
convolutional networks run with channels last. A step draws the next batch from a resident data set, runs forward, backward and the update, and adds the
loss to a running sum. The best of eager mode with the foreach, fused and plain optimiser is reported, as the median over repeats of the mean step.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn


class LastState(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(16, 64, batch_first=True)
        self.value = nn.Linear(64, 1)

    def forward(self, x):
        return self.value(self.lstm(x)[0][:, -1])


def build(workload):
    if workload == 'W5':
        return LastState(), (64, 16), 1, 32, 1024
    if workload == 'W1':
        net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3))
        return net, 4, 3, 16, 160
    if workload == 'W3':
        net = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)
        )
        return net, (1, 28, 28), 10, 64, 1024
    if workload == 'W4':
        def block(inputs, outputs):
            return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
        net = nn.Sequential(
            *block(3, 32), *block(32, 32), nn.MaxPool2d(2), *block(32, 64), *block(64, 64), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1),
            nn.Flatten(), nn.Linear(64, 10)
        )
        return net, (3, 32, 32), 10, 64, 1024
    net = nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10)
    )
    return net, 784, 10, 128, 8192


def measure(workload, adam, repeats, seconds):
    torch.manual_seed(1)
    net, features, classes, batch, rows = build(workload)
    images = isinstance(features, tuple) and len(features) == 3
    x = torch.rand(rows, *features) if isinstance(features, tuple) else torch.rand(rows, features)
    if images:
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    target = torch.randint(0, classes, (rows,)) if classes > 1 else torch.rand(rows, 1)
    loss_of = nn.CrossEntropyLoss() if classes > 1 else nn.MSELoss()
    if workload == 'W4':
        optimizer = torch.optim.SGD(net.parameters(), lr=1e-2, momentum=0.9, **adam)
    else:
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, **adam)
    net.train()
    total = torch.zeros(())
    order = torch.randperm(rows)
    position = 0

    def step():
        nonlocal position, total
        chosen = order[position:position + batch]
        position = (position + batch) % rows
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(net(x.index_select(0, chosen)), target.index_select(0, chosen))
        loss.backward()
        optimizer.step()
        total += loss.detach()

    warm_up = 5 if images else 50
    for _ in range(warm_up):
        step()
    begin = time.perf_counter()
    for _ in range(warm_up):
        step()
    count = max(2 if images else 20, int(seconds * warm_up / (time.perf_counter() - begin)))
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        for _ in range(count):
            step()
        times.append((time.perf_counter() - begin) / count * 1000)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--workload', choices=['W1', 'W2', 'W3', 'W4', 'W5'], default='W2')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=1.0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    variants = {'fused': {'fused': True}, 'foreach': {'foreach': True}, 'plain': {'foreach': False, 'fused': False}}
    measured = {name: measure(arguments.workload, adam, arguments.repeats, arguments.seconds) for name, adam in variants.items()}
    best = min(measured, key=measured.get)
    print(json.dumps({
        'workload': arguments.workload, 'msPerStep': measured[best], 'variant': f'eager, {best} optimiser', 'threads': arguments.threads,
        'torch': torch.__version__, 'variants': measured,
    }))


if __name__ == '__main__':
    main()
