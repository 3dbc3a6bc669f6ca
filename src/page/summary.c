#include "page/summary.h"

uint64_t summary[SUMMARIES];
