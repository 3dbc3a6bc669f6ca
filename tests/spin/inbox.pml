/* Frees of other threads' blocks, step by step as src/os/atomic.c, src/object/object_free.c and
 * src/object/slot_collect.c make them: owners allocate, free and collect, freers free what anybody
 * allocated. A step is one access to a cell that several threads use, with what its thread does
 * alone before the next one; the accesses are in one order for all, which is what these cells ask
 * for (SEQ_CST). What the page heap does stands under its lock: one step.
 *
 * FAULT plants a fault, which must be found:
 *   1  the owner takes the bits before the span leaves the inbox
 *   2  who frees tells the owner before the bit is set
 *   3  whoever finds the span in no inbox puts it in, without a claim
 *   4  the owner gives back a span without a look at the inbox
 *   5  the owner empties its inbox by a load and a store
 *   6  a span that was put into the inbox of a thread that has it no more is not sent on
 *   7  the bits are taken by a load and a store
 *   8  the owner goes on to take bits of a span that it has given back in between */
#ifndef FAULT
#define FAULT 0
#endif
#ifndef OWNERS
#define OWNERS 2
#endif
#ifndef FREERS /* fewer where that is enough to find the fault */
#define FREERS (2 - (FAULT == 8))
#endif
#ifndef SPANS
#define SPANS 2 /* spans 1 to SPANS */
#endif
#ifndef FIRST
#define FIRST 3 /* blocks that the first owner allocates */
#endif
#ifndef OTHERS /* and each of the others: fewer, again */
#if FAULT == 0 || FAULT == 8
#define OTHERS 2
#else
#define OTHERS 1
#endif
#endif
#define SLOTS    2 /* slots of a span, each in a byte of its own of slot_remote */
#define AT(s, i) (SLOTS * (s) + (i))
#define CELLS    (SLOTS * (SPANS + 1))

byte owner[SPANS + 1], inbox_link[SPANS + 1], inbox[OWNERS + 1];
bit remote[CELLS];
bit is_free[CELLS];      /* the owner's: slot_free */
bit listed[SPANS + 1];   /* the owner's: is the span on the list of its class? */
byte current[OWNERS + 1]; /* the span that an owner's cursor walks over */
bit in_heap[SPANS + 1];

/* Not in the program: who may free a block, how the spans lie in the inboxes, who has come to an
 * end, and which spans were put in since their owners looked. */
bit live[CELLS], stacked[SPANS + 1], put_since[SPANS + 1];
byte owners_done, freers_done, left[OWNERS + 1];

/* inbox_put. */
inline put(t, s) {
#if FAULT == 3
    old_link = inbox_link[s];
    if
    :: old_link == 0 -> inbox_link[s] = 1
    :: else
    fi;
#else
    atomic {
        old_link = inbox_link[s];
        if
        :: old_link == 0 -> inbox_link[s] = 1; put_since[s] = 1
        :: else
        fi
    }
#endif
    if
    :: old_link == 0 ->
        below = inbox[t];
        do
        :: inbox_link[s] = below + 1;
            atomic {
                if
                :: inbox[t] == below ->
                    assert(!stacked[s]); /* it is in one inbox at most */
                    stacked[s] = 1;
                    inbox[t] = s;
                    break
                :: else -> below = inbox[t]
                fi
            }
        od
    :: else
    fi;
    atomic { old_link = 0; below = 0 }
}

/* slot_take_up: what is thrown away must be nothing. */
inline take_up(t, s) {
    assert(!remote[AT(s, 0)] && !remote[AT(s, 1)]);
    is_free[AT(s, 0)] = 1;
    is_free[AT(s, 1)] = 1;
    owner[s] = t
}

/* settle: span s is no cursor's, and has a free slot. */
inline settle(t, s) {
    atomic {
        listed[s] = 1;
        if
        :: is_free[AT(s, 0)] && is_free[AT(s, 1)] && (FAULT == 4 || inbox_link[s] == 0) ->
            put_since[s] = 0;
            whole = 1
        :: else
        fi
    };
    if
    :: whole ->
        atomic {
            assert(put_since[s] || inbox_link[s] == 0); /* what is in an inbox stays */
            whole = 0; listed[s] = 0; owner[s] = 0
        };
        if
        :: in_heap[s] = 1 /* and others may have it */
        :: atomic { take_up(t, s); listed[s] = 1 } /* the heap does not take it */
        fi
    :: else
    fi
}

/* slot_cache_free. */
inline give(t, s, i) {
    assert(!is_free[AT(s, i)]);
    is_free[AT(s, i)] = 1;
    if
    :: current[t] != s -> settle(t, s)
    :: else
    fi
}

/* A byte of slot_remote_take, and what is in it taken back. */
inline collect_slot(t, s, i) {
#if FAULT == 7
    bits = remote[AT(s, i)];
    remote[AT(s, i)] = 0;
#else
    atomic { bits = remote[AT(s, i)]; remote[AT(s, i)] = 0 };
#endif
    if
    :: bits ->
        assert(owner[s] == t); /* or the slot is lost */
        atomic { bits = 0; give(t, s, i) }
    :: else
    fi
}

/* collect_span. */
inline collect_span(t, s) {
    seen = owner[s];
    if
    :: seen != t ->
        if
        :: seen != 0 && FAULT != 6 -> put(seen, s)
        :: else
        fi
    :: else ->
        collect_slot(t, s, 0);
        if
        :: FAULT == 8 || owner[s] == t -> collect_slot(t, s, 1)
        :: else
        fi;
        if
        :: owner[s] == t && listed[s] -> settle(t, s)
        :: else
        fi
    fi;
    seen = 0
}

inline leave(s) {
    atomic { assert(stacked[s]); stacked[s] = 0; next = inbox_link[s] - 1; inbox_link[s] = 0 }
}

/* slot_cache_collect. */
inline collect(t) {
#if FAULT == 5
    at = inbox[t];
    inbox[t] = 0;
#else
    atomic { at = inbox[t]; inbox[t] = 0 };
#endif
    do
    :: at != 0 ->
#if FAULT == 1
        collect_span(t, at);
        leave(at);
#else
        leave(at);
        collect_span(t, at);
#endif
        atomic { at = next; next = 0 }
    :: else -> break
    od
}

/* A span for the cursor, and the next slot of it, which anybody may free. */
inline walk_to(t, s) {
    listed[s] = 0;
    current[t] = s
}

inline alloc(t) {
    atomic {
        if
        :: current[t] != 0 && is_free[AT(current[t], 0)] -> hand_out(t, 0)
        :: current[t] != 0 && !is_free[AT(current[t], 0)] && is_free[AT(current[t], 1)] ->
            hand_out(t, 1)
        :: current[t] == 0 || (!is_free[AT(current[t], 0)] && !is_free[AT(current[t], 1)]) ->
            current[t] = 0;
            if
            :: owner[1] == t && listed[1] -> walk_to(t, 1)
            :: owner[SPANS] == t && listed[SPANS] -> walk_to(t, SPANS)
            :: in_heap[1] -> in_heap[1] = 0; take_up(t, 1); walk_to(t, 1)
            :: in_heap[SPANS] -> in_heap[SPANS] = 0; take_up(t, SPANS); walk_to(t, SPANS)
            :: else -> left[t] = left[t] - 1 /* no memory */
            fi
        fi
    }
}

inline hand_out(t, i) {
    is_free[AT(current[t], i)] = 0;
    live[AT(current[t], i)] = 1;
    left[t] = left[t] - 1
}

proctype Owner(byte t) {
    byte at, next, seen, below, old_link;
    bit whole, bits;
    do
    :: left[t] > 0 -> alloc(t)
    :: inbox[t] != 0 -> collect(t)
    :: atomic { owner[1] == t && live[AT(1, 0)] -> live[AT(1, 0)] = 0 } -> give(t, 1, 0)
    :: left[t] == 0 -> break
    od;
    owners_done++
}

/* free_remote, of any block that is live. */
inline free_remote() {
    assert(seen != 0);
#if FAULT == 2
    put(seen, s);
#endif
    atomic { assert(!remote[AT(s, i)]); remote[AT(s, i)] = 1 };
#if FAULT != 2
    put(seen, s);
#endif
    atomic { seen = 0; s = 0; i = 0 }
}

/* Who frees it is the only one who does. */
inline claim(its_span, its_slot) {
    live[AT(its_span, its_slot)] -> live[AT(its_span, its_slot)] = 0;
    s = its_span; i = its_slot; seen = owner[s]
}

proctype Freer() {
    byte s, i, seen, below, old_link;
    do
    :: atomic {
            if
            :: claim(1, 0)
            :: claim(1, 1)
            :: claim(SPANS, 0)
            :: claim(SPANS, 1)
            fi
        };
        free_remote()
    :: owners_done == OWNERS && !live[AT(1, 0)] && !live[AT(1, 1)] && !live[AT(SPANS, 0)] &&
        !live[AT(SPANS, 1)] -> break
    od;
    freers_done++
}

/* When all have stopped each owner collects once more, and once more what was sent on to it. */
init {
    byte at, next, seen, below, old_link, n, t;
    bit whole, bits;
    atomic {
        for (n : 1 .. SPANS) { in_heap[n] = 1 }
        for (n : 1 .. OWNERS) { left[n] = (n == 1 -> FIRST : OTHERS); run Owner(n) }
        for (n : 1 .. FREERS) { run Freer() }
        n = 0
    };
    owners_done == OWNERS && freers_done == FREERS;
    do
    :: n < 2 * OWNERS -> t = 1 + n % OWNERS; collect(t); n++
    :: else -> break
    od;
    atomic {
        for (n : 1 .. OWNERS) { assert(inbox[n] == 0) }
        for (n : 1 .. SPANS) {
            assert(inbox_link[n] == 0 && !stacked[n]);
            assert(!remote[AT(n, 0)] && !remote[AT(n, 1)]); /* nothing is lost */
            assert(in_heap[n] || (is_free[AT(n, 0)] && is_free[AT(n, 1)]))
        }
    }
}
