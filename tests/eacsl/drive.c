/* What the instrumented program does: every public function of every module, some hundred calls. */
extern int group;
int drive(void);

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
    case 0: return 0;
    case 1: return ~(uint64_t)0;
    case 2: return w & w << 1;
    case 3: return w | w << 1 | w << 2;
    case 4: return ~(uint64_t)0 << any(64) >> any(64);
    default: return w;
    }
}

static void drive_bits(void) {
    for (int k = 0; k < 60; k++) {
        uint64_t a = any_word(), b = any_word();
        uint32_t i = any(65), n = any(65 - i);
        bits_not(a);
        bits_and(a, b);
        bits_or(a, b);
        bits_shift(a, any(64));
        bits_below(i);
        bits_mask(i, n);
        bits_set(a, i, n);
        bits_clear(a, i, n);
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
}

static void drive_chunk(void) {
    for (int k = 0; k < 100; k++) {
        uint32_t c = any(CHUNKS), i = any(CHUNK_PAGES + 1), n = any(CHUNK_PAGES + 1 - i);
        switch (any(6)) {
        case 0: chunk_alloc_range(c, i, n); break;
        case 1: chunk_free_range(c, i, n); break;
        case 2: any(4) == 0 ? chunk_alloc_all(c) : (void)chunk_alloc_range(c, i, n % 9); break;
        case 3: any(4) == 0 ? chunk_free_all(c) : chunk_free_range(c, i, n % 9); break;
        case 4: any(4) == 0 ? chunk_release_all(c) : (void)0; break;
        default: break;
        }
        chunk_find(c, any(4) ? any(20) : any(CHUNK_PAGES + 3), any(3) ? 0 : i);
        chunk_count_free(c, i, n);
        chunk_count_released(c, i, n);
        chunk_summarize(c);
        chunk_audit(c);
    }
}

int drive(void) {
    if (group == 0) {
        drive_bits();
        drive_chunk();
    }
    return 0;
}
