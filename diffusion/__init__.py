"""The only package that touches torch, diffusers and peft: load a base, attach adapters, train, sample,
measure.

Importing this package sets environment defaults *before* torch can be imported: with more runnable processes
than cores, OpenMP threads that spin while they wait make a step several times slower than one thread would
be; and the libraries should neither draw progress bars into logs nor report anything to anybody.
"""

import os

_DEFAULTS = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}
for _name, _value in _DEFAULTS.items():
    os.environ.setdefault(_name, _value)
