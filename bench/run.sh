#!/bin/sh
# What operations cost: nanoseconds, the best round and the median, and instructions (callgrind).
# For pages, Go's beside them where Go's sources are. See bench/README.md.
# Usage: bench/run.sh bench|pages [BUILD]   (the folder with libcairn-heap.a, build if not given)
cd "$(dirname "$0")/.." || exit 2
case "$#-${1-}" in
[12]-bench | [12]-pages) name=$1 ;;
*) echo 'usage: bench/run.sh bench|pages [BUILD]' >&2 && exit 2 ;;
esac
build=${2:-build}
rounds=301
go_times=5
out=$build/bench-$name
program=$out/$name
export LC_ALL=C CAIRN_SEED="${CAIRN_SEED:-1}"
case $CAIRN_SEED in
*[!0-9]*) echo "run.sh: CAIRN_SEED is no number: $CAIRN_SEED" >&2 && exit 2 ;;
esac
rm -rf "$out" && mkdir -p "$out" && make -s "$build/libcairn-heap.a" || exit 2
${CC:-cc} -std=c11 -Wall -Wextra -O2 -g -Isrc -Itests "bench/$name.c" "$build/libcairn-heap.a" \
    -o "$program" || exit 2

# Instructions of each operation of a case in a round, in the order of its lines: callgrind writes
# a file each time that `timed` returns.
instructions() {
    command -v valgrind >/dev/null || return
    rm -f "$out"/counts.*
    valgrind -q --tool=callgrind --toggle-collect=timed --dump-after=timed \
        --callgrind-out-file="$out/counts" "$program" "$1" 1 >/dev/null || return
    i=1
    while [ -f "$out/counts.$i" ]; do
        sed -n 's/^summary: //p' "$out/counts.$i"
        i=$((i + 1))
    done
}

# What Go's benchmarks of the same operations say, pages_test.go among them, or why they do not.
go_benchmarks() {
    root=$(go env GOROOT 2>/dev/null)
    if ! [ -f "$root/src/runtime/mpallocbits_test.go" ]; then
        echo '# Go is not here to compare with: make setup-bench'
        return
    fi
    printf '{"Replace": {"%s": "%s"}}\n' "$root/src/runtime/cairn_pages_test.go" \
        "$PWD/bench/pages_test.go" >"$out/overlay.json"
    echo "# Go's are of $(go version), the best of $go_times"
    GOCACHE=$(realpath "$build")/go-cache go test -overlay "$out/overlay.json" -vet=off runtime \
        -run TestCairnPages -bench 'PallocBitsSummarize|FindBitRange64' -benchtime 20ms \
        -count "$go_times" 2>&1 || echo '# go test failed'
}

touch "$out/go"
[ "$name" = bench ] || go_benchmarks >"$out/go"
command -v valgrind >/dev/null || echo '# valgrind is not here: make setup-bench'
"$program" >"$out/cases" || exit 2
while read -r case; do
    "$program" "$case" "$rounds" >"$out/lines" || exit 2
    sed -n "s|^# |# $case: |p" "$out/lines"
    instructions "$case" >"$out/instructions"
    sed '/^#/d' "$out/lines" | paste - "$out/instructions" >>"$out/all"
done <"$out/cases"
grep -E '^(#|--- FAIL|FAIL|panic)' "$out/go"

# Heaps that differ but in size come below each other; Go's names join its numbers to ours.
sort -s -t/ -k2,2V -k3,3V "$out/all" | awk -F '\t' -v go="$out/go" '
    function row(best, median, instructions, go_best, ratio, operation) {
        printf "%9s %9s %12s", best, median, instructions
        if (is_beside_go)
            printf " %9s %8s", go_best, ratio
        print "  " operation
    }
    BEGIN {
        while ((getline line <go) > 0)
            if (line ~ /^Benchmark/) {
                is_beside_go = 1
                split(line, word, /[ \t]+/)
                name = substr(word[1], length("Benchmark") + 1)
                sub(/-[0-9]+$/, "", name)
                if (!(name in best) || word[3] + 0 < best[name])
                    best[name] = word[3] + 0
            }
        row("best ns", "median ns", "instructions", "Go ns", "Go/ours", "operation")
    }
    {
        split($1, word, " ")
        name = substr($1, length(word[1] word[2] word[3]) + 4)
        row(sprintf("%.1f", word[1]), sprintf("%.1f", word[2]),
            $2 == "" ? "-" : sprintf("%.1f", $2 / word[3]),
            name in best ? sprintf("%.1f", best[name]) : "-",
            name in best && word[1] > 0 ? sprintf("%.2f", best[name] / word[1]) : "-", name)
    }'
