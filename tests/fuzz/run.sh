#!/bin/bash
# Feeds what libFuzzer makes of a snapshot and a core to the audit's loaders, walks and views, in the
# small configuration: some thousand inputs, the same each time; or, as `make fuzz` does, new ones
# for so many seconds, from what earlier runs have found worth keeping (build/fuzz/found).
# Usage: tests/fuzz/run.sh [SECONDS]
set -u
cd "$(dirname "$0")/../.." || exit 2
ci/setup.sh --test || exit 2
. tests/verdict.sh
work=build/fuzz
mkdir -p $work/found
rm -rf $work/seeds
mkdir $work/seeds

# Rebuilt where a source is newer.
sources="tests/fuzz/fuzz_audit.c src/page/*.c src/span/*.c src/heap/*.c src/object/*.c
         src/os/atomic.c src/os/lock.c src/tools/os_sim.c src/tools/explain*.c
         src/tools/heap_view*.c src/tools/image.c src/tools/image_core.c src/tools/image_load.c
         src/tools/snapshot_load.c src/libc/snapshot.c src/libc/snapshot_format.c"
# shellcheck disable=SC2086
clang -std=c11 -O1 -g -Isrc -Itests -DCAIRN_POOL \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $sources -o $work/fuzz
verdict 'it builds' $?
FUZZ_SEEDS=$work/seeds $work/fuzz -runs=0 >$work/log 2>&1
verdict 'there are seeds' $?

if [ $# -gt 0 ]; then
    found="$work/found $work/seeds -max_total_time=$1"
else
    found="$work/seeds -runs=4000 -seed=1"
fi
# shellcheck disable=SC2086
$work/fuzz -max_len=200000 -timeout=20 -close_fd_mask=1 -artifact_prefix=$work/ $found \
    >$work/log 2>&1
verdict "nothing crashes, hangs or reads where it may not (build/fuzz/log, the input beside it)" $?
grep '^#.*\(INITED\|DONE\)' $work/log
ran=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' $work/log)
[ "${ran:-0}" -ge 4000 ]
verdict "${ran:-0} inputs were tried, of 4000 at the least" $?

report fuzz
