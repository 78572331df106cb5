"""Convolutions and windows of plain PyTorch in Keras' layout: channels last, kernels spatial x in x out, padding `same` where Keras puts it."""

import torch

F = torch.nn.functional


def first(x):
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def same(x, kernel, stride, dilation, value=0.0):
    """Pads the spatial axes of channels-first `x` as TensorFlow's `same` does: the odd pixel at the end."""
    pads = []
    for size, k, s, d in reversed(list(zip(x.shape[2:], kernel, stride, dilation))):
        total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


def tuples(dimensions, *values):
    return [v if isinstance(v, tuple) else (v,) * dimensions for v in values]


def conv(x, kernel, bias=None, stride=1, dilation=1, padding="valid", groups=1):
    dimensions = x.dim() - 2
    stride, dilation = tuples(dimensions, stride, dilation)
    images = first(x)
    if padding == "same":
        images = same(images, kernel.shape[:-2], stride, dilation)
    elif padding == "causal":
        images = F.pad(images, [(kernel.shape[0] - 1) * dilation[0], 0])
    call = [F.conv1d, F.conv2d, F.conv3d][dimensions - 1]
    return last(call(images, kernel.movedim(-1, 0).movedim(-1, 1), bias, stride=stride, dilation=dilation, groups=groups))


def depthwise(x, kernel, bias=None, stride=1, dilation=1, padding="valid"):
    """kernel: spatial x channels x multiplier."""
    channels, multiplier = kernel.shape[-2:]
    return conv(x, kernel.reshape(*kernel.shape[:-2], 1, channels * multiplier), bias, stride, dilation, padding, groups=channels)


def conv_transpose(x, kernel, bias=None, stride=1, padding="valid"):
    """kernel: spatial x out x in. `same` gives size * stride: what is over is cut off, the odd pixel at the end."""
    dimensions = x.dim() - 2
    (stride,) = tuples(dimensions, stride)
    call = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][dimensions - 1]
    full = call(first(x), kernel.movedim(-1, 0).movedim(-1, 1), None, stride=stride)
    if padding == "same":
        for axis, (size, k, s) in enumerate(zip(x.shape[1:-1], kernel.shape, stride), start=2):
            begin = max(k - s, 0) // 2
            full = full.narrow(axis, begin, size * s)
    return last(full) if bias is None else last(full) + bias


def max_pool(x, size, stride, padding="valid"):
    dimensions = x.dim() - 2
    size, stride = tuples(dimensions, size, stride)
    images = first(x)
    if padding == "same":
        images = same(images, size, stride, (1,) * dimensions, value=float("-inf"))
    return last([F.max_pool1d, F.max_pool2d, F.max_pool3d][dimensions - 1](images, size, stride))


def average_pool(x, size, stride, padding="valid"):
    """Padding does not count."""
    dimensions = x.dim() - 2
    size, stride = tuples(dimensions, size, stride)
    call = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][dimensions - 1]

    def pooled(images):
        return call(same(images, size, stride, (1,) * dimensions) if padding == "same" else images, size, stride)

    return last(pooled(first(x)) / pooled(torch.ones_like(first(x))))
