#!/bin/sh
# The static pool example builds for three machines without a library, and runs where it can.
# Usage: tests/pool/run.sh [BUILD]   (a folder for the programs, build/pool if not given)
cd "$(dirname "$0")/../.." || exit 2
. tests/verdict.sh
build=${1:-build}/pool
mkdir -p "$build" || exit 2

# build TARGET NM: it links, and nothing is left undefined.
build() {
    rm -f "$build/$1"
    examples/static-pool/build.sh "$1" "$build/$1" && [ -z "$($2 -u "$build/$1")" ]
    verdict "$1 builds" $?
}

# ends PROGRAM...: with status 0; anything else is a line of examples/static-pool/main.c.
ends() {
    timeout 60 "$@"
    status=$?
    [ $status -eq 0 ]
    verdict "$* ends with $status" $?
}

build x86-64 nm
ends "$build/x86-64"
build x86-32 nm
# A shell says 126 of a program that the kernel does not take: an emulated processor runs it then.
ends sh -c '"$1"; status=$?; [ $status -ne 126 ] || exec qemu-i386 "$1"; exit $status' sh \
    "$build/x86-32"
build cortex-m4 arm-none-eabi-nm
[ "$(od -A n -t x1 -j 18 -N 2 "$build/cortex-m4" | tr -d ' ')" = 2800 ]
verdict "cortex-m4 is for Arm" $?
if command -v qemu-system-arm >/dev/null; then
    ends qemu-system-arm -M mps2-an386 -nographic -monitor none -serial none \
        -semihosting-config enable=on,target=native -kernel "$build/cortex-m4"
fi
for target in x86-64 x86-32 cortex-m4; do
    size "$build/$target" 2>/dev/null | awk -v t=$target 'NR == 2 {
        printf "%s: %d bytes of code, %d of memory, 1048576 of them the pool\n", t, $1, $2 + $3 }'
done

report pool
