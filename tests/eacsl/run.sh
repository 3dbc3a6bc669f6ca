#!/bin/bash
# Runs the contracts under E-ACSL: see README.md. Ends with `eacsl: N passed, N failed`.
#   run.sh [GROUP...]       (page tree mapped pages lists arena special grow caches slots cursors objects blocks collector life heap embedder)
set -u
cd "$(dirname "$0")/../.."
here=tests/eacsl
share=$(frama-c -print-share-path)/e-acsl
library=$(frama-c -print-lib-path)/e-acsl/libeacsl-dlmalloc.a
passed=0
failed=0

tell() { # tell OK? WHAT
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $2"
    fi
}

# Copies the core with its contracts made executable, instruments and compiles it. A check calls
# E-ACSL only when it fails, where E-ACSL itself calls at each: that halves what most groups take.
build() { # build GROUP OUT
    rm -rf "$2"
    /usr/bin/python3 $here/generate.py "$2" "$1" &&
        frama-c -c11 -machdep gcc_x86_64 -cpp-extra-args="-DCAIRN_POOL -I$2" "$2/unit.c" \
            -e-acsl -e-acsl-no-assert-print-data -then-last -print -ocode "$2/out.c" \
            >"$2/log" 2>&1 &&
        sed '/FC_BUILTIN/!s/__e_acsl_assert(/CHECK(/' "$2/out.c" >"$2/checked.c" &&
        gcc -O1 -w -fcommon -DCAIRN_POOL -DE_ACSL_SEGMENT_MMODEL -I"$2" -I"$share" \
            '-DCHECK(holds, data)=((holds) ? (void)0 : __e_acsl_assert(0, data))' "$2/checked.c" \
            "$2/enter.c" $here/main.c "$share/e_acsl_rtl.c" "$library" -lgmp -lm -lpthread \
            -o "$2/run"
}

# Runs the program with one fault: caught (by a contract), missed, or what else became of it. It may
# take `most` seconds of a processor (137 and 152 are the kernel's end of it).
verdict() { # verdict OUT NUMBER FUNCTION NAME
    ulimit -t "$most"
    "$1/run" "$2" >"$1/said.$2" 2>&1
    case $? in
    0) echo missed "$3" "$4" ;;
    137 | 152) echo hung "$3" "$4" ;;
    134) grep -q 'failed:' "$1/said.$2" && echo caught "$3" "$4" || echo crashed "$3" "$4" ;;
    *) echo crashed "$3" "$4" ;;
    esac
}
export -f verdict

group() { # group NAME
    local out=build/eacsl/$1
    if ! build "$1" "$out"; then
        tail -n 20 "$out/log"
        tell 1 "$1: not built"
        return
    fi
    local status TIMEFORMAT=%U
    { time timeout 120 "$out/run" >"$out/said" 2>&1; } 2>"$out/seconds"
    status=$?
    most=$(tail -n 1 "$out/seconds")
    export most=$((3 + 3 * ${most%.*})) # far more than the run without a fault took
    [ $status = 0 ] || head -n 20 "$out/said"
    tell $status "$1: a contract is broken"

    local constant ignored
    constant=$(grep -c '__e_acsl_assert(1,' "$out/out.c")
    ignored=$(grep "$out/.*Warning" -A 9 "$out/log" | grep -c 'Ignoring annotation')
    tell "$constant" "$1: annotations that became constant: $constant"
    tell "$ignored" "$1: annotations that E-ACSL ignored: $ignored"

    local function
    xargs -r -P "$(nproc)" -n 3 bash -c 'verdict "$0" "$@" 2>/dev/null' "$out" <"$out/faults" \
        >"$out/verdicts"
    while read -r function; do
        grep -q "^caught $function " "$out/verdicts"
        tell $? "$1: no fault in $function is caught"
    done <"$out/contracts"
    echo "$1: $(wc -l <"$out/contracts") functions, $(cat "$out/kept") clauses run," \
        "$(wc -l <"$out/left_out") left out, $constant constant;" \
        "faults caught $(grep -c ^caught "$out/verdicts") of $(wc -l <"$out/faults")"
    cut -f2 "$out/left_out" | sort | uniq -c | sed 's/^ */    left out: /'
    awk '$1 != "caught" { printf "    not caught: %s (%s, in %s)\n", $3, $1, $2 }' "$out/verdicts"
}

for one in ${*:-page tree mapped pages lists arena special grow caches slots cursors objects blocks collector life heap embedder}; do
    group "$one"
done
echo "eacsl: $passed passed, $failed failed"
[ $failed = 0 ]
