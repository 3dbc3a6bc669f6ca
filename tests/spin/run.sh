#!/bin/bash
# Looks through every interleaving of small models of what threads do to each other without the
# lock, and finds the faults that are planted in them. Usage: tests/spin/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
ci/setup.sh --test || exit 2
. tests/verdict.sh
here=$PWD/tests/spin
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2

# What spin says of a model under these definitions is in the file `said`.
search() { # OPTIMISE MODEL DEFINITION...
    local optimise=$1 model=$2
    shift 2
    rm -f pan* ./*.trail
    { spin -a "$@" "$here/$model.pml" &&
        ${CC:-gcc} "$optimise" -w -DSAFETY -DCOLLAPSE -DMEMLIM=2000 pan.c -o pan &&
        ./pan -m100000; } >said 2>&1
}

# All states were seen, and none is wrong.
sound() { # MODEL DEFINITION...
    search -O2 "$@" && grep -q 'errors: 0' said && [ ! -e "$1.pml.trail" ] &&
        ! grep -qiE 'max search depth|not completed' said
    verdict "$*: sound" $?
    sed -n "s/^ *\([0-9]*\) states, stored$/$*: \1 states/p" said
}

# The fault is found: something that the model asserts is wrong in the end of a run.
found() { # MODEL DEFINITION...
    search -O0 "$@" # what is found is found soon
    grep -q 'assertion violated' said && grep -q 'errors: 1' said
    verdict "$*: found" $?
}

for model in inbox adopt large; do
    sound $model
    faults=$(sed -n 's/^ \*   \([0-9]*\)  .*/\1/p' "$here/$model.pml")
    [ -n "$faults" ]
    verdict "$model plants faults" $?
    for fault in $faults; do
        found $model "-DFAULT=$fault"
    done
done
# More blocks of one owner, who has the spans to itself: they wait in its inbox, both of them.
sound inbox -DOWNERS=1 -DFIRST=5

report spin
