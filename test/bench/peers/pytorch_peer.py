"""Training steps of the workloads in PyTorch on the CPU; see contestant.py for how it is driven.

Tried are eager mode with the fused and the foreach optimiser, and `torch.compile` of forward and loss with the fused one: the plain optimiser, images with
channels first and a compiled update were never faster. The networks of images run with channels last. A step draws the next batch from a resident data set, runs forward, backward and the update, and adds the
loss to a running sum.
"""

import contestant

given = contestant.arguments()

import torch  # noqa: E402  (after the threads are set)
from torch import nn  # noqa: E402

workload = contestant.WORKLOADS[given.workload]
torch.set_num_threads(given.threads)
torch.set_flush_denormal(True)


class LastState(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(16, 64, batch_first=True)
        self.value = nn.Linear(64, 1)

    def forward(self, x):
        return self.value(self.lstm(x)[0][:, -1])


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10000, 64)
        self.block = nn.TransformerEncoderLayer(64, 4, dim_feedforward=128, dropout=0.0, batch_first=True)
        self.value = nn.Linear(64, 1)

    def forward(self, x):
        return self.value(self.block(self.embedding(x)).mean(1)).squeeze(1)


def network():
    if given.workload == 'W1':
        return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3))
    if given.workload == 'W2':
        return nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10)
        )
    if given.workload == 'W3':
        return nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)
        )
    if given.workload == 'W4':
        def block(inputs, outputs):
            return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
        return nn.Sequential(
            *block(3, 32), *block(32, 32), nn.MaxPool2d(2), *block(32, 64), *block(64, 64), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1),
            nn.Flatten(), nn.Linear(64, 10)
        )
    return LastState() if given.workload == 'W5' else Encoder()


def data():
    rows, shape, classes = workload['rows'], workload['shape'], workload['classes']
    if 'tokens' in workload:
        return torch.randint(0, workload['tokens'], (rows, *shape)), torch.randint(0, 2, (rows,)).float()
    if len(shape) == 3:
        x = (2 * torch.rand(rows, shape[2], shape[0], shape[1]) - 1).contiguous(memory_format=torch.channels_last)
    else:
        x = 2 * torch.rand(rows, *shape) - 1
    return x, torch.randint(0, classes, (rows,)) if classes else torch.rand(rows, 1)


def loss_function():
    if given.workload == 'W6':
        return nn.BCEWithLogitsLoss()
    return nn.CrossEntropyLoss() if workload['classes'] else nn.MSELoss()


def variant(options, compiled=False):
    def build():
        torch.manual_seed(1)
        net, (x, target), loss_of = network(), data(), loss_function()
        if len(workload['shape']) == 3:
            net = net.to(memory_format=torch.channels_last)
        if given.workload == 'W4':
            optimizer = torch.optim.SGD(net.parameters(), lr=1e-2, momentum=0.9, **options)
        else:
            optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, **options)
        net.train()
        total = torch.zeros(())
        order = torch.randperm(workload['rows'])
        batch, position = workload['batch'], 0

        def forward(x, target):
            return loss_of(net(x), target)

        if compiled:
            # The compiler's own random numbers cost more here than those of eager mode.
            torch._inductor.config.fallback_random = True
            forward = torch.compile(forward, dynamic=False)

        def run(steps):
            nonlocal position, total
            for _ in range(steps):
                chosen = order[position:position + batch]
                position = (position + batch) % workload['rows']
                loss = forward(x.index_select(0, chosen), target.index_select(0, chosen))
                loss.backward()
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
                total += loss.detach()

        return run

    return build


VARIANTS = {
    'eager, fused optimiser': variant({'fused': True}),
    'eager, foreach optimiser': variant({'foreach': True}),
    'torch.compile, fused optimiser': variant({'fused': True}, True),
}
contestant.compete(VARIANTS, {'torch': torch.__version__}, given.variants)
