#!/usr/bin/python3
"""Breaks the core on purpose, one small change at a time, and sees a proof fail each time.

    proofs/mutants.py [--config host|pool] [FILTER...]

runs those whose name or file contains one of the filters; without, all.

proofs/mutants/*.tsv holds a mutant a line: name, file, the text to change (it stands in the file
once), what to change it to, and perhaps `equivalent: REASON` for a change that changes nothing:
that is counted and not run; or `host` for one that only the host's configuration tells. A \\n in a
text is the end of a line. A mutant is killed by the first goal that is not Valid, with the very
flags of `make prove`, in the function that was changed. One that survives is a hole in a
contract."""
import argparse, os, re, shutil, signal, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import prove


def read_mutants(wanted):
    for path in sorted(Path("proofs/mutants").glob("*.tsv")):
        for line in path.read_text().splitlines():
            columns = (line + "\t\t").replace("\\n", "\n").split("\t")
            if line and not line.startswith("#") and any(
                    word in columns[0] or word in columns[1] for word in wanted):
                yield columns[:5]


def enclosing_function(text, place):
    """The name of the function a place in a source lies in, or None outside all of them."""
    before = text[:place]
    last = max(before.rfind(") {\n"), before.rfind(") */ {\n"))  # a function, ghost parameters too
    if before.rfind("\n}") > last:
        return None
    heads = re.findall(r"^[a-z][\w ]*?\b(\w+)\(", before, re.M)
    return heads[-1] if heads else None


def first_failure(flags, folder):
    """Runs Frama-C until a goal is not Valid at the provers' second look, and returns that goal,
    or None if all are; and what Frama-C said."""
    flags = [flags[0], "-session", folder + "/session", *flags[1:]]
    running = subprocess.Popen(flags, cwd=folder, text=True,
                               env=prove.environment(folder), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               start_new_session=True)
    said, looks = [], 0
    try:
        for line in running.stdout:
            said.append(line)
            looks += "Running WP plugin" in line
            goal = re.match(r"\[wp\] \[[^]]+\] Goal (\S+)(?! : Valid)$", line.rstrip())
            if goal and looks == 2:
                return goal[1], said
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGTERM)
        running.wait()
    return None, said


def judge(mutant, units, config):
    name, file, old, new, note = mutant
    if note.startswith("equivalent:"):
        return "equivalent", note[len("equivalent:"):].strip()
    config = note or config
    text, unit = Path(file).read_text(), next((unit for unit in units if unit.file == file), None)
    if text.count(old) != 1 or old == new or not unit or config not in prove.CONFIGS:
        return "error", f"its text stands {text.count(old)} times in {file}, of unit {unit}"
    with tempfile.TemporaryDirectory() as folder:
        for tree in ["src", "specs"]:
            shutil.copytree(tree, f"{folder}/{tree}")
        Path(folder, file).write_text(text.replace(old, new))
        compiled = subprocess.run(["gcc", "-std=c11", "-Isrc", *prove.CONFIGS[config][1], "-w",
                                   "-fsyntax-only", unit.file], cwd=folder, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if compiled.returncode:
            return "error", "it does not compile: " + compiled.stdout.splitlines()[0]
        function = enclosing_function(text, text.index(old))
        only = ["-wp-fct", function] if function else []
        goal, said = first_failure(prove.command(unit, config, only=only), folder)
    if goal:
        return "killed", goal
    if not any(line.startswith("[wp] Proved goals:") for line in said):
        return "error", "Frama-C refused it: " + " ".join("".join(said[-9:]).split())
    return "survived", f"every goal of {function or unit.name} is still Valid"


def main():
    parser = argparse.ArgumentParser(description="Proves that the contracts tell mutants.")
    parser.add_argument("--config", choices=prove.CONFIGS, default="pool")
    parser.add_argument("filter", nargs="*", default=[""])
    args = parser.parse_args()
    os.chdir(Path(__file__).resolve().parent.parent)
    prove.configure_provers()
    mutants, units = list(read_mutants(args.filter)), prove.read_units()
    counts = dict.fromkeys(["killed", "equivalent", "survived", "error"], 0)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = pool.map(lambda mutant: judge(mutant, units, args.config), mutants)
        for mutant, (verdict, why) in zip(mutants, verdicts):
            counts[verdict] += 1
            print(f"{verdict:10} {mutant[1]} {mutant[0]}: {why}", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return 1 if counts["survived"] or counts["error"] or not counts["killed"] else 0


if __name__ == "__main__":
    sys.exit(main())
