#include "span/span_list.h"
