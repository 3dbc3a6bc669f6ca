#!/bin/sh
# Installs what Cairn's proof and tests need: packages of a stock Debian 12 and nothing else.
#   ci/setup.sh [--prove | --test]     (both without an argument; quick where all is there)
#   ci/setup.sh --evidence             what make evidence needs besides: clang 19 for MC/DC
#   ci/setup.sh --bench                what the benchmarks need, with Go and allocators to compare with
set -eu

prove="python3 make gcc frama-c-base why3 z3 cvc4"
test="python3 make gcc git libc6-dev clang libclang-rt-14-dev gcc-multilib gcc-arm-none-eabi
      libnewlib-arm-none-eabi frama-c-base why3 z3 cvc4 libgmp-dev valgrind sqlite3 perl qemu-user
      strace gdb spin redis-server redis-tools"
bench="python3 make gcc libc6-dev valgrind golang-go libjemalloc2 libmimalloc2.0
       libtcmalloc-minimal4 libtbbmalloc2 lua5.4 perl redis-server redis-tools jq"
evidence="$test clang-19 llvm-19 libclang-rt-19-dev"
case "${1-}" in
--prove) wanted=$prove ;;
--test) wanted=$test ;;
--evidence) wanted=$evidence ;;
--bench) wanted=$bench ;;
*) wanted="$prove $test" ;;
esac

missing=
for package in $wanted; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || case " $missing " in
    *" $package "*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

install="apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    root="sh -c"
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    root="sudo sh -c"
else
    echo "Some packages are missing. As root, run once:" >&2
    echo "  $install" >&2
    exit 1
fi
echo "Installing$missing"
log=$(mktemp)
if ! $root "$install" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "That failed; the command was: $install" >&2
    exit 1
fi
rm -f "$log"
