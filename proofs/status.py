#!/usr/bin/python3
"""Writes proofs/STATUS.md from what the repository records: no proof is run here, and the same
files give the same text. With --check it says whether the file is up to date, as a test."""
import os, re, sys
from pathlib import Path

import prove

TARGET = Path("proofs/STATUS.md")


def expected(unit, config):
    """(goals proved, goals, smoke tests) as units.tsv records them."""
    found = re.fullmatch(r"(?:(\d+)/)?(\d+)\+(\d+)", unit.expected[config])
    if not found:
        return 0, 0, 0
    proved, goals, smoke = found.groups()
    return int(proved or goals), int(goals), int(smoke)


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


def functions(file):
    text = without_comments(Path(file).read_text())
    return re.findall(r"^[a-z][\w ]*?\b(\w+)\([^;{]*\)\s*\{", text, re.M)


def files_of(unit):
    """A module is its .c, its .h and its two files of words."""
    source = Path(unit.file)
    near = [source, source.with_suffix(".h"), Path(f"specs/{source.stem}.acsl"),
            Path(f"specs/{source.stem}_lemmas.acsl")]
    return [path for path in near if path.exists()]


def lemmas(unit):
    names = {str(path) for path in files_of(unit)}
    return [name for name, path in prove.declared_lemmas() if str(path) in names]


def mutants(unit):
    names = {str(path) for path in files_of(unit)}
    lines = [line.split("\t") for path in Path("proofs/mutants").glob("*.tsv")
             for line in path.read_text().splitlines() if line and line[0] != "#"]
    return [line for line in lines if line[1] in names]


def assumptions():
    lines = [line.split("\t") for line in Path("proofs/trusted.txt").read_text().splitlines()]
    return [(line[0], line[1]) for line in lines if len(line) == 3]


def used_assumptions(unit):
    text = without_comments(Path(unit.file).read_text())
    used = {number for number, name in assumptions() if re.search(rf"\b{name}\(", text)}
    return " ".join(sorted(used)) or "-"


def goals(unit, config):
    proved, total, _ = expected(unit, config)
    return f"{proved} of {total}" if total else "not yet"


def open_items(units):
    known = [unit.file for unit in units]
    for file in prove.sources(prove.CORE):
        if file not in known:
            yield f"- `{file}` has no proof."
    for unit in units:
        for config in prove.CONFIGS:
            proved, total, _ = expected(unit, config)
            if proved < total or not total:
                yield f"- `{unit.name}`, {config}: {goals(unit, config)}."


def status():
    units = prove.read_units()
    core = [unit for unit in units if unit.file.startswith("src/")]
    laws = [unit for unit in units if unit.file.startswith("proofs/laws/")]
    witnesses = sorted(Path("proofs/witnesses").glob("*.c"))
    total = {config: [sum(column) for column in zip(*[expected(unit, config) for unit in units])]
             for config in prove.CONFIGS}
    yield "# What is proved"
    yield "Written by `make status` from `proofs/units.tsv` and the sources; do not edit."
    yield ""
    for config in prove.CONFIGS:
        proved, goal_count, smoke = total[config] or [0, 0, 0]
        yield (f"**{config}**: {proved} of {goal_count} goals proved, {smoke} tests for "
               f"contradictions. ")
    yield (f"{len(laws)} client laws, {len(witnesses)} false claims refused, "
           f"{len({number for number, _ in assumptions()})} assumptions (TRUSTED.md).")
    yield ""
    yield "| module | functions | goals, host | goals, pool | lemmas | mutants | assumes |"
    yield "|---|---|---|---|---|---|---|"
    for unit in core:
        yield (f"| {unit.name} | {len(functions(unit.file))} | {goals(unit, 'host')} | "
               f"{goals(unit, 'pool')} | {len(lemmas(unit))} | {len(mutants(unit))} | "
               f"{used_assumptions(unit)} |")
    if laws:
        yield ""
        yield "| client law | goals, host | goals, pool | says |"
        yield "|---|---|---|---|"
        for unit in laws:
            yield (f"| {unit.name} | {goals(unit, 'host')} | {goals(unit, 'pool')} | "
                   f"{first_comment(unit.file)} |")
    if witnesses:
        yield ""
        yield "| false claim | says |"
        yield "|---|---|"
        for path in witnesses:
            yield f"| {path.stem} | {first_comment(path)} |"
    yield ""
    yield "## Not proved yet"
    yield from list(open_items(units)) or ["Nothing of what is here."]


def first_comment(file):
    """The first sentence of a file's first comment."""
    found = re.search(r"/\*(?!@)(.*?)\*/", Path(file).read_text(), re.S)
    words = " ".join(re.sub(r"\n\s*\*", "\n", found[1]).split()) if found else ""
    return re.split(r"(?<=[.:])\s", words)[0].rstrip(":").replace("|", "\\|")


def main():
    os.chdir(Path(__file__).resolve().parent.parent)
    text = "".join(line + "\n" for line in status())
    if sys.argv[1:] == ["--check"]:
        same = TARGET.exists() and TARGET.read_text() == text
        if not same:
            print("proofs/STATUS.md is not up to date: run make status and commit it")
        print(f"status: {int(same)} passed, {int(not same)} failed")
        return int(not same)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
