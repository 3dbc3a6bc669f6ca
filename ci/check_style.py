#!/usr/bin/python3
"""Holds the sources to conventions no compiler checks: the core's small language, sizes, that the
prover sees the code the compiler sees, and that each planted fault has a place where to stand. The
last line is `style: N passed, N failed`, in files."""
import os, re, sys
from pathlib import Path

FLOORS = ["os", "page", "span", "heap", "object", "libc"]  # a file includes none from further on
CORE = {"page", "span", "heap", "object"}
COLUMNS, C_LINES, FUNCTION_LINES, ASSERTS = 100, 400, 40, 5
FORBIDDEN = {  # in the C of the core
    r"->|\(\*|\w \*\w|\*\)": "a pointer",
    r"(?<![&\w)\]])\s&(?!&)\s?\w|[(,=]\s*&(?!&)": "an address taken",
    r"\bunion\b": "a union", r"\bgoto\b": "a goto", r"\b__builtin_\w+": "a builtin",
    r"\b(malloc|calloc|realloc|free|memcpy|memset|printf|abort)\(": "a call of libc",
    r"#include <(?!stdint\.h>)": "a header of libc", r"^\s*\w+ \w+ : \d+;": "a bit field",
}
FORBIDDEN_NOTES = {
    r"\b(admit|axiom|axiomatic)\b(?=[^\n]*:|[^\n]*\{)": "something believed without proof",
    r"\bterminates (?!\\true;)": "a call that may not end", r"\bexits (?!\\false;)": "an exit",
}


def split(text):
    """The C without comments, and the annotations without their prose; lines stay where they are."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    code = re.sub(r"/\*.*?\*/|//[^\n]*", blank, text, flags=re.S)
    notes = "\n".join(re.findall(r"/\*@.*?\*/|//@[^\n]*", text, re.S))
    return code, re.sub(r"(?<!^)//(?!@)[^\n]*", "", notes)


def function_problems(code, text):
    lines, full = code.splitlines(), text.splitlines()
    start = None
    for number, line in enumerate(lines):
        if re.match(r"[a-z].*\{$", line) and "(" in line or re.match(r"[^\s#].*\) \{$", line):
            start = number
        elif line == "}" and start is not None:
            body = [line for line in lines[start:number + 1] if line.strip()]
            if len(body) > FUNCTION_LINES:
                yield f"{start + 1}: a function of {len(body)} lines"
            if len(re.findall(r"@ (?:ghost )?assert|@assert", "\n".join(full[start:number]))) > ASSERTS:
                yield f"{start + 1}: a function of more than {ASSERTS} asserts"
            start = None


def problems(path):
    text = path.read_text()
    floor = path.parent.name if path.parent.parent.name == "src" else None
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > COLUMNS:
            yield f"{number}: {len(line)} columns"
        if line != line.rstrip():
            yield f"{number}: blanks at the end"
    if path.suffix == ".c" and floor and text.count("\n") > C_LINES:
        yield f"1: {text.count(chr(10))} lines"
    if floor in FLOORS:
        above = "|".join(FLOORS[FLOORS.index(floor) + 1:])
        for name in re.findall(rf'#include "((?:{above})/[^"]*)"', text) if above else []:
            yield f"1: includes {name}, which stands above it"
    if floor not in CORE and path.suffix != ".acsl":
        return
    code, notes = split(text)
    if re.search(r"__FRAMAC__|__FC_", text):
        yield "1: the prover sees other code than the compiler"
    if path.suffix != ".acsl":
        for number, line in enumerate(code.splitlines(), 1):
            yield from (f"{number}: {what}" for pattern, what in FORBIDDEN.items()
                        if re.search(pattern, line))
        yield from function_problems(code, text)
    yield from (f"1: {what}: {found[0].strip()}" for pattern, what in FORBIDDEN_NOTES.items()
                for found in re.finditer(pattern, notes))


def orphans(path):
    """The planted faults whose text does not stand in its file once: nobody would see them work."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        name, file, old = line.split("\t")[:3]
        times = Path(file).read_text().count(old.replace("\\n", "\n"))
        if times != 1:
            yield f"{number}: the text of {name} stands {times} times in {file}"


def main():
    os.chdir(Path(__file__).resolve().parent.parent)
    paths = sorted(path for folder in ["src", "specs"] for path in Path(folder).rglob("*.*")
                   if path.suffix in (".c", ".h", ".acsl"))
    faults = [Path("tests/eacsl/faults.tsv"), *sorted(Path("proofs/mutants").glob("*.tsv"))]
    failed = 0
    for path in paths + faults:
        found = list(orphans(path) if path in faults else problems(path))
        failed += bool(found)
        print("".join(f"{path}:{problem}\n" for problem in found), end="")
    floor = sum(path.read_text().count("\n") for path in Path("src/os").glob("*.[ch]"))
    print(f"The floor: {floor} lines with its contracts.")
    print(f"style: {len(paths + faults) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
