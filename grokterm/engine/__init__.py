"""The worker process, and everything that imports torch. Nothing outside this package imports it."""

import os

# Libraries read these once, when torch loads them: so they are set here, before any module of this package imports it.
# Whoever has set them already knows better.
_ENVIRONMENT = {
    # Threads of the CPU's pool spin for milliseconds before they sleep. That gains nothing here (measured: 32 ms a step
    # with and without) and costs a factor of four where two workers share two cores (66 ms each against 290).
    "GOMP_SPINCOUNT": "1000",
    # MKL rounds a product by where in memory its operands lie, unless told not to: a member's bits would depend on its
    # place in the cohort. Measured cost: none.
    "MKL_CBWR": "AUTO,STRICT",
    # cuBLAS gives the same bits every time only with a workspace of fixed size.
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
}

for _name, _value in _ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)
