#include "heap/heap_special.h"

/* The heap span that has the byte at `place`, or 0. Called under the lock. */
/*@ requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: \result == 0 <==> NoSpanAt(place);
    ensures found: \result != 0 ==> SpanInUse(\result) && InSpan(\result, place / PAGE_SIZE);
    ensures only: \result != 0 ==> NoOtherHas(\result, place / PAGE_SIZE);
 */
static uint32_t span_at(uint64_t place) {
    return place < WINDOW_BYTES ? span_of_heap((uint32_t)(place / PAGE_SIZE)) : 0;
}

/* The offset that a record of this kind about the byte at `place` of span s is kept under;
 * UINT64_MAX if s is 0 or no slot of it has the byte. */
/*@ requires span: s != 0 ==> SpanInUse(s) && InSpan(s, place / PAGE_SIZE);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: \result == UINT64_MAX <==>
      s == 0 || !SlotHas(s, place - span[s].base * PAGE_SIZE);
    ensures key: \result != UINT64_MAX ==>
      \result == SpecialKey(s, place - span[s].base * PAGE_SIZE, kind);
 */
static uint64_t key_at(uint32_t s, uint64_t place, uint32_t kind) {
    if (s == 0 || span[s].slot_size == 0) {
        return UINT64_MAX;
    }
    uint64_t offset = place - (uint64_t)span[s].base * PAGE_SIZE;
    if (offset / span[s].slot_size >= span[s].slots) {
        return UINT64_MAX;
    }
    int of_byte = kind == SPECIAL_WEAK_HANDLE || kind == SPECIAL_CLEANUP;
    return of_byte ? offset : offset - offset % span[s].slot_size;
}

/* Whether records of this kind are added and removed. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> AddedKind(kind);
 */
static int is_added(uint32_t kind) {
    return SPECIAL_FINALIZER <= kind && kind <= SPECIAL_CLEANUP && kind != SPECIAL_PIN_COUNTER;
}

/* As heap_add_special, under the lock, of a kind that is added. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    requires kind: AddedKind(kind);
    terminates \true;
    exits \false;
    assigns SPECIAL_TABLES;
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    ensures span: \result.status == SPECIAL_BAD_SPAN <==> NoSpanAt(place);
    ensures kind: \result.status != SPECIAL_BAD_KIND;
    ensures named: \result.record != 0 <==>
      \result.status == SPECIAL_OK || \result.status == SPECIAL_EXISTS;
    ensures often: kind == SPECIAL_CLEANUP ==> \result.status != SPECIAL_EXISTS;
    ensures once: kind != SPECIAL_CLEANUP && \result.status == SPECIAL_OK ==>
      NoneAbout{Pre}(place, kind);
    ensures at: \result.record != 0 ==> SpanAt(special[\result.record].span, place);
    ensures key: \result.record != 0 ==> SpecialHasKey(\result.record,
      KeyAt(special[\result.record].span, place, kind), kind);
    ensures words: \result.status == SPECIAL_OK ==> SpecialHas(\result.record, value, argument);
    ensures name: \result.record != 0 ==> SpecialNamed(\result.record, \result.birth);
 */
static struct special_added add_at(uint64_t place, uint32_t kind, uint64_t value,
                                   uint64_t argument) {
    uint32_t s = span_at(place);
    int force = kind == SPECIAL_CLEANUP;
    return special_add(s, key_at(s, place, kind), kind, value, argument, force);
}

struct special_added heap_add_special(uint64_t place, uint32_t kind, uint64_t value,
                                      uint64_t argument) {
    struct special_added added = {SPECIAL_BAD_KIND, 0, 0};
    if (is_added(kind)) {
        heap_lock();
        added = add_at(place, kind, value, argument);
        heap_unlock();
    }
    return added;
}

/* The words of the newest record of span s with this key. */
/*@ requires specials: Specials;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: 0 < s < SPANS && !SpecialAbsent(s, offset, kind) ==>
      \result.status == SPECIAL_OK && SpecialKind(kind);
    ensures absent: s == 0 || (s < SPANS && SpecialAbsent(s, offset, kind)) ==>
      \result.status == (s == 0 ? SPECIAL_BAD_SPAN : SPECIAL_ABSENT) &&
      \result.value == 0 && \result.argument == 0;
    ensures newest: \result.status == SPECIAL_OK ==> \exists integer r;
      SpecialIn(r, s) && SpecialHasKey(r, offset, kind) && SpecialNewest(s, r) &&
      SpecialHas(r, \result.value, \result.argument);
 */
static struct special_words words_of(uint32_t s, uint64_t offset, uint32_t kind) {
    struct special_words words = {s == 0 ? SPECIAL_BAD_SPAN : SPECIAL_ABSENT, 0, 0};
    uint32_t r = special_find(s, offset, kind);
    if (r != 0) {
        words.status = SPECIAL_OK;
        words.value = special[r].value;
        words.argument = special[r].argument;
    }
    return words;
}

struct special_words heap_find_special(uint64_t place, uint32_t kind) {
    heap_lock();
    uint32_t s = span_at(place);
    struct special_words words = words_of(s, key_at(s, place, kind), kind);
    heap_unlock();
    return words;
}

struct special_words heap_remove_special(uint64_t place, uint32_t kind) {
    struct special_words words = {SPECIAL_BAD_KIND, 0, 0};
    if (is_added(kind)) {
        heap_lock();
        uint32_t s = span_at(place);
        words = special_remove(s, key_at(s, place, kind), kind);
        heap_unlock();
    }
    return words;
}

uint64_t heap_special_place(uint32_t record, uint64_t birth) {
    heap_lock();
    uint64_t place = special_place(record, birth);
    heap_unlock();
    return place;
}

struct special_words heap_remove_named(uint32_t record, uint64_t birth) {
    heap_lock();
    struct special_words words = special_remove_named(record, birth);
    heap_unlock();
    return words;
}

int heap_pin(uint64_t place) {
    heap_lock();
    uint32_t s = span_at(place);
    int status = special_pin(s, key_at(s, place, SPECIAL_PIN_COUNTER));
    heap_unlock();
    return status;
}

int heap_unpin(uint64_t place) {
    heap_lock();
    uint32_t s = span_at(place);
    int status = special_unpin(s, key_at(s, place, SPECIAL_PIN_COUNTER));
    heap_unlock();
    return status;
}

/* Releases the records of the object at `place`, under the lock. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1], special_last_due,
            special_rank[0 .. SPECIALS - 1], page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    ensures span: \result == SPECIAL_BAD_SPAN <==> NoSpanAt(place);
    ensures status: \result == SPECIAL_OK || \result == SPECIAL_BAD_SPAN ||
      \result == SPECIAL_BAD_OFFSET;
    ensures ended: \result == SPECIAL_OK ==> ObjectEnded(place);
 */
static int end_object(uint64_t place) {
    uint32_t s = span_at(place);
    uint64_t first = key_at(s, place, SPECIAL_FINALIZER);
    if (first == UINT64_MAX) {
        return s == 0 ? SPECIAL_BAD_SPAN : SPECIAL_BAD_OFFSET;
    }
    special_release(s, first, first + span[s].slot_size);
    return SPECIAL_OK;
}

int heap_end_object(uint64_t place) {
    heap_lock();
    int status = end_object(place);
    heap_unlock();
    return status;
}

int heap_has_specials(uint32_t s) {
    heap_lock();
    int has = s < SPANS && special_head[s] != 0;
    heap_unlock();
    return has;
}

uint64_t heap_sweep_objects(uint32_t s, uint64_t lo, uint64_t size, uint64_t live,
                            uint64_t marked) {
    heap_lock();
    uint64_t keep = special_sweep(s, lo, size, live, marked);
    heap_unlock();
    return keep;
}

struct special_due heap_take_due(void) {
    heap_lock();
    struct special_due due = special_take_due();
    heap_unlock();
    return due;
}
