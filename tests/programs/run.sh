#!/bin/bash
# Real programs under LD_PRELOAD=build/libcairn.so: they must say, write and end with what they do
# without it. Usage: tests/programs/run.sh [BUILD] [NAME]  (build if not given; one program only)
set -u
cd "$(dirname "$0")/../.." || exit 2
ci/setup.sh --test || exit 2
. tests/verdict.sh
build=$(cd "${1:-build}" && pwd) || exit 2
only=${2:-}
here=$PWD/tests/programs
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export LC_ALL=C HOME=$work PYTHONHASHSEED=0 GIT_CONFIG_NOSYSTEM=1
ulimit -c 0

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

# A server on a socket of its own in the folder of the run. Its own thread frees what UNLINK and
# FLUSHALL ASYNC drop, two more read and write for clients, a child saves. A set's or a hash's order
# is another in each run, so none is shown as it lies.
same redis '
    CAIRN_OPTIONS=statistics=1 redis-server --port 0 --unixsocket socket --dir . --save "" \
        --appendonly no --daemonize no --supervised no --enable-debug-command local \
        --io-threads 3 --io-threads-do-reads yes \
        --hash-max-listpack-entries 64 --set-max-intset-entries 64 >log 2>&1 &
    server=$!
    until redis-cli -s socket ping 2>/dev/null; do
        kill -0 $server || { cat log; exit 1; }
        sleep 0.1
    done
    load() { # ARGUMENTS...: names of the tests that came to their end, and what was wrong
        redis-benchmark -s socket -q -c 16 -P 10 "$@" 2>&1 | tr "\r" "\n" |
            grep -E "requests per second|rror" | sed "s/: [0-9.]* requests per second.*//"
    }
    load -n 2000 -r 2000 -d 700 --threads 2 -t set,get,lpush,lpop,hset,lrange_100
    redis-cli -s socket flushall async
    load -n 3000 -d 40 -t incr,lpush,rpush,sadd,zadd,mset
    redis-cli -s socket <<"END"
mget counter:__rand_int__ key:__rand_int__
llen mylist
scard myset
unlink mylist
END
    for i in $(seq 3000); do
        echo "set s:$i $((i * 7919 % 10007))"
        echo "append s:$((i % 50)) $i,$((i * i))"
        echo "rpush list:$((i % 7)) $i value-$i-$((i * 31 % 1009))"
        echo "lset list:$((i % 7)) -1 $((i * i))"
        echo "sadd set:$((i % 5)) $((i * 7919 % 1009)) word-$((i % 97))"
        echo "zadd zset:$((i % 3)) $((i * 7919 % 1009)) member-$((i % 701))"
        echo "hset hash:$((i % 4)) f$((i % 300)) $i g$i $((i * 3))"
        echo "xadd stream:$((i % 2)) $i-1 field $i other $((i * 17))"
        echo "pfadd log $((i * 7919 % 2003))"
        echo "setrange sparse $((i * 37)) $i"
        case $((i % 10)) in
        1) echo "getrange s:$((i % 50)) 0 -1" && echo "lrange list:$((i % 7)) -20 -1" ;;
        2) echo "sort set:$((i % 5)) alpha limit $((i % 90)) 20" ;;
        3) echo "zrangebyscore zset:$((i % 3)) $((i % 500)) +inf withscores limit 0 9" ;;
        4) echo "hmget hash:$((i % 4)) f1 f7 g$((i - 1)) none" && echo "hlen hash:$((i % 4))" ;;
        5) echo "lpop list:$((i % 7)) 3" && echo "linsert list:$((i % 7)) before none $i" ;;
        6) echo "srem set:$((i % 5)) word-$((i % 97)) none" && echo "scard set:$((i % 5))" ;;
        7) echo "zremrangebyrank zset:$((i % 3)) 0 4" && echo "zrank zset:0 member-9" ;;
        8) echo "hdel hash:$((i % 4)) f$((i % 300)) none" && echo "hincrby hash:0 n $i" ;;
        9) echo "incr s:$((i + 60))" && echo "xrange stream:0 - + count 2" ;;
        esac
    done >session
    cat >>session <<"END"
lpush s:1 wrong
multi
sunionstore all set:0 set:1 set:2 set:3 set:4
zunionstore allz 2 zset:0 zset:1 weights 2 3
lrange list:3 0 -1
copy sparse sparse2
bitop xor sparse3 sparse s:7
exec
sort all alpha
zrange allz 0 -1 withscores
bitcount sparse3
pfcount log
xlen stream:1
xtrim stream:1 maxlen 100
eval "local t = {} for i = 1, 20000 do t[i] = KEYS[1] .. i end return #table.concat(t)" 1 key
eval "for i = 1, 3000 do redis.call(\"rpush\", KEYS[1], string.rep(\"x\", i % 200)) end" 1 made
eval "return redis.sha1hex(table.concat(redis.call(\"lrange\", KEYS[1], 0, -1)))" 1 made
unlink sparse2 list:0 hash:1
lrem made 0 xxx
END
    redis-cli -s socket <session >replies
    wc -l <replies && grep -c "^ERR\|^WRONGTYPE" replies && tail -n 1500 replies
    md5sum <replies
    for size in 1000 70000 3000000 20000000; do
        seq $size | head -c $size | redis-cli -s socket -x set large
        redis-cli -s socket append large end
        redis-cli -s socket copy large large$size
        redis-cli -s socket getrange large 0 -1 | md5sum
        redis-cli -s socket setrange large$size $((size + size / 2)) after
        redis-cli -s socket get large$size | md5sum
    done
    redis-cli -s socket debug digest && redis-cli -s socket debug reload
    redis-cli -s socket unlink large large20000000 && redis-cli -s socket bgsave
    while redis-cli -s socket info persistence | grep -q "^rdb_bgsave_in_progress:1"; do
        sleep 0.1
    done
    redis-cli -s socket info persistence | grep "^rdb_last_bgsave_status"
    redis-cli -s socket debug digest && redis-cli -s socket dbsize
    redis-cli -s socket shutdown nosave
    wait $server || { cat log; exit 1; }'

# Debian's server is linked with an allocator of its own: ours must be the one that it called.
if [ -z "$only" ] || [ "$only" = redis ]; then
    grep -q '^cairn: bytes: [0-9]\{8,\} mapped, .*; misuses: 0$' "$work/ours/log"
    verdict 'redis: the allocator of the server is ours' $?
fi

report programs
