#!/bin/sh
# Records real programs and replays what they allocated; refuses recordings that are broken.
# Usage: tests/record/run.sh [BUILD]   (the folder with the tools, build if not given)
cd "$(dirname "$0")/../.." || exit 2
. tests/verdict.sh
build=$(cd "${1:-build}" && pwd) || exit 2
record=$build/cairn-record
replay=$build/cairn-replay
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# record_and_replay NAME PROGRAM ARGUMENTS...: what the program prints and its status stay as they
# are, and the recording replays, with audits, on the real floor and on the simulated one.
record_and_replay() {
    name=$1
    shift
    "$@" >"$work/alone" 2>&1 </dev/null
    alone=$?
    "$record" -f -o "$work/$name.rec" "$@" >"$work/recorded" 2>&1 </dev/null
    [ $? -eq $alone ] && cmp -s "$work/alone" "$work/recorded"
    verdict "$name: does the same when recorded" $?
    for file in "$work/$name.rec"*; do
        replay_one "$name" "$file"
    done
}

replay_one() {
    events=$(od -A n -t u8 -j 24 -N 8 "$2" | tr -d ' ')
    [ "$events" -gt 10 ]
    verdict "$1: records" $?
    "$replay" --audit $((events / 10 + 1)) "$2" >"$work/real" 2>"$work/err"
    verdict "$1: replays" $?
    cat "$work/err"
    echo "$1, $events events:"
    sed 's/^/    /' "$work/real"
    "$replay" --sim "$2" >"$work/sim" 2>&1 && cmp -s "$work/real" "$work/sim"
    verdict "$1: replays the same on the simulated floor" $?
    for request in 1 2 3 6; do
        "$replay" --sim --refuse $request "$2" >"$work/sim" 2>&1
        verdict "$1: gets on without memory from request $request" $?
    done
}

cat >"$work/long.c" <<END
#include <stdio.h>
#include <stdlib.h>
#define TWICE(x) x x
#define MANY(x) TWICE(TWICE(TWICE(TWICE(x))))
static int f(int n) { int s = 0; for (int i = 0; i < n; i++) { MANY(s += i * n; s ^= n;) } return s; }
int main(void) { printf("%d\n", f(10)); return 0; }
END
cat >"$work/script.sql" <<END
create table t (a integer primary key, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
  insert into t select i, hex(i * i) || printf('%0*d', i % 300, i) from n;
create index t_b on t (b);
select count(*), max(length(b)), sum(a) from t where b > '4';
select group_concat(a, '-') from (select a from t order by b desc limit 20);
END
record_and_replay compiler cc -O1 -c "$work/long.c" -o "$work/long.o"
record_and_replay sqlite3 sqlite3 :memory: ".read $work/script.sql"
record_and_replay perl perl -e 'my %h; $h{$_ % 777} .= "x" x ($_ % 50) for 1 .. 20000;
    my $n = 0; $n += length $h{$_} for keys %h; print "$n\n"; print join(",", sort keys %h), "\n"'
python=$(python3 -c 'import sys; print(sys.executable)' 2>/dev/null)
if [ -n "$python" ]; then
    record_and_replay python3 env PYTHONMALLOC=malloc "$python" -S -c \
        'print(sum(len(str(i)) for i in [j * j for j in range(20000)]))'
fi

# A program of our own: all of the family, several threads, a fork, and an end without an exit.
${CC:-cc} -O0 -pthread tests/record/family.c -o "$work/family"
verdict "family.c compiles" $?
record_and_replay family "$work/family"
ls "$work"/family.rec.* >/dev/null 2>&1
[ $? -ne 0 ]
verdict "family: its fork records nothing" $?
"$record" -o "$work/killed.rec" "$work/family" kill >/dev/null 2>&1
[ $? -eq 137 ]
verdict "killed: status" $?
"$replay" "$work/killed.rec" | grep -q 'threads 5'
verdict "killed: nothing is lost" $?
"$record" -o "$work/none.rec" "$work/there-is-no-such-program" 2>/dev/null
[ $? -ne 0 ]
verdict "no program" $?
"$record" -o "$work" true 2>/dev/null
[ $? -eq 2 ]
verdict "no file" $?
"$record" 2>/dev/null
[ $? -eq 2 ]
verdict "no arguments" $?

# broken EVENTS BYTES: makes broken.rec, a header that says so many events, and the bytes.
broken() {
    printf "$2" >"$work/events"
    length=$((32 + $(wc -c <"$work/events")))
    {
        printf 'CAIRNREC\001\000\000\000\000\000\000\000'
        printf "\\$(printf %o $length)\000\000\000\000\000\000\000"
        printf "\\$(printf %o "$1")\000\000\000\000\000\000\000"
        cat "$work/events"
    } >"$work/broken.rec"
}

refuse() { # MESSAGE BYTES EVENTS: such a recording is refused
    broken "$3" "$2"
    refused "$1"
}

refused() { # MESSAGE: broken.rec is refused with it
    "$replay" "$work/broken.rec" >/dev/null 2>"$work/err"
    [ $? -eq 2 ] && grep -qF "$work/broken.rec: byte $1" "$work/err"
    verdict "byte $1" $?
}

good='\001\010\100\005\000' # malloc of 8 bytes at 32, free of it
broken 2 "$good"
"$replay" "$work/broken.rec" >/dev/null 2>&1
verdict "the smallest recording" $?
# 8 bytes at 32; 100 at 33 aligned to 64 KiB; 20000 zeroed at 34; the first moves to 35 and grows
# to 40000; 5 are refused; the second is freed; another thread takes none at 36.
small='\001\010\100\003\200\200\004\144\002\002\240\234\001\002\004\003\300\270\002\006'
small=$small'\001\005\105\005\102\021\002\000\006'
broken 7 "$small"
cat >"$work/want" <<END
malloc 3, calloc 1, aligned 1, realloc 1, free 1, refused there 1, threads 2
blocks: 3 live at most, 3 left at the end, 0 refused by the heap
pages: 17 used at most, 512 mapped at most, of 8192 bytes
peak: 60100 bytes live, in spans of 131072 bytes, of 4194304 bytes mapped
peak fragmentation: 98.6 % (54.1 % of the spans, 96.9 % of the pages)
END
for how in "" --sim; do
    # shellcheck disable=SC2086
    "$replay" --audit 1 $how "$work/broken.rec" 2>&1 | cmp -s - "$work/want"
    verdict "what is said of a small recording $how" $?
done
broken 2 '\001\377\377\377\377\377\002\100\005\000' # 96 GiB
"$replay" "$work/broken.rec" | grep -q '1 refused by the heap'
verdict "a block larger than the window" $?
refuse "38, event 3: expected the address of no live block, found 33" \
    '\001\010\100\001\010\002\004\001\010\002' 3
refuse "37, event 3: expected an event, found the end of the events" "$good" 3
refuse "35, event 1: expected the end of the events, found more bytes" "$good" 1
refuse "35, event 2: expected an event, found 0" '\001\010\100\000\000' 2
refuse "35, event 2: expected an event, found 6" '\001\010\100\006\000' 2
refuse "35, event 2: expected an event, found 37" '\001\010\100\045\000' 2
refuse "35, event 2: expected the address of a live block, found 33" '\001\010\100\005\002' 2
refuse "37, event 3: expected the address of a live block, found 32" "$good"'\005\000' 3
refuse "35, event 2: expected the address of no live block, found 32" '\001\010\100\001\010\000' 2
refuse "32, event 1: expected another thread, found 0" '\021\000\010\100' 1
refuse "32, event 1: expected another thread, found 1" '\021\001\010\100' 1
refuse "32, event 1: expected an alignment, a power of two, found 3" '\003\003\010\100' 1
refuse "33, event 1: expected a size, found no number of 64 bits" \
    '\001\377\377\377\377\377\377\377\377\377\177\100' 1
refuse "33, event 1: expected a size, found no number of 64 bits" '\001\200\000\100' 1
refuse "34, event 1: expected an address, found the end of the events" '\001\010' 1
refuse "16, event 0: expected a length that the header and the events fit in" '' 1
printf 'CAIRNREC\002\000\000\000\000\000\000\000' >"$work/broken.rec"
refused "8, event 0: expected version 1, found 2"
printf 'CAIRNREC\001\000\000\000\000\000\000\000\037\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000' \
    >"$work/broken.rec"
refused "16, event 0: expected a length that the header and the events fit in, found 31"
printf 'CAIRNREC\001\000' >"$work/broken.rec"
refused "10, event 0: expected a header of 32 bytes, found the end of the file"

# Every prefix of a real recording is refused; so is what was cut out of it or added behind it.
size=$(wc -c <"$work/sqlite3.rec")
for cut in 9 16 31 32 33 100 $((size / 2)) $((size - 1)); do
    head -c "$cut" "$work/sqlite3.rec" >"$work/broken.rec"
    refused ""
done
{ cat "$work/sqlite3.rec"; printf 'x'; } >"$work/broken.rec"
refused "$size, event"
{ cat "$work/sqlite3.rec"; head -c 5000 /dev/zero; } >"$work/broken.rec"
"$replay" --sim "$work/broken.rec" >/dev/null 2>&1
verdict "zeros behind the events" $?

report record
