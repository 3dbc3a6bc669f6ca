// config: pool host
/* A thread's slots against a list of those that it holds: two held slots never share a byte, each
 * lies in a span of its class, what is free is refused, and spans go back to the heap once whole. */
#include "../test.h"
#include "object/slot_cache.h"
#include "heap/audit.h"

enum { ME = 1, HELD = 20000 };

struct held {
    struct slot slot;
    uint64_t first, bytes; /* where the slot lies in the window */
};

static struct held held[HELD];
static uint32_t count;
/* Whether somebody holds them, of each 16 bytes at the window's start. */
static uint8_t taken[(uint64_t)64 * 1024 * 1024 / SLOT_BYTES_MIN];

static void mark(const struct held *one, uint8_t now) {
    uint32_t wrong = 0;
    for (uint64_t i = one->first / SLOT_BYTES_MIN; i < (one->first + one->bytes) / SLOT_BYTES_MIN;
         i++) {
        wrong += taken[i] == now;
        taken[i] = now;
    }
    CHECK(wrong == 0);
}

/* Takes a slot of class c; 0 if there is none. */
static int take(uint32_t c) {
    struct held one = {slot_cache_alloc(ME, c), 0, class_size[c]};
    if (one.slot.span == 0) {
        return 0;
    }
    const struct span *in = &span[one.slot.span];
    CHECK(in->state == SPAN_IN_USE && in->span_class == 2 * c + 1 && one.slot.index < in->slots);
    one.first = (uint64_t)in->base * PAGE_SIZE + one.slot.index * one.bytes;
    CHECK(one.first + one.bytes <= (uint64_t)(in->base + in->npages) * PAGE_SIZE);
    mark(&one, 1);
    held[count++] = one;
    return 1;
}

static void give(uint32_t i) {
    struct held one = held[i];
    mark(&one, 0);
    CHECK(slot_cache_free(ME, one.slot.span, one.slot.index) == 1);
    held[i] = held[--count];
    if (slots_owner[one.slot.span] == ME) {
        CHECK(slot_cache_free(ME, one.slot.span, one.slot.index) == 0);
    }
}

/* The spans of slots there are, and those of them under a cursor. */
static uint32_t spans(void) {
    uint32_t n = 0;
    for (uint32_t s = 1; s < SPANS && s <= pool_made; s++) {
        n += slots_owner[s] == ME;
        CHECK(slots_owner[s] != ME || span[s].state == SPAN_IN_USE);
    }
    return n;
}

static uint32_t cursors(void) {
    uint32_t n = 0;
    for (uint32_t k = 0; k < SIZE_CLASSES; k++) {
        n += current_span[k] != 0;
    }
    return n;
}

/* Takes and gives at random, in swings from few to many; classes in [low, high). */
static void churn(uint32_t steps, uint32_t low, uint32_t high) {
    for (uint32_t step = 0; step < steps; step++) {
        int up = step / 1000 % 2 == 0 ? test_random() % 4 != 0 : test_random() % 4 == 0;
        if (count == 0 || (up && count < HELD)) {
            take(low + (uint32_t)(test_random() % (high - low)));
        } else {
            give((uint32_t)(test_random() % count));
        }
    }
    CHECK(heap_audit());
}

/* What is freed is handed out again before the heap is asked, and the lists are first in first
 * out: the span that had a slot freed first is taken first. */
static void check_order(void) {
    uint32_t c = size_class(CLASS_BYTES_MAX / 64), first = 0, second = 0, n = 0;
    while (first == 0 || second == 0) {
        take(c);
        uint32_t s = held[count - 1].slot.span;
        n = span[s].slots;
        if (count % n == 0) {
            second = first != 0 ? s : 0;
            first = first != 0 ? first : s;
        }
    }
    take(c); /* a third span */
    struct slot later = held[0].slot, sooner = held[n].slot;
    CHECK(later.span == first && sooner.span == second);
    give(n), give(0);
    for (uint32_t i = 0; i < n; i++) {
        take(c);
    }
    CHECK(held[count - 1].slot.index == sooner.index && count == 3 * n - 1);
    take(c);
    CHECK(held[count - 1].slot.span == later.span && held[count - 1].slot.index == later.index);
}

/* What others freed comes back when the thread looks, each slot once: also that of a span that is
 * whole then, or under a cursor, or of no thread any more; and a slot that is free already stays. */
static void check_remote(void) {
    uint32_t c = size_class(CLASS_BYTES_MAX / 64), before = count;
    for (uint32_t i = 0; i < 5 * class_slots[c] / 2; i++) {
        take(c);
    }
    uint32_t first = held[before].slot.span, last = held[count - 1].slot.span;
    CHECK(first != last && current_span[(ME - 1) * SIZE_CLASSES + c] == last);
    for (uint32_t i = before; i < count; i++) {
        const struct slot *slot = &held[i].slot;
        uint32_t w = slot_first_word(slot->span) + slot->index / WORD_BITS;
        CHECK(slot_remote_set(w, slot->index % WORD_BITS) == 1);
        CHECK(slot_remote_set(w, slot->index % WORD_BITS) == 0);
        inbox_put(ME - 1, slot->span);
        mark(&held[i], 0);
    }
    CHECK(inbox_has(first) && inbox_has(last) && slots_owner[first] == ME);
    slot_cache_collect(ME);
    CHECK(!inbox_has(first) && !inbox_has(last) && inbox_take(ME - 1) == 0);
    CHECK(slots_owner[first] == 0 && slots_owner[last] == ME); /* the last is the cursor's */
    for (uint32_t i = before; i < count; i++) {
        CHECK(held[i].slot.span != last || !slot_cache_free(ME, last, held[i].slot.index));
    }
    count = before;
    inbox_put(ME - 1, first); /* of a record that is no span's any more nothing comes */
    slot_remote_set(slot_first_word(last), 0);
    inbox_put(ME - 1, last);
    slot_cache_collect(ME);
    CHECK(!inbox_has(first) && !inbox_has(last) && slots_owner[last] == ME);
    slots_owner_store(first, ME + 1); /* another's that came here is sent on */
    inbox_put(ME - 1, first);
    slot_cache_collect(ME);
    CHECK(inbox_take(ME) == first && inbox_leave(first) == 0);
    slots_owner_store(first, 0);
    CHECK(heap_audit());
}

/* A wrong free of a slot whose span went back is not taken for one of the next span there. */
static void check_forgotten(void) {
    uint32_t c = size_class(CLASS_BYTES_MAX / 64), before = count;
    for (uint32_t i = 0; i < 3 * class_slots[c]; i++) {
        take(c);
    }
    uint32_t first = held[before + class_slots[c]].slot.span, word = slot_first_word(first);
    while (count > before) {
        give(count - 1);
    }
    CHECK(slots_owner[first] == 0 && slot_remote_set(word, 0) == 1);
    do {
        take(c);
    } while (slot_first_word(held[count - 1].slot.span) != word && count < 8 * class_slots[c]);
    CHECK(slot_first_word(held[count - 1].slot.span) == word && slot_remote_take(word) == 0);
}

static void give_all(void) {
    while (count > 0) {
        give((uint32_t)(test_random() % count));
    }
    CHECK(spans() == cursors() && heap_audit());
}

int main(void) {
    heap_enter();
    check_order();
    give_all();
    check_remote();
    check_forgotten();
    for (uint32_t c = 2; c < SIZE_CLASSES; c++) {
        take(c);
    }
    give_all();
    churn(200000, 2, 20);
    give_all();
    churn(100000, 2, SIZE_CLASSES);
    give_all();
    return test_report("slot_cache");
}
