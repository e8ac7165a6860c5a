"""Writes lower bounds of confseq 0.0.11 (PyPI), by which MeanBoundTest holds Leat's.

Its C++ part needs a compiler and Boost and is not used here: its Python part is enough.
PYTHONPATH is src/ of the unpacked sdist; NumPy below 2, SciPy and multiprocess are needed.

usage: bounds.py FILE
"""

import sys

import numpy as np
from confseq.predmix import predmix_empbern_lower_cs

ALPHA = 0.05
STEPS = (1, 2, 3, 10, 100, 500, 1000)


def streams(random):
    yield "rare", (random.random(1000) < 0.02).astype(float)
    yield "even", (random.random(1000) < 0.5).astype(float)
    yield "never", np.zeros(1000)
    yield "uniform", np.round(random.random(1000), 6)


def main(file):
    with open(file, "w") as out:
        out.write("# name, then observations; then step and lower bound at alpha 0.05: confseq 0.0.11\n")
        for name, x in streams(np.random.default_rng(7)):
            out.write(f"stream\t{name}\t{' '.join(f'{one:g}' for one in x)}\n")
            lower = predmix_empbern_lower_cs(x, alpha=ALPHA)
            for step in STEPS:
                out.write(f"bound\t{step}\t{float(lower[step - 1])!r}\n")


if __name__ == "__main__":
    main(sys.argv[1])
