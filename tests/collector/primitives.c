/* What the Lisp can do besides calling its own functions. */
#include "lisp.h"
#include <stdio.h>
#include <string.h>

static char *text_of(value string) {
    return (char *)&cell_of(string)->at[cell_of(string)->values];
}

static value argument(value list, uint32_t i) {
    for (; i > 0; i--) {
        list = lisp_cdr(list);
    }
    return lisp_car(list);
}

static int64_t numeric(value list, uint32_t i) {
    value v = argument(list, i);
    if (!is_number(v)) {
        lisp_fail("a number is wanted");
    }
    return number_of(v);
}

static value truth(int condition) {
    return condition ? TRUE : NIL;
}

static value typed(value list, uint32_t i, enum type type) {
    value v = argument(list, i);
    if (!is(v, type)) {
        lisp_fail("a value of another type is wanted");
    }
    return v;
}

static value add_numbers(value a) {
    int64_t sum = 0;
    for (; a != NIL; a = lisp_cdr(a)) {
        sum += numeric(a, 0);
    }
    return number(sum);
}

static value set_car(value a) {
    return cell_of(typed(a, 0, CONS))->at[0] = argument(a, 1);
}

static value set_cdr(value a) {
    return cell_of(typed(a, 0, CONS))->at[1] = argument(a, 1);
}

static value make_vector(value a) {
    int64_t n = numeric(a, 0);
    if (n < 0 || n > LARGEST) {
        lisp_fail("a vector that is too large");
    }
    value vector = store_make(VECTOR, (uint32_t)n, 0);
    for (int64_t i = 0; i < n; i++) {
        cell_of(vector)->at[i] = argument(a, 1);
    }
    return vector;
}

static value *element(value a) {
    struct cell *vector = cell_of(typed(a, 0, VECTOR));
    int64_t i = numeric(a, 1);
    if (i < 0 || i >= vector->values) {
        lisp_fail("no such element");
    }
    return &vector->at[i];
}

static value string_append(value a) {
    value one = typed(a, 0, STRING), two = typed(a, 1, STRING);
    uint32_t first = cell_of(one)->bytes, second = cell_of(two)->bytes;
    value both = store_make(STRING, 0, first + second);
    memcpy(text_of(both), text_of(one), first);
    memcpy(text_of(both) + first, text_of(two), second);
    return both;
}

static value number_string(value a) {
    char text[24];
    int length = snprintf(text, sizeof text, "%lld", (long long)numeric(a, 0));
    value string = store_make(STRING, 0, (uint32_t)length);
    memcpy(text_of(string), text, (size_t)length);
    return string;
}

static value string_sum(value a) {
    struct cell *string = cell_of(typed(a, 0, STRING));
    int64_t sum = 0;
    for (uint32_t i = 0; i < string->bytes; i++) {
        sum = (sum * 31 + (unsigned char)text_of(argument(a, 0))[i]) % 1000003;
    }
    return number(sum);
}

static const char *const names[] = {
    "+",           "-",          "*",           "quotient",    "remainder",     "<",
    "=",           "eq?",        "cons",        "car",         "cdr",           "set-car!",
    "set-cdr!",    "null?",      "pair?",       "make-vector", "vector-ref",    "vector-set!",
    "vector-size", "string-sum", "string-size", "string-join", "number-string", "open"};

const char *lisp_primitive_name(uint32_t i) {
    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

static value arithmetic(uint32_t i, value a) {
    int64_t x = numeric(a, 0), y = numeric(a, 1);
    if ((i == 3 || i == 4) && y == 0) {
        lisp_fail("a division by 0");
    }
    switch (i) {
    case 1:
        return number(x - y);
    case 2:
        return number(x * y);
    case 3:
        return number(x / y);
    case 4:
        return number(x % y);
    case 5:
        return truth(x < y);
    default:
        return truth(x == y);
    }
}

static value on_lists(uint32_t i, value a) {
    switch (i) {
    case 7:
        return truth(argument(a, 0) == argument(a, 1));
    case 8:
        return lisp_cons(argument(a, 0), argument(a, 1));
    case 9:
        return lisp_car(argument(a, 0));
    case 10:
        return lisp_cdr(argument(a, 0));
    case 11:
        return set_car(a);
    case 12:
        return set_cdr(a);
    case 13:
        return truth(argument(a, 0) == NIL);
    default:
        return truth(is(argument(a, 0), CONS));
    }
}

value lisp_primitive(uint32_t i, value a) {
    if (i == 0) {
        return add_numbers(a);
    }
    if (i < 15) {
        return i < 7 ? arithmetic(i, a) : on_lists(i, a);
    }
    switch (i) {
    case 15:
        return make_vector(a);
    case 16:
        return *element(a);
    case 17:
        return *element(a) = argument(a, 2);
    case 18:
        return number(cell_of(typed(a, 0, VECTOR))->values);
    case 19:
        return string_sum(a);
    case 20:
        return number(cell_of(typed(a, 0, STRING))->bytes);
    case 21:
        return string_append(a);
    case 22:
        return number_string(a);
    default:
        return store_open(numeric(a, 0));
    }
}
