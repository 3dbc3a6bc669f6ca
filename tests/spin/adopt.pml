/* A thread's number and what hangs on it, passed on from thread to thread, step by step as
 * src/os/lock.c (heap_enter, heap_leave, heap_move) does it. There is one number; threads without
 * it free what others allocated, into the inbox of the number, whoever has that and if anybody.
 *
 * What the number's holder alone touches (free slots, lists, cursors) is not atomic: a thread sees
 * what it wrote, and of others what came with the bit of `claimed` that it acquired. So there is a
 * count of changes of it, and what each thread has seen of that; `sent` is what lies with the bit.
 * All other cells are SEQ_CST: one order for all. Without weaker orders than these the model says
 * nothing of what a processor does.
 *
 * FAULT plants a fault, which must be found:
 *   1  the number is claimed without acquiring
 *   2  the number is given back without releasing
 *   3  the number is given back before the thread has another
 *   4  the bit is looked at and then set, in two steps
 *   5  what moved to the number keeps it
 *   6  a new holder of the number throws its inbox away */
#ifndef FAULT
#define FAULT 0
#endif
#define THREADS 3
#define BLOCKS  2 /* which all come from the number's span, one a byte of slot_remote */
#define NOBODY  0

bit claimed, inbox, link, remote[BLOCKS];
byte changes, sent;    /* of what is not atomic */
byte seen[THREADS + 1]; /* by thread */
bit has[THREADS + 1];   /* does the thread go by the number? */

/* Not in the program: how the blocks are, and who is between two steps with what the number has. */
bit is_live[BLOCKS], is_free[BLOCKS];
byte busy, done, frees;

/* A thread with the number changes what hangs on it, in more than one step. */
inline begin_change(t) {
    atomic {
        assert(has[t] && busy == NOBODY); /* it is one thread's */
        assert(seen[t] == changes);       /* which sees all that was done before */
        busy = t
    }
}

inline end_change(t) {
    changes++;
    seen[t] = changes;
    busy = NOBODY
}

inline claim(t) {
#if FAULT == 4
    was = claimed;
    claimed = 1;
    seen[t] = (sent > seen[t] && !was -> sent : seen[t]);
#else
    atomic {
        was = claimed;
        claimed = 1;
        seen[t] = (sent > seen[t] && !was && FAULT != 1 -> sent : seen[t])
    }
#endif
}

inline release(t) {
    atomic {
        sent = (FAULT == 2 -> sent : seen[t]);
        claimed = 0
    }
}

inline free_remote(b) {
    atomic { assert(!remote[b]); remote[b] = 1 };
    atomic {
        was = link;
        link = 1
    };
    if
    :: !was -> inbox = 1
    :: else
    fi;
    was = 0
}

inline take_slot(t, b) {
    atomic { was = remote[b]; remote[b] = 0 };
    if
    :: was ->
        atomic { begin_change(t); assert(!is_free[b]) };
        atomic { is_free[b] = 1; end_change(t) }
    :: else
    fi;
    was = 0
}

inline collect(t) {
    atomic { was = inbox; inbox = 0 };
    if
    :: was ->
        link = 0;
        take_slot(t, 0);
        take_slot(t, 1)
    :: else
    fi;
    was = 0
}

inline alloc(t, b) {
    begin_change(t);
    atomic { is_free[b] = 0; is_live[b] = 1; end_change(t) }
}

/* What threads do: with the number they allocate and collect, without it they free. */
inline work(t) {
    do
    :: has[t] && is_free[0] && frees < 4 -> alloc(t, 0)
    :: has[t] && is_free[1] && frees < 4 -> alloc(t, 1)
    :: has[t] && inbox -> collect(t)
    :: atomic { !has[t] && is_live[0] -> is_live[0] = 0; frees++ } -> free_remote(0)
    :: atomic { !has[t] && is_live[1] -> is_live[1] = 0; frees++ } -> free_remote(1)
    :: break
    od
}

/* A thread's life: it may get the number; in the end, when it has but a number above, it may yet
 * free. */
proctype Thread(byte t) {
    bit was;
    claim(t);
    has[t] = !was;
    was = 0;
#if FAULT == 6
    inbox = (has[t] -> 0 : inbox);
#endif
    work(t);
    if
    :: has[t] ->
#if FAULT == 3
        release(t);
        work(t);
        has[t] = 0
#else
        has[t] = 0;
        release(t)
#endif
    :: else
    fi;
    work(t);
    done++
}

/* heap_move: a thread with a number of its own does something under this one, if it is free. */
proctype Mover(byte t) {
    bit was;
    claim(t);
    has[t] = !was;
    was = 0;
    if
    :: has[t] ->
        collect(t);
#if FAULT != 5
        has[t] = 0;
        release(t)
#endif
    :: else
    fi;
    work(t);
    done++
}

/* When all have stopped, a last thread gets the number and collects: nothing is lost. What is live
 * nobody has freed. */
init {
    bit was;
    atomic {
        is_free[0] = 1;
        is_free[1] = 1;
        run Thread(1);
        run Thread(2);
        run Mover(3)
    };
    done == THREADS;
    claim(0);
    assert(!was);
    has[0] = 1;
    collect(0);
    assert(!inbox && !link && !remote[0] && !remote[1]);
    assert((is_free[0] || is_live[0]) && (is_free[1] || is_live[1]))
}
