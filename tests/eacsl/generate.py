#!/usr/bin/python3
"""Writes a copy of the core in which E-ACSL can check the contracts of a group of modules.

    generate.py OUT GROUP

OUT/unit.c includes the whole core. Each function of the files that has a contract is wrapped: it
saves the tables in `saved`, calls the body, or in its place one with a planted fault, and its
contract speaks of the saved tables where it spoke of an earlier state. Ghost code becomes plain C.
What is left out goes to OUT/left_out, a line each, the faults to OUT/faults."""
import glob, os, re, sys
import acsl

WIDE = {"CAIRN_POOL_CHUNKS": 2, "CHUNK_PAGES": 128, "CHUNK_WORDS": 2}
MANY = {"CAIRN_POOL_CHUNKS": 4, "CHUNK_PAGES": 64, "CHUNK_WORDS": 1}
TREE = {"CAIRN_POOL_CHUNKS": 10, "CHUNK_PAGES": 64, "CHUNK_WORDS": 1}
RANGED = {"CAIRN_POOL_CHUNKS": 8, "CHUNK_PAGES": 64, "CHUNK_WORDS": 1}
FAR = {"CAIRN_POOL_CHUNKS": 3, "ARENA_CHUNKS": 2, "CHUNK_PAGES": 64, "CHUNK_WORDS": 1,
       "SPAN_LISTS": 137}
SMALL = {"CAIRN_POOL_CHUNKS": 2, "CHUNK_PAGES": 64, "CHUNK_WORDS": 1, "SPAN_LISTS": 137}
FEW = {"CAIRN_POOL_CHUNKS": 1, "CHUNK_PAGES": 64, "CHUNK_WORDS": 1}
SIZES = {"SPANS": 8, "SPAN_LISTS": 4, "SPECIALS": 6, "HINTS": 3, "TREE_HEIGHTS": 2, "THREADS": 2,
         "SPAN_CACHE": 4}
GROUPS = {  # the files of src/ whose contracts are checked together, and how large the heap is
    "page": (WIDE, """os/word.h page/audit_note.h page/audit_note.c page/bits.h page/bits.c
                      page/chunk.h page/chunk.c
                      page/chunk_runs.c"""),
    "tree": (TREE, "page/summary.h page/summary.c page/summary_find.c"),
    "mapped": (RANGED, "page/mapped.h page/mapped.c"),
    "pages": (TREE, """page/pages_change.h page/pages_change.c page/pages.h page/pages.c
                       page/pages_search.c page/pages_audit.c page/scavenge.h page/scavenge.c"""),
    "lists": (MANY, """span/span_pool.h span/span_pool.c span/span_list.h span/span_list.c
                       span/span_list_audit.c"""),
    "arena": (FAR, """os/atomic.h span/size_class.h span/size_class.c span/span.h span/span.c
                      span/arena.h span/arena.c"""),
    "special": (MANY, """span/special.h span/special_list.h span/special_list.c span/special.c
                         span/special_due.c span/special_kinds.h span/special_kinds.c
                         span/special_audit.c"""),
    "grow": (FAR, "os/os.h heap/grow.h heap/grow.c"),
    "caches": (WIDE, """page/page_cache.h page/page_cache.c page/page_cache_audit.c
                       span/span_cache.h span/span_cache.c"""),
    "slots": (FEW, "object/slots.h object/slots.c"),
    "cursors": (SMALL, """object/slot_cache.h object/slot_cache.c object/slot_return.c
                          object/slot_collect.c"""),
    "objects": (SMALL, """object/place.h object/place.c object/kept.h object/kept.c
                          object/large.h object/large.c object/object.h object/object.c
                          object/object_free.c"""),
    "blocks": (SMALL, """object/block.h object/block_parts.h object/block.c object/block_resize.c
                          object/block_align.c"""),
    "collector": (SMALL, """object/sweep.h object/sweep.c object/sweep_heap.c object/sweep_alloc.c
                          object/mark.c object/sweep_span.h object/sweep_span.c
                          object/sweep_large.c"""),
    "life": (FAR, """heap/life.h heap/life.c heap/limit.h heap/limit.c
                     heap/stats.h heap/stats.c heap/heap_cached.h heap/heap_cached.c
                     heap/heap_locked.h heap/heap_locked.c"""),
    "heap": (FAR, "heap/heap.h heap/heap.c heap/audit.h heap/audit.c"),
    "embedder": (FAR, "heap/heap_special.h heap/heap_special.c"),
}
CORE = """page/audit_note.c page/bits.c page/chunk.c page/chunk_runs.c page/summary.c page/summary_find.c
          page/mapped.c page/pages_change.c page/pages.c page/pages_search.c page/pages_audit.c
          page/pages_word.c page/candidate.c page/scavenge_index.c page/scavenge.c
          page/page_cache.c page/page_cache_audit.c span/size_class.c span/span.c span/arena.c
          span/span_pool.c span/span_cache.c span/span_list.c span/span_list_audit.c
          span/special_list.c span/special.c span/special_due.c span/special_kinds.c
          span/special_audit.c heap/grow.c heap/life.c heap/limit.c heap/stats.c
          heap/heap_cached.c heap/heap_locked.c heap/heap.c heap/heap_special.c heap/audit.c
          object/slots.c
          object/slot_cache.c object/slot_return.c object/slot_collect.c object/place.c
          object/kept.c object/large.c object/object.c object/object_free.c object/block.c
          object/block_resize.c
          object/block_align.c object/sweep.c object/sweep_heap.c object/sweep_alloc.c
          object/sweep_span.c object/sweep_large.c object/mark.c""".split()
STRUCT = re.compile(r"^struct (\w+) \{.*?^\};\n", re.M | re.S)
FLOOR = "eacsl/floor.c"
COMMENT = re.compile(r"/\*@(.*?)\*/|//@([^\n]*)|/\*.*?\*/|//[^\n]*", re.S)
GHOST_PARAMETER = re.compile(r"\)\s*/\*@ ghost \(([^()]*)\) \*/")  # given or taken: one like others
HEAD = r"^((?:static |inline )*(?:struct |enum )?\w+) (\w+)\(([^()]*)\)\s*"
DEFINED = re.compile(HEAD + r"\{.*?^\}\n", re.M | re.S)
CLAUSES = ("requires", "terminates", "exits", "assigns", "ensures", "assumes", "behavior",
           "complete", "disjoint")
COMPARE = """
/* The first and the last cell of a table that differ from what was saved; -1 where none does. Most
 * tables are as they were, which one look tells. */
#define COMPARE(table, cell)                                                                       \\
    changes.first_##table = changes.last_##table = -1;                                             \\
    if (memcmp(&table, &saved[call_depth].table, sizeof table) != 0) {                             \\
        int bytes = sizeof table, size = sizeof(cell);                                             \\
        const char *now = (const char *)&table, *was = (const char *)&saved[call_depth].table;     \\
        for (int i = 0; i < bytes / size; i++) {                                                   \\
            if (memcmp(now + i * size, was + i * size, size) != 0) {                               \\
                changes.first_##table = changes.last_##table < 0 ? i : changes.first_##table;      \\
                changes.last_##table = i;                                                          \\
            }                                                                                      \\
        }                                                                                          \\
    }
"""
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def read(path):
    """A source without SLOW, which says nothing of what a function does: E-ACSL has its own place
    for attributes, and the heads of functions are found by their words."""
    with open(path) as file:
        return re.sub(r"(?<!define )\bSLOW ", "", file.read())


def plain_ghost(text):
    """Ghost code as plain C, and how many annotations it had inside."""
    body, count = re.subn(r"/@.*?@/", "", text[len("ghost"):], flags=re.S)
    return f" {body.strip()}\n", count  # never in the first column, where functions are looked for


def table_declarations(headers):
    """The variables of the core, ghosts included: name -> declaration."""
    found = {}
    for text in headers:
        for kind, names in re.findall(r"^extern (?!const)((?:struct )?\w+) ([^;]*);", text, re.M):
            for name in names.split(","):
                found[re.match(r"\s*(\w+)", name)[1]] = f"{kind} {name.strip()};"
        for block in COMMENT.finditer(text):
            ghost = (block[1] or block[2] or "").strip()
            if ghost.startswith("ghost") and " const " not in ghost:
                for kind, name, size in re.findall(
                        r"((?:unsigned )?\w+) (\w+)(\[\w+\])?;", plain_ghost(ghost)[0]):
                    found[name] = f"{kind} {name}{size};"
    return found


class Unit:
    def __init__(self, out, group):
        self.out, self.group = out, group
        sizes, checked = GROUPS[group]
        self.sizes, self.checked = {**SIZES, **sizes}, checked.split()
        self.left_out, self.faults, self.kept, self.labels = [], [], 0, set()
        self.said = {}  # function -> the clauses of its contract that are checked by a call
        self.unchecked = set()  # functions whose clauses no call checks yet
        self.holds, self.calls = {}, ["none"]  # the functions that check, the calls of them
        self.headers = {os.path.relpath(p, f"{ROOT}/src"): read(p)
                        for p in glob.glob(f"{ROOT}/src/*/*.h") + glob.glob(f"{ROOT}/src/*.h")
                        if "/libc/" not in p and "/tools/" not in p}
        self.tables = table_declarations(self.headers.values())
        self.structs = {found[1]: COMMENT.sub("", found[0]) for text in self.headers.values()
                        for found in STRUCT.finditer(text)
                        if any(f"struct {found[1]} " in line for line in self.tables.values())}
        self.fields = {name: re.findall(r"(\w+);", self.structs.get(line.split()[1], ""))
                       for name, line in self.tables.items()}
        self.known = {}
        for path in glob.glob(f"{ROOT}/specs/*.acsl"):
            if not path.endswith("_lemmas.acsl"):
                self.known.update(acsl.definitions(read(path))[0])
        self.macros = {name: text.replace("\\\n", " ")
                       for path in glob.glob(f"{ROOT}/specs/*.acsl") for name, text in
                       re.findall(r"^#define (\w+_(?:TABLES|CACHES))\s((?:.*\\\n)*.*)", read(path), re.M)}
        self.executable = acsl.definitions(read(f"{HERE}/executable.acsl"))[0]
        self.contracts = {name for path in self.checked for name in
                          re.findall(r"\*/\s*" + HEAD.replace("^", "", 1) + r"[;{]",
                                     self.source(path), re.M) for name in [name[1]]}
        self.planted = [line.split("\t") for path in
                        sorted(glob.glob(f"{HERE}/faults.tsv") +
                               glob.glob(f"{ROOT}/proofs/mutants/*.tsv"))
                        for line in read(path).splitlines()]

    def source(self, path):
        text = read(f"{ROOT}/tests/{path}" if path == FLOOR else f"{ROOT}/src/{path}")
        return GHOST_PARAMETER.sub(r", \1)", text)

    def includes(self):
        """The core, and the floor, as one file: of the static functions of one name all but the
        first are called otherwise."""
        seen, lines = set(), ""
        for path in ["state.h", *CORE, FLOOR]:
            own = set() if path == "state.h" else set(
                found[2] for found in DEFINED.finditer(self.source(path)) if "static" in found[1])
            again, seen = sorted(own & seen), seen | own
            here = re.sub(r"\W", "_", path)
            again = [name + end for name in again for end in ("", "__body")]
            lines += "".join(f"#define {name} {name}_{here}\n" for name in again)
            lines += f'#include "{path}"\n' + "".join(f"#undef {name}\n" for name in again)
        return lines

    def drop(self, where, what, why):
        self.left_out.append(f"{where}\t{why}\t{' '.join(what.split())[:90]}")

    def clause(self, where, known, parser, in_body):
        """The next `label: expression` made executable, or None."""
        start = parser.at
        label, node = parser.label(), parser.expr()
        formal = (lambda x: f"first_{x}") if in_body else (lambda x: x)
        states = {"Pre": "saved[call_depth]." if in_body else "saved[call_depth + 1].",
                  "LoopEntry": "entered[call_depth].",
                  **{label: "entered[call_depth]." for label in self.labels}}
        try:
            text = acsl.Inliner(known, self.fields, states, formal).text(node)
        except acsl.LeftOut as why:
            self.drop(where, " ".join(parser.tokens[start:parser.at]), str(why))
            return None
        self.kept += 1
        return f"{label}{text};"

    def contract(self, where, known, text, function):
        """A contract. What it says in every behaviour goes to `said`: see checks()."""
        parser, lines, named = acsl.Parser(text), [], ""
        said = self.said[function] = {"requires": [], "ensures": []}
        assert function not in self.unchecked, f"{function} has two contracts"
        self.unchecked.add(function)

        def say(kind, clause):
            if named:
                lines.append(f"{kind} {clause}")
            else:
                said[kind].append(clause)

        while not parser.peek(""):
            kind = parser.next(*CLAUSES)
            if kind in ("complete", "disjoint", "behavior"):
                named = parser.next()
                lines.append(f"{kind} {named}{parser.next(':', ';')}")
            elif kind in ("requires", "ensures", "assumes"):
                clause = self.clause(where, known, parser, False)
                parser.next(";")
                if clause:
                    say(kind, clause)
            elif kind == "assigns":
                say("ensures", f"assigns: {self.assigns(known, parser)};")
                parser.next(";")
                self.kept += 1
            else:  # terminates and exits: each call that comes back is a witness
                while parser.next() != ";":
                    pass
        return "/*@ " + "\n    ".join(lines) + "\n */" if lines else ""

    def checks(self, function, kind, parameters, returned):
        """The calls that check what a function requires or ensures, and their declarations. Where
        many say the same it is instrumented once, which is most of the time that E-ACSL takes."""
        declared = calls = ""
        given = [] if parameters == "void" else re.split(r",\s*", parameters)
        if returned != "void":
            given.append(f"{returned} result")
        self.unchecked.discard(function)
        for clause in self.said[function][kind] if function in self.said else []:
            clause = clause.replace("\\result", "result")
            label, text = re.fullmatch(r"(\w+: )?(.*)", clause, re.S).groups()
            takes = [x for x in given if re.search(rf"\b{x.split()[-1]}\b", text)]
            key = (", ".join(takes) or "void", text)
            name = self.holds.setdefault(key, (f"holds_{len(self.holds)}", label))[0]
            declared += f"static void {name}({key[0]});\n"
            names = ", ".join(x.split()[-1] for x in takes)
            calls += f"    checking = {len(self.calls)};\n    {name}({names});\n"
            self.calls.append(f"{function} {kind} {label or ''}")
        return declared, calls + "    checking = 0;\n" * bool(calls)

    def locations(self, parser):
        """What an assigns clause lists: a table, its first and its last cell (None: all)."""
        found = []
        while not found or parser.peek(","):
            if found:
                parser.next(",")
            name = parser.next()
            if name in self.macros:
                found += self.locations(acsl.Parser(self.macros[name]))
                continue
            low = high = None
            if parser.peek("["):
                parser.next()
                low = high = parser.expr()
                if parser.peek(".."):
                    parser.next()
                    high = parser.expr()
                parser.next("]")
            while parser.peek("."):  # a field counts as its cell
                parser.next()
                parser.next()
            found.append((name, low, high))
        return found

    def assigns(self, known, parser):
        """An assigns clause in terms of the first and the last cell that changed of each table."""
        inliner = acsl.Inliner(known, self.fields, {"Pre": "saved[call_depth + 1]."}, str)
        cells = {}
        for name, low, high in self.locations(parser):
            if name != "\\nothing":
                if name not in self.tables:
                    raise SyntaxError(f"assigns {name}: no such table")
                bounds = cells.setdefault(name, [])
                if low is not None:
                    bounds.append([inliner.text(("at", x, "Pre")) for x in (low, high)])
        parts = [f"changes.last_{name} < 0" for name in self.tables if name not in cells]
        for name, bounds in cells.items():
            inside = " && ".join("(" + " || ".join(
                f"({low} <= changes.{end}_{name} && changes.{end}_{name} <= {high})"
                for low, high in bounds) + ")" for end in ("first", "last"))
            if bounds:
                parts.append(f"(changes.last_{name} < 0 || {inside})")
        return " && ".join(parts)

    def inner(self, where, known, text):
        """Loop annotations and asserts."""
        parser, lines = acsl.Parser(text), []
        while not parser.peek(""):
            kind = parser.next("loop", "assert")
            if kind == "loop":
                kind += " " + parser.next("invariant", "assigns", "variant")
            if kind == "loop assigns":
                self.drop(where, text, "loop assigns")
                while not parser.peek(";"):
                    parser.next()
            else:
                clause = self.clause(where, known, parser, True)
                if clause:
                    lines.append(f"{kind} {clause}")
            parser.next(";")
        entry = "enter_loop();\n" if any("entered[" in line and line.startswith("loop")
                                         for line in lines) else ""
        return entry + "/*@ " + "\n    ".join(lines) + " */" if lines else ""

    def copy(self, path, text, checked):
        """The text of a file with its annotations made executable; without, unless checked."""
        known = dict(self.known)
        for name in re.findall(r'include ".*/(\w+_lemmas)\.acsl"', text):
            known.update(acsl.definitions(read(f"{ROOT}/specs/{name}.acsl"))[0])
        known.update(self.executable)

        def replace(found):
            annotation = (found[1] or found[2] or "").strip()
            label = re.fullmatch(r"ghost (\w+): ;", annotation)
            if label:  # a state of its own, saved as that at a loop's beginning is
                self.labels.add(label[1])
                return " enter_loop();\n"
            if annotation.startswith("ghost"):
                code, count = plain_ghost(annotation)
                for _ in range(count if checked else 0):
                    self.drop(path, annotation, "inside ghost code")
                return code
            if not checked or not annotation or re.match("predicate|logic|lemma|//", annotation):
                return ""
            if annotation.startswith(CLAUSES):
                function = re.compile(r"\s*" + HEAD[1:]).match(found.string, found.end())
                return self.contract(path, known, annotation, function[2])
            return self.inner(path, known, annotation)

        text = COMMENT.sub(replace, text)
        text = STRUCT.sub(lambda found: "" if found[1] in self.structs else found[0], text)
        text = re.sub(r'#include "(../)*specs/(\w+).acsl"', r'#include "words/\2.acsl"', text)
        return text.replace("#ifndef __FRAMAC__", "#if 1")

    def wrap(self, path, text, original):
        """Gives each function with a contract a body of another name, which it calls."""
        def replace(found):
            head, name, parameters = found[1], found[2], found[3]
            if name not in self.contracts or ("static" in head and path not in self.checked):
                return found[0]
            kind = re.sub("static |inline ", "", head)
            given = ", ".join(re.findall(r"(\w+)(?:,|$)", parameters) if parameters != "void" else [])
            take = "" if kind == "void" else f"    {kind} result;\n"
            keep = "" if kind == "void" else "result = "
            back = "" if kind == "void" else "    return result;\n"
            bodies = [found[0].replace(f"{head} {name}(", f"static {kind} {name}__body(", 1)]
            calls = ""
            firsts = sorted(set(re.findall(r"\bfirst_(\w+)", bodies[0])))
            bodies[0] = bodies[0].replace("{", "{\n" + "".join(
                f"    {kept} = {x};\n" for x in firsts
                for kept in [re.sub(rf"{x}$", f"first_{x}", re.search(
                    rf"(struct )?\w+ {x}\b", parameters)[0])]), 1)
            for number, body in self.faulty(path, name, original):
                fault = body.replace(f"{name}(", f"{name}__fault{number}(", 1)
                bodies.append(re.sub(r"^(static |inline )*", "static ", fault))
                calls += f"    if (planted == {number}) {{ {keep}{name}__fault{number}({given}); }} else\n"
            declared, before = self.checks(name, "requires", parameters, "void")
            more, after = self.checks(name, "ensures", parameters, kind)
            return (f"{head} {name}({parameters});\n{declared}{more}{''.join(bodies)}"
                    f"{head} {name}({parameters}) {{\n{take}{before}    enter_call();\n"
                    f"{calls}    {keep}{name}__body({given});\n    leave_call();\n{after}{back}}}\n")
        return DEFINED.sub(replace, text)

    def faulty(self, path, name, original):
        """The bodies of a function with a planted fault each, and their numbers."""
        for fault, file, *texts in self.planted:
            if len(texts) > 2:
                continue  # equivalent
            before, after = (text.replace("\\n", "\n") for text in texts)
            if file.split("/", 1)[1] != path or original.count(before) != 1:
                continue
            for found in DEFINED.finditer(original):
                if found[2] == name and before in found[0]:
                    self.faults.append(f"{len(self.faults) + 1}\t{name}\t{fault}")
                    yield len(self.faults), self.copy(path, found[0].replace(before, after), False)

    def write(self, path, text):
        os.makedirs(os.path.dirname(f"{self.out}/{path}"), exist_ok=True)
        with open(f"{self.out}/{path}", "w") as file:
            file.write(text)

    def run(self):
        for path in glob.glob(f"{ROOT}/specs/*.acsl"):
            self.write(f"words/{os.path.basename(path)}",
                       "#pragma once\n" + self.copy(path, read(path), False))
        for path in [*self.headers, *CORE, FLOOR]:
            text = original = self.source(path)
            checked = path in self.checked or path == FLOOR
            if path == "config.h":
                for name, value in self.sizes.items():
                    text = re.sub(rf"(define {name} +)\d+", rf"\g<1>{value}", text)
            self.write(path, self.wrap(path, self.copy(path, text, checked), original))
        spans = "".join(f"    int first_{name}, last_{name};\n" for name in self.tables)
        compares = "".join(f"    COMPARE({name}, {name}{'[0]' * ('[' in line)})\n"
                           for name, line in self.tables.items())
        state = "".join(f"    {line}\n" for line in self.tables.values())
        numbers = "\n".join(line for text in self.headers.values()
                            for line in re.findall(r"^#define KINDS .*", text, re.M))
        self.write("state.h", f'#include "config.h"\n{numbers}\n' + "".join(self.structs.values()) +
                   f"struct tables {{\n{state}}};\nextern struct tables saved[16];\n"
                   f"struct changes {{\n{spans}}};\nextern struct changes changes;\n"
                   "extern struct tables entered[16];\nextern unsigned call_depth, checking;\n"
                   "extern int planted;\nvoid enter_call(void);\n"
                   "void leave_call(void);\nvoid forget_all(void);\nvoid enter_loop(void);\n"
                   f"#define GROUP_{self.group.upper()} 1\n")
        clears = "".join(f"    memset(&{x}, 0, sizeof {x});\n" for x in self.tables)
        saves = "".join(f"    memcpy(&saved[call_depth].{x}, &{x}, sizeof {x});\n" for x in self.tables)
        entered = saves.replace("saved", "entered")
        externs = "".join(f"extern {line}\n" for line in self.tables.values())
        self.write("enter.c", f"""#include "state.h"
#include <string.h>
{externs}struct tables saved[16], entered[16];
struct changes changes;
unsigned call_depth, checking;
const char *const checks[] = {{
{"".join(f'    "{name}",{chr(10)}' for name in self.calls)}}};
{COMPARE}
void enter_call(void) {{
    call_depth++;
{saves}}}
void leave_call(void) {{
{compares}    call_depth--;
}}
void enter_loop(void) {{
{entered}}}
void forget_all(void) {{
{clears}}}
""")
        assert not self.unchecked, f"never checked: {self.unchecked}"
        self.write("unit.c", self.includes() + "".join(
            f"/*@ requires {label or ''}{text}\n */\nstatic void {name}({parameters}) {{\n}}\n"
            for (parameters, text), (name, label) in self.holds.items()) + read(f"{HERE}/drive.c"))
        self.write("faults", "".join(line + "\n" for line in self.faults))
        self.write("left_out", "".join(line + "\n" for line in self.left_out))
        self.write("kept", f"{self.kept}\n")
        self.write("contracts", "".join(f"{name}\n" for name in sorted(self.contracts)))


if __name__ == "__main__":
    Unit(sys.argv[1], sys.argv[2]).run()
