#!/bin/bash
# Every call of the system that the library makes in a program fails, in turn: alone, and from then
# on. The program (refused.c) must go on, find its blocks as they were and be told ENOMEM.
# Usage: tests/refused/run.sh [BUILD]   (build if not given)
# It takes strace, and the right to trace (ptrace). Where nobody has that, CAIRN_NO_PTRACE=1 leaves
# these runs out; else it is a failure.
set -u
cd "$(dirname "$0")/../.." || exit 2
ci/setup.sh --test || exit 2
. tests/verdict.sh
build=$(cd "${1:-build}" && pwd) || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
ulimit -c 0

${CC:-gcc} -std=c11 -O2 -Wall -Wextra -Werror -fno-builtin -pthread -Itests \
    tests/refused/refused.c -o "$work/refused"
verdict 'refused.c builds' $?

# Runs the program; `said` is what it says, `calls` what it asked of the system.
traced() { # MODE STRACE-ARGUMENTS...
    local mode=$1
    shift
    timeout 120 strace -f --seccomp-bpf -qq -o "$work/calls" -E "LD_PRELOAD=$build/libcairn.so" \
        "$@" "$work/refused" "$mode" >"$work/said" 2>&1
}

# It ended with 0 and says that it checked something, all of it right, and no more than that.
is_well() { # STATUS
    [ "$1" -eq 0 ] && grep -qx 'refused: [1-9][0-9]* passed, 0 failed' "$work/said" &&
        ! grep -qvE '^[0-9]+ refusals$|^refused: ' "$work/said"
}

if [ -n "${CAIRN_NO_PTRACE:-}" ]; then
    echo 'CAIRN_NO_PTRACE is set: no call of the system was refused, nothing is known of that.'
    report refused
fi
traced never -e trace=mmap,mprotect,munmap,madvise,openat,read,close
is_well $?
verdict 'nothing is refused, under strace' $?
if [ "$failed" -gt 0 ]; then
    cat "$work/said"
    echo 'This test needs strace, and the right to trace (CAIRN_NO_PTRACE=1 leaves it out).'
    report refused
fi

# The calls of the library, `NAME NUMBER` a line: the how manyth of its name in the whole run. They
# are those in its window and beside it, and those that read the size of a huge page. All that the
# loader does comes before.
sed 's/^[0-9]* *//' "$work/calls" | awk -F '[(, ]' '
    { count[$1]++ }
    $2 ~ /^0x[cd][0-9a-f]+$/ && length($2) == 12 { print $1, count[$1]; ours[$1] = 1; next }
    /hpage_pmd_size/ { file = $NF; print "openat", count["openat"]; next }
    file != "" && ($1 == "read" || $1 == "close") && $2 + 0 == file {
        print $1, count[$1]; if ($1 == "close") file = ""; next }
    ours[$1] { print "other", $0 }' >"$work/ours"
! grep -q other "$work/ours"
verdict 'after its first call of a name the library makes all of that name' $?
for name in mmap mprotect madvise openat read close; do
    grep -q "^$name " "$work/ours"
    verdict "the program has the library call $name" $?
done

refusals=0
hit() { # MODE AT-LEAST INJECTIONS...: that many calls at the least were refused
    local mode=$1 least=$2 injection
    local arguments=()
    shift 2
    for injection in "$@"; do
        arguments+=(-e "inject=$injection")
    done
    traced "$mode" -e trace=mmap,mprotect,munmap,madvise,openat,read,close "${arguments[@]}"
    is_well $? && [ "$(grep -c INJECTED "$work/calls")" -ge "$least" ]
    local status=$?
    verdict "refused $mode: $*" $status
    [ "$status" -eq 0 ] || head -n 10 "$work/said"
    refusals=$((refusals + $(sed -n 's/ refusals$//p' "$work/said" | head -n 1)))
}

# The number of the first call of this name from line $2 of `ours` on, or one more than there are.
next() { # NAME LINE
    sed -n "$2,\$p" "$work/ours" | grep -m 1 "^$1 " | cut -d ' ' -f 2 | grep . ||
        echo $(($(grep -c "^[0-9]* *$1(" "$work/plain") + 1))
}
cp "$work/calls" "$work/plain"

# All but call $1 of these names, from line $2 of `ours` on: injections.
others() { # NAME LINE
    for other in mmap mprotect munmap madvise; do
        [ "$other" = "$1" ] || echo "$other:error=ENOMEM:when=$(next "$other" "$2")+"
    done
}

line=0
while read -r name number; do
    line=$((line + 1))
    hit once 1 "$name:error=ENOMEM:when=$number"
    case $name in
    openat | read | close) ;;
    madvise) hit once 1 "$name:error=ENOMEM:when=$number+" ;;
    *)
        hit on 1 "$name:error=ENOMEM:when=$number+"
        mapfile -t rest < <(others "$name" "$line")
        hit on 1 "$name:error=ENOMEM:when=$number+" "${rest[@]}"
        hit on 1 "$name:error=ENOMEM:when=$number" "${rest[@]}"
        ;;
    esac
    # An old system takes the address for a wish.
    [ "$name" != mmap ] || hit once 1 "$name:retval=0x70000000:when=$number"
done <"$work/ours"
[ "$refusals" -gt 0 ]
verdict "the program was told of refusals ($refusals)" $?

# Waiting for the heap's lock: the system may come back for no reason.
for error in EINTR EAGAIN; do
    traced threads -e trace=futex -e "inject=futex:error=$error:when=1+"
    is_well $? && grep -q INJECTED "$work/calls"
    verdict "futex says $error" $?
done
report refused
