/* A small Lisp on the store: numbers, symbols, lists, closures, vectors, strings, ports; quote, if,
 * define, set!, lambda, let, begin, and calls, whose last one takes no stack. */
#ifndef COLLECTOR_LISP_H
#define COLLECTOR_LISP_H

#include "store.h"

/* Makes the symbols anew; forgets them and all that was defined, and every root. */
void lisp_begin(void);
void lisp_end(void);

/* Reads the forms of a text one by one and evaluates them. Returns the last one's value, written
 * out: in a buffer that the next call writes to. */
const char *lisp_run(const char *text);

/* Whatever the program does wrong ends it. */
_Noreturn void lisp_fail(const char *why);

/* The symbol of this name. */
value lisp_symbol(const char *name, uint32_t length);

/* A list's first, and the rest; a new one. */
value lisp_car(value v);
value lisp_cdr(value v);
value lisp_cons(value car, value cdr);

/* The built-in functions, by number: what each is called, and a call. The arguments are roots. */
const char *lisp_primitive_name(uint32_t i);
value lisp_primitive(uint32_t i, value arguments);

#endif
