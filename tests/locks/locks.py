#!/usr/bin/python3
"""Has clang's -Wthread-safety hold each source to the lock discipline that locks.h writes down, and
sees that it finds planted faults. Ends with `locks: N passed, N failed`."""
import re, subprocess, tempfile
from pathlib import Path

HERE = Path(__file__).parent
SRC = HERE.parent.parent / "src"
FOLDERS = ["page", "span", "heap", "object", "libc"]
POOL = ["-DCAIRN_POOL"]  # src/libc is for a system with threads: it has no pool

# Sources all of whose functions run under the lock, their own (static) ones too.
ALL_LOCKED = """page/candidate page/chunk page/chunk_runs page/mapped page/page_cache_audit
    page/pages page/pages_audit page/pages_change page/pages_search page/pages_word page/scavenge
    page/scavenge_index page/summary page/summary_find span/span_pool span/special
    span/special_audit span/special_due span/special_kinds span/special_list span/span_list_audit heap/grow heap/limit heap/stats heap/audit
    heap/heap_locked""".split()
# Under the lock in sources that have others as well.
LOCKED = {
    "heap/heap": "alloc_uncached alloc_refilled alloc_locked",
    "heap/heap_special": "span_at add_at words_of end_object",
    "heap/heap_cached": "refill_pages empty_pages",
    "span/arena": "audit_pages audit_spans audit_bases",
    "span/span_cache": "waits cells_audit records_audit",
}
# A fork holds the lock from the one handler to the other (libc/threads.c).
FORK = {"before_fork": "ACQUIRES", "after_fork": "RELEASES", "in_child": "RELEASES"}
# What, in which source, is replaced by what: each time clang must say the last.
FAULTS = [
    ("a call without the lock", "heap/heap", "        heap_lock();\n        heap_flush_locked(t);\n",
     "        heap_flush_locked(t);\n", "calling function 'heap_flush_locked' requires holding"),
    ("a call after the unlock", "heap/heap", "    index_next_gen();\n    heap_unlock();\n",
     "    heap_unlock();\n    index_next_gen();\n", "'index_next_gen' requires holding"),
    ("no unlock on one path", "heap/heap", "    growth_goal = whole_pages(bytes);\n",
     "    if (bytes == 0) {\n        return;\n    }\n    growth_goal = whole_pages(bytes);\n",
     "not held on every path"),
    ("no unlock at all", "heap/heap", "    struct heap_totals totals = heap_totals_locked();\n"
     "    heap_unlock();\n", "    struct heap_totals totals = heap_totals_locked();\n",
     "still held at the end of function"),
    ("an unlock without the lock", "heap/heap", "    heap_lock();\n    growth_goal",
     "    growth_goal", "releasing heap lock 'heap' that was not held"),
    ("the lock twice", "heap/heap", "    heap_lock();\n    index_next_gen",
     "    heap_lock();\n    heap_lock();\n    index_next_gen", "that is already held"),
    ("a public call under the lock", "heap/heap", "    limit_obey(0);\n",
     "    limit_obey(0);\n    heap_set_goal(bytes);\n", "cannot call function 'heap_set_goal'"),
    ("a table read without the lock", "heap/heap", "    uint32_t thread = heap_enter();\n",
     "    uint32_t thread = heap_enter() + (uint32_t)(page_free[0] & 1);\n",
     "reading variable 'page_free' requires holding"),
    ("a total read without the lock", "heap/heap_cached", "    if (cache_count[t] == 0) {\n",
     "    if (cache_count[t] == 0 || total_free == 0) {\n", "reading variable 'total_free'"),
    ("a table written without the lock", "heap/life", "    total_live_add(kind, n);\n",
     "    total_live_add(kind, n);\n    total_free -= n;\n", "writing variable 'total_free'"),
    ("a record of the pool's without the lock", "span/span_cache", "        return 0;\n    }\n"
     "    uint32_t k = ", "        return span_pool_alloc();\n    }\n    uint32_t k = ",
     "calling function 'span_pool_alloc' requires holding"),
    ("a table read by an object", "object/large", "/* ", "uint64_t planted(void) {\n"
     "    return special_head[1];\n}\n/* ", "reading variable 'special_head'"),
    ("fork without the lock", "libc/threads", "    heap_lock();\n", "",
     "expecting mutex 'heap' to be held at the end"),
]

passed = failed = 0


def verdict(name, problem):
    global passed, failed
    if problem:
        failed += 1
        print(f"failed: {name}\n{problem}")
    else:
        passed += 1


def own_functions(name, text):
    """Declares those of the source's own functions that are under the lock, for clang to know."""
    heads = re.findall(r"^static [^;{}=]*\)(?= \{)", text, re.M)
    heads = {re.search(r"(\w+)\(", head)[1]: head for head in heads}
    rule = dict.fromkeys(LOCKED.get(name, "").split(), "NEEDS")
    if name in ALL_LOCKED:
        rule = dict.fromkeys(heads, "NEEDS")
    if name == "libc/threads":
        rule = FORK
    missing = [function for function in rule if function not in heads]
    if missing:
        raise SystemExit(f"{name} has no function of its own {missing}: see locks.py\n"
                         "locks: 0 passed, 1 failed")
    return "".join(f"{heads[function]} {what};\n" for function, what in rule.items())


def clang(work, name, text, options):
    """What clang says of this text of the source."""
    (work / "own.h").write_text(own_functions(name, text))
    (work / "source.c").write_text(f'#line 1 "{name}.c"\n{text}')
    done = subprocess.run(
        ["clang", "-std=c11", "-fsyntax-only", "-Wthread-safety", "-Werror", "-D_GNU_SOURCE=",
         *options, f"-I{SRC}", f"-I{(SRC / name).parent}", "-include", HERE / "locks.h", "-include",
         work / "own.h", work / "source.c"], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    return done.stdout or ("" if done.returncode == 0 else "clang failed")


def list_is_complete():
    """Each function and table of the headers stands in locks.h, once, and as its contract says."""
    listed = re.findall(r"^(LOCKED|APART|FREE|GUARDED|OWNED)\((\w+)\);",
                        (HERE / "locks.h").read_text(), re.M)
    rule = {name: what for what, name in listed}
    verdict("each name stands in locks.h once", "" if len(rule) == len(listed) else "no")
    for path in [path for folder in FOLDERS[:4] for path in sorted((SRC / folder).glob("*.h"))]:
        text = path.read_text()
        code = re.sub(r"/\*.*?\*/|//[^\n]*|^#[^\n]*(\\\n[^\n]*)*", "", text, flags=re.S | re.M)
        apart = set(re.findall(r"requires apart: heap_held == 0;[^/]*\*/\s*[^;(]*?\b(\w+)\(", text))
        problems = [f"{name} is to be APART" for name in sorted(apart - {"heap_lock"})
                    if rule.get(name) != "APART"]
        for head in re.findall(r"^[a-z][^;{}]*;", code, re.M):
            if head.startswith("extern"):
                names = re.findall(r"(\w+)(?:\[[^]]*\])?(?=[,;])", head)
                kinds = {"GUARDED", "OWNED"}
            else:
                names, kinds = [re.search(r"(\w+)\(", head)[1]], {"LOCKED", "APART", "FREE"}
            for name in names:
                if name.endswith("_locked"):
                    kinds = {"LOCKED"}
                if path.parent.name != "object" and name not in ("heap_lock", "heap_unlock") and \
                        rule.get(name) not in kinds:
                    problems.append(f"{name} is to be one of {sorted(kinds)}")
        verdict(f"{path.relative_to(SRC)} is in locks.h", "\n".join(problems))


def main():
    list_is_complete()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for path in [path for folder in FOLDERS for path in sorted((SRC / folder).glob("*.c"))]:
            name = f"{path.parent.name}/{path.stem}"
            text = path.read_text()
            verdict(name, clang(work, name, text, []))
            if path.parent.name != "libc":
                verdict(f"{name}, pool", clang(work, name, text, POOL))
        for what, name, old, new, said in FAULTS:
            text = (SRC / f"{name}.c").read_text()
            answer = clang(work, name, text.replace(old, new, 1), []) if old in text else "no place"
            verdict(f"found: {what}", "" if said in answer else answer or "nothing was found")
    print(f"locks: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
