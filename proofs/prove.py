#!/usr/bin/python3
"""Proves Cairn: runs Frama-C/WP on every unit of proofs/units.tsv, reads what it says and decides.

Frama-C exits 0 with goals unproved, so no exit code is believed. A run passes if and only if
 - every goal is Valid, within TIME_LIMIT, and there are as many as units.tsv expects (a unit that
   lost one or two is looked at once more, under the same limits, and its line says so);
 - Frama-C's own report calls every property Valid, or believed and listed in trusted.txt;
 - Frama-C gave no warning (two contracts merged, a missing clause, a memory hypothesis);
 - every smoke test passed, and there are as many as expected;
 - every function gcc compiles for the core has a full contract, proved in a unit; others use that;
 - every lemma declared was proved, every law is a unit, and every witness's false claim was not.
The last line is `N passed, N failed`: goals, false claims refused, and one for whatever else."""
import argparse, os, re, shlex, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TIME_LIMIT = 10  # seconds a prover may think about a goal
FIRST_LOOK = 2   # of which CVC4 gets so many alone; both provers look at what is left then
STALLED = 2      # goals that a machine standing still may lose
CONFIGS = {"host": ("gcc_x86_64", []), "pool": ("gcc_x86_32", ["-DCAIRN_POOL"])}
OVERFLOW = ["-warn-unsigned-overflow", "-warn-unsigned-downcast"]
OPTIONS = {"-": [], "wrap": OVERFLOW}  # what a unit goes without: where wrap-around is meant
CORE = ["src/page", "src/span", "src/heap", "src/object"]
# Smoked is what a proof believes: requires, assumes, calls; and each function has an @exits goal.
SMOKE = ["-wp-smoke-tests", "-wp-no-smoke-dead-code", "-wp-no-smoke-dead-loop",
         "-wp-prover", "z3", "-wp-steps", "500000",  # some 0.2 s
         "-wp-prop=-@lemma,-@requires,-@assigns,-@ensures,-@assert,-@invariant,-@variant,"
         "-@terminates,-@decreases,-@complete_behaviors,-@disjoint_behaviors,-@check"]


class Unit:
    """A row of units.tsv. What is expected reads GOALS+SMOKE, or PROVED/GOALS+SMOKE."""
    def __init__(self, name, file, host="-", pool="-", options="-"):
        self.name, self.file, self.options = name, file, options
        self.expected = {"host": host, "pool": pool}
        self.goals, self.smoke = {}, {}  # name: is it Valid; did it pass
        self.properties = {}             # (function or "", property): Valid, Extern, Partial ...
        self.problems = []               # what is wrong and no goal
        self.seconds, self.looks = 0, ""

    def counts(self):
        proved = "" if all(self.goals.values()) else f"{sum(self.goals.values())}/"
        return f"{proved}{len(self.goals)}+{len(self.smoke)}"


def read_units():
    lines = Path("proofs/units.tsv").read_text().splitlines()
    return [Unit(*line.split("\t")) for line in lines[1:]]


def write_units(units):
    rows = [[u.name, u.file, *u.expected.values(), u.options] for u in units]
    lines = ["\t".join(row) + "\n" for row in [["unit", "file", *CONFIGS, "options"], *rows]]
    Path("proofs/units.tsv").write_text("".join(lines))


def read_trusted():
    return dict(re.findall(r"^\w+\t(.+)\t(.+)$", Path("proofs/trusted.txt").read_text(), re.M))


def command(unit, config, smoke=False, only=()):
    machine, defines = CONFIGS[config]
    flags = ["frama-c", "-c11", "-machdep", machine, "-kernel-warn-key", "annot:missing-spec=abort",
             "-cpp-extra-args=" + " ".join(["-Isrc", "-I.", *defines])]
    flags += [flag for flag in OVERFLOW if flag not in OPTIONS[unit.options]]
    flags += ["-wp", "-wp-rte", "-wp-check-memory-model", "-wp-warn-key", "pedantic-assigns=error",
              "-wp-cache", "none", "-wp-par", "2"]
    if smoke:
        return [*flags, *SMOKE, unit.file]
    flags += ["-wp-prover", "cvc4", "-wp-timeout", str(FIRST_LOOK), *only, unit.file]
    return [*flags, "-then", "-wp", "-wp-prover", "z3,cvc4", "-wp-timeout", str(TIME_LIMIT), *only]


def environment(folder="."):
    """Neither a cache nor a prover's configuration lying about may have a say. Frama-C asks PWD."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("FRAMAC_", "WHY3"))}
    return env | {"WHY3CONFIG": os.path.abspath("build/why3.conf"), "PWD": os.path.abspath(folder)}


def configure_provers():
    os.makedirs("build", exist_ok=True)
    subprocess.run(["why3", "config", "detect", "-C", "build/why3.conf"], env=environment(),
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(flags):
    with tempfile.TemporaryDirectory() as session:
        flags = [flags[0], "-session", session, *flags[1:], "-then", "-report"]
        done = subprocess.run(flags, env=environment(), text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def read_goals(text):
    """What one run of WP said of each goal and of each smoke test."""
    goals, smoke = {}, {}
    for verdict, kind, name, rest in re.findall(
            r"^\[wp\] \[(\w[^]]*)\] (Goal|Smoke-test) (\S+)(.*)", text, re.M):
        if kind == "Goal":
            times = re.findall(r"([\d.]+)s\)|\d+'(?:\d+s)?()\)", rest)
            slow = any(not t or float(t) > TIME_LIMIT for t, _ in times)
            goals[name] = goals.get(name, True) and rest.startswith(" : Valid") and not slow
        else:
            smoke[name] = verdict == "Passed"
    return goals, smoke


def read_report(text):
    properties, place = {}, ""
    for headline, status, what in re.findall(
            r"^--- (.*)$|^\[ *(\S+) *\] (.*)$", text.partition("\n[report] Computing")[2], re.M):
        if headline:
            place = "".join(re.findall(r"Properties of Function '(\w+)'", headline))
        elif not re.match(r"(Default b|B)ehavior", what):
            while (place, what) in properties:
                what += "'"
            properties[place, what] = status
    return properties


def prove(unit, config, smoke=False, again=True):
    """One pass over a unit: fills in what Frama-C said, and what alone is wrong with that."""
    start, flags = time.time(), command(unit, config, smoke)
    code, text = run(flags)
    first, *then = text.partition("\n[report] ")[0].split("[wp] Running WP plugin")[1:] or [""]
    goals, tests = read_goals(first)
    counted = f"{sum(goals.values()) + sum(tests.values())} / {len(goals) + len(tests)}\n"
    for stage in then:  # which has anew what was left, and nothing else is taken from it
        goals |= {name: valid for name, valid in read_goals(stage)[0].items() if name in goals}
    if again and not code and 0 < list(goals.values()).count(False) <= STALLED:
        unit.seconds, unit.looks = unit.seconds + time.time() - start, ", at the second look"
        return prove(unit, config, smoke, False)
    if code:
        last = "\n    ".join(text.splitlines()[-8:])
        unit.problems.append(f"Frama-C gave up with status {code}: {shlex.join(flags)}\n    {last}")
    elif counted not in first + "\n":
        unit.problems.append(f"cannot account for every goal in the output of {shlex.join(flags)}")
    for line, more in re.findall(r"^(.*Warning:.*)\n( .*)?", text, re.M):
        nothing_left = goals and line == "[wp] Warning: No goal generated"
        if "Failed smoke-test" not in line and not nothing_left:
            unit.problems.append(f"warning: {line} {more.strip()}")
    if smoke:
        unit.smoke = tests
        unit.problems += [f"contradiction: {name}: {shlex.join(flags)}"
                          for name, passed in tests.items() if not passed]
    else:
        unit.goals, unit.properties = goals, read_report(text)
    unit.seconds += time.time() - start


def unproved(unit, config):
    """A line for each goal that is not Valid, with the command that shows it again."""
    functions = sorted({place for place, _ in unit.properties if place}, key=len, reverse=True)
    for name in [name for name, valid in unit.goals.items() if not valid]:
        lemma = re.match(r"typed_(?:check_)?lemma_(\w+)", name)
        function = [f for f in functions if re.match(f"(typed_)?{f}_", name)]
        only = ["-wp-prop", lemma[1]] if lemma else ["-wp-fct", function[0]] if function else []
        yield f"not proved: {name}: {shlex.join(command(unit, config, only=only))}"


def clauses(unit, function):
    return {what: status for (place, what), status in unit.properties.items() if place == function}


def functions_of(unit, builtin):
    """The functions with a contract in a unit: where it stands, and has it a body here."""
    for function in sorted({place for place, _ in unit.properties} - builtin - {""}):
        said = clauses(unit, function)
        where = "".join(re.findall(r"Exit-condition \(file (.*?)\)", "\n".join(said))[:1])
        believed = {said[what] for what in said if what[:3] != "Pre"} == {"Extern"}
        yield function, where, not believed


def believed(unit, builtin, trusted):
    """What Frama-C takes without proof must be listed; a contract must be a full one."""
    for function, where, body in functions_of(unit, builtin):
        for clause in ["Exit-condition", "Termination-condition", "Assigns"]:
            if not any(what.startswith(clause) for what in clauses(unit, function)):
                yield f"no full contract: {function} has no {clause}"
        for what, status in clauses(unit, function).items():
            if status == "Extern" and (body or what.startswith("Pre-condition")):
                yield f"believed without proof: {what} in {function}"
            elif body and status not in ("Valid", "Extern") and all(unit.goals.values()):
                yield f"{status} in Frama-C's report: {what} in {function}"
    for what, status in clauses(unit, "").items():
        if status != "Valid" and not trusted.get(what, "").startswith("src/os/"):
            yield f"believed and not in trusted.txt: {what} ({status})"


def sources(folders):
    return sorted(str(path) for folder in folders for path in Path(folder).glob("*.c"))


def compiled_functions(config):
    """Every function gcc sees in the core, static and inline ones included: its file."""
    found, gcc = {}, ["gcc", "-std=c11", "-Isrc", "-w", *CONFIGS[config][1]]
    for file in sources(CORE):
        subprocess.run([*gcc, "-c", file, "-o", "build/unit.o", "-fkeep-static-functions",
                        "-fkeep-inline-functions"], check=True)
        names = subprocess.check_output(["nm", "--defined-only", "build/unit.o"], text=True)
        found |= {name: file for name in re.findall(r" [tT] (\w+)$", names, re.M)}
    return found


def declared_lemmas():
    for folder in ["specs", "src", "proofs/laws"]:
        for path in sorted(Path(folder).rglob("*.*")):
            for note in re.findall(r"/\*@.*?\*/|//@[^\n]*", path.read_text(), re.S):
                for name in re.findall(r"^[^/\n]*\blemma\s+(\w+)\s*[:{]", note[3:], re.M):
                    yield name, path


def whole(units, config, builtin, trusted):
    """What only all units together show."""
    proved, met = {}, set()
    for unit in units:
        for function, where, body in functions_of(unit, builtin):
            met.add(function)
            if body:
                proved.setdefault(function, set()).add(where)
        met |= {what for what, status in clauses(unit, "").items() if status == "Valid"}
    for unit in units:
        for function, where, body in functions_of(unit, builtin):
            if function in proved and where not in proved[function]:
                yield f"unit {unit.name} uses a contract of {function} that is not the one proved"
            if function not in proved and trusted.get(function) != where.split(",")[0]:
                yield f"believed and not in trusted.txt: {function} in {where}, by unit {unit.name}"
    for file in set(sources(CORE + ["proofs/laws"])) - {unit.file for unit in units}:
        yield f"outside every unit: {file}"
    for function, file in compiled_functions(config).items():
        if function not in proved and function not in trusted:
            yield f"outside every unit or without a contract: {function} in {file}"
    for name, path in declared_lemmas():
        if f"Lemma '{name}'" not in met:
            yield f"declared and proved nowhere: lemma {name} in {path}"
    for name in sorted(trusted.keys() - met):
        yield f"listed in trusted.txt and met nowhere: {name}"


def refute(witness, config):
    """A witness claims something false under the label `never`; that alone must stay unproved."""
    prove(witness, config, again=False)
    claims = {name for name in witness.goals if "_never" in name}
    proofs = {name for name, valid in witness.goals.items() if valid}
    witness.problems += [] if claims else ["a witness without a claim labelled `never`"]
    witness.problems += [f"proved a falsehood: {name}" for name in sorted(claims & proofs)]
    witness.goals = {name: name in claims for name in witness.goals.keys() - proofs}


def main():
    parser = argparse.ArgumentParser(description="Proves units, all of them without an argument.")
    parser.add_argument("--config", choices=CONFIGS, default="host")
    parser.add_argument("--update", action="store_true", help="write the counts to units.tsv")
    parser.add_argument("names", metavar="UNIT", nargs="*")
    os.chdir(Path(__file__).resolve().parent.parent)
    args = parser.parse_args()
    config, rows, trusted = args.config, read_units(), read_trusted()
    if args.update:
        new = set(sources(CORE + ["proofs/laws"])) - {row.file for row in rows}
        rows += [Unit(Path(file).stem, file) for file in sorted(new)]
    units = [row for row in rows if row.name in (args.names or [row.name])]
    witnesses = [] if args.names else [Unit(Path(f).stem, f) for f in sources(["proofs/witnesses"])]
    if len(units) < len(args.names) or any(row.options not in OPTIONS for row in rows):
        sys.exit("prove.py: an unknown unit, or an unknown option in units.tsv")
    configure_provers()
    Path("build/nothing.c").write_text("#include <stdint.h>\n")
    nothing = run(["frama-c", "-machdep", CONFIGS[config][0], "build/nothing.c"])
    builtin, passed, failed = {place for place, _ in read_report(nothing[1])}, 0, 0
    largest = sorted(units, key=lambda unit: unit.expected[config].zfill(12), reverse=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {unit: [pool.submit(prove, unit, config, smoke) for smoke in (False, True)]
                for unit in largest}
        jobs |= {unit: [pool.submit(refute, unit, config)] for unit in witnesses}
        for unit in units + witnesses:
            for job in jobs[unit]:
                job.result()
            problems = list(unproved(unit, config))
            if unit in units:
                problems += believed(unit, builtin, trusted)
                if args.update:
                    unit.expected[config] = unit.counts()
                elif unit.counts().split("/")[-1] != unit.expected[config].split("/")[-1]:
                    problems += [f"expected {unit.expected[config]}, not {unit.counts()}"]
            problems += unit.problems
            good, total = sum(unit.goals.values()), len(unit.goals)
            line = ("FAILED" if problems else "OK") + f" {unit.name} {good}/{total}"
            print(f"{line} {unit.seconds:.0f} s{unit.looks}", *problems, sep="\n  ", flush=True)
            passed, failed = passed + good, failed + max(total - good, len(problems))
    if not args.names:
        for failed, line in enumerate(whole(units, config, builtin, trusted), failed + 1):
            print("FAILED " + line)
    if args.update:
        write_units(rows)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
