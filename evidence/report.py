"""Puts the parts together: each requirement with what states, proves, tests and breaks it, and
all else that was measured. Says of each part that is not there why it is not."""
import re
from collections import Counter, defaultdict
from pathlib import Path

from parts import files, kept, key, say
import measure
import mcdc
import mutants
import names as naming
import proofs_run
import prove
import stack
import stability
import status

CONFIG = proofs_run.CONFIGS["goals"]
TOOLS = {"Frama-C": ["frama-c", "-version"], "Why3": ["why3", "--version"],
         "Z3": ["z3", "--version"], "CVC4": ["cvc4", "--version"], "GCC": ["gcc", "--version"],
         "GCC for Arm": ["arm-none-eabi-gcc", "--version"], "Clang 14": ["clang-14", "--version"],
         "Clang 19": ["clang-19", "--version"], "Valgrind": ["valgrind", "--version"],
         "Spin": ["spin", "-V"], "Python": ["python3", "--version"], "System": ["uname", "-srm"]}


def tools():
    return {name: ((say(*command) or "not here").splitlines() or [""])[0].strip()
            for name, command in TOOLS.items()}


def coverage():
    """What `make coverage` says, by gcov: lines and branches of each file."""
    def make():
        said = say("make", "-s", "coverage") or ""
        rows = {file: list(map(int, numbers)) for file, *numbers in re.findall(
            r"^(\S+\.c) +lines (\d+)/(\d+)  branches (\d+)/(\d+)", said, re.M)}
        return {"files": rows} if rows else {"missing": "what make coverage says"}
    return kept("coverage", key(files("src/*.h", "src/*/*.[ch]", "tests/*.h", "tests/*/*.[ch]",
                                      "tests/coverage.py"), say("gcc", "--version")), make)


class Traces:
    """Finds what belongs to a clause: its unit, its goals, the mutants of its function."""
    def __init__(self):
        self.units = prove.read_units()
        self.goals = proofs_run.goals_so_far(CONFIG)
        self.trusted = dict(naming.trusted_names())
        self.unit_of = {name: unit.name for unit in self.units
                        for name in status.functions(unit.file)}
        self.verdicts = {f"{place}:{name}": said
                         for place, name, said in self.mutant_verdicts()}
        self.by_function = self.mutants_by_function()

    @staticmethod
    def mutant_places():
        for path in sorted(Path("proofs/mutants").glob("*.tsv")):
            for line in path.read_text().splitlines():
                columns = (line + "\t\t").replace("\\n", "\n").split("\t")
                if line and line[0] != "#":
                    yield path.stem, columns

    def mutant_verdicts(self):
        told = proofs_run.mutants_so_far()
        for stem, columns in self.mutant_places():
            if (columns[1], columns[0]) in told:
                yield stem, columns[0], told[columns[1], columns[0]]

    def mutants_by_function(self):
        found = defaultdict(list)
        for stem, (name, file, old, *_) in self.mutant_places():
            text = Path(file).read_text()
            if old in text:
                function = mutants.enclosing_function(text, text.index(old))
                found[function].append(f"{stem}:{name}")
        return found

    def recorded(self, unit):
        """What is known of a unit whose goals were not given to each prover here."""
        for one in self.units:
            if one.name == unit:
                total, proved = stability.expected(one, CONFIG)
                return f"unit {unit}: {proved} of {total} goals recorded as proved"
        return "of no unit"

    def clause(self, clause):
        """Where it stands, what it says, and who proves its goals."""
        unit = self.unit_of.get(clause.function)
        said = {"name": clause.name, "behavior": clause.behavior, "text": clause.text,
                "file": clause.file, "unit": unit}
        if clause.function in self.trusted:
            return {**said, "state": f"believed, {self.trusted[clause.function]}"}
        goals = self.goals.get(unit)
        if goals is None:
            return {**said, "state": self.recorded(unit)}
        mine = {name: by for name, by in goals.items() if clause.proves(name)}
        return {**said, "state": "run", "goals": mine, "counts": proofs_run.summary(mine)}


def requirement(entry, names, traces, ran):
    clauses = [traces.clause(one) for name in names.all(entry, "clauses")
               for one in names.clauses[name]]
    functions = {one["name"].split(".")[0] for one in clauses}
    chosen = names.all(entry, "mutants")
    beside = [one for function in sorted(functions) for one in traces.by_function[function]
              if one not in chosen]
    words = [{"name": name, "in": sum(bool(re.search(rf"\b{name}\b", one.text))
                                      for several in names.clauses.values() for one in several)}
             for name in names.all(entry, "words")]
    return {"number": entry.number, "title": entry.title, "says": entry.prose, "clauses": clauses,
            "words": words,
            "laws": [{"name": name, "file": names.law_files[name]}
                     for name in names.all(entry, "laws")],
            "witnesses": names.all(entry, "witnesses"),
            "tests": [{"file": file, "ran": ran.get(file)} for file in names.all(entry, "tests")],
            "mutants": [{"name": name, "verdict": traces.verdicts.get(name)} for name in chosen],
            "beside": [{"name": name, "verdict": traces.verdicts.get(name)} for name in beside]}


def untraced(requirements, names):
    """Clauses of the public headers that no requirement names and no assumption is."""
    named = {name for entry in requirements for name in names.all(entry, "clauses")}
    believed = dict(naming.trusted_names())
    return sorted({one.name for several in names.clauses.values() for one in several
                   if one.file in stack.PUBLIC and one.function not in believed} - named)


def units(traces):
    for unit in traces.units:
        goals = traces.goals[unit.name]
        counted = {config: stability.expected(unit, config) for config in prove.CONFIGS}
        yield {"unit": unit.name, "file": unit.file, "recorded": counted,
               "counts": proofs_run.summary(goals) if goals is not None else None,
               "few": {name: by for name, by in (goals or {}).items()
                       if len(by) < 2 and proofs_run.BY_WP not in by}}


def runs_of(part):
    ran = defaultdict(Counter)
    for one in part.get("tests", []):
        ran[one["test"]].update(passed=one["passed"], failed=one["failed"])
    return {file: dict(counts) for file, counts in ran.items()}


def assemble():
    requirements, standards, intros, names, problems = naming.load()
    if problems:
        raise SystemExit("\n".join(problems))
    mcdc_part, traces = mcdc.mcdc(), Traces()
    verdicts = Counter(verdict for verdict, _ in traces.verdicts.values())
    return {
        "commit": (say("git", "log", "-1", "--format=%h of %cs, %s") or "").strip(),
        "changed": bool((say("git", "status", "--porcelain") or "").strip()),
        "config": CONFIG, "limit": prove.TIME_LIMIT,
        "requirements": [requirement(one, names, traces, runs_of(mcdc_part))
                         for one in requirements],
        "untraced": untraced(requirements, names),
        "units": list(units(traces)),
        "mutants": {"all": len(names.sets["mutants"]), "verdicts": dict(verdicts)},
        "standards": [{"group": one.group, "intro": intros[one.group], "title": one.title,
                       "says": one.prose, **{field: one.names(field) for field in
                       ["whose", "answer", "by", "trusted", "tests", "sections"]}}
                      for one in standards],
        "assumptions": list(naming.read_assumptions()), "tools": tools(), "stack": stack.stack(),
        "instructions": measure.instructions(), "pool": measure.pool(), "mcdc": mcdc_part,
        "coverage": coverage(), "compilers": measure.compilers()}
