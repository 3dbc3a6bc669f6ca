#!/bin/sh
# Is every name in the requirements one? And does what makes the evidence see what it claims to: a
# wrong name, a call that comes round, a call through a pointer, a goal that wavers.
cd "$(dirname "$0")/../.." || exit 2
. tests/verdict.sh
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

/usr/bin/python3 evidence/names.py >"$work/said"
verdict "every name is one" $?

# refuse NAME FILE OLD NEW MESSAGE: with that text changed, names.py says so and ends with 2.
mkdir "$work/tree"
cp -r evidence proofs specs src tests "$work/tree" || exit 2
refuse() {
    cp "evidence/$2" "$work/tree/evidence/$2"
    sed -i "s/$3/$4/" "$work/tree/evidence/$2"
    /usr/bin/python3 "$work/tree/evidence/names.py" >"$work/said" 2>&1
    status=$?
    [ $status -eq 2 ] && ! cmp -s "evidence/$2" "$work/tree/evidence/$2" &&
        grep -qE "^evidence/$2:[0-9]+: .*$5" "$work/said"
    verdict "$1" $?
    cp "evidence/$2" "$work/tree/evidence/$2"
}
refuse "a clause" requirements.md 'heap_alloc\.disjoint' 'heap_alloc.disjiont' \
    'there is no heap_alloc.disjiont'
refuse "a star that stands for nothing" requirements.md 'heap_may_ask\.\*' 'heap_may_sak.*' \
    'there is no heap_may_sak'
refuse "a word" requirements.md 'words: LiveDisjoint' 'words: LiveDisjunct' LiveDisjunct
refuse "a law" requirements.md 'laws: law_two' 'laws: law_too' 'no law_two|no law_too|law_too'
refuse "a false claim" requirements.md 'memory_is_endless' 'memory_is_endles' memory_is_endles
refuse "a mutant" requirements.md 'heap:no_growth' 'heap:no_grow' 'no heap:no_grow$'
refuse "a test" requirements.md 'unit\/test_grow\.c' 'unit\/test_grew.c' test_grew
refuse "a requirement" standards.md '^- by: R5 R24' '- by: R5 R99' R99
refuse "an assumption" standards.md '^- trusted: T12' '- trusted: T99' T99
refuse "a number out of order" requirements.md '^## R7\.' '## R8.' 'expected R7, found R8'
refuse "an answer that is none" standards.md 'answer: user' 'answer: perhaps' perhaps
refuse "a list that is none" requirements.md '^- laws:' '- lows:' 'no list is called lows'

# Two functions that call each other, and one that calls what it was given.
cat >"$work/round.c" <<'C'
int odd(int n);
__attribute__((noinline)) int even(int n) { return n == 0 ? 1 : 1 + odd(n - 1); }
__attribute__((noinline)) int odd(int n) { return n == 0 ? 0 : 1 + even(n - 1); }
int given(int (*f)(int)) { return 1 + f(3); }
C
gcc -O0 -fstack-usage -fcallgraph-info=su -c "$work/round.c" -o "$work/round.o"
PYTHONPATH=evidence /usr/bin/python3 - "$work" <<'P'
import sys
import stack
takes, calls, _ = stack.read_graph(sys.argv[1])
try:
    stack.deepest("even", takes, calls, {})
except stack.Rounds as error:
    sys.exit(not (str(error) == "even odd even" and stack.INDIRECT in calls["given"]))
sys.exit(1)
P
verdict "a call that comes round" $?

# A small house that is proved from any seed, and one whose claim is false.
cp -r tests/driver/house "$work/house" || exit 2
cp proofs/prove.py proofs/stability.py "$work/house/proofs" || exit 2
stable() {
    /usr/bin/python3 "$work/house/proofs/stability.py" --seeds 3 cell >"$work/said" 2>&1
}
stable
[ $? -eq 0 ] && grep -q '^OK cell ' "$work/said"
verdict "goals that do not waver" $?
sed -i 's/cell\[i\] = square + 1;/cell[i] = square - 1;/' "$work/house/src/page/cell.c"
stable
[ $? -eq 1 ] && grep -q '^WAVERS cell ' "$work/said" && grep -q ', from seed 3$' "$work/said"
verdict "goals that waver" $?

report evidence
