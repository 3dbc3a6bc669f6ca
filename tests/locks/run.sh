#!/bin/sh
# Is every table of the heap looked at under the lock alone? Asks clang: see locks.h.
cd "$(dirname "$0")/../.." || exit 2
ci/setup.sh --test || exit 2
exec tests/locks/locks.py
