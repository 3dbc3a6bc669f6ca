/* The Lisp programs that test_lisp.c runs. Each ends with the value that is compared; %d stands for
 * how much it is to do. */
#ifndef COLLECTOR_PROGRAMS_H
#define COLLECTOR_PROGRAMS_H

static const char library[] =
    "(define random (lambda (x) (remainder (+ (* x 1103515245) 12345) 2147483648)))"
    "(define hash (lambda (l h)"
    "  (if (null? l) h (hash (cdr l) (remainder (+ (* h 31) (car l)) 1000003)))))"
    "(define onto (lambda (a b) (if (null? a) b (onto (cdr a) (cons (car a) b)))))"
    "(define randoms (lambda (n x l)"
    "  (if (= n 0) l (randoms (- n 1) (random x) (cons (random x) l)))))"
    "(define count (lambda (l n) (if (null? l) n (count (cdr l) (+ n 1)))))";

static const char fib[] = "(define fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))"
                          "(fib %d)";

static const char sort[] =
    "(define merge (lambda (a b l)"
    "  (if (null? a) (onto l b) (if (null? b) (onto l a)"
    "    (if (< (car b) (car a)) (merge a (cdr b) (cons (car b) l))"
    "      (merge (cdr a) b (cons (car a) l)))))))"
    "(define split (lambda (l a b) (if (null? l) (cons a b) (split (cdr l) (cons (car l) b) a))))"
    "(define sort (lambda (l) (if (null? l) l (if (null? (cdr l)) l"
    "  (let ((halves (split l nil nil)))"
    "    (merge (sort (car halves)) (sort (cdr halves)) nil))))))"
    "(define kept (sort (randoms %d 1 nil)))"
    "(hash kept 7)";

/* A bank: now and then somebody comes, and waits until the one counter is free. A queue is two
 * lists; the result is how many were served, and how long they waited together. */
static const char bank[] =
    "(define put (lambda (q v) (cons (car q) (cons v (cdr q)))))"
    "(define turn (lambda (q) (if (null? (car q)) (cons (onto (cdr q) nil) nil) q)))"
    "(define bank (lambda (time end x q busy served waited)"
    "  (if (= time end) (cons served (cons waited nil))"
    "    (let ((y (random x)) (come (= (remainder (quotient x 65536) 3) 0)))"
    "      (let ((r (turn (if come (put q time) q))) (z (random y)))"
    "        (if (< 0 busy) (bank (+ time 1) end z r (- busy 1) served waited)"
    "          (if (null? (car r)) (bank (+ time 1) end z r 0 served waited)"
    "            (bank (+ time 1) end z (cons (cdr (car r)) (cdr r))"
    "              (remainder (quotient y 65536) 4) (+ served 1)"
    "              (+ waited (- time (car (car r)))))))))))) "
    "(bank 0 %d 1 (cons nil nil) 0 0 0)";

/* A tree of vectors: key, how often, the lesser ones, the greater ones. */
static const char tree[] =
    "(define node (lambda (key) (let ((n (make-vector 4 nil)))"
    "  (vector-set! n 0 key) (vector-set! n 1 1) n)))"
    "(define insert (lambda (n key) (if (= key (vector-ref n 0))"
    "  (vector-set! n 1 (+ 1 (vector-ref n 1)))"
    "  (let ((side (if (< key (vector-ref n 0)) 2 3)))"
    "    (if (null? (vector-ref n side)) (vector-set! n side (node key))"
    "      (insert (vector-ref n side) key))))))"
    "(define insert-all (lambda (n keys) (if (null? keys) n (begin"
    "  (insert n (remainder (quotient (car keys) 1024) 5000)) (insert-all n (cdr keys))))))"
    "(define pairs (lambda (n l) (if (null? n) l (pairs (vector-ref n 2)"
    "  (cons (vector-ref n 0) (cons (vector-ref n 1) (pairs (vector-ref n 3) l)))))))"
    "(define root (insert-all (node 2500) (randoms %d 99 nil)))"
    "(let ((all (pairs root nil))) (cons (count all 0) (cons (hash all 0) nil)))";

static const char queens[] =
    "(define safe (lambda (q d qs) (if (null? qs) t (if (= (car qs) q) nil"
    "  (if (= (car qs) (+ q d)) nil (if (= (car qs) (- q d)) nil"
    "    (safe q (+ d 1) (cdr qs))))))))"
    "(define place (lambda (row n q qs) (if (= q n) 0"
    "  (+ (if (safe q 1 qs) (if (= row (- n 1)) 1 (place (+ row 1) n 0 (cons q qs))) 0)"
    "    (place row n (+ q 1) qs)))))"
    "(place 0 %d 0 nil)";

/* A string grows by the digits of one number after the other, and begins anew when it is long. */
static const char strings[] =
    "(define grow (lambda (i end s sum) (if (= i end)"
    "  (cons sum (cons (string-size s) (cons (string-sum s) nil)))"
    "  (let ((longer (string-join s (number-string i))))"
    "    (if (< 30000 (string-size longer)) (grow (+ i 1) end (number-string i)"
    "        (+ sum (string-sum longer)))"
    "      (grow (+ i 1) end longer (+ sum (string-size longer))))))))"
    "(grow 0 %d (number-string 7) 0)";

/* How many primes there are below n, for n of many sizes, all together. */
static const char sieve[] =
    "(define strike (lambda (v i step) (if (< i (vector-size v))"
    "  (begin (vector-set! v i nil) (strike v (+ i step) step)) nil)))"
    "(define primes (lambda (v i n) (if (< i (vector-size v)) (if (null? (vector-ref v i))"
    "    (primes v (+ i 1) n) (begin (strike v (+ i i) i) (primes v (+ i 1) (+ n 1)))) n)))"
    "(define all (lambda (n sum) (if (< n 4000)"
    "  (all (+ n 3 (quotient n 3)) (+ sum (primes (make-vector n t) 2 0))) sum)))"
    "(define again (lambda (k sum) (if (= k 0) sum (again (- k 1) (+ sum (all 3 0))))))"
    "(again %d 0)";

/* A stream is a value and a function that gives the rest: of all numbers each prime strikes its
 * multiples out of what comes after it. */
static const char streams[] =
    "(define from (lambda (n) (cons n (lambda () (from (+ n 1))))))"
    "(define rest (lambda (s) ((cdr s))))"
    "(define without (lambda (p s) (if (= (remainder (car s) p) 0) (without p (rest s))"
    "  (cons (car s) (lambda () (without p (rest s)))))))"
    "(define primes-of (lambda (s) (cons (car s)"
    "  (lambda () (primes-of (without (car s) (rest s)))))))"
    "(define nth (lambda (s n) (if (= n 0) (car s) (nth (rest s) (- n 1)))))"
    "(nth (primes-of (from 2)) %d)";

/* Rings of cells that nobody reaches but they themselves; a counter that is a closure. */
static const char rings[] =
    "(define counter (let ((n 0)) (lambda (more) (set! n (+ n more)))))"
    "(define chain (lambda (k l) (if (= k 0) l (chain (- k 1) (cons k l)))))"
    "(define last (lambda (l) (if (null? (cdr l)) l (last (cdr l)))))"
    "(define ring (lambda (k) (let ((l (chain k nil))) (set-cdr! (last l) l) l)))"
    "(define walk (lambda (r k sum) (if (= k 0) sum (walk (cdr r) (- k 1) (+ sum (car r))))))"
    "(define rings (lambda (n) (if (= n 0) (counter 0) (begin"
    "  (counter (walk (ring (+ 1 (remainder n 40))) 50 0)) (rings (- n 1))))))"
    "(rings %d)";

/* Ports: each is closed when nothing reaches it. Every hundredth is kept. */
static const char ports[] = "(define open-all (lambda (n l) (if (= n 0) l (let ((p (open n)))"
                            "  (open-all (- n 1) (if (= (remainder n 100) 0) (cons p l) l))))))"
                            "(define opened (open-all %d nil))"
                            "(count opened 0)";

#endif
