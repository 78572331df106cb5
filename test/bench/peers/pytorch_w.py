"""Milliseconds per training step of workloads W1 and W2 in PyTorch on this machine's CPU.

    python pytorch_w.py --workload W2 --threads 1 [--repeats 5] [--seconds 1.0]

W1: dense 4-16-16-3, relu, Adam, batch 16. W2: dense 784-256-128-10, relu, dropout 0.2 after each hidden layer, Adam, batch 128. Softmax with
cross-entropy on class numbers. A step draws the next batch from a resident data set, runs forward, backward and the update, and adds the
loss to a running sum. The best of eager mode with foreach, fused and plain Adam is reported, as the median over repeats of the mean step.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn


def build(workload):
    if workload == 'W1':
        net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3))
        return net, 4, 3, 16, 160
    net = nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10)
    )
    return net, 784, 10, 128, 8192


def measure(workload, adam, repeats, seconds):
    torch.manual_seed(1)
    net, features, classes, batch, rows = build(workload)
    x = torch.rand(rows, features)
    target = torch.randint(0, classes, (rows,))
    loss_of = nn.CrossEntropyLoss()
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

    for _ in range(50):
        step()
    begin = time.perf_counter()
    for _ in range(20):
        step()
    count = max(20, int(seconds * 20 / (time.perf_counter() - begin)))
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        for _ in range(count):
            step()
        times.append((time.perf_counter() - begin) / count * 1000)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--workload', choices=['W1', 'W2'], default='W2')
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
        'workload': arguments.workload, 'msPerStep': measured[best], 'variant': f'eager, {best} Adam', 'threads': arguments.threads,
        'torch': torch.__version__, 'variants': measured,
    }))


if __name__ == '__main__':
    main()
