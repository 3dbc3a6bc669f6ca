/* A false claim: filling a cell leaves another one empty that nothing was said of. */
#include "page/cell.h"

/*@ terminates \true;
    exits \false;
    assigns cell[0 .. CELLS - 1];
    ensures never: !Full(1);
 */
void fill_empties(void) {
    cell_fill(0);
}
