#!/bin/sh
# Plants faults in a small house and sees the prover's driver refuse each (plant.py).
cd "$(dirname "$0")/../.." || exit 2
ci/setup.sh --prove || exit 2
exec tests/driver/plant.py
