"""What the peers in Python share: the conversation with `lamina bench --compare` (engine/bench/contestant.ts), on standard input and output.

    python <peer>.py --workload W2 --threads 1 [--variants 'name;name']

A peer sets its variants up one after the other, each warmed up and timed briefly, and keeps the fastest. It prints one JSON object a line:

    {"event": "first-step"}                                    the first step of the first variant has ended
    {"event": "warm", "peakMemoryBytes": n, "variant": name}   the first variant has run for a while; nothing else was loaded yet
    {"event": "ready", "variant": name, "variants": {name: ms}, "versions": {...}}

and then, for each line {"seconds": s} it reads, {"event": "measured", "msPerStep": ms, "steps": n}: the mean step of so many seconds. It ends with its
input. Without an input that talks (a terminal) it measures once.
"""

import argparse
import gc
import json
import os
import resource
import sys
import time

# Shapes, batches and resident rows of the workloads: those of engine/bench/workloads.ts.
WORKLOADS = {
    'W1': {'shape': (4,), 'classes': 3, 'batch': 16, 'rows': 160},
    'W2': {'shape': (784,), 'classes': 10, 'batch': 128, 'rows': 8192},
    'W3': {'shape': (28, 28, 1), 'classes': 10, 'batch': 64, 'rows': 1024},
    'W4': {'shape': (32, 32, 3), 'classes': 10, 'batch': 64, 'rows': 1024},
    'W5': {'shape': (64, 16), 'classes': 0, 'batch': 32, 'rows': 1024},
    'W6': {'shape': (100,), 'tokens': 10000, 'classes': 2, 'batch': 32, 'rows': 1024},
}
WARM_UP_SECONDS = 0.3
TRIAL_SECONDS = 0.4


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('--workload', choices=WORKLOADS, required=True)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--variants', default='', help='of those the peer has, separated by semicolons; default: all')
    given = parser.parse_args()
    # Libraries that take no number of threads take one core an allowed one.
    if hasattr(os, 'sched_setaffinity'):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.threads])
    for name in ('OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'OPENBLAS_NUM_THREADS'):
        os.environ[name] = str(given.threads)
    return given


def tell(event, **fields):
    print(json.dumps({'event': event, **fields}), flush=True)


def mean_step(run, seconds):
    """Milliseconds a step over about so many seconds. `run(steps)` runs so many, returns when they are done, and says how many where they were more."""

    def timed(steps):
        begin = time.perf_counter()
        done = run(steps) or steps
        return max(1e-9, time.perf_counter() - begin) / done, done

    run(1)
    each, done = timed(2)
    budget = seconds
    for share in (0.05, 0.25):
        if each * 4 < share * seconds:
            each, done = timed(max(2, int(share * seconds / each)))
            budget -= each * done
    each, done = timed(max(2, int(budget / each)))
    return each * 1000, done


def compete(variants, versions, chosen=''):
    """`variants`: name -> function that builds the model and returns `run(steps)`. Those that fail are named with the reason."""
    names = [name for name in chosen.split(';') if name] or list(variants)
    times, failures, best = {}, {}, None
    for index, name in enumerate(names):
        try:
            run = variants[name]()
            run(1)
            if index == 0:
                tell('first-step')
            mean_step(run, WARM_UP_SECONDS)
            times[name] = mean_step(run, TRIAL_SECONDS)[0]
        except Exception as error:  # a variant that this version or machine cannot run
            failures[name] = str(error).strip().split('\n')[0][:200]
            continue
        finally:
            if index == 0:
                tell('warm', peakMemoryBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, variant=name)
        if best is None or times[name] < times[best[0]]:
            best = (name, run)
        del run
        gc.collect()
    if best is None:
        sys.exit(json.dumps(failures))
    name, run = best
    tell('ready', variant=name, variants=times, failures=failures, versions=versions)
    if sys.stdin.isatty():
        measured(run, 1)
        return
    for line in sys.stdin:
        measured(run, json.loads(line)['seconds'])


def measured(run, seconds):
    milliseconds, steps = mean_step(run, seconds)
    tell('measured', msPerStep=milliseconds, steps=steps)
