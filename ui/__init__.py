"""The faces: command line, pages, HTTP API. The only place that wires the way in and the way out together."""

import os

# A draft needs many small matrix products; threads inside each would only wait for one another. Before the first import of NumPy.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
