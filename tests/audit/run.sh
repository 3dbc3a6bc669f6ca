#!/bin/bash
# Snapshots of real programs, which are sound; of heaps that are not, and of files that are none:
# what cairn-audit says, and with which status. test_corrupt.c and test_snapshot.c try the rest.
# Usage: tests/audit/run.sh [BUILD]   (the folder with the tools and libraries, build if not given)
set -u
cd "$(dirname "$0")/../.." || exit 2
ci/setup.sh --test || exit 2
. tests/verdict.sh
build=$(cd "${1:-build}" && pwd) || exit 2
audit=$build/cairn-audit
file="/usr/bin/python3 tests/audit/file.py"
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export LC_ALL=C HOME=$work
ulimit -S -c 0

# is_sound NAME FILE: the file is what its description says, and the audit finds it sound.
is_sound() {
    $file check "$2"
    verdict "$1: the file is as described, its totals add up" $?
    [ "$("$audit" "$2" 2>&1)" = sound ]
    verdict "$1: sound" $?
}

# at_exit NAME PROGRAM...: it says the same with the library and a snapshot, of which there is one
# for each process, and all are sound. Of more than three the first three are looked at.
at_exit() {
    local name=$1 snapshot
    shift
    "$@" >"$work/alone" 2>&1 </dev/null
    local alone=$?
    CAIRN_OPTIONS=snapshot=$work/$name-%p.snap LD_PRELOAD=$build/libcairn.so "$@" \
        >"$work/said" 2>&1 </dev/null
    [ $? -eq $alone ] && cmp -s "$work/alone" "$work/said"
    verdict "$name: does the same" $?
    ls "$work/$name"-*.snap >/dev/null 2>&1
    verdict "$name: has written a snapshot" $?
    for snapshot in $(ls "$work/$name"-*.snap | head -n 3); do
        is_sound "$name" "$snapshot"
    done
}

cat >"$work/script.sql" <<END
create table t (a integer primary key, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
  insert into t select i, hex(i * i) || printf('%0*d', i % 300, i) from n;
create index t_b on t (b);
select count(*), max(length(b)), sum(a) from t where b > '4';
END
at_exit sqlite3 sqlite3 :memory: ".read $work/script.sql"
at_exit perl perl -e 'my %h; $h{$_ % 777} .= "x" x ($_ % 50) for 1 .. 20000;
    delete $h{$_ * 3} for 1 .. 200; print join(",", sort keys %h), "\n"'
at_exit python env PYTHONMALLOC=malloc /usr/bin/python3 -S -c \
    'print(sum(len(str(i)) for i in [j * j for j in range(20000)]))'
# A program may ask itself.
[ "$(PYTHONMALLOC=malloc LD_PRELOAD=$build/libcairn.so /usr/bin/python3 -S -c 'import ctypes
audit = ctypes.CDLL(None).cairn_audit
audit.restype = ctypes.c_char_p
print(audit(), len([str(i) for i in range(100000)]), audit())')" = "None 100000 None" ]
verdict 'cairn_audit: this process is sound' $?
echo 'int main(void) { return 0; }' >"$work/empty.c"
at_exit compiler "${CC:-gcc}" -O1 -c "$work/empty.c" -o "$work/empty.o"
at_exit forks sh -c 'for i in 1 2; do (perl -e "fork; my @a = (1) x 9999; print scalar @a"); done'
[ "$(ls "$work"/forks-*.snap | wc -l)" -ge 4 ]
verdict 'forks: a snapshot for each process' $?

# Our own program, linked with the library and with it preloaded.
${CC:-gcc} -std=c11 -O2 -Wall -Wextra -Werror -Isrc -pthread tests/audit/twice.c "$build/libcairn.a" \
    -o "$work/twice"
verdict 'twice.c builds with libcairn.a' $?
${CC:-gcc} -std=c11 -O2 -Isrc -pthread tests/audit/twice.c "$build/libcairn.so" -o "$work/shared"
verdict 'twice.c builds with libcairn.so' $?
"$work/twice" "$work/one" "$work/two"
verdict 'twice: writes two' $?
cmp -s "$work/one" "$work/two"
verdict 'twice: a snapshot takes nothing of the heap' $?
is_sound twice "$work/one"
LD_LIBRARY_PATH=$build "$work/shared" "$work/one" "$work/two" && cmp -s "$work/one" "$work/two"
verdict 'twice: the same of the shared library' $?
"$audit" --text "$work/one" >"$work/text"
grep -q '^  large: .* 180 live, ' "$work/text" &&
    grep -q '; live slots that another thread has freed: 750$' "$work/text"
verdict 'twice: what the summary says of blocks whose number is known' $?

# What cannot be written is said, and nothing else happens.
at_end() { # OPTIONS: what a program says with them
    CAIRN_OPTIONS=$1 LD_PRELOAD=$build/libcairn.so /bin/true 2>&1
}
[ "$(at_end "snapshot=$work/none/file")" = \
    "cairn: no snapshot: No such file or directory: $work/none/file" ]
verdict 'a folder that is not there' $?
# A pipe, and no device: what is wrong with the library must not take one away from the machine.
mkfifo "$work/pipe"
[ "$(at_end "snapshot=$work/pipe")" = "cairn: no snapshot: File exists: $work/pipe" ] &&
    [ -p "$work/pipe" ]
verdict 'what is no plain file stays what it is' $?
[ "$(at_end snapshot=)" = 'cairn: CAIRN_OPTIONS has no snapshot=' ]
verdict 'no name' $?
[ "$(at_end snapshots=x)" = 'cairn: CAIRN_OPTIONS has no snapshots=x' ]
verdict 'another word' $?
long=$(printf '%04096d' 0)
[ "$(at_end "snapshot=$long" | head -c 44)" = 'cairn: CAIRN_OPTIONS has no snapshot=0000000' ]
verdict 'a name too long' $?
[ -z "$(at_end "misuse=count,snapshot=$work/first,snapshot=$work/second")" ] &&
    [ ! -e "$work/first" ] && [ -s "$work/second" ]
verdict 'the last of two names' $?
(ulimit -f 1 && trap '' XFSZ && at_end "snapshot=$work/large") |
    grep -qx "cairn: no snapshot: File too large: $work/large" && ! ls "$work"/large* >/dev/null 2>&1
verdict 'a file that grows too large leaves none' $?

# Spoilt files and heaps, from the snapshot of a real program.
mkdir "$work/spoilt"
$file spoil "$(ls "$work"/sqlite3-*.snap)" "$work/spoilt" >"$work/list"
verdict 'spoilt snapshots are made' $?
[ "$(wc -l <"$work/list")" -gt 30 ]
verdict 'spoilt snapshots: some 30' $?
while IFS='|' read -r name status message formula; do
    "$audit" "$work/spoilt/$name" >"$work/said" 2>&1
    got=$?
    [ $got -eq "$status" ] && grep -qF -- "$message" "$work/said" &&
        { [ -z "$formula" ] || [ "$(head -n 1 "$work/said")" = "not sound: $formula" ]; }
    verdict "$name: status $status and not $got, $formula $message" $?
done <"$work/list"

# The summary and the map count the same pages.
snapshot=$(ls "$work"/perl-*.snap)
"$audit" --text --map "$work/map.html" "$snapshot" >"$work/text"
verdict '--text and --map' $?
[ "$(head -n 1 "$work/text")" = sound ]
verdict '--text: the verdict comes first' $?
$file map "$snapshot" "$work/map.html" "$work/text"
verdict '--map: all mapped pages once, and as the tables have them' $?
! grep -qE '(src|href) *=|https?:|url\(|import' "$work/map.html"
verdict '--map: needs no other file' $?
for status in 1 2; do
    name=$([ $status -eq 1 ] && echo total_free || echo sum)
    "$audit" --text --map "$work/map$status" "$work/spoilt/$name" >"$work/said" 2>&1
    [ $? -eq $status ]
    verdict "--text and --map: status $status" $?
done
[ -s "$work/map1" ] && [ ! -e "$work/map2" ] && grep -q 'PageTotals' "$work/map1"
verdict '--map: of a heap that is not sound, and of no file' $?
"$audit" --map "$work/none/map" "$snapshot" >/dev/null 2>&1
[ $? -eq 2 ]
verdict '--map: a folder that is not there' $?

for arguments in '' '--text' '--map' '--map x' '--what x' "$snapshot $snapshot" \
    "--map x --map y $snapshot" '-' '--pid' '--core' "--pid 1 $snapshot" '--pid 1 --core x' \
    '--core x y z' '--pid 1 --pid 1'; do
    # shellcheck disable=SC2086
    "$audit" $arguments >/dev/null 2>"$work/said"
    [ $? -eq 2 ] && grep -q '^usage: cairn-audit' "$work/said"
    verdict "usage: $arguments" $?
done
"$audit" "$work/none" 2>&1 | grep -qx "$work/none: cannot be read: No such file or directory"
verdict 'no such file' $?
"$audit" "$work" >/dev/null 2>&1
[ $? -eq 2 ]
verdict 'a folder' $?
timeout 20 "$audit" /dev/zero >/dev/null 2>&1
[ $? -eq 2 ]
verdict 'a file without end' $?
"$audit" "$snapshot" >/dev/full 2>/dev/null
[ $? -eq 2 ]
verdict 'an answer that cannot be written' $?

. tests/audit/live.sh

$file lists
verdict 'every table is in a snapshot, every predicate has its walk' $?

report audit
