/* What is under the heap lock, for clang's -Wthread-safety: tests/locks/locks.py has clang include
 * this file in front of each source. gcc and Frama-C never see it, and no source knows of it.
 *
 * The rule: a function that is LOCKED here is called by who holds the heap lock, and by no other; a
 * table that is GUARDED is read and written by who holds it. A function that is APART is called by
 * who does not hold it: it may take it (its contract says `requires apart: heap_held == 0`). A
 * function that is FREE may be called either way: it looks at numbers alone, at what is the
 * thread's own, or at atomic cells. A table that is OWNED is a thread's own, entry by entry, or
 * constant: the lock has nothing to do with it.
 *
 * Each function and table of src/page, src/span and src/heap stands here, or the test fails, with
 * each function that is apart of src/object. An audit is asked at a quiet point, which stands for
 * the lock (src/heap/audit.h): whoever calls heap_audit sees to it. */
#ifndef CAIRN_TEST_LOCKS_H
#define CAIRN_TEST_LOCKS_H

#include "heap/audit.h"
#include "heap/heap.h"
#include "heap/heap_special.h"
#include "object/block_parts.h"
#include "object/sweep.h"
#include "object/sweep_span.h"
#include "page/candidate.h"
#include "page/pages_change.h"
#include "span/special_list.h"

struct __attribute__((capability("heap lock"))) heap_capability {
    int none;
};
extern struct heap_capability heap;

#define NEEDS      __attribute__((requires_capability(heap)))
#define ACQUIRES   __attribute__((acquire_capability(heap)))
#define RELEASES   __attribute__((release_capability(heap)))
#define LOCKED(F)  extern __typeof__(F) F NEEDS
#define APART(F)   extern __typeof__(F) F __attribute__((locks_excluded(heap)))
#define GUARDED(T) extern __typeof__(T) T __attribute__((guarded_by(heap)))
#define FREE(F)    extern __typeof__(F) F
#define OWNED(T)   extern __typeof__(T) T

extern __typeof__(heap_lock) heap_lock ACQUIRES;
extern __typeof__(heap_unlock) heap_unlock RELEASES;
extern __typeof__(heap_lock_in_child) heap_lock_in_child RELEASES;

/* src/page/bits.h */
FREE(bits_not);
FREE(bits_and);
FREE(bits_or);
FREE(bits_shift);
FREE(bits_below);
FREE(bits_mask);
FREE(bits_set);
FREE(bits_clear);
FREE(bits_set_one);
FREE(bits_clear_one);
FREE(bits_test);
FREE(bits_lowest);
FREE(bits_highest);
FREE(bits_low_run);
FREE(bits_high_run);
FREE(bits_count);
FREE(bits_runs);
FREE(bits_find_run);
FREE(bits_longest_run);

/* src/page/candidate.h */
LOCKED(candidate_find);

/* src/page/chunk.h */
GUARDED(page_free);
GUARDED(page_released);
LOCKED(chunk_alloc_range);
LOCKED(chunk_free_range);
LOCKED(chunk_alloc_all);
LOCKED(chunk_free_all);
LOCKED(chunk_release_range);
LOCKED(chunk_find);
LOCKED(chunk_count_free);
LOCKED(chunk_count_released);
LOCKED(chunk_run_around);
LOCKED(chunk_summarize);
LOCKED(chunk_audit);

/* src/page/audit_note.h */
GUARDED(audit_note);
LOCKED(audit_fails);

/* src/page/mapped.h */
GUARDED(chunk_mapped);
GUARDED(mapped_range);
GUARDED(mapped_ranges);
LOCKED(mapped_add);
LOCKED(mapped_from);
LOCKED(mapped_audit);

/* src/page/page_cache.h */
OWNED(page_cache);
LOCKED(page_cache_refill);
LOCKED(page_cache_flush);
LOCKED(page_cache_audit);
FREE(page_cache_alloc);

/* src/page/pages.h */
GUARDED(search_left);
GUARDED(total_mapped);
GUARDED(total_free);
GUARDED(total_released);
LOCKED(pages_find);
LOCKED(pages_search);
LOCKED(pages_alloc);
LOCKED(pages_lower_hint);
LOCKED(pages_free);
LOCKED(pages_release);
LOCKED(pages_grow);
LOCKED(pages_take_word);
LOCKED(pages_give_word);
LOCKED(pages_audit);

/* src/page/pages_change.h */
LOCKED(pages_take);
LOCKED(pages_give);
FREE(pages_in_chunk);

/* src/page/scavenge.h */
LOCKED(pages_scavenge);

/* src/page/scavenge_index.h */
GUARDED(scavenge_chunk);
GUARDED(scavenge_search);
GUARDED(free_high);
GUARDED(scavenge_gen);
LOCKED(index_alloc);
LOCKED(index_free);
LOCKED(index_next_gen);
LOCKED(index_set_empty);
LOCKED(index_find);
LOCKED(index_audit);
FREE(chunk_in_use);
FREE(chunk_last_in_use);
FREE(chunk_flags);
FREE(chunk_gen);
FREE(chunk_record);

/* src/page/summary.h */
GUARDED(summary);
LOCKED(summary_update);
LOCKED(summary_keeps);
LOCKED(summary_find);
LOCKED(summary_audit);
FREE(packed_start);
FREE(packed_max);
FREE(packed_end);
FREE(summary_pack);

/* src/span/arena.h */
GUARDED(page_specials);
LOCKED(arena_set_special);
LOCKED(arena_clear_special);
LOCKED(arena_has_special);
LOCKED(arena_audit);
FREE(arena_set_span);
FREE(span_of);
FREE(span_of_heap);
FREE(alloc_needs_zero);
FREE(arena_set_in_use);
FREE(arena_clear_in_use);
FREE(arena_is_in_use);

/* src/span/size_class.h */
OWNED(class_size);
OWNED(class_pages);
OWNED(class_slots);
FREE(size_class);
FREE(block_class);
FREE(slot_size);
FREE(slot_count);
FREE(slot_magic);
FREE(slot_of);

/* src/span/span.h */
FREE(span_class_fits);
FREE(span_init);

/* src/span/span_cache.h */
OWNED(cache_record);
OWNED(cache_count);
OWNED(cache_cell);
LOCKED(span_cache_refill);
LOCKED(span_cache_take);
LOCKED(span_cache_give);
LOCKED(span_cache_left);
LOCKED(span_cache_audit);
FREE(span_cache_pop);

/* src/span/span_list.h */
OWNED(span_link);
OWNED(span_list);
LOCKED(span_list_audit);
FREE(span_list_init);
FREE(span_list_is_empty);
FREE(span_list_insert);
FREE(span_list_insert_back);
FREE(span_list_remove);
FREE(span_list_take_all);

/* src/span/span_pool.h */
GUARDED(pool_stack);
GUARDED(pool_place);
GUARDED(pool_count);
GUARDED(pool_made);
LOCKED(span_pool_alloc);
LOCKED(span_pool_free);
LOCKED(span_pool_is_empty);
LOCKED(span_pool_has_taken);
LOCKED(span_pool_audit);

/* src/span/special.h */
GUARDED(special);
GUARDED(special_head);
GUARDED(special_made);
GUARDED(special_last_due);
GUARDED(special_births);
GUARDED(special_met);
LOCKED(special_before);
LOCKED(special_find);
LOCKED(special_add);
LOCKED(special_remove);
LOCKED(special_is);
LOCKED(special_remove_named);
LOCKED(special_release);
LOCKED(special_sweep);
LOCKED(special_take_due);
LOCKED(special_audit);

/* src/span/special_kinds.h */
LOCKED(special_pin);
LOCKED(special_unpin);
LOCKED(special_place);

/* src/span/special_list.h */
LOCKED(special_in_use);
LOCKED(special_behind);
LOCKED(special_move);

/* src/heap/audit.h */
LOCKED(heap_flaw);
LOCKED(heap_audit);

/* src/heap/grow.h */
GUARDED(arena_hint);
GUARDED(hint_first);
GUARDED(hint_count);
GUARDED(current_low);
GUARDED(current_high);
LOCKED(heap_add_hint);
LOCKED(heap_grow);

/* src/heap/heap.h */
APART(heap_enter);
APART(heap_enter_again);
APART(heap_alloc);
APART(heap_alloc_manual);
APART(heap_free);
APART(heap_free_manual);
APART(heap_flush);
APART(heap_scavenge);
APART(heap_next_generation);
APART(heap_background);
APART(heap_set_limit);
APART(heap_set_goal);
APART(heap_last_span);
APART(heap_totals);

/* src/heap/heap_cached.h */
LOCKED(heap_refill_locked);
LOCKED(heap_flush_locked);
FREE(heap_alloc_cached);

/* src/heap/heap_locked.h */
LOCKED(heap_alloc_span_locked);
LOCKED(heap_may_free);
LOCKED(heap_free_span_locked);
LOCKED(heap_scavenge_locked);
FREE(heap_may_ask);
FREE(heap_alignment);

/* src/heap/heap_special.h */
APART(heap_add_special);
APART(heap_find_special);
APART(heap_remove_special);
APART(heap_special_place);
APART(heap_remove_named);
APART(heap_pin);
APART(heap_unpin);
APART(heap_end_object);
APART(heap_has_specials);
APART(heap_sweep_objects);
APART(heap_take_due);

/* src/heap/life.h */
LOCKED(heap_end_span);
FREE(heap_begin_span);

/* src/heap/limit.h */
GUARDED(memory_limit);
GUARDED(growth_goal);
LOCKED(limit_growth);
LOCKED(limit_obey);
LOCKED(limit_background);

/* src/heap/stats.h */
LOCKED(heap_totals_locked);

/* src/object/block.h */
APART(block_alloc);
APART(block_calloc);
APART(block_alloc_aligned);
APART(block_alloc_posix);
APART(block_alloc_rounded);
APART(block_alloc_page);
APART(block_alloc_pages);
APART(block_realloc);
APART(block_free);
APART(block_give);
APART(block_free_aligned_sized);
APART(block_free_sized);
APART(block_bytes);
APART(block_flush);

/* src/object/block_parts.h */
FREE(block_none);
FREE(block_answer);
APART(block_room);

/* src/object/large.h */
APART(large_alloc);
APART(large_free);
APART(large_drop);

/* src/object/kept.h */
APART(kept_give_back);
APART(kept_add);
APART(kept_take);
APART(kept_release);
APART(kept_flush);
APART(kept_flush_pages);

/* src/object/object.h */
APART(object_alloc);
APART(object_take);
APART(object_alloc_aligned);
APART(object_free);
APART(object_give);
APART(object_look);
APART(object_collect);
APART(object_bytes);
APART(object_needs_zero);

/* src/object/slot_cache.h */
APART(slot_cache_enter);
APART(slot_cache_enter_again);
APART(slot_cache_alloc);
APART(slot_cache_free);
APART(slot_cache_free_word);
APART(slot_settle);
APART(slot_cache_collect);

/* src/object/sweep_span.h */
APART(sweep_span);
APART(sweep_large);
APART(sweep_give_back);
APART(sweep_give_back_alone);
APART(sweep_go_on);
APART(sweep_last_span);
APART(sweep_slots);

/* src/object/sweep.h */
APART(sweep_enter);
APART(sweep_born);
APART(sweep_alloc);
APART(sweep_begin);
APART(sweep_mark);
APART(sweep_marked);
APART(sweep_at);
APART(sweep_pages);
APART(sweep_release);

#endif
