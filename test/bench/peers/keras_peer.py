"""Training steps of the workloads in Keras 3 on the CPU, with the backend that KERAS_BACKEND names; see contestant.py for how it is driven.

Tried are `fit`, compiled by the backend and not, with one step and with many a call, and with JAX the loop of Keras' own guide: a jitted step over
`stateless_call`. Of `fit` the whole call is timed, as a user waits for it.
"""

import os

import contestant

given = contestant.arguments()
backend = os.environ.setdefault('KERAS_BACKEND', 'jax')
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('JAX_PLATFORMS', 'cpu')

import numpy as np  # noqa: E402  (after the threads are set)

if backend == 'torch':
    import torch

    torch.set_num_threads(given.threads)
    torch.set_flush_denormal(True)
if backend == 'tensorflow':
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(given.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
import keras  # noqa: E402
from keras import layers  # noqa: E402

workload = contestant.WORKLOADS[given.workload]
batch, rows = workload['batch'], workload['rows']
# An epoch must not be so short that its beginning counts.
resident = max(rows, 200 * batch) if given.workload == 'W1' else rows


def network():
    inputs = keras.Input(workload['shape'], dtype='int32' if 'tokens' in workload else 'float32')
    x = inputs
    if given.workload == 'W1':
        x = layers.Dense(16, activation='relu')(x)
        x = layers.Dense(16, activation='relu')(x)
        x = layers.Dense(3)(x)
    elif given.workload == 'W2':
        for units in (256, 128):
            x = layers.Dropout(0.2)(layers.Dense(units, activation='relu')(x))
        x = layers.Dense(10)(x)
    elif given.workload == 'W3':
        for filters in (32, 64):
            x = layers.MaxPooling2D()(layers.Conv2D(filters, 3, padding='same', activation='relu')(x))
        x = layers.Dense(128, activation='relu')(layers.Flatten()(x))
        x = layers.Dense(10)(layers.Dropout(0.5)(x))
    elif given.workload == 'W4':
        for filters in (32, 64):
            for _ in range(2):
                x = layers.Conv2D(filters, 3, padding='same')(x)
                x = layers.Activation('relu')(layers.BatchNormalization()(x))
            x = layers.MaxPooling2D()(x)
        x = layers.Dense(10)(layers.GlobalAveragePooling2D()(x))
    elif given.workload == 'W5':
        x = layers.Dense(1)(layers.LSTM(64)(x))
    else:
        x = layers.Embedding(workload['tokens'], 64)(x)
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(4, 16)(x, x))
        x = layers.LayerNormalization()(x + layers.Dense(64)(layers.Dense(128, activation='relu')(x)))
        x = layers.Dense(1)(layers.GlobalAveragePooling1D()(x))
    return keras.Model(inputs, x)


def data():
    random = np.random.default_rng(1)
    shape = (resident, *workload['shape'])
    if 'tokens' in workload:
        x = random.integers(0, workload['tokens'], shape).astype('int32')
        return x, random.integers(0, 2, (resident, 1)).astype('float32')
    x = 2 * random.random(shape, dtype=np.float32) - 1
    if workload['classes']:
        return x, random.integers(0, workload['classes'], resident).astype('int32')
    return x, random.random((resident, 1), dtype=np.float32)


def loss_function():
    if given.workload == 'W5':
        return keras.losses.MeanSquaredError()
    if given.workload == 'W6':
        return keras.losses.BinaryCrossentropy(from_logits=True)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def optimizer_():
    return keras.optimizers.SGD(1e-2, momentum=0.9) if given.workload == 'W4' else keras.optimizers.Adam(1e-3)


def by_fit(jit, steps_per_execution):
    def build():
        keras.backend.clear_session()
        keras.utils.set_random_seed(1)
        model, (x, y) = network(), data()
        steps_an_epoch = resident // batch
        model.compile(optimizer_(), loss_function(), jit_compile=jit, steps_per_execution=min(steps_per_execution, steps_an_epoch))

        def run(steps):
            # Whole calls of several steps where those are compiled together.
            used = min(steps_an_epoch, -(-steps // steps_per_execution) * steps_per_execution)
            epochs = -(-steps // used)
            model.fit(x[: used * batch], y[: used * batch], batch_size=batch, epochs=epochs, shuffle=False, verbose=0)
            return used * epochs

        return run

    return build


def by_jax_loop():
    import jax

    keras.utils.set_random_seed(1)
    model, (x, y), loss_of, optimizer = network(), data(), loss_function(), optimizer_()
    optimizer.build(model.trainable_variables)
    x, y = jax.device_put(x), jax.device_put(y)

    def loss(trainable, rest, x, y):
        predicted, rest = model.stateless_call(trainable, rest, x, training=True)
        return loss_of(y, predicted), rest

    gradient = jax.value_and_grad(loss, has_aux=True)

    def step(state, order, at):
        trainable, rest, slots, total = state
        chosen = jax.lax.dynamic_slice_in_dim(order, at, batch)
        (value, rest), gradients = gradient(trainable, rest, x[chosen], y[chosen])
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        return trainable, rest, slots, total + value

    step = jax.jit(step, donate_argnums=0)
    values = lambda variables: [variable.value for variable in variables]  # noqa: E731
    state = (values(model.trainable_variables), values(model.non_trainable_variables), values(optimizer.variables), jax.numpy.zeros(()))
    order = jax.device_put(np.random.default_rng(2).permutation(resident).astype('int32'))
    position = 0

    def run(steps):
        nonlocal state, position
        for _ in range(steps):
            state = step(state, order, position)
            position = (position + batch) % (resident - batch + 1)
        state[3].block_until_ready()

    return run


VARIANTS = {
    'jax': {'jitted loop': by_jax_loop, 'fit, jit': by_fit(True, 1), 'fit, jit, 16 steps a call': by_fit(True, 16)},
    'tensorflow': {'fit, graph, 16 steps a call': by_fit(False, 16), 'fit, jit, 16 steps a call': by_fit(True, 16)},
    'torch': {'fit, eager': by_fit(False, 1)},
}
module = {'jax': 'jax', 'tensorflow': 'tensorflow', 'torch': 'torch'}[backend]
versions = {'keras': keras.__version__, backend: __import__(module).__version__}
contestant.compete({f'{backend}, {name}': build for name, build in VARIANTS[backend].items()}, versions, given.variants)
