/* Spans of large blocks, passed on from thread to thread by their cells, step by step as
 * src/object/kept.c and large.c do it. Every thread allocates, frees whatever it likes, whether or
 * not there is a block, and gives back what all keep, in any order. A cell says that there is a
 * block, or that the span is kept; a thread has one cell of large_kept to say which it keeps. A span
 * that a hint led to may turn out too small.
 *
 * All cells are SEQ_CST here: one order for all. Without weaker orders than these the model says
 * nothing of what a processor does.
 *
 * FAULT plants a fault, which must be found:
 *   1  a span is taken in two steps: looked at, and then taken
 *   2  to free a block its cell is written, whatever it says by then
 *   3  what a thread's cell named before is forgotten
 *   4  who gives back what others keep clears their hints
 *   5  a span that is too small is left where it was found */
#ifndef FAULT
#define FAULT 0
#endif
#define THREADS 2
#define SPANS   2
#define STEPS   3

#define NONE  0 /* in the cell of a span: nothing */
#define BLOCK 1
#define KEPT  2

#define HEAP   0 /* whose a span is: the page heap's, a thread's (1 on), */
#define USER   8 /* of whoever has the block in it, */
#define NOBODY 9 /* kept: whoever takes it */

byte cell[SPANS + 1], kept[THREADS + 1]; /* span 0: none */
byte owner[SPANS + 1];                   /* not in the program: the heap's at first */
byte done;

inline take(n, what, from) { /* was: did it work? */
#if FAULT == 1
    was = (cell[n] == what);
    if
    :: was -> atomic { assert(owner[n] == from); cell[n] = NONE; owner[n] = t }
    :: else
    fi
#else
    atomic {
        was = (cell[n] == what);
        if
        :: was -> assert(owner[n] == from); cell[n] = NONE; owner[n] = t
        :: else
        fi
    }
#endif
}

inline put(what, to) {
    atomic {
        assert(owner[s] == t);
        cell[s] = what;
        owner[s] = to
    }
}

inline give_back(n) { /* under the heap's lock */
    atomic { assert(owner[n] == t && cell[n] == NONE); owner[n] = HEAP }
}

inline release(u) {
    h = kept[u];
    if
    :: h != 0 ->
        take(h, KEPT, NOBODY);
        if
        :: was -> give_back(h)
        :: else
        fi
    :: else
    fi;
    was = 0;
    h = 0
}

inline allocate() {
    s = kept[t];
    if
    :: s != 0 ->
        kept[t] = 0;
        take(s, KEPT, NOBODY);
        if
        :: was ->
            if
            :: skip /* large enough */
#if FAULT == 5
            :: put(KEPT, NOBODY); was = 0
#else
            :: give_back(s); was = 0
#endif
            fi
        :: else
        fi
    :: else
    fi;
    if
    :: was
    :: else ->
        atomic {
            if
            :: owner[1] == HEAP -> s = 1; owner[1] = t
            :: owner[2] == HEAP -> s = 2; owner[2] = t
            :: else -> s = 0
            fi
        }
    fi;
    if
    :: s != 0 -> put(BLOCK, USER)
    :: else
    fi;
    was = 0;
    s = 0
}

inline keep() {
    put(KEPT, NOBODY);
    if
    :: FAULT != 3 -> release(t)
    :: else
    fi;
    kept[t] = s
}

inline free() {
    if
    :: cell[s] == BLOCK ->
#if FAULT == 2
        was = 1;
        atomic { cell[s] = NONE; owner[s] = t };
#else
        take(s, BLOCK, USER);
#endif
        if
        :: was -> was = 0;
            if
            :: keep()
            :: give_back(s) /* it is too large */
            fi
        :: else
        fi
    :: else
    fi;
    s = 0
}

inline release_all() {
    release(1);
    if
    :: FAULT == 4 && t != 1 -> kept[1] = 0
    :: else
    fi;
    release(2);
    if
    :: FAULT == 4 && t != 2 -> kept[2] = 0
    :: else
    fi
}

proctype thread(byte t) {
    byte s, h, steps;
    bit was;
    do
    :: steps < STEPS ->
        steps++;
        if
        :: allocate()
        :: s = 1; free()
        :: s = 2; free()
        :: release_all()
        fi
    :: else -> break
    od;
    done++
}

/* In the end each span is in one place, and what is kept can be found. */
init {
    byte s = 1;
    atomic { run thread(1); run thread(2) };
    done == THREADS;
    do
    :: s <= SPANS ->
        assert((owner[s] == HEAP && cell[s] == NONE) || (owner[s] == USER && cell[s] == BLOCK) ||
               (owner[s] == NOBODY && cell[s] == KEPT && (kept[1] == s || kept[2] == s)));
        s++
    :: else -> break
    od
}
