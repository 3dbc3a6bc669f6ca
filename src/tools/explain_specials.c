/* The predicates of special records: specs/special.acsl. What they say of a record's rank, which is
 * a ghost, is said here of the walks along the lists. */
#include "span/special.h"
#include "tools/explain.h"
#include <stddef.h>
#include <string.h>

/* How often the walks met a record: by walk_lists. */
static uint8_t met[SPECIALS];

static int special_links(struct flaw *flaw) {
    if (special_made >= SPECIALS) {
        return flaw_over(flaw, NULL, 0, "special_made", special_made, SPECIALS - 1);
    }
    for (uint32_t s = 0; s < SPECIAL_LISTS; s++) {
        if (special_head[s] > special_made) {
            return flaw_over(flaw, "list", s, "its head", special_head[s], special_made);
        }
    }
    for (uint32_t r = 1; r <= special_made; r++) {
        if (special[r].next > special_made || special[r].span >= SPECIAL_LISTS) {
            return flaw_at(flaw, "special", r);
        }
    }
    return 1;
}

static int special_heads(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPECIAL_LISTS; s++) {
        uint32_t r = special_head[s];
        if (r != 0 && special[r].span != s) {
            return flaw_says(flaw, "special", r, "its span", special[r].span, s);
        }
    }
    return 1;
}

static int special_nexts(struct flaw *flaw) {
    for (uint32_t r = 1; r <= special_made; r++) {
        uint32_t next = special[r].next;
        if (next != 0 && special[next].span != special[r].span) {
            return flaw_says(flaw, "special", next, "its span", special[next].span,
                             special[r].span);
        }
    }
    return 1;
}

/* A record that a walk comes back to would be ahead of itself. */
static int special_line(struct flaw *flaw) {
    memset(met, 0, sizeof met);
    for (uint32_t s = 0; s < SPECIAL_LISTS; s++) {
        for (uint32_t r = special_head[s]; r != 0; r = special[r].next) {
            if (met[r]) {
                return flaw_at(flaw, "special", r);
            }
            met[r] = 1;
        }
    }
    return 1;
}

static int special_firsts(struct flaw *flaw) {
    for (uint32_t r = 1; r <= special_made; r++) {
        if (!met[r]) {
            return flaw_at(flaw, "special", r);
        }
    }
    return 1;
}

static int is_spans(uint32_t list) {
    return list != SPECIAL_SPARE && list != SPECIAL_DUE;
}

static int special_sorted(struct flaw *flaw) {
    for (uint32_t r = 1; r <= special_made; r++) {
        struct special a = special[r], b = special[special[r].next];
        if (is_spans(a.span) && a.next != 0 &&
            (b.offset < a.offset || (b.offset == a.offset && b.kind < a.kind))) {
            return flaw_at(flaw, "special", a.next);
        }
    }
    return 1;
}

static int special_kinds(struct flaw *flaw) {
    for (uint32_t r = 1; r <= special_made; r++) {
        if (special[r].span != 0 && (special[r].kind < 1 || special[r].kind > 6)) {
            return flaw_at(flaw, "special", r);
        }
    }
    return 1;
}

static int special_due_last(struct flaw *flaw) {
    uint32_t r = special_last_due;
    if (r > special_made) {
        return flaw_over(flaw, NULL, 0, "special_last_due", r, special_made);
    }
    if (r == 0 ? special_head[SPECIAL_DUE] != 0
               : special[r].span != SPECIAL_DUE || special[r].next != 0) {
        return flaw_at(flaw, "special", r);
    }
    return 1;
}

static int special_born(struct flaw *flaw) {
    for (uint32_t r = 1; r <= special_made; r++) {
        if (special[r].birth > special_births) {
            return flaw_over(flaw, "special", r, "its birth", special[r].birth, special_births);
        }
    }
    return 1;
}

static int specials_held(struct flaw *flaw) {
    for (uint32_t r = 1; r <= special_made; r++) {
        uint32_t s = special[r].span;
        if (is_spans(s) && !(span[s].state == SPAN_IN_USE &&
                             special[r].offset < (uint64_t)span[s].npages * PAGE_SIZE)) {
            return flaw_at(flaw, "special", r);
        }
    }
    return 1;
}

static int specials_bits(struct flaw *flaw) {
    for (uint32_t p = 0; p < PAGES; p++) {
        uint32_t s = page_span[p];
        int begins = 0 < s && span[s].state == SPAN_IN_USE && span[s].base == p;
        int has = begins && special_head[s] != 0;
        if ((page_specials[p / WORD_BITS] >> p % WORD_BITS & 1) != (uint64_t)has) {
            return flaw_at(flaw, "page", p);
        }
    }
    return 1;
}

const struct predicate explained_specials[] = {
    {"SpecialLinks", "nothing points past the records made so far, or past the lists",
     special_links},
    {"SpecialHeads", "the head of a list is of its list", special_heads},
    {"SpecialNexts", "the next record is of the same list and further on", special_nexts},
    {"SpecialLine", "each record has a place in one line of all", special_line},
    {"SpecialFirsts", "nothing of a list comes before its head", special_firsts},
    {"SpecialSorted", "lists of spans are sorted, by offset and then by kind", special_sorted},
    {"SpecialKinds", "records have one of the six kinds", special_kinds},
    {"SpecialLastDue", "what is known to be the last record due is it", special_due_last},
    {"SpecialBirths", "no record was born after the last one", special_born},
    {"SpecialsHeld", "only heap spans have records, each about a byte of the span", specials_held},
    {"SpecialsBits", "a page's bit is set exactly where a heap span with records begins",
     specials_bits},
    {NULL, NULL, NULL},
};
