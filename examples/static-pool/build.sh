#!/bin/sh
# Builds the static pool example: examples/static-pool/build.sh TARGET OUTPUT
# TARGET is x86-64, x86-32 or cortex-m4. No C library, no start files: the core, the floor without
# an operating system, and the compiler's own support library.
set -e
cd "$(dirname "$0")/../.."
example=examples/static-pool
case $1 in
x86-64) cc="${CC:-gcc} -m64 -static -no-pie -fno-pie" start=$example/start_linux.c ;;
x86-32) cc="${CC:-gcc} -m32 -static -no-pie -fno-pie" start=$example/start_linux.c ;;
cortex-m4)
    cc="arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -T $example/cortex_m.ld"
    start=$example/start_cortex_m.c
    ;;
*)
    echo "usage: build.sh x86-64|x86-32|cortex-m4 OUTPUT" >&2
    exit 2
    ;;
esac
# shellcheck disable=SC2086
exec $cc -std=c11 -Os -Wall -Wextra -ffreestanding -fno-stack-protector -nostdlib \
    -DCAIRN_POOL -DCAIRN_POOL_CHUNKS=4 -Isrc \
    src/page/*.c src/span/*.c src/heap/*.c \
    src/os/atomic.c src/os/lock.c src/os/os_pool.c \
    $example/main.c "$start" -lgcc -o "$2"
