"""What the work costs, held against what it would cost without us, with another tool, or at the limit.

`scripts/benchmark` runs this. Every ratio comes from runs that took turns in one call: absolute times of different
calls, let alone of different machines, are not to be compared.
"""
