#!/bin/sh
# Do the sources keep to the conventions that no compiler checks?
exec "$(dirname "$0")/../../ci/check_style.py"
