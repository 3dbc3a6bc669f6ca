/* What the instrumented program does: a few hundred calls that reach every function of the group
 * of modules it checks, audits of broken tables and refusals of the system included. */
static uint64_t seed = 88172645463325252u;

static uint32_t any(uint32_t below) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 20) % below;
}

static uint64_t any_word(void) {
    uint64_t w = (uint64_t)any(4294967295u) << 32 | any(4294967295u);
    switch (any(6)) {
    case 0:
        return 0;
    case 1:
        return ~(uint64_t)0;
    case 2:
        return w & w << 1;
    case 3:
        return w | w << 1 | w << 2;
    case 4:
        return ~(uint64_t)0 << any(64) >> any(64);
    default:
        return w;
    }
}

static void drive_bits(void) {
    uint64_t a = any_word(), b = any_word();
    uint32_t i = any(65), n = any(65 - i);
    word_count(a);
    bits_not(a);
    bits_and(a, b);
    bits_or(a, b);
    bits_shift(a, any(64));
    bits_below(i);
    bits_mask(i, n);
    bits_set(a, i, n);
    bits_clear(a, i, n);
    bits_set_one(a, i % 64);
    bits_clear_one(a, i % 64);
    bits_test(a, any(64));
    bits_lowest(a);
    bits_highest(a);
    bits_low_run(a);
    bits_high_run(a);
    bits_count(a, i, n);
    bits_runs(a, 1 + any(64));
    bits_find_run(a, 1 + any(64));
    bits_longest_run(a, any(66));
}

static void drive_chunk(void) {
    uint32_t c = any(CHUNKS), i = any(CHUNK_PAGES + 1), n = any(CHUNK_PAGES + 1 - i);
    uint32_t few = any(2) ? n : n % 9;
    switch (any(12)) {
    case 0:
        chunk_alloc_all(c);
        break;
    case 1:
        chunk_free_all(c);
        break;
    case 2:
        chunk_release_range(c, 0, CHUNK_PAGES);
        break;
    case 3:
    case 4:
    case 5:
    case 6:
        chunk_alloc_range(c, i, few);
        break;
    default:
        chunk_free_range(c, i, few);
        break;
    }
    chunk_find(c, any(4) ? any(20) : any(CHUNK_PAGES + 3), any(3) ? 0 : i);
    chunk_count_free(c, i, n);
    chunk_count_released(c, i, n);
    chunk_summarize(c);
    chunk_audit(c);
    audit_fails(any(FORMULAS), any(4), any(4));
}

/* An audit of broken tables: what it answers is compared with the invariant. */
#define BROKEN(place, value, audit)                                                                \
    do {                                                                                           \
        uint64_t kept = place;                                                                     \
        place = value;                                                                             \
        audit;                                                                                     \
        place = kept;                                                                              \
    } while (0)

/* Makes the pages of [p, end) free, or used. */
static void make_pages(uint32_t p, uint32_t end, int are_free) {
    for (uint32_t i = p; i < end; i++) {
        uint64_t bit = (uint64_t)1 << i % 64;
        page_free[i / 64] = are_free ? page_free[i / 64] | bit : page_free[i / 64] & ~bit;
    }
}

/* A chunk that is free but for a few pages, and a page or some more in it, used or free: the run
 * around them. Ends of the chunk and of its words come up. */
static void show_around(void) {
    uint32_t start = any(CHUNKS) * CHUNK_PAGES, p = start + any(CHUNK_PAGES);
    uint32_t end = p + 1 + any(any(2) ? 3 : CHUNK_PAGES), used = any(6);
    end = end < PAGES ? end : PAGES;
    make_pages(start, start + CHUNK_PAGES, 1);
    while (used > 0) {
        uint32_t q = start + any(CHUNK_PAGES);
        make_pages(q, q + 1, 0);
        used--;
    }
    make_pages(p, end, any(2));
    chunk_run_around(p, end);
    summary[start / CHUNK_PAGES] = summary_pack(0, any(any(2) ? 8 : CHUNK_PAGES), 0);
    summary_keeps(p, end);
    chunk_run_around(start + any(2), start + CHUNK_PAGES - any(2));
}

static void drive_packed(void) {
    uint32_t max = any(any(2) ? 4 : PACKED_FULL);
    summary_pack(any(max + 1), max, any(max + 1));
    summary_pack(PACKED_FULL, PACKED_FULL, PACKED_FULL);
    packed_start(PACKED_ALL);
    packed_max(PACKED_ALL);
    packed_end(PACKED_ALL);
}

static void drive_tree(void) {
    uint32_t p = any(PAGES), n = 1 + any(any(4) ? 8 : any(2) ? 90 : PAGES), first = 0;
    uint32_t end = p + n < PAGES ? p + n : PAGES;
    p = any(3) ? p : p / CHUNK_PAGES * CHUNK_PAGES;
    if (any(12) == 0) {
        forget_all();
    }
    make_pages(p, end, any(3));
    summary_update(p, end);
    while (first < PAGES && (page_free[first / 64] >> first % 64 & 1) == 0) {
        first++;
    }
    summary_find(1, first);
    summary_find(2, first);
    summary_find(any(any(2) ? 8 : 70), any(2) ? first : any(first + 1));
    summary_find(any(2) ? any(PAGES + 2) : end - p, any(2) ? first : 0);
}

/* Short runs before longer ones, in a chunk and over its end. */
static void show_runs(void) {
    uint32_t p = any(CHUNKS - 1) * CHUNK_PAGES;
    forget_all();
    make_pages(p, p + 1, 1);
    make_pages(p + CHUNK_PAGES - 2, p + CHUNK_PAGES + 2, 1);
    summary_update(p, p + CHUNK_PAGES + 2);
    for (uint32_t n = 1; n < 6; n++) {
        summary_find(n, any(p + 1));
    }
    make_pages(p, PAGES, 1);
    summary_update(p, PAGES);
    summary_find(PAGES - p, p);
    make_pages(p, PAGES, 0);
    summary_update(p, PAGES);
    make_pages(p + 5, p + 6, 1);
    make_pages(p + 8, p + 12, 1);
    summary_update(p, p + CHUNK_PAGES);
    for (uint32_t n = 1; n < 6; n++) {
        summary_find(n, any(p + 5));
    }
}

static void break_tree(void) {
    uint32_t c = any(CHUNKS), i = any(TREE_HEIGHTS) * CHUNKS + any(2), p = any(PAGES);
    uint64_t was = summary[c];
    summary_audit();
    BROKEN(summary[c], summary_pack(any(3), any(3) + 2, any(3)), summary_audit());
    BROKEN(summary[c], was + 1, summary_audit());
    BROKEN(summary[c], was + PACKED_FULL, summary_audit());
    BROKEN(summary[c], was + (uint64_t)PACKED_FULL * PACKED_FULL, summary_audit());
    BROKEN(summary[i], summary_pack(any(3), any(3) + 2, any(3)), summary_audit());
    BROKEN(page_free[p / 64], page_free[p / 64] ^ (uint64_t)1 << p % 64, summary_audit());
}

static void drive_mapped(void) {
    uint32_t c = any(CHUNKS), i = any(RANGES), n = 0, most = any(3) ? 1 : 1 + any(3);
    while (n < most && c + n < CHUNKS && !chunk_mapped[c + n]) {
        n++;
    }
    if (n > 0) {
        mapped_add(c, n);
    }
    mapped_from(any(CHUNKS + 1));
    mapped_audit();
    c = any(CHUNKS);
    BROKEN(chunk_mapped[c], !chunk_mapped[c], mapped_audit());
    BROKEN(mapped_ranges, any(RANGES + 2), mapped_audit());
    BROKEN(mapped_range[i].low, any(CHUNKS + 2), mapped_audit());
    BROKEN(mapped_range[i].high, any(CHUNKS + 2), mapped_audit());
    if (mapped_ranges > 0 && mapped_ranges < RANGES) { /* the last one as two that touch */
        struct chunk_range last = mapped_range[mapped_ranges - 1];
        mapped_range[mapped_ranges].high = last.high;
        mapped_range[mapped_ranges - 1].high = (last.low + last.high) / 2;
        mapped_range[mapped_ranges].low = mapped_range[mapped_ranges - 1].high;
        mapped_ranges++;
        mapped_audit();
        mapped_ranges--;
        mapped_range[mapped_ranges - 1] = last;
        mapped_range[mapped_ranges].low = mapped_range[mapped_ranges].high = last.high + 1;
        BROKEN(mapped_ranges, mapped_ranges + 1, mapped_audit()); /* an empty one behind */
    }
    if (any(12) == 0) {
        forget_all();
        mapped_from(0);
    }
}

/* Are the n pages from p free (or not)? */
static int pages_are(uint32_t p, uint32_t n, uint64_t is_free) {
    for (uint32_t i = p; i < p + n; i++) {
        if ((page_free[i / 64] >> i % 64 & 1) != is_free) {
            return 0;
        }
    }
    return 1;
}

static void break_pages(void) {
    uint32_t c = any(CHUNKS), p = any(PAGES), i = any(TREE_HEIGHTS) * CHUNKS;
    BROKEN(total_free, total_free + any(3), pages_audit());
    BROKEN(total_released, total_released + 1, pages_audit());
    BROKEN(total_mapped, total_mapped + CHUNK_PAGES, pages_audit());
    BROKEN(mapped_range[0].low, any(CHUNKS + 2), pages_audit());
    BROKEN(mapped_range[0].high, any(CHUNKS + 2), pages_audit());
    BROKEN(mapped_ranges, any(3), pages_audit());
    BROKEN(search_left, any(PAGES + 2), pages_audit());
    BROKEN(search_left, PAGES + 1 + any(2), pages_audit());
    BROKEN(search_left, any(search_left + 1), pages_audit());
    if (search_left > 0 && !pages_are(PAGES - search_left, 1, 1)) {
        BROKEN(search_left, search_left - 1, pages_audit());
    }
    BROKEN(chunk_mapped[c], any(2), pages_audit());
    BROKEN(summary[c], summary_pack(any(3), any(3) + 2, any(3)), pages_audit());
    BROKEN(summary[i], summary_pack(any(3), any(3) + 2, any(3)), pages_audit());
    BROKEN(scavenge_chunk[c], scavenge_chunk[c] ^ (uint64_t)1 << any(27), pages_audit());
    BROKEN(scavenge_search[1].end, any(PAGES + 2), pages_audit());
    BROKEN(free_high, PAGES + any(2), pages_audit());
    BROKEN(page_free[p / 64], page_free[p / 64] ^ (uint64_t)1 << p % 64, pages_audit());
    BROKEN(page_released[p / 64], page_released[p / 64] ^ (uint64_t)1 << p % 64, pages_audit());
}

/* The free pages of the lowest word that has any are taken, and some of them given back. */
static void drive_words(void) {
    uint32_t p = pages_find(1);
    if (p < PAGES) {
        uint64_t was_free = page_free[p / 64], was_released = page_released[p / 64];
        uint64_t some = was_free & ((uint64_t)any(1u << 31) << 33 ^ any(1u << 31) * 3ull);
        pages_take_word(p / 64);
        if (some != 0) {
            pages_give_word(p / 64, some, was_released & some);
        }
    }
}

/* The system stands behind what is mapped; memory is given back by either search. */
static void drive_scavenge(void) {
    for (uint32_t c = 0; c < CHUNKS; c++) {
        os_mapped[c] = chunk_mapped[c];
    }
    if (any(2)) {
        index_next_gen();
    }
    refuse = any(4) ? 0 : 1 + any(2);
    pages_scavenge(any(3) ? any(40) : PAGES, any(3) > 0);
    refuse = 0;
}

static void drive_pages(void) {
    uint32_t c = any(CHUNKS), p = any(PAGES), n = 0;
    uint32_t most = any(3) ? 12 : 100;
    if (any(60) == 0) {
        forget_all();
    } else if (any(5) == 0 && !chunk_mapped[c]) {
        pages_grow(c, any(2) && c + 1 < CHUNKS && !chunk_mapped[c + 1] ? 2 : 1);
    } else if (any(2)) {
        n = 1 + any(any(3) ? 20 : 90);
        p = any(3) ? (any(2) ? pages_find(n) : pages_search(n)) : p;
        while (p < PAGES && n > 0 && (p + n > PAGES || !pages_are(p, n, 1))) {
            n--;
        }
        if (p < PAGES && n > 0) {
            pages_alloc(p, n);
        }
    } else {
        while (n < most && p + n < PAGES && pages_are(p + n, 1, 0) &&
               chunk_mapped[(p + n) / CHUNK_PAGES]) {
            n++;
        }
        if (n > 0) {
            pages_free(p, n);
        }
    }
    if (any(3) == 0) {
        pages_search(any(any(2) ? 30 : PAGES + 3));
    }
    if (any(8) == 0) {
        drive_words();
    }
    if (any(6) == 0) {
        drive_scavenge();
    }
    pages_find(any(PAGES + 3));
    pages_find(any(2) ? 0 : PAGES);
    pages_audit();
}

/* Where the search hint goes, and a free page that is not mapped. */
static void show_hints(void) {
    uint32_t end = CHUNK_PAGES;
    forget_all();
    pages_grow(0, 2);
    pages_alloc(0, end - 2);
    pages_search(1);
    pages_alloc(end + 6, CHUNK_PAGES - 7);
    pages_search(5);
    pages_alloc(end - 2, 1);
    pages_search(1);
    pages_search(1);
    pages_search(3);
    forget_all();
    pages_grow(1, 1);
    pages_alloc(end + 1, 3);
    pages_search(3);
    pages_alloc(end + 4, CHUNK_PAGES - 4);
    pages_search(2);
    total_free++;
    make_pages(2 * end, 2 * end + 1, 1);
    summary_update(2 * end, 2 * end + 1);
    pages_audit();
    forget_all();
}

static void drive_pool(void) {
    if (any(2)) {
        span_pool_alloc();
    } else {
        span_pool_free(any(SPANS + 2));
    }
    uint32_t i = any(SPANS);
    span_pool_is_empty();
    span_pool_has_taken(any(SPANS + 2));
    span_pool_audit();
    BROKEN(pool_stack[i], any(SPANS + 1), span_pool_audit());
    BROKEN(pool_place[i], any(SPANS + 1), span_pool_audit());
    BROKEN(pool_count, any(SPANS + 1), span_pool_audit());
    BROKEN(pool_made, any(SPANS + 1), span_pool_audit());
}

static void drive_lists(void) {
    uint32_t q = any(SPAN_LISTS + 1), s = any(SPANS + 1), other = any(SPAN_LISTS + 1);
    switch (any(9)) {
    case 0:
        span_list_init(q);
        break;
    case 1:
    case 2:
    case 3:
        span_list_insert(q, s);
        break;
    case 4:
    case 5:
        span_list_insert_back(q, s);
        break;
    case 6:
        span_list_remove(s < SPANS && any(4) ? span_link[s].list : q, s);
        break;
    default:
        span_list_take_all(q, other);
        break;
    }
    span_list_is_empty(q);
    span_list_audit();
    s = any(SPANS), q = any(SPAN_LISTS);
    BROKEN(span_link[s].next, any(SPANS + 1), span_list_audit());
    BROKEN(span_link[s].prev, any(SPANS + 1), span_list_audit());
    BROKEN(span_link[s].list, any(SPAN_LISTS + 1), span_list_audit());
    BROKEN(span_list[q].first, any(SPANS + 1), span_list_audit());
    BROKEN(span_list[q].last, any(SPANS + 1), span_list_audit());
}

/* A ring of two that no list's front leads to: only the walks tell. */
static void break_lists(void) {
    forget_all();
    span_link[1].list = span_link[2].list = span_link[3].list = 1;
    span_link[1].next = span_link[1].prev = 2;
    span_link[2].next = span_link[2].prev = 1;
    span_list[1].first = span_list[1].last = 3;
    span_list_audit();
    forget_all();
}

/* A thread with caches, or THREADS: one without. */
static uint32_t any_thread(void) {
    return any(THREADS + 1);
}

static void drive_spans(void) {
    uint32_t n = 1 + any(12), kind = any(KINDS), c = kind == KIND_HEAP ? any(SPAN_CLASSES) : 0;
    uint32_t p = any(PAGES), t = any_thread();
    switch (any(5)) {
    case 0:
        heap_free_span_locked(t, p, page_span[p] ? span[page_span[p]].kind : 0);
        break;
    case 1:
        heap_alloc_span_locked(t, n, KIND_HEAP, any(2));
        break;
    case 2:
        if (page_span[p] != 0) {
            p = span[page_span[p]].base;
            heap_free_span_locked(t, p, span[page_span[p]].kind);
        }
        break;
    default:
        heap_alloc_span_locked(t, any(4) ? n : n * 9, kind, any(2) ? c % 2 : c);
        break;
    }
}

/* Does page p wait with a thread? */
static int waits_anywhere(uint32_t p) {
    for (uint32_t t = 0; t < THREADS; t++) {
        if (page_cache[t].base / 64 == p / 64 && (page_cache[t].free >> p % 64 & 1) != 0) {
            return 1;
        }
    }
    return 0;
}

static void drive_page_cache(void) {
    uint32_t t = any(THREADS), c = any(CHUNKS), p = any(PAGES), n = 0, most = 1 + any(30);
    switch (any(8)) {
    case 0:
        if (!chunk_mapped[c]) {
            pages_grow(c, 1);
        }
        break;
    case 1:
    case 2:
        n = 1 + any(40);
        p = pages_search(n);
        if (p < PAGES) {
            pages_alloc(p, n);
        }
        break;
    case 3:
    case 4:
        while (n < most && p + n < PAGES && chunk_mapped[(p + n) / CHUNK_PAGES] &&
               pages_are(p + n, 1, 0) && !waits_anywhere(p + n)) {
            n++;
        }
        if (n > 0) {
            pages_free(p, n);
        }
        break;
    case 5:
        page_cache_flush(t);
        break;
    default:
        page_cache_alloc(t, any(8) ? any(any(2) ? 4 : 20) : any(70));
        break;
    }
    if (page_cache[t].free == 0 && any(2)) {
        page_cache_refill(t);
    }
    if (any(40) == 0) {
        forget_all();
    }
}

static void break_page_cache(void) {
    uint32_t t = any(THREADS), u = any(THREADS), p = any(PAGES), c = any(CHUNKS);
    uint64_t bit = (uint64_t)1 << any(64);
    page_cache_audit();
    BROKEN(page_cache[t].base, any(PAGES + 2), page_cache_audit());
    BROKEN(page_cache[t].base, 64 * any(CHUNKS + 1), page_cache_audit());
    BROKEN(page_cache[t].base, page_cache[u].base, page_cache_audit());
    BROKEN(page_cache[t].free, page_cache[t].free ^ bit, page_cache_audit());
    BROKEN(page_cache[t].free, page_cache[u].free, page_cache_audit());
    BROKEN(page_cache[t].released, page_cache[t].released ^ bit, page_cache_audit());
    BROKEN(page_free[p / 64], page_free[p / 64] ^ bit, page_cache_audit());
    BROKEN(chunk_mapped[c], !chunk_mapped[c], page_cache_audit());
    struct page_cache kept = page_cache[u];
    page_cache[u].base = page_cache[t].base; /* one that has but a page of another */
    page_cache[u].free = page_cache[t].free & (0 - page_cache[t].free);
    page_cache[u].released = 0;
    page_cache_audit();
    page_cache[u].base = kept.base;
    page_cache[u].free = kept.free;
    page_cache[u].released = kept.released;
}

/* A live record is one that was handed out here; the rest of a span does not matter to the caches. */
static void drive_records(void) {
    uint32_t t = any_thread(), s = 1 + any(SPANS - 1), got = 0;
    switch (any(6)) {
    case 0:
        got = t < THREADS ? span_cache_pop(t) : 0;
        break;
    case 1:
        if (t < THREADS && cache_count[t] == 0) {
            span_cache_refill(t);
        }
        break;
    case 2:
    case 3:
        got = span_cache_take(t);
        break;
    default:
        if (span[s].state != SPAN_DEAD) {
            span[s].state = SPAN_DEAD;
            span_cache_give(t, s);
        }
        break;
    }
    if (got != 0) {
        span[got].state = SPAN_IN_USE;
    }
    span_cache_left(t);
    uint32_t k = any(SPAN_CELLS), u = any(THREADS);
    span_cache_audit();
    BROKEN(cache_record[k], any(SPANS + 1), span_cache_audit());
    BROKEN(cache_cell[s], any(SPAN_CELLS + 1), span_cache_audit());
    BROKEN(cache_count[u], any(SPAN_CACHE + 2), span_cache_audit());
    BROKEN(span[s].state, any(2), span_cache_audit());
}

/* All records with one thread, and then with another as far as there is room. */
static void show_records(void) {
    forget_all();
    for (uint32_t s = 1; s < SPANS; s++) {
        span[span_cache_take(THREADS)].state = SPAN_IN_USE;
        span_cache_left(0);
    }
    span_cache_take(0);
    span_cache_take(THREADS);
    for (uint32_t s = 1; s < SPANS; s++) {
        span[s].state = SPAN_DEAD;
        span_cache_give(0, s);
        span_cache_left(THREADS);
        span_cache_left(1);
        span_cache_audit();
    }
    span_cache_refill(1);
    span_cache_audit();
    forget_all();
}

static void drive_arena(void) {
    uint32_t p = any(PAGES), n = 0, s = any(SPANS), c = any(SPAN_CLASSES + 3);
    drive_spans();
    span_class_fits(any(PAGES + 1), c);
    span_class_fits(any(20), c);
    uint32_t bytes = any(CLASS_BYTES_MAX + 2);
    size_class(bytes);
    block_class(bytes);
    uint32_t class = 1 + any(SIZE_CLASSES - 1);
    slot_of(any(CLASS_SPAN_MAX), any(3) == 0 ? 0 : slot_magic(2 * class), class_size[class]);
    if (s > 0 && span[s].state == SPAN_DEAD) {
        uint32_t pages = 1 + any(40), kind = any(KINDS);
        if (kind != KIND_HEAP || !span_class_fits(pages, c)) {
            c = 0;
        }
        uint32_t was = page_span[p];
        span_init(s, p, pages, kind, c, any(2));
        page_span[p] = span_of(p) == 0 ? s : was;
        span_of(p);
        page_span[p] = was;
        span[s].npages = 0;
    }
    for (uint32_t t = 1; t < SPANS; t++) { /* at the ends of spans, dead ones included */
        span_of(span[t].base);
        span_of(span[t].base + span[t].npages);
        span_of_heap(span[t].base + span[t].npages - 1);
    }
    span_of(any(PAGES + 2));
    span_state_store(s, span_state_load(s));
    total_live_load(any(KINDS));
    while (p + n < PAGES && n < 20 && span_of(p + n) == 0) {
        n++;
    }
    arena_set_span(any(SPANS), p, n);
    rivals = any(4) == 0;
    zeroed_raised = 0;
    n = 1 + any(any(3) ? 10 : PAGES);
    alloc_needs_zero(p, p + n <= PAGES ? n : PAGES - p);
    rivals = 0;
    if (!arena_is_in_use(p)) {
        arena_set_in_use(p);
        arena_is_in_use(p);
        arena_audit();
        arena_clear_in_use(p);
    }
    arena_set_special(p);
    arena_has_special(p);
    arena_has_special(any(PAGES));
    arena_clear_special(p);
    arena_audit();
    uint32_t a = any(ARENAS);
    s = 1 + any(SPANS - 1);
    BROKEN(page_span[p], any(SPANS + 1), arena_audit());
    BROKEN(zeroed_base[a], ARENA_PAGES + any(2), arena_audit());
    BROKEN(span[s].state, any(3), arena_audit());
    BROKEN(span[s].base, any(PAGES), arena_audit());
    BROKEN(span[s].npages, any(PAGES), arena_audit());
    slots_owner_store(s, any(THREADS + 1));
    large_kept_store(any(KEPT_CELLS), any(PAGES));
    large_kept_load(any(KEPT_CELLS));
    large_cell_load(any(SPANS));
    large_owner_store(s, any(THREADS + 1));
    large_owner_load(any(SPANS));
    slots_owner_load(s);
    uint32_t word = any(SLOT_WORDS), thread = any(THREADS);
    slot_remote_set(word, any(WORD_BITS));
    slot_remote_take(any(2) ? word : any(SLOT_WORDS));
    inbox_put(thread, s);
    inbox_has(s);
    inbox_leave(s);
    inbox_take(thread);
    slot_mark_set(word, any(WORD_BITS));
    slot_mark_take(any(2) ? word : any(SLOT_WORDS));
    large_mark_set(any(3) ? s : any(SPANS));
    large_mark_take(any(2) ? s : any(SPANS));
    thread_cycle_store(thread, any(4));
    thread_cycle_load(any(THREADS));
    span_cycle_store(s, any(4));
    span_cycle_load(any(SPANS));
}

/* A span of a few words is walked over, while slots are given back, some of them free. */
static void drive_slots(void) {
    uint32_t k = any(CURSORS), first = any(SLOT_WORDS), room = SLOT_WORDS - first;
    uint32_t words = 1 + any(room < 4 ? room : 4);
    slots_next(k);
    slots_end(k);
    uint32_t n = any(64 * words + 20);
    slots_fill(first, first + words, n);
    slots_all(first, first + words, any(4) ? n : any(64 * words));
    slots_word(first, first + words);
    for (uint32_t w = first; w < first + words; w++) {
        slot_free[w] = any(3) ? any_word() & any_word() & any_word() : 0;
    }
    slots_all(first, first + words, n);
    slots_word(first, first + words);
    slots_begin(k, first, first + words);
    for (int i = 0; i < 12; i++) {
        uint32_t j = any(3) ? slots_next(k) : slots_take(k), w = slot_cursor[k].word;
        if (j < WORD_BITS && any(2)) {
            slots_give(k, w, j);
        }
        w = any(2) && w < SLOT_WORDS ? w : first + any(words);
        slots_is_free(k, w, any(64));
        slots_give(k, w, any(64));
        slots_in(first, w, n);
        slots_give_word(w, slots_taken(k, w) & any_word() & any_word(), k);
    }
    slots_audit(k);
    slots_end(k);
    slots_audit(k);
}

/* A span that gives slots to the running thread; to another one. */
static uint32_t any_slot_span(int mine) {
    uint32_t s = 1 + any(SPANS - 1);
    for (uint32_t t = 1; t < SPANS; t++) {
        int fits = slots_owner[t] != 0 && (slots_owner[t] == self) == mine;
        s = fits && (slots_owner[s] == 0 || any(2)) ? t : s;
    }
    return s;
}

/* Two threads take slots and give them back, their own and each other's: one, or all of a span. */
static void drive_slot_cache(void) {
    static const uint32_t bytes[] = {16, 256, 256, 256, 1024};
    uint64_t some = any(2) ? UINT64_MAX : any_word();
    refuse = any(6) ? 0 : 1 + any(3);
    self = 1 + any(2);
    any(2) ? slot_cache_enter() : slot_cache_enter_again();
    uint32_t s = any_slot_span(1), step = any(2) ? 1 : 1 + any(7), c = size_class(bytes[any(5)]);
    switch (any(7)) {
    case 0:
    case 1:
        for (uint32_t i = any(3) ? 2 : 20; i > 0; i--) {
            uint32_t k = (self - 1) * SIZE_CLASSES + c,
                     j = any(3) ? WORD_BITS : slot_cache_take(self, c);
            if (j < WORD_BITS) {
                uint32_t w = slot_cursor[k].word - slot_first_word(current_span[k]);
                slot_told(k, j, WORD_BITS * w + j);
                continue;
            }
            struct slot slot = slot_cache_alloc(self, c);
            if (slot.span != 0) {
                slot_tell(k, slot, self);
            }
        }
        break;
    case 2:
        for (uint32_t w = 0; w < SLOT_WORDS && slots_owner[s] == self; w++) {
            if (slot_first_word(s) <= w && w < slot_end_word(s)) {
                uint64_t bits = slot_cache_taken(self, s, w) & some;
                if (bits != 0) {
                    slot_cache_free_word(self, s, w, bits);
                }
            }
        }
        break;
    case 3:
    case 4:
        if (any(5) == 0) { /* then the page heap does not take it */
            special_add(s, 0, 1, 7, 0, 0);
        }
        for (uint32_t i = any(4); slots_owner[s] == self && i < span[s].slots; i += step) {
            slot_cache_free(self, s, i);
        }
        break;
    default:
        s = any(2) ? s : any_slot_span(0);
        for (uint32_t i = 0; slots_owner[s] != 0 && i < span[s].slots; i += step) {
            slot_remote_set(slot_first_word(s) + i / WORD_BITS, i % WORD_BITS);
        }
        inbox_put(any(8) ? (slots_owner[s] + THREADS - 1) % THREADS : any(THREADS), s);
    }
    if (any(3) == 0) {
        slot_cache_collect(self);
    }
}

/* Asks about the large block that begins at this place, if it is one, and gives it back: now and
 * then beside it, or when its span is held by something else. */
static void drive_drop(uint64_t at) {
    uint32_t s = at < WINDOW_BYTES ? page_span_load((uint32_t)(at / PAGE_SIZE)) : any(SPANS);
    large_place(s), large_place(any(SPANS));
    large_is_of(self, s), large_is_of(any(THREADS + 1), any(SPANS));
    if (s != 0 && at < WINDOW_BYTES) {
        if (any(3) == 0) {
            large_drop(s, at + PAGE_SIZE < WINDOW_BYTES ? at + PAGE_SIZE : 0);
        }
        span[s].live_slots = any(3) == 0;
        large_drop(s, at);
        span[s].live_slots = 0;
        large_drop(s, at);
    }
}

/* Large blocks of few pages are freed and asked for again, with hints that lead anywhere. */
static void drive_kept(void) {
    uint32_t k = any(KEPT_CELLS), s = 1 + any(SPANS - 1);
    if (large_cell_load(large_kept_load(k) % SPANS) != LARGE_IS_KEPT) {
        large_kept_store(k, any(5) * SPANS + s);
    }
    if (large_take(s, any(3) ? LARGE_IS_KEPT : 2 * PAGES + 1)) {
        large_keep(s);
    }
    uint64_t at[3], bytes[] = {PAGE_SIZE + 1, 2 * PAGE_SIZE + 1};
    for (int i = 0; i < 3; i++) {
        at[i] = object_alloc_aligned(bytes[any(2)], 2 * PAGE_SIZE);
        object_needs_zero(at[i]);
    }
    for (int i = 0; i < 3; i++) {
        object_free(at[i]);
        object_look(at[i]);
    }
    drive_drop(at[any(3)]);
    if (any(3) == 0) {
        any(2) ? kept_flush() : (void)kept_release(0);
        kept_flush_pages();
    }
    drive_drop(object_alloc_aligned(bytes[any(2)], 2 * PAGE_SIZE));
}

/* Two threads, and one without slots, take blocks of all kinds and free what anybody took, at its
 * start and beside it. */
static void drive_object(void) {
    static uint64_t places[8]; /* 1 + the place of a block; or 0 */
    static const uint64_t bytes[] = {0, 16, 17, 250, 600, 1024, CLASS_BYTES_MAX + 1, UINT64_MAX};
    refuse = any(6) ? 0 : 1 + any(3);
    self = 1 + any(3);
    uint64_t *held = &places[any(8)], at = *held - 1, size = bytes[any(8)];
    if (any(4) == 0) {
        drive_kept();
    }
    if (any(4) == 0) {
        object_collect();
        object_needs_zero(at);
        object_bytes(at + any(40));
        object_free(at + any(40) + 1);
    } else if (*held == 0) {
        uint64_t alignment = any(5) ? (uint64_t)1 << any(13) : any(3000);
        *held = any(3) ? 0 : 1 + object_take(size).at;
        if (*held == 0) {
            *held = 1 + (any(2) ? object_alloc(size) : object_alloc_aligned(size, alignment));
        }
    } else {
        object_look(at);
        object_bytes(at);
        if (any(2)) {
            object_give(at + any(20) / 19);
        }
        object_free(at);
        object_give(at);
        object_look(at);
        *held = 0;
    }
}

/* The same with the malloc family. */
static void drive_block(void) {
    static uint64_t places[8]; /* 1 + the place of a block; or 0 */
    static const uint64_t sizes[] = {0, 16, 17, 250, 600, 1024, CLASS_BYTES_MAX + 1, UINT64_MAX};
    static const uint64_t alignments[] = {0, 1, 8, 24, 32, 512, 1024, UINT64_MAX};
    refuse = any(6) ? 0 : 1 + any(3);
    self = 1 + any(3);
    block_clears = any(3) == 0;
    uint64_t *held = &places[any(8)], at = *held - 1, size = sizes[any(8)];
    uint64_t alignment = alignments[any(8)];
    if (any(8) == 0) {
        block_flush();
        block_free(at + any(40) + 1);
        block_realloc(at + any(40) + 1, size);
    } else if (*held == 0) {
        switch (any(7)) {
        case 0:
            *held = 1 + block_alloc(size).at;
            break;
        case 1:
            *held = 1 + block_calloc(any(3), size).at;
            break;
        case 2:
            *held = 1 + block_alloc_aligned(alignment, size).at;
            break;
        case 3:
            *held = 1 + block_alloc_posix(alignment, size).at;
            break;
        case 4:
            *held = 1 + block_alloc_rounded(alignment, size).at;
            break;
        case 5:
            *held = 1 + block_alloc_page(size).at;
            break;
        default:
            *held = 1 + block_alloc_pages(size).at;
        }
    } else if (any(2)) {
        struct block block = block_realloc(at, size);
        *held = block.error == BLOCK_OK ? 1 + block.at : *held;
    } else {
        uint64_t bytes = any(2) ? size : block_bytes(at);
        int is_free = (any(2) && block_give(at)) ||
                      block_free_aligned_sized(at, alignment, bytes) == BLOCK_OK ||
                      block_free_sized(at, bytes) == BLOCK_OK ||
                      (any(2) && block_free(at) == BLOCK_OK);
        *held = is_free ? 0 : *held;
    }
}

/* A block of a few pages that is a span of its own, as is one over CLASS_BYTES_MAX bytes, for which
 * this heap has room but rarely; now and then one that nobody marks. */
static uint64_t alloc_apart(void) {
    uint64_t at = object_alloc_aligned(1 + any(3 * PAGE_SIZE), 2 * PAGE_SIZE);
    if (any(4)) {
        sweep_born(at);
    }
    return at;
}

/* Two threads, and one without slots, take blocks, some of them with special records, and collect:
 * each marks some of them, or all, and sweeps by places, by pages, and what is left at once. */
static void drive_sweep(void) {
    static uint64_t places[8]; /* 1 + the place of a block; or 0 */
    static const uint64_t bytes[] = {16, 128, 250, 250, 600, CLASS_BYTES_MAX + 1};
    refuse = any(6) ? 0 : 1 + any(3);
    self = 1 + any(any(3) ? 2 : 3);
    uint64_t *held = &places[any(8)], at = *held - 1;
    uint32_t few = any(3), s = 1 + any(SPANS - 1), bytes_of_s = span[s].npages * PAGE_SIZE;
    uint64_t place =
        (uint64_t)span[s].base * PAGE_SIZE + (any(4) ? any(1 + bytes_of_s) : bytes_of_s - 1);
    switch (any(12)) {
    case 0:
        sweep_begin();
        for (uint32_t k = 0; k < 8; k++) {
            if (few == 0 || (few == 1 && any(2))) {
                sweep_mark(places[k] - 1);
            }
        }
        break;
    case 1:
        sweep_marked();
        break;
    case 2:
        sweep_pages(any(6));
        break;
    case 3:
        sweep_at(any(2) ? at + any(20) : place);
        break;
    case 4:
        sweep_mark(any(2) ? at + any(200) : place);
        break;
    case 5:
        if (any(4) == 0) {
            sweep_release();
        }
        break;
    case 6:
        sweep_born(any(2) ? at : place);
        break;
    case 7:
    case 8:
        heap_add_special(at, any(2) ? SPECIAL_FINALIZER : 1 + any(7), 7, 0);
        break;
    default:
        *held = 1 + (any(3) ? sweep_alloc(bytes[any(6)]) : alloc_apart());
    }
}

/* A cycle of large blocks alone, some of them marked, with a finalizer, or born in its middle; now
 * and then the page heap refuses one. */
static void show_large(void) {
    uint64_t at[3];
    self = 1 + any(2);
    refuse = 0;
    for (int k = 0; k < 2; k++) {
        at[k] = alloc_apart();
        if (any(4) == 0) {
            heap_add_special(at[k], SPECIAL_FINALIZER, 7, 0);
        }
    }
    sweep_begin();
    for (int k = 0; k < 2; k++) {
        if (at[k] != NO_PLACE && any(2)) {
            sweep_mark(at[k] + any(2) * any(PAGE_SIZE));
            sweep_mark(at[k]);
        }
    }
    at[2] = alloc_apart();
    sweep_marked();
    uint32_t s = at[1] < WINDOW_BYTES ? page_span_load((uint32_t)(at[1] / PAGE_SIZE)) : 0;
    span[s].live_slots = s != 0 && any(3) == 0;
    any(2) ? (void)sweep_at(at[any(3)] + any(2)) : (void)sweep_pages(any(3));
    span[s].live_slots = 0;
    if (any(3) == 0) {
        object_free(at[any(3)]);
    }
    if (any(3) == 0) {
        sweep_release();
    }
    if (any(10) == 0) {
        forget_all();
    }
}

/* Cursors that are not sound. */
static void break_slots(void) {
    uint32_t k = any(CURSORS), w = any(SLOT_WORDS);
    uint64_t was = slot_free[w];
    slot_free[w] = any_word();
    slot_cursor[k] = (struct slot_cursor){any_word(), w, w + 1};
    slots_audit(k);
    slot_cursor[k] = (struct slot_cursor){any_word(), w, w};
    slots_audit(k);
    slot_cursor[k] = (struct slot_cursor){0, w + 1, w};
    slots_audit(k);
    slot_cursor[k] = (struct slot_cursor){0, w, SLOT_WORDS + 1};
    slots_audit(k);
    slot_cursor[k] = (struct slot_cursor){0, 0, 0};
    slot_free[w] = was;
}

/* Tables of special records that are not sound. */
static void break_special(void) {
    uint32_t r = 1 + any(SPECIALS - 1), p = any(PAGES), q = any(SPECIAL_LISTS);
    BROKEN(special[r].next, any(SPECIALS), special_audit());
    BROKEN(special[r].span, any(SPECIAL_LISTS), special_audit());
    BROKEN(special[r].kind, any(8), special_audit());
    BROKEN(special[r].offset, any(10000), special_audit());
    BROKEN(special[r].birth, any(2 + special_births), special_audit());
    BROKEN(special_head[q], any(SPECIALS), special_audit());
    BROKEN(special_made, any(SPECIALS + 1), special_audit());
    BROKEN(special_last_due, any(SPECIALS), special_audit());
    BROKEN(page_specials[p / 64], page_specials[p / 64] ^ (uint64_t)1 << p % 64, special_audit());
}

static void drive_special(void) {
    static struct special_added some;
    uint32_t s = any(SPANS + 1), kind = any(4) ? 1 + any(2) : any(8);
    uint64_t offset = any(4) ? any(2) * 8 : any(9000);
    if (any(8) == 0) {
        drive_spans();
    }
    for (uint32_t t = 1; t < SPANS && any(4); t++) {
        s = span[t].state == SPAN_IN_USE ? t : s;
    }
    struct special_added added = {0};
    switch (any(12)) {
    case 0:
    case 1:
        special_remove_named(some.record, some.birth + (any(4) == 0));
        break;
    case 2:
        special_release(s, offset, offset + any(20));
        break;
    case 6:
        special_sweep(s, (any(8) ? 0 : (uint64_t)1 << 32) + any(2) * offset,
                      any(8) ? 1 + any(16) : 0, any_word(), any_word());
        break;
    case 3:
        special_take_due();
        break;
    case 4:
        for (uint32_t n = any(5); n > 0; n--) {
            special_pin(s, offset);
        }
        special_unpin(s, offset);
        break;
    case 5:
        special_remove(s, offset, kind);
        break;
    default:
        added = special_add(s, offset, kind, any(1000), any(1000), any(4) == 0);
    }
    some = added.record != 0 && any(2) ? added : some;
    special_is(some.record, some.birth);
    special_place(some.record, some.birth);
    special_find(s, offset, kind);
    special_before(1 + any(SPANS - 1), offset, kind);
    special_audit();
    break_special();
}

/* A span's first three objects and its last ones have records of all kinds, and a collector has
 * reached some of them. */
static void show_swept(void) {
    uint32_t s = 1 + any(SPANS - 1), size = 1 + any(16);
    for (uint32_t t = 1; t < SPANS; t++) {
        s = span[t].state == SPAN_IN_USE && any(2) ? t : s;
        special_release(t, 0, PAGES * PAGE_SIZE);
    }
    while (special_head[SPECIAL_DUE] != 0 && any(8)) {
        special_take_due();
    }
    for (uint32_t r = 1; r < SPECIALS; r++) {
        uint32_t object = any(4) ? any(3) : 62 + any(3);
        special_add(s, object * size + any(size), any(3) ? 1 + any(7) : SPECIAL_FINALIZER, 7, r, 1);
    }
    special_sweep(s, any(4) ? 0 : any(2 * size), size, any(3) ? any_word() : UINT64_MAX,
                  any(3) ? any_word() : 0);
    special_release(s, any(2 * size), any(2 * size));
    special_audit();
}

/* The same as an embedder asks for it, of two spans of his. */
static void drive_embedder(void) {
    static uint32_t his[2];
    static struct special_added some;
    uint32_t i = any(2), kind = any(4) ? 1 + any(2) : any(8);
    if (his[i] == 0) {
        his[i] = heap_alloc(1 + i, i == 0 ? 2 * any(SIZE_CLASSES) : 1).span;
    }
    uint64_t place = (uint64_t)span[his[i]].base * PAGE_SIZE + any(any(2) ? 3 : 700);
    place = any(8) ? place : any_word() % (2 * WINDOW_BYTES);
    struct special_added added = {0};
    switch (any(10)) {
    case 0:
        heap_remove_special(place, kind);
        break;
    case 1:
        heap_end_object(place);
        break;
    case 2:
        heap_pin(place);
        break;
    case 3:
        heap_unpin(place);
        break;
    case 4:
        heap_has_specials(any(4) ? his[i] : any(2 * SPANS));
        heap_sweep_objects(any(4) ? his[i] : any(2 * SPANS), any(9), 1 + any(16), any_word(),
                           any_word());
        break;
    case 5:
        heap_remove_named(some.record, some.birth + any(2));
        break;
    default:
        added = heap_add_special(place, kind, any(1000), any(1000));
    }
    some = added.record != 0 && any(2) ? added : some;
    heap_find_special(place, kind);
    heap_special_place(some.record, some.birth);
    if (any(4) == 0) {
        heap_take_due();
    }
    if (any(6) == 0 && heap_free(span[his[i]].base) == HEAP_OK) {
        his[i] = 0;
    }
}

static void drive_floor(void) {
    uint32_t n = 1 + any(ARENAS + 1);
    os_refused = 0;
    uint32_t a = os_reserve_any(n);
    if (a < ARENAS) {
        if (os_map(a * ARENA_CHUNKS, n * ARENA_CHUNKS)) {
            os_unmap(a * ARENA_CHUNKS, n * ARENA_CHUNKS);
        }
        os_release(a, n);
    }
    if (os_physical_page() <= CHUNK_PAGES && os_huge_page() == 0) {
        uint32_t c = any(CHUNKS);
        if (os_mapped[c]) {
            os_discard(CHUNK_START(c) + 2 * any(CHUNK_PAGES / 2 - 1), 2);
        }
    }
}

static void drive_grow(void) {
    refuse = any(3) ? 0 : 1 + any(4);
    os_refused = any(2);
    switch (any(6)) {
    case 0:
        heap_add_hint(any(ARENAS + 2));
        break;
    case 1:
    case 2:
        heap_grow(1 + any(PAGES));
        break;
    default:
        heap_grow(1 + any(any(2) ? 3 * CHUNK_PAGES : CHUNK_PAGES));
        break;
    }
    drive_floor();
    if (any(4) == 0) { /* somebody else takes addresses of the window */
        os_reserve(any(ARENAS), 1);
    }
    if (any(6) == 0) {
        forget_all();
    }
    refuse = 0;
}

static void break_heap(void) {
    uint32_t s = 1 + any(SPANS - 1), p = any(PAGES), k = any(KINDS), i = any(HINTS);
    heap_audit();
    BROKEN(span[s].state, any(4), heap_audit());
    BROKEN(span[s].kind, any(5), heap_audit());
    BROKEN(span[s].npages, any(3), heap_audit());
    BROKEN(span_link[s].list, any(2), heap_audit());
    BROKEN(page_free[p / 64], page_free[p / 64] ^ (uint64_t)1 << p % 64, heap_audit());
    BROKEN(total_live[k], total_live[k] + 1, heap_audit());
    BROKEN(current_low, any(CHUNKS + 2), heap_audit());
    BROKEN(current_high, any(CHUNKS + 2), heap_audit());
    BROKEN(arena_hint[i].arena, any(ARENAS + 2), heap_audit());
    BROKEN(hint_first, any(HINTS), heap_audit());
}

/* What keeps a span from being freed, put on and taken off again. */
static void hold_spans(void) {
    uint32_t s = 1 + any(SPANS - 1);
    if (span[s].state != SPAN_DEAD) {
        span[s].live_slots = any(2);
        span_list_remove(1, s);
        if (any(3) == 0) {
            span_list_insert(1, s);
        }
        special_remove(s, 0, 1);
        if (any(3) == 0) {
            special_add(s, 0, 1, 7, 0, 0);
        }
    }
}

static void break_caches(void) {
    uint32_t t = any(THREADS), p = any(PAGES), k = any(SPAN_CELLS);
    uint64_t bit = (uint64_t)1 << any(64);
    BROKEN(page_cache[t].free, page_cache[t].free ^ bit, heap_audit());
    BROKEN(page_cache[t].free, 0, heap_audit());
    BROKEN(page_cache[t].base, p / 64 * 64, heap_audit());
    BROKEN(cache_count[t], any(SPAN_CACHE + 1), heap_audit());
    BROKEN(cache_record[k], any(SPANS), heap_audit());
}

/* What is handed out beneath the lock and out of a cache, the running thread's. */
static void drive_life(void) {
    uint32_t n = any(8) ? 1 + any(20) : any(PAGES + 20), kind = any(2) ? KIND_HEAP : any(KINDS + 1);
    uint32_t c = kind != KIND_HEAP && any(8) ? 0 : any(3) ? any(2) : any(SPAN_CLASSES + 2);
    uint32_t s = any(SPANS), p = any(3) ? span[s].base : any(PAGES + 2), t = any_thread();
    uint32_t its = any(4) ? span[s].kind : kind;
    refuse = any(3) ? 0 : 1 + any(3);
    os_refused = 0;
    self = 1 + any(THREADS + 1);
    switch (any(10)) {
    case 0:
    case 1:
        heap_alloc_span_locked(t, n, kind, c);
        break;
    case 2:
        heap_refill_locked(any(THREADS));
        break;
    case 3:
        if (any(3) == 0) {
            heap_flush_locked(any(THREADS));
        }
        break;
    case 4:
    case 5:
        heap_free_span_locked(t, p, its);
        break;
    case 6:
        heap_may_free(p, its);
        break;
    default:
        n = 1 + any(any(2) ? 3 : 17);
        if (self <= THREADS && heap_may_ask(n, kind, c) == HEAP_OK) {
            heap_alloc_cached(self - 1, n, kind, c);
        }
        break;
    }
    if (any(20) == 0) {
        heap_scavenge_locked(any(PAGES), any(3) > 0);
    }
    if (any(20) == 0) {
        memory_limit = any(3) ? 1 + any(PAGES) : 0;
        growth_goal = any(3) ? 1 + any(PAGES) : 0;
        index_next_gen();
    }
    if (any(6) == 0) {
        limit_growth(any(PAGES + 1));
        limit_background(any(PAGES));
        limit_obey(any(3) ? 0 : any(PAGES));
        heap_totals_locked();
    }
    refuse = 0;
    hold_spans();
    if (any(50) == 0) {
        forget_all();
    }
}

/* A run that only just fits, and one that would if it began with a physical page. */
static void show_fits(void) {
    forget_all();
    self = 1;
    heap_alloc_span_locked(THREADS, CHUNK_PAGES, KIND_WORKBUF, 0);
    heap_free_span_locked(THREADS, 0, KIND_WORKBUF);
    heap_alloc_span_locked(THREADS, CHUNK_PAGES - os_group, KIND_STACK, 0);
    forget_all();
    self = 1;
    heap_alloc_span_locked(THREADS, 1, KIND_WORKBUF, 0);
    heap_alloc_span_locked(THREADS, 4, KIND_WORKBUF, 0);
    heap_alloc_span_locked(THREADS, 1, KIND_WORKBUF, 0);
    heap_free_span_locked(THREADS, 1, KIND_WORKBUF);
    heap_alloc_span_locked(THREADS, 4, KIND_STACK, 0);
    heap_may_ask(0, KIND_HEAP, 0);
    heap_may_ask(PAGES + 1, KIND_HEAP, 0);
    forget_all();
    self = 1;
}

static void drive_heap(void) {
    uint32_t n = any(8) ? any(30) : any(PAGES + 20), kind = any(2) ? KIND_HEAP : any(KINDS + 1);
    uint32_t c = any(3) ? any(2) : any(SPAN_CLASSES + 2), s = any(SPANS);
    uint32_t p = any(3) ? span[s].base : any(PAGES + 2), its = any(4) ? span[s].kind : kind;
    refuse = any(3) ? 0 : 1 + any(3);
    os_refused = 0;
    self = 1 + any(any(4) ? THREADS : THREADS + 2); /* now and then one without caches */
    heap_enter_again();
    switch (any(10)) {
    case 0:
    case 1:
    case 2:
        heap_alloc(n, c);
        break;
    case 3:
    case 4:
        heap_alloc_manual(n, kind);
        break;
    case 5:
    case 6:
        heap_free(p);
        break;
    case 7:
        heap_free_manual(p, its);
        break;
    case 8:
        if (any(4) == 0) {
            heap_flush();
        }
        break;
    default:
        heap_free_span_locked(THREADS, p, its);
        break;
    }
    if (any(12) == 0) {
        refuse = any(2) ? 0 : 1 + any(2);
        heap_scavenge(any(3) ? (uint64_t)any(40 * PAGE_SIZE) : UINT64_MAX);
        heap_set_limit(any(3) ? 0 : any(PAGES * PAGE_SIZE + PAGE_SIZE));
        heap_set_goal(any(3) ? 0 : any(PAGES * PAGE_SIZE + PAGE_SIZE));
        heap_background(any(PAGES * PAGE_SIZE));
        heap_next_generation();
        heap_totals();
        heap_last_span();
    }
    refuse = 0;
    hold_spans();
    if (any(8) == 0) {
        heap_audit();
    }
    if (any(8) == 0) {
        break_heap();
        break_caches();
    }
    if (any(40) == 0) {
        forget_all();
    }
}

void drive(void) {
    self = 1;
#ifdef GROUP_PAGE
    for (int k = 0; k < 60; k++) {
        drive_bits();
    }
    for (int k = 0; k < 120; k++) {
        drive_chunk();
    }
    for (int k = 0; k < 400; k++) {
        show_around();
    }
#elif defined GROUP_TREE
    for (int k = 0; k < 200; k++) {
        drive_packed();
        drive_tree();
        if (k % 6 == 0) {
            break_tree();
        }
        if (k % 20 == 0) {
            show_runs();
        }
    }
    for (int k = 0; k < 400; k++) {
        show_around();
    }
#elif defined GROUP_MAPPED
    for (int k = 0; k < 150; k++) {
        drive_mapped();
    }
#elif defined GROUP_PAGES
    for (int k = 0; k < 250; k++) {
        drive_pages();
        if (k % 4 == 0) {
            break_pages();
        }
    }
    show_hints();
#elif defined GROUP_LISTS
    for (int k = 0; k < 100; k++) {
        drive_pool();
    }
    for (int k = 0; k < 300; k++) {
        drive_lists();
    }
    break_lists();
#elif defined GROUP_ARENA
    for (int k = 0; k < 150; k++) {
        drive_arena();
    }
#elif defined GROUP_SPECIAL
    for (int k = 0; k < 300; k++) {
        drive_special();
    }
    for (int k = 0; k < 100; k++) {
        show_swept();
    }
#elif defined GROUP_EMBEDDER
    for (int k = 0; k < 300; k++) {
        drive_embedder();
    }
#elif defined GROUP_GROW
    for (int k = 0; k < 150; k++) {
        drive_grow();
    }
#elif defined GROUP_CACHES
    for (int k = 0; k < 2000; k++) {
        drive_page_cache();
        if (k % 5 == 0) {
            break_page_cache();
        }
    }
    forget_all();
    for (int k = 0; k < 1000; k++) {
        drive_records();
    }
    show_records();
#elif defined GROUP_SLOTS
    for (int k = 0; k < 12; k++) {
        drive_slots();
        break_slots();
    }
#elif defined GROUP_CURSORS
    for (int k = 0; k < 200; k++) {
        drive_slot_cache();
    }
#elif defined GROUP_OBJECTS
    for (int k = 0; k < 300; k++) {
        drive_object();
    }
#elif defined GROUP_BLOCKS
    for (int k = 0; k < 300; k++) {
        drive_block();
    }
#elif defined GROUP_COLLECTOR
    for (int k = 0; k < 800; k++) {
        drive_sweep();
    }
    forget_all();
    for (int k = 0; k < 100; k++) {
        show_large();
    }
#elif defined GROUP_LIFE
    for (int k = 0; k < 2000; k++) {
        drive_life();
    }
    show_fits();
#else
    for (int k = 0; k < 400; k++) {
        drive_heap();
    }
#endif
}
