#!/bin/sh
# Is proofs/STATUS.md what the repository records?
exec "$(dirname "$0")/../../proofs/status.py" --check
