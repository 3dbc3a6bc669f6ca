/* The reader, the evaluator and the printer. A local variable is no root: what a function makes is
 * on the stack of roots until it returns (store_leave), what it is given its caller keeps. */
#include "lisp.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All symbols, in a list that is the first root. A symbol's values: what it is globally, and which
 * primitive it is, if any. */
enum { IS = 0, WHICH = 1, SYMBOLS_ROOT = 0 };

static value quote, if_, define, set, lambda, let, begin;
static const char *next; /* what is to be read */
static char out[4096];
static size_t out_size;

_Noreturn void lisp_fail(const char *why) {
    printf("lisp: %s\n", why);
    exit(1);
}

value lisp_car(value v) {
    if (!is(v, CONS)) {
        lisp_fail("a list is wanted");
    }
    return cell_of(v)->at[0];
}

value lisp_cdr(value v) {
    if (!is(v, CONS)) {
        lisp_fail("a list is wanted");
    }
    return cell_of(v)->at[1];
}

/* The two are roots, or else reached from one. */
value lisp_cons(value car, value cdr) {
    value cons = store_make(CONS, 2, 0);
    cell_of(cons)->at[0] = car;
    cell_of(cons)->at[1] = cdr;
    return cons;
}

value lisp_symbol(const char *name, uint32_t length) {
    for (value v = store_stack[SYMBOLS_ROOT]; v != NIL; v = lisp_cdr(v)) {
        struct cell *symbol = cell_of(lisp_car(v));
        if (symbol->bytes == length && memcmp(&symbol->at[2], name, length) == 0) {
            return lisp_car(v);
        }
    }
    uint32_t frame = store_top;
    value symbol = store_make(SYMBOL, 2, length);
    cell_of(symbol)->at[IS] = UNBOUND;
    memcpy(&cell_of(symbol)->at[2], name, length);
    store_stack[SYMBOLS_ROOT] = lisp_cons(symbol, store_stack[SYMBOLS_ROOT]);
    store_top = frame;
    return symbol;
}

void lisp_begin(void) {
    static const char *const words[] = {"quote", "if", "define", "set!", "lambda", "let", "begin"};
    value *const symbol[] = {&quote, &if_, &define, &set, &lambda, &let, &begin};
    const char *name;
    store_push(NIL);
    for (uint32_t i = 0; i < 7; i++) {
        *symbol[i] = lisp_symbol(words[i], (uint32_t)strlen(words[i]));
    }
    for (uint32_t i = 0; (name = lisp_primitive_name(i)) != NULL; i++) {
        value primitive = lisp_symbol(name, (uint32_t)strlen(name));
        cell_of(primitive)->at[WHICH] = number(i);
        cell_of(primitive)->at[IS] = primitive;
    }
    value nil = lisp_symbol("nil", 3), t = lisp_symbol("t", 1);
    cell_of(nil)->at[IS] = NIL;
    cell_of(t)->at[IS] = TRUE;
}

void lisp_end(void) {
    store_top = 0;
}

static void skip_blanks(void) {
    next += strspn(next, " \n");
}

static value read_form(void);

/* The rest of a list, up to its bracket: the cells are made in order, each hung behind the last. */
static value read_list(void) {
    uint32_t frame = store_top;
    value head = lisp_cons(NIL, NIL), last = head;
    for (skip_blanks(); *next != ')'; skip_blanks()) {
        uint32_t inner = store_top;
        value cell = lisp_cons(read_form(), NIL);
        cell_of(last)->at[1] = cell;
        last = cell;
        store_top = inner;
    }
    next++;
    return store_leave(frame, lisp_cdr(head));
}

static value read_form(void) {
    skip_blanks();
    if (*next == 0) {
        lisp_fail("the text ends too early");
    }
    if (*next == '(') {
        next++;
        return read_list();
    }
    if (*next == '\'') {
        next++;
        uint32_t frame = store_top;
        value form = lisp_cons(read_form(), NIL);
        return store_leave(frame, lisp_cons(quote, form));
    }
    char *end;
    long long n = strtoll(next, &end, 10);
    size_t length = strcspn(next, " \n()'");
    value v = end == next + length ? number(n) : lisp_symbol(next, (uint32_t)length);
    next += length;
    return v;
}

/* Where a symbol's value is: in the environment, a list of pairs, or its own. */
static value *variable(value symbol, value environment) {
    for (value e = environment; e != NIL; e = cell_of(e)->at[1]) {
        struct cell *pair = cell_of(cell_of(e)->at[0]);
        if (pair->at[0] == symbol) {
            return &pair->at[1];
        }
    }
    return &cell_of(symbol)->at[IS];
}

static value look_up(value symbol, value environment) {
    value v = *variable(symbol, environment);
    if (v == UNBOUND) {
        printf("%.*s: ", (int)cell_of(symbol)->bytes, (char *)&cell_of(symbol)->at[2]);
        lisp_fail("not defined");
    }
    return v;
}

static value evaluate(value form, value environment);

/* The values of all forms of a list, in a new one. */
static value evaluate_all(value forms, value environment) {
    uint32_t frame = store_top;
    value head = NIL, last = NIL;
    for (; forms != NIL; forms = lisp_cdr(forms)) {
        uint32_t inner = store_top;
        value cell = lisp_cons(evaluate(lisp_car(forms), environment), NIL);
        if (head == NIL) {
            head = last = store_leave(frame, cell);
        } else {
            cell_of(last)->at[1] = cell;
            last = cell;
            store_top = inner;
        }
    }
    return store_leave(frame, head);
}

/* An environment with one variable more, or several: the names and values of two lists. */
static value extend(value environment, value name, value v) {
    return lisp_cons(lisp_cons(name, v), environment);
}

static value bind(value names, value values, value environment) {
    for (; names != NIL; names = lisp_cdr(names), values = lisp_cdr(values)) {
        environment = extend(environment, lisp_car(names), lisp_car(values));
    }
    return environment;
}

static value let_all(value bindings, value environment) {
    value inner = environment;
    for (; bindings != NIL; bindings = lisp_cdr(bindings)) {
        value binding = lisp_car(bindings);
        value v = evaluate(lisp_car(lisp_cdr(binding)), environment);
        inner = extend(inner, lisp_car(binding), v);
    }
    return inner;
}

static value assign(value form, value environment, int is_global) {
    value symbol = lisp_car(lisp_cdr(form));
    value v = evaluate(lisp_car(lisp_cdr(lisp_cdr(form))), environment);
    return *(is_global ? &cell_of(symbol)->at[IS] : variable(symbol, environment)) = v;
}

static value closure(value form, value environment) {
    value v = store_make(CLOSURE, 3, 0);
    cell_of(v)->at[0] = lisp_car(lisp_cdr(form));
    cell_of(v)->at[1] = lisp_cdr(lisp_cdr(form));
    cell_of(v)->at[2] = environment;
    return v;
}

/* The forms of a body but for the last, which is returned to be evaluated in the caller's place. */
static value all_but_last(value forms, value environment) {
    for (; lisp_cdr(forms) != NIL; forms = lisp_cdr(forms)) {
        uint32_t frame = store_top;
        evaluate(lisp_car(forms), environment);
        store_top = frame;
    }
    return lisp_car(forms);
}

/* The special forms that have a value at once; else UNBOUND. */
static value special(value operator, value form, value environment) {
    if (operator== quote) {
        return lisp_car(lisp_cdr(form));
    }
    if (operator== define || operator== set) {
        return assign(form, environment, operator== define);
    }
    return operator== lambda ? closure(form, environment) : UNBOUND;
}

/* A call, or let: what is to be evaluated in its place, in which environment. A primitive's call
 * has its value at once: then the form is UNBOUND. */
struct step {
    value form, environment;
};

static struct step call(value form, value environment) {
    value all = evaluate_all(form, environment), function = lisp_car(all);
    if (is(function, SYMBOL)) {
        uint32_t which = (uint32_t)number_of(cell_of(function)->at[WHICH]);
        return (struct step){UNBOUND, lisp_primitive(which, lisp_cdr(all))};
    }
    if (!is(function, CLOSURE)) {
        lisp_fail("no function");
    }
    struct cell *it = cell_of(function);
    value inner = bind(it->at[0], lisp_cdr(all), it->at[2]);
    return (struct step){all_but_last(it->at[1], inner), inner};
}

static struct step step(value form, value environment) {
    value operator= lisp_car(form), rest = lisp_cdr(form);
    if (operator== if_) {
        value condition = evaluate(lisp_car(rest), environment);
        rest = condition != NIL ? lisp_cdr(rest) : lisp_cdr(lisp_cdr(rest));
        return (struct step){rest == NIL ? NIL : lisp_car(rest), environment};
    }
    if (operator== begin) {
        return (struct step){all_but_last(rest, environment), environment};
    }
    if (operator== let) {
        value inner = let_all(lisp_car(rest), environment);
        return (struct step){all_but_last(lisp_cdr(rest), inner), inner};
    }
    value v = special(operator, form, environment);
    return v != UNBOUND ? (struct step){UNBOUND, v} : call(form, environment);
}

static value evaluate(value form, value environment) {
    uint32_t frame = store_top;
    while (is(form, CONS)) {
        struct step now = step(form, environment);
        store_top = frame;
        store_push(now.form);
        store_push(now.environment);
        if (now.form == UNBOUND) {
            return store_leave(frame, now.environment);
        }
        form = now.form;
        environment = now.environment;
    }
    return store_leave(frame, is(form, SYMBOL) ? look_up(form, environment) : form);
}

static void write_text(const char *text, size_t length) {
    if (out_size + length >= sizeof out) {
        lisp_fail("too much to write");
    }
    memcpy(out + out_size, text, length);
    out_size += length;
    out[out_size] = 0;
}

static void write_form(value v) {
    char text[24];
    if (is_number(v)) {
        write_text(text, (size_t)snprintf(text, sizeof text, "%lld", (long long)number_of(v)));
    } else if (v == NIL || v == TRUE) {
        write_text(v == NIL ? "nil" : "t", v == NIL ? 3 : 1);
    } else if (is(v, CONS)) {
        write_text("(", 1);
        for (; is(v, CONS); v = lisp_cdr(v)) {
            write_form(lisp_car(v));
            write_text(" ", lisp_cdr(v) != NIL);
        }
        write_text(")", 1);
    } else {
        struct cell *cell = cell_of(v);
        write_text((const char *)&cell->at[cell->values], cell->bytes);
    }
}

const char *lisp_run(const char *text) {
    uint32_t frame = store_top;
    next = text;
    out_size = 0;
    value v = NIL;
    for (skip_blanks(); *next != 0; skip_blanks()) {
        store_top = frame;
        v = evaluate(read_form(), NIL);
    }
    write_form(v);
    store_top = frame;
    return out;
}
