#!/usr/bin/python3
"""Reads requirements.md and standards.md, and sees that each name in them is one: of a contract's
clause, a predicate, a law, a false claim, a mutant, a test, an assumption, a requirement.

    evidence/names.py       checks, and ends with `names: N passed, N failed`, in entries

A name that is nowhere is said with its file and line, and ends it with status 2."""
import os, re, sys
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "proofs"))
import prove

FILES = ["evidence/requirements.md", "evidence/standards.md"]
ANSWERS = ["yes", "partly", "no", "user"]  # of standards.md: what the report says it is
SECTIONS = ["goals", "tests", "mutants", "assumptions", "tools", "stack", "instructions", "pool",
            "mcdc", "compilers", "requirements"]


class Entry:
    """A `##` of one of the files: its words, and below them its lists of names."""
    def __init__(self, file, line, group, title):
        self.file, self.line, self.group = file, line, group
        self.number, _, rest = title.partition(". ")
        self.title = rest if rest else title
        self.prose, self.fields, self.lines = "", {}, {}

    def names(self, field):
        return self.fields.get(field, "").split()


def read_entries(file):
    """The entries of a file, and the first words below each `#`."""
    entries, intros, group, field = [], {}, "", None
    for number, line in enumerate(Path(file).read_text().splitlines(), 1):
        item = re.match(r"- (\w+): (.*)", line)
        if line.startswith("# "):
            group, field, entry = line[2:], None, None
            intros[group] = ""
        elif line.startswith("## "):
            entry = Entry(file, number, group, line[3:])
            entries.append(entry)
            field = None
        elif item and entry:
            field = item[1]
            entry.fields[field], entry.lines[field] = item[2], number
        elif field and line.startswith("  "):
            entry.fields[field] += " " + line.strip()
        elif line and entry:
            entry.prose = f"{entry.prose} {line}".strip()
        elif line:
            intros[group] = f"{intros[group]} {line}".strip()
    return entries, intros


class Clause:
    """An `ensures` of a contract."""
    def __init__(self, function, behavior, label, text, file):
        self.function, self.behavior, self.label = function, behavior, label
        self.text, self.file, self.name = " ".join(text.split()), file, f"{function}.{label}"

    def proves(self, goal):
        """Whether this goal of WP's is one of the clause's, as WP names them."""
        behavior = f"{self.behavior}_" if self.behavior else ""
        return re.fullmatch(rf"typed_{self.function}_{behavior}ensures_{self.label}"
                            r"(_\d+)?(_part\d+)?", goal)


def read_clauses():
    found = []
    paths = [path for folder in ["src", "proofs/laws"] for path in Path(folder).rglob("*.[ch]")]
    for path in sorted(paths):
        for note, function in re.findall(
                r"/\*@((?:(?!\*/).)*)\*/\s*(?:[a-z]\w*\s+)+(\w+)\([^;{]*\)\s*[;{]",
                path.read_text(), re.S):
            behavior = ""
            for word, name, text in re.findall(
                    r"^\s*(ensures|behavior) (\w+):((?:(?!;\s*$|^\s*behavior ).)*)", note,
                    re.S | re.M):
                if word == "behavior":
                    behavior = name
                    for label, more in re.findall(r"ensures (\w+):([^;]*)", text):
                        found.append(Clause(function, behavior, label, more, str(path)))
                else:
                    found.append(Clause(function, behavior, name, text, str(path)))
    return found


def read_predicates():
    text = "\n".join(path.read_text() for path in sorted(Path("specs").glob("*.acsl")))
    return set(re.findall(r"\b(?:predicate|logic integer) (\w+)", text))


def read_mutants():
    return [f"{path.stem}:{line.split(chr(9))[0]}"
            for path in sorted(Path("proofs/mutants").glob("*.tsv"))
            for line in path.read_text().splitlines() if line and line[0] != "#"]


def law_functions():
    return {name: str(path) for path in sorted(Path("proofs/laws").glob("*.c"))
            for name in re.findall(r"^[a-z][\w ]*?\b(\w+)\([^;{]*\)\s*\{", path.read_text(), re.M)}


def read_assumptions():
    """Each assumption of TRUSTED.md: its number, what it says, and its tests."""
    text = Path("proofs/TRUSTED.md").read_text()
    for number, title, rest in re.findall(
            r"^\*\*(T\d+)\. (.*?)\*\*(.*?)(?=^\*\*T\d|^## |\Z)", text, re.M | re.S):
        tested = re.search(r"\*(?:How tested|Tested):\*(.*?)(?=\n\*|\Z)", rest, re.S)
        false = re.search(r"\*If it is false:\*(.*?)(?=\n\*|\Z)", rest, re.S)
        yield {"number": number, "title": title.rstrip("."),
               "tested": " ".join(tested[1].split()) if tested else "",
               "if_false": " ".join(false[1].split()) if false else "",
               "contracts": [name for name, t in trusted_names() if t == number]}


def trusted_names():
    lines = Path("proofs/trusted.txt").read_text().splitlines()
    return [(line.split("\t")[1], line.split("\t")[0]) for line in lines if line.count("\t") == 2]


class Names:
    """All there is to be named."""
    def __init__(self):
        self.clauses = defaultdict(list)
        for clause in read_clauses():
            self.clauses[clause.name].append(clause)
        laws = law_functions()
        self.sets = {
            "clauses": set(self.clauses), "words": read_predicates(), "laws": set(laws),
            "witnesses": {path.stem for path in Path("proofs/witnesses").glob("*.c")},
            "mutants": set(read_mutants()), "whose": {"ours", "user", "shared"},
            "answer": set(ANSWERS), "sections": set(SECTIONS),
            "trusted": {one["number"] for one in read_assumptions()},
        }
        self.law_files = laws

    def matching(self, field, name):
        """The names of this field that one, which may have a star in it, stands for."""
        if field == "tests":
            return [name] if Path(name).is_file() else []
        known = self.sets[field]
        if "*" in name:
            return sorted(one for one in known if fnmatchcase(one, name))
        return [name] if name in known else []

    def all(self, entry, field):
        return list(dict.fromkeys(one for name in entry.names(field)
                                  for one in self.matching(field, name)))


def problems(entry, names, wanted):
    for field in entry.fields:
        if field not in names.sets and field != "tests":
            yield f"{entry.file}:{entry.lines[field]}: no list is called {field}"
            continue
        for name in entry.names(field):
            if not names.matching(field, name):
                yield f"{entry.file}:{entry.lines[field]}: {field}: there is no {name}"
    for field in wanted:
        if not entry.names(field):
            yield f"{entry.file}:{entry.line}: {entry.title} has no {field}"


def load():
    """Requirements, standards with their first words, names, and what is wrong with all that."""
    requirements, _ = read_entries(FILES[0])
    standards, intros = read_entries(FILES[1])
    names, found = Names(), []
    names.sets["by"] = {entry.number for entry in requirements}
    for count, entry in enumerate(requirements, 1):
        if entry.number != f"R{count}":
            found.append(f"{entry.file}:{entry.line}: expected R{count}, found {entry.number}")
        wanted = ["tests", "mutants"] if entry.names("clauses") else ["tests"]
        found += problems(entry, names, wanted)
    for entry in standards:
        found += problems(entry, names, ["answer"])
    return requirements, standards, intros, names, found


def main():
    os.chdir(ROOT)
    requirements, standards, _, _, found = load()
    total = len(requirements) + len(standards)
    bad = len({re.match(r"\S+:\d+", line)[0] for line in found})
    print("".join(line + "\n" for line in found), end="")
    print(f"names: {total - min(bad, total)} passed, {bad} failed")
    return 2 if found else 0


if __name__ == "__main__":
    sys.exit(main())
