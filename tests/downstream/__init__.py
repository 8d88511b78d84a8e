"""The suites of the backends that are wrapped, run bare and with abiding in between: `scripts/downstream`."""
