/* What is emptied can be filled again. */
#include "page/cell.h"

/*@ terminates \true;
    exits \false;
    assigns cell[0 .. CELLS - 1];
    ensures full: Full(0);
 */
void fill_after_empty(void) {
    cell_empty(CELLS);
    cell_fill(0);
}
