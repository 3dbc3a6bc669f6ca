#!/bin/bash
# Programs under a limit on their addresses (ulimit -v, RLIMIT_AS): what the library takes at the
# start leaves room for them, they say what they say without limit and library, and what does not
# fit is refused. Usage: tests/limit/run.sh [BUILD]   (build if not given)
set -u
cd "$(dirname "$0")/../.." || exit 2
ci/setup.sh --test || exit 2
. tests/verdict.sh
build=$(cd "${1:-build}" && pwd) || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export LC_ALL=C PYTHONHASHSEED=0
ulimit -c 0

# KiB of addresses. The library's tables have 358,000 of them and an arena 67,072; what a program
# needs besides that is its own. The smallest limit that serves ls and sort is 430,000, sqlite3
# 432,000, python3 436,000, perl 500,000.
small=450000
limit=600000

# Of the libraries' own memory: 1.5 GiB of tables are not in it.
for library in libcairn.so libcairn.o libcairn-heap.o; do
    bytes=$(size -A "$build/$library" | awk '$1 == ".bss" { print $2 }')
    [ "$bytes" -gt 0 ] && [ "$bytes" -lt 400000000 ]
    verdict "$library has $bytes bytes at the start" $?
done
nm -D --defined-only "$build/libcairn.so" | awk '{ print $3 }' | sort >"$work/shown"
sort >"$work/family" <<END
aligned_alloc
cairn_audit
cairn_snapshot
calloc
cfree
free
free_aligned_sized
free_sized
mallinfo
mallinfo2
malloc
malloc_info
malloc_stats
malloc_trim
malloc_usable_size
mallopt
memalign
posix_memalign
pvalloc
realloc
reallocarray
valloc
END
cmp -s "$work/shown" "$work/family"
verdict 'libcairn.so shows nothing but the family, cairn_audit and cairn_snapshot' $?

# One run in a folder of its own: all it says is in the file $1, its status at the end. The loader
# would say there that it had no room for the library.
once() { # FILE LIMIT LIBRARY SCRIPT
    rm -rf "$work/run" && mkdir "$work/run"
    (cd "$work/run" && ulimit -v "$2" && LD_PRELOAD=$3 timeout 120 bash -c "$4" >"../$1" 2>&1
        echo "status $?" >>"../$1")
}

same() { # NAME LIMIT SCRIPT
    once plain unlimited "" "$3"
    once ours "$2" "$build/libcairn.so" "$3"
    cmp -s "$work/plain" "$work/ours" && grep -qx 'status 0' "$work/ours" &&
        [ "$(wc -l <"$work/ours")" -gt 1 ]
    status=$?
    verdict "$1 in $2 KiB" $status
    [ $status -eq 0 ] || diff "$work/plain" "$work/ours" | head -n 20
}

same ls $small '/bin/ls -lR /usr/include'
same sort $small 'seq 300000 >numbers && sort --parallel=4 -S 2M -r numbers | md5sum'
same sqlite3 $small '
    sqlite3 file.db <<"END"
create table t (i integer primary key, a text);
with recursive c (n) as (select 1 union all select n + 1 from c where n < 60000)
  insert into t select n, printf("%d-%x", n * 7919 % 10007, n) from c;
create index ta on t (a);
select count(*), sum(i), max(a) from t;
delete from t where i % 3 = 0; vacuum; pragma integrity_check; select group_concat(a) from t;
END'
same python3 $small '/usr/bin/python3 -c "
import hashlib, json
text = json.dumps([{str(i): [i] * (i % 9), \"x\" * (i % 70): i / 7} for i in range(30000)])
print(hashlib.md5(text.encode()).hexdigest(), len(json.loads(text)))"'
same perl $limit '
    perl -e "my (%h, @a); for my \$i (1 .. 200000) { \$h{\$i * 7919 % 100003} .= \"x\$i,\"; push @a,
        [\$i, {n => \$i % 13}]; splice @a, \$i % 50, 3 if @a > 3000; }
        my \$t = join q(), map { \$h{\$_} } sort { \$a <=> \$b } keys %h; \$t =~ s/(\d)\d,/\$1;/g;
        print length \$t, q( ), unpack(q(%32C*), \$t), qq(\n);"'
same threads $limit '
    /usr/bin/python3 -c "
import threading
sums = [0] * 8
def work(n):
    for i in range(2000):
        sums[n] += len(b\"\".join([bytes([i % 256]) * (i % 2000) for _ in range(5)]))
for wave in range(4):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
print(sums)"'

# Threads are refused, and so is what does not fit: the library loaded, and linked.
build_limit() { # OUT ARGUMENTS...
    local out=$1
    shift
    ${CC:-gcc} -std=c11 -O2 -Wall -Wextra -Werror -fno-builtin -pthread -Itests tests/limit/limit.c \
        "$@" -o "$work/$out"
    verdict "limit.c builds: $out" $?
}
build_limit loaded
build_limit linked "$build/libcairn.a"
build_limit linked-no-pie -no-pie "$build/libcairn.a"
build_limit linked-static -static "$build/libcairn.a"
for how in loaded linked linked-no-pie linked-static; do
    library=
    [ $how != loaded ] || library=$build/libcairn.so
    once ours $limit "$library" "'$work/$how'"
    grep -qx 'limit: [1-9][0-9]* passed, 0 failed' "$work/ours" &&
        [ "$(wc -l <"$work/ours")" -eq 2 ] && grep -qx 'status 0' "$work/ours"
    status=$?
    verdict "limit.c $how in $limit KiB" $status
    [ $status -eq 0 ] || head -n 20 "$work/ours"
done

# Where not even the tables have room the program starts all the same, without the library.
once ours 200000 "$build/libcairn.so" 'echo started'
grep -qx started "$work/ours" && grep -q 'cannot be preloaded' "$work/ours"
verdict 'a limit below the tables' $?

report limit
