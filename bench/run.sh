#!/bin/sh
# How long the basic operations take: nanoseconds (the best of five) and instructions (callgrind).
# Usage: bench/run.sh [BUILD]   (the folder with libcairn.a, build if not given)
cd "$(dirname "$0")/.." || exit 2
build=${1:-build}
bench=$build/bench
make -s "$build/libcairn.a" || exit 2
${CC:-cc} -std=c11 -O2 -g -Isrc bench/bench.c "$build/libcairn.a" -o "$bench" || exit 2

# Instructions of the program in so many rounds.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : //p'
}

echo 'nanoseconds  instructions  operation'
"$bench" | while read -r name rounds what; do
    best=$(for i in 1 2 3 4 5; do "$bench" "$name" "$rounds"; done | sort -n | head -n 1)
    count=-
    if command -v valgrind >/dev/null; then
        count=$((($(instructions "$name" 3000) - $(instructions "$name" 1000)) / 2000))
    fi
    printf '%11s  %12s  %s\n' "$best" "$count" "$what"
done
