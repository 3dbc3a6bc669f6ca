#!/bin/sh
# What Go answered, and what cairn-replay says to traces that are not as they should be.
# Usage: tests/replay/run.sh [BUILD]   (the folder with cairn-replay, build if not given)
cd "$(dirname "$0")/../.." || exit 2
. tests/verdict.sh
build=${1:-build}
replay=$build/cairn-replay
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# The traces: every line is due.
for ops in tests/golden/bits-*.ops tests/golden/lists-*.ops tests/golden/specials-*.ops \
    tests/golden/zeroed-*.ops tests/golden/pages-*.ops tests/golden/slots-*.ops; do
    "$replay" "$ops" 2>&1 | cmp -s - "${ops%.ops}.want"
    verdict "$ops" $?
done
for ops in tests/golden/heap-*.ops; do
    "$replay" --audit 100 "$ops" 2>&1 | cmp -s - "${ops%.ops}.want"
    verdict "$ops" $?
done

# refuse MESSAGE LINES...: the trace ends with status 2 and the message on line $line.
refuse() {
    message=$1
    shift
    printf "$@" >"$work/trace.ops"
    "$replay" "$work/trace.ops" >"$work/out" 2>"$work/err"
    status=$?
    [ $status -eq 2 ] && grep -qF "$work/trace.ops:$message" "$work/err"
    verdict "$message" $?
    [ $status -eq 2 ] || sed 's/^/    /' "$work/err"
}

words=$(printf '%0128d' 0)
refuse "1: expected config kind=KIND, found the end of the file" ''
refuse "1: expected config kind=KIND, found the end of the line" '\n'
refuse "1: expected config kind=KIND, found 'find 1 0'" 'find 1 0\n'
refuse "1: expected the kind bits" 'config kind=slot\n'
refuse "2: expected the kind bits" '# a note\nconfig kind=bitsy\n'
refuse "1: expected the end of the line, found 'x'" 'config kind=bits x\n'
refuse "2: expected load, summary" 'config kind=bits\nfimd 1 0\n'
refuse "2: expected load, summary" 'config kind=bits\n\n'
refuse "2: expected load, summary" 'config kind=bits\n find 1 0\n'
refuse "2: expected a number of pages, found the end of the line" 'config kind=bits\nfind\n'
refuse "2: expected no space at the end of the line" 'config kind=bits\nfind 1 0 \n'
refuse "2: expected an index, found ' 0'" 'config kind=bits\nfind 1  0\n'
refuse "2: expected the end of the line, found '7'" 'config kind=bits\nfind 1 0 7\n'
refuse "2: expected begin, found 'next'" 'config kind=slots\nnext\n'
refuse "2: expected a number of slots (1 to 65535), found '0'" 'config kind=slots\nbegin 0 0\n'
refuse "2: expected 16 hexadecimal digits a word of slots" 'config kind=slots\nbegin 1 0\n'
refuse "3: expected begin or next" 'config kind=slots\nbegin 1 0000000000000000\nfree\n'
refuse "2: expected a number of pages (0 to 4294967295), found '-1'" 'config kind=bits\nfind -1 0\n'
refuse "2: expected a number of pages (0 to 4294967295), found '+1'" 'config kind=bits\nfind +1 0\n'
refuse "2: expected a number of pages (0 to 4294967295), found '1x'" 'config kind=bits\nfind 1x 0\n'
refuse "2: expected a number of pages (0 to 4294967295), found '0x1'" 'config kind=bits\nfind 0x1 0\n'
refuse "2: expected a number of pages (0 to 4294967295), found '01'" 'config kind=bits\nfind 01 0\n'
refuse "2: expected a number of pages (0 to 4294967295), found '4294967296'" \
    'config kind=bits\nfind 4294967296 0\n'
refuse "2: expected a number of pages (0 to 4294967295), found '18446744073709551617'" \
    'config kind=bits\nfind 18446744073709551617 0\n'
refuse "2: expected an index (0 to 512), found '513'" 'config kind=bits\nfind 1 513\n'
refuse "3: expected a number of pages in the chunk (0 to 12), found '13'" \
    "config kind=bits\nload $words\nset 500 13\n"
refuse "2: expected 8 words" "config kind=bits\nload ${words}0\n"
refuse "2: expected 8 words" "config kind=bits\nload ${words%0}\n"
refuse "2: expected 8 words" "config kind=bits\nload ${words%0}G\n"
refuse "2: expected 8 words" "config kind=bits\nload ${words}G\n"
refuse "2: expected 8 words" "config kind=bits\nload ${words%0}A\n"
refuse "2: expected text, found 'a zero byte'" 'config kind=bits\nsum\000mary\n'
refuse "2: expected an index (0 to 512)" 'config kind=bits\nfind 1 0\tx\n'
refuse "2: expected load" 'config kind=bits\nsummary\r\n'
refuse "2: expected a list (0 to 2), found '3'" 'config kind=lists\ninsert 3 1\n'
refuse "2: expected a span (0 to 15), found '16'" 'config kind=lists\ninsert 2 16\n'
refuse "2: expected insert" 'config kind=lists\ninsertt 2 16\n'
refuse "2: expected a kind (1 to 6), found '0'" 'config kind=specials\nadd 8 0 1 0\n'
refuse "2: expected a kind (1 to 6), found '7'" 'config kind=specials\nremove 8 7\n'
refuse "2: expected force (0 to 1), found '2'" 'config kind=specials\nadd 8 1 1 2\n'
refuse "2: expected force, found the end of the line" 'config kind=specials\nadd 8 1 1\n'
refuse "2: expected a number of pages (1 to 40960), found '0'" 'config kind=zeroed\ntake 0 0\n'
refuse "2: expected a number of pages (1 to 1), found '2'" 'config kind=zeroed\ntake 40959 2\n'
refuse "2: expected a page (0 to 40959), found '40960'" 'config kind=zeroed\ntake 40960 1\n'

chunk='config kind=pages\ninit chunk=5'
refuse "2: expected init, alloc, free, refill" 'config kind=pages\nallok 1\n'
refuse "2: expected a power of two, found '3'" 'config kind=pages\nconfig hugepage_pages=3\n'
refuse "2: expected hugepage_pages=" 'config kind=pages\nconfig physpage_pages=1\n'
refuse "2: expected a chunk (0 to 16383), found '16384'" \
    'config kind=pages\ninit chunk=16384 alloc=- scav=-\n'
refuse "2: expected alloc=, found 'scav=-'" "$chunk scav=-\n"
refuse "2: expected scav=, found the end of the line" "$chunk alloc=-\n"
refuse "3: expected a chunk that was not there" "$chunk alloc=- scav=-\ninit chunk=5 alloc=- scav=-\n"
refuse "2: expected an index and a number of pages (0 to 512), found '7'" "$chunk alloc=7 scav=-\n"
refuse "2: expected an index and a number of pages (0 to 512), found '7+1,'" \
    "$chunk alloc=7+1, scav=-\n"
refuse "2: expected an index and a number of pages (0 to 512), found '513+0'" \
    "$chunk alloc=1+1,513+0 scav=-\n"
refuse "2: expected pages inside the chunk" "$chunk alloc=- scav=500+13\n"
refuse "2: expected a page once" "$chunk alloc=- scav=1+5,3+1\n"
refuse "2: expected a page once" "$chunk alloc=1+5,5+1 scav=-\n"
refuse "2: expected a number of pages (1 to 8388607), found '0'" 'config kind=pages\nfree 1 0\n'
refuse "2: expected force (0 to 1), found '2'" 'config kind=pages\nscavenge 1 2\n'
refuse "2: expected the first page of an arena" 'config kind=heap\nconfig hint=5\n'
refuse "2: expected a page (0 to 8388608), found '8388609'" 'config kind=heap\nconfig hint=8388609\n'
refuse "2: expected physpage_pages=" 'config kind=heap\nconfig hunt=0\n'
refuse "2: expected pages of a physical page (1 to" 'config kind=heap\nconfig physpage_pages=0\n'
refuse "2: expected a page and a number of pages (0 to 8388608), found '5'" \
    'config kind=heap\nconfig blocked=5\n'
refuse "2: expected a page and a number of pages (0 to 8388608), found '5,'" \
    'config kind=heap\nconfig blocked=5,\n'
refuse "2: expected pages inside the window" 'config kind=heap\nconfig blocked=8388607,2\n'
refuse "2: expected pages inside the window" 'config kind=heap\nconfig blocked=0,0\n'
refuse "3: expected alloc, free, flush or scavenge" 'config kind=heap\nflush\nconfig hint=0\n'
refuse "2: expected heap, stack, workbuf or ptrbits, found 'heaps 0'" \
    'config kind=heap\nalloc 1 heaps 0\n'
refuse "2: expected a span class (0 to 135), found '136'" 'config kind=heap\nalloc 1 heap 136\n'
refuse "2: expected a page (0 to 8388607), found '8388608'" 'config kind=heap\nfree 8388608 heap\n'
refuse "2: expected a number of bytes (0 to 18446744073709551615), found '18446744073709551616'" \
    'config kind=heap\nscavenge 18446744073709551616\n'
refuse "2: expected a number of bytes (0 to 18446744073709551615), found '-1'" \
    'config kind=heap\nscavenge -1\n'

# The heap refuses what cannot be, and nothing changes; blocked arenas are gone round.
printf '%s\n' 'config kind=heap' 'config hint=0' 'config blocked=8192,8192' 'alloc 0 heap 0' \
    'free 5 heap' 'alloc 8192 heap 0' 'free 1 heap' 'free 0 stack' 'alloc 1 heap 0' \
    'alloc 8388608 heap 0' >"$work/trace.ops"
"$replay" --audit 1 "$work/trace.ops" 2>&1 | sed 's/ pcache=.*arenas/ arenas/' >"$work/out"
cat >"$work/want" <<END
refused: no such number of pages | free=+0 inuse=+0 released=+0 pages_in_use=0 arena=-,- search=max arenas=0
refused: no span | free=+0 inuse=+0 released=+0 pages_in_use=0 arena=-,- search=max arenas=0
base=0 needzero=0 nelems=1 elemsize=67108864 divmul=0 | free=+0 inuse=+8192 released=+0 pages_in_use=8192 arena=8192,8192 search=0 arenas=1
refused: not the span's first page | free=+0 inuse=+0 released=+0 pages_in_use=8192 arena=8192,8192 search=0 arenas=1
refused: not of this kind | free=+0 inuse=+0 released=+0 pages_in_use=8192 arena=8192,8192 search=0 arenas=1
base=16384 needzero=0 nelems=1 elemsize=8192 divmul=0 | free=+0 inuse=+1 released=+511 pages_in_use=8193 arena=16896,24576 search=16384 arenas=2
refused: out of memory | free=+0 inuse=+0 released=+0 pages_in_use=8193 arena=16896,24576 search=16384 arenas=2
END
cmp -s "$work/out" "$work/want"
verdict "what the heap refuses" $?

# Page 0 waits in a cache like any other, what waits cannot be freed, and where no memory is left
# what waits goes back to the heap.
printf '%s\n' 'config kind=heap' 'config hint=0' 'config blocked=8192,8192' 'alloc 1 heap 0' \
    'free 0 heap' 'alloc 1 heap 0' 'free 1 heap' 'alloc 63 stack 0' 'alloc 15 heap 0' \
    'alloc 16 heap 0' 'alloc 8388608 heap 0' 'flush' >"$work/trace.ops"
"$replay" --audit 1 "$work/trace.ops" 2>&1 |
    sed 's/ nelems.*|/ |/; s/ inuse=.* search=/ search=/; s/ spans=.*//' >"$work/out"
cat >"$work/want" <<END
base=0 needzero=0 | free=+0 search=0 pcache=-,0000000000000000,0000000000000000 span_cache=63
ok | free=+1 search=0 pcache=-,0000000000000000,0000000000000000 span_cache=64
base=0 needzero=1 | free=-1 search=63 pcache=0,fffffffffffffffe,fffffffffffffffe span_cache=63
refused: no span | free=+0 search=63 pcache=0,fffffffffffffffe,fffffffffffffffe span_cache=63
base=64 needzero=0 | free=+0 search=64 pcache=0,fffffffffffffffe,fffffffffffffffe span_cache=62
base=1 needzero=1 | free=+0 search=64 pcache=0,ffffffffffff0000,ffffffffffff0000 span_cache=61
base=127 needzero=0 | free=+0 search=127 pcache=0,ffffffffffff0000,ffffffffffff0000 span_cache=60
refused: out of memory | free=+0 search=0 pcache=-,0000000000000000,0000000000000000 span_cache=60
ok | free=+0 search=0 pcache=-,0000000000000000,0000000000000000 span_cache=60
END
cmp -s "$work/out" "$work/want"
verdict "what waits with a thread" $?

# Pages: what is not in use is not freed, whether it is free, cached or not there.
printf '%s\n' 'config kind=pages' 'init chunk=0 alloc=3+1 scav=-' 'free 3 1' 'free 3 1' 'free 600 1' \
    'alloc 0' 'alloc 513' 'refill' 'calloc 2' 'free 0 3' 'free 0 2' 'calloc 65' >"$work/trace.ops"
"$replay" --audit 1 "$work/trace.ops" >"$work/out" 2>&1
cat >"$work/want" <<END
ok search=0
refused: page 3 is not in use search=0
refused: page 600 is not in use search=0
page=- scav=0 search=0
page=- scav=0 search=0
base=0 cache=ffffffffffffffff scav=0000000000000000 search=63
page=0 scav=0 cache=fffffffffffffffc cscav=0000000000000000 search=63
refused: page 2 is not in use search=63
ok search=0
page=- scav=0 cache=fffffffffffffffc cscav=0000000000000000 search=0
END
cmp -s "$work/out" "$work/want"
verdict "what the pages refuse" $?

# Lists answer misuse, and nothing changes.
printf 'config kind=lists\ninsert 0 5\ninsert 1 5\nremove 1 5\nremove 0 6\ntake_all 0 0' \
    >"$work/trace.ops"
"$replay" --audit 1 "$work/trace.ops" >"$work/out" 2>&1
cat >"$work/want" <<END
5 / - / -
refused: the span is on a list: 5 / - / -
refused: the span is not on the list: 5 / - / -
refused: the span is not on the list: 5 / - / -
refused: the list is the same: 5 / - / -
END
cmp -s "$work/out" "$work/want"
verdict "misuse of lists" $?

# A last line without an end, and a line of a million characters.
printf 'config kind=bits\nfind 1 0' >"$work/trace.ops"
[ "$("$replay" "$work/trace.ops")" = none ]
verdict "no line end" $?
{
    echo '# kind'
    echo 'config kind=bits'
    head -c 1000000 /dev/zero | tr '\0' '#'
    printf '\nfind 1 0\n'
} >"$work/trace.ops"
[ "$("$replay" "$work/trace.ops")" = none ]
verdict "long line" $?

# The command line.
for arguments in "" "--audit" "--audit 0 x" "--audit 1x x" "--refuse 1 x" "--unknown x" "a b"; do
    # shellcheck disable=SC2086
    "$replay" $arguments >/dev/null 2>&1
    [ $? -eq 2 ]
    verdict "cairn-replay $arguments" $?
done
"$replay" "$work/nothing.ops" >/dev/null 2>&1
[ $? -eq 2 ]
verdict "a file that is not there" $?
"$replay" "$work" >/dev/null 2>&1
[ $? -eq 2 ]
verdict "a folder" $?
if [ -e /dev/full ]; then
    "$replay" tests/golden/zeroed-00.ops >/dev/full 2>/dev/null
    [ $? -eq 1 ]
    verdict "answers that cannot be written" $?
fi

report replay
