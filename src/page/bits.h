#include "../../specs/bits.acsl"
