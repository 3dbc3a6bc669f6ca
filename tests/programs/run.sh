#!/bin/bash
# Real programs under LD_PRELOAD=build/libcairn.so: they must say, write and end with what they do
# without it. Usage: tests/programs/run.sh [BUILD] [NAME]  (build if not given; one program only)
set -u
cd "$(dirname "$0")/../.." || exit 2
ci/setup.sh --test || exit 2
build=$(cd "${1:-build}" && pwd) || exit 2
only=${2:-}
here=$PWD/tests/programs
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export LC_ALL=C HOME=$work PYTHONHASHSEED=0 GIT_CONFIG_NOSYSTEM=1
ulimit -c 0
passed=0
failed=0

verdict() { # NAME STATUS
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "failed: $1"
    fi
}

# One run in a folder of its own: all it says is in the file `said` there, its status at the end.
once() { # WHERE LIBRARY SCRIPT
    rm -rf "$work/run" && mkdir "$work/run"
    (cd "$work/run" && LD_PRELOAD=$2 timeout 120 bash -c "$3" >../said 2>&1
        echo "status $?" >>../said)
    rm -rf "${work:?}/$1" && mv "$work/run" "$work/$1" && mv "$work/said" "$work/$1/said"
}

# The script says the same with the library and without, the status is 0, and it says something.
same() { # NAME SCRIPT
    [ -z "$only" ] || [ "$only" = "$1" ] || return 0
    once plain "" "$2"
    once ours "$build/libcairn.so" "$2"
    if cmp -s "$work/plain/said" "$work/ours/said" && grep -qx 'status 0' "$work/ours/said" &&
        [ "$(wc -l <"$work/ours/said")" -gt 1 ]; then
        verdict "$1" 0
    else
        verdict "$1" 1
        diff "$work/plain/said" "$work/ours/said" | head -n 20
    fi
}

# The library that is loaded is ours: or all of this says nothing.
once ours "$build/libcairn.so" 'CAIRN_OPTIONS=statistics=1 exec true'
grep -q '^cairn: bytes: ' "$work/ours/said"
verdict 'the library is loaded' $?

for name in threads forks; do
    ${CC:-gcc} -std=c11 -O2 -Wall -Wextra -Werror -pthread "$here/$name.c" -o "$work/$name"
    verdict "$name.c builds" $?
done
same threads "'$work/threads'"
same forks "'$work/forks'"

# The unit test again, of what is shipped.
for library in libcairn.so libcairn.a; do
    [ -z "$only" ] || continue
    ${CC:-gcc} -std=c11 -O2 -pthread -fno-builtin -w -Isrc -Itests tests/libc/test_malloc.c \
        "$build/$library" -Wl,-rpath,"$build" -o "$work/unit" &&
        "$work/unit" >"$work/said" || tail -n 20 "$work/said"
    grep -q '^malloc: [0-9]* passed, 0 failed$' "$work/said"
    verdict "the unit test with $library" $?
done

same gcc '
    for i in $(seq 400); do
        echo "struct s$i { int a[$i]; struct s$i *next; };"
        echo "int f$i(struct s$i *s, int n) { int t = 0; for (int i = 0; i < n; i++) {"
        echo "  for (int k = 0; k < $i; k++) t += s[i].a[k] * $i ^ k; if (t % $((i + 2)) == 1)"
        echo "  s = s->next; switch (t & 7) { case 1: t -= i; break; case 3: t *= i; break;"
        echo "  case 5: t = f$i(s, i); } } return t; }"
    done >large.c
    gcc -O2 -S large.c -o - | md5sum && gcc -c large.c && md5sum <large.o && ls'

same python3 '
    cat >test.py <<"END"
import json, hashlib, random, re, threading, zlib
random.seed(1)
text = json.dumps([{str(i): [i] * (i % 9), "x" * (i % 700): i / 7} for i in range(30000)])
assert json.loads(text)[7]["7"] == [7] * 7
print(hashlib.md5(text.encode()).hexdigest())
table = {}
for i in range(400000):
    table[random.randrange(100000)] = str(i) * (i % 5)
    if i % 3 == 0:
        table.pop(random.randrange(100000), None)
print(len(table), sum(map(len, table.values())))
sums = [0] * 8
def work(n):
    for i in range(3000):
        parts = [bytes([i % 256]) * (i % 2000) for _ in range(5)]
        sums[n] += len(b"".join(parts))
for wave in range(3):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
print(sums, len(zlib.compress(text.encode())), len(re.findall(r"(\d+), \1", text)))
END
    /usr/bin/python3 test.py && PYTHONMALLOC=malloc /usr/bin/python3 test.py'

same perl '
    perl -e "my (%h, @a); for my \$i (1 .. 200000) { \$h{\$i * 7919 % 100003} .= \"x\$i,\"; push @a,
        [\$i, {n => \$i % 13}]; splice @a, \$i % 50, 3 if @a > 3000; }
        my \$t = join q(), map { \$h{\$_} } sort { \$a <=> \$b } keys %h; \$t =~ s/(\d)\d,/\$1;/g;
        print length \$t, q( ), unpack(q(%32C*), \$t), qq(\n);"'

same sqlite3 '
    { echo "create table t (i integer primary key, a text, b real); begin;"
      seq 60000 | sed "s|.*|insert into t values (&, printf(\"%d-%x\", & * 7919 % 10007, &), & / 3.0);|"
      echo "commit; create index ta on t (a); select count(*), sum(i), max(a) from t;"
      echo "select a, count(*) from t group by substr(a, 1, 2) order by 2, 1 limit 20;"
      echo "with recursive c (n) as (select 1 union all select n + 1 from c where n < 300000)"
      echo "  select sum(n), group_concat(n % 7) like \"%3%\" from c;"
      echo "delete from t where i % 3 = 0; vacuum; pragma integrity_check; select total(b) from t;"
    } | sqlite3 file.db && md5sum <file.db'

same git '
    export GIT_AUTHOR_DATE="1700000000 +0000" GIT_COMMITTER_DATE="1700000000 +0000"
    git init -q -b main . && git config user.name n && git config user.email e
    for i in $(seq 40); do
        mkdir -p d$((i % 5)) && seq $i $((i * 60)) >d$((i % 5))/f$i && seq $((i * 7)) >log
        git add . && git commit -q -m "commit $i"
    done
    git gc -q && git repack -adfq --depth=50 --window=50 && git fsck --full --strict && git log --stat
    git log -p | md5sum && git rev-parse HEAD && git blame log | md5sum && git diff HEAD~20 | md5sum'

same sort '
    seq 300000 | awk "{ print (\$1 * 7919) % 1000003, \$1 % 97 }" >numbers
    sort --parallel=4 -S 2M numbers | md5sum && sort -n -k 2,2 -k 1,1r numbers | md5sum
    tr 0-9 a-j <numbers | sort -u | wc -l'

echo "programs: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
