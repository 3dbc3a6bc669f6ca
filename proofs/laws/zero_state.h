/* The tables as a program finds them: all zero. */
#ifndef CAIRN_LAWS_ZERO_H
#define CAIRN_LAWS_ZERO_H

#include "page/pages.h"

/*@ predicate PagesZero{L} =
      (\forall integer k; 0 <= k < PAGE_WORDS ==> page_free[k] == 0 && page_released[k] == 0) &&
      (\forall integer c; 0 <= c < CHUNKS ==> chunk_mapped[c] == 0) &&
      (\forall integer k; 0 <= k < SUMMARIES ==> summary[k] == 0) &&
      mapped_ranges == 0 && search_left == 0 &&
      total_mapped == 0 && total_free == 0 && total_released == 0 &&
      (\forall integer c; 0 <= c < CHUNKS ==> scavenge_chunk[c] == 0) &&
      scavenge_search[0].end == 0 && scavenge_search[1].end == 0 && free_high == 0;
 */

/* All tables zero is the empty page heap. */
/*@ requires zero: PagesZero;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures pages: Pages;
 */
void law_pages_zero(void);

#endif
