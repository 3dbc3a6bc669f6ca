#!/usr/bin/python3
"""Builds build/evidence/: evidence.json and evidence.html, of what is required, proved, tested,
measured and believed. What was made before and is of the same sources is not made again.

    evidence/evidence.py                    the report, and all in it that takes minutes
    evidence/evidence.py kept               the report of what was made before, and no more
    evidence/evidence.py goals [UNIT...]    each goal by each prover alone
    evidence/evidence.py mutants [UNIT...]  each mutant

The last two take hours. One can stop them: they go on with the unit where they stopped."""
import json, os, sys

from parts import BUILD, ROOT, Only
import page
import proofs_run
import report


def run(what, names):
    known = {unit.name for unit in report.prove.read_units()}
    if not set(names) <= known:
        sys.exit(f"evidence.py: no unit is called {' or '.join(sorted(set(names) - known))}")
    work = proofs_run.goals if what == "goals" else proofs_run.run_mutants
    bad = 0
    for unit, counts, problems in work(names):
        bad += len(problems)
        print(unit, ", ".join(f"{n} {kind}" for kind, n in counts.items()), *problems, sep="\n  ",
              flush=True)
    return 1 if bad else 0


def main():
    os.chdir(ROOT)
    if sys.argv[1:2] in (["goals"], ["mutants"]):
        return run(sys.argv[1], sys.argv[2:])
    Only.kept = sys.argv[1:] == ["kept"]
    if sys.argv[1:] and not Only.kept:
        sys.exit(__doc__)
    data = report.assemble()
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "evidence.json").write_text(json.dumps(data, indent=1) + "\n")
    (BUILD / "evidence.html").write_text(page.page(data))
    print(f"{BUILD}/evidence.html and evidence.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
