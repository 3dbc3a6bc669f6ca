#!/usr/bin/python3
"""Runs the tests built with --coverage and prints which lines and branches of the core they ran."""
import glob, json, os, re, subprocess, sys
from collections import defaultdict

CORE = re.compile(r"src/(page|span|heap|object)/.*\.c$")


def main():
    for counts in glob.glob("build/obj/*-cov/**/*.gcda", recursive=True):
        os.remove(counts)
    for program in sys.argv[1:]:
        subprocess.run([program], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    lines, branches = defaultdict(dict), defaultdict(dict)
    for counts in sorted(glob.glob("build/obj/*-cov/src/**/*.gcda", recursive=True)):
        said = subprocess.check_output(["gcov", "-b", "--json-format", "--stdout", counts],
                                       text=True, stderr=subprocess.DEVNULL)
        for file in [file for line in said.splitlines() for file in json.loads(line)["files"]]:
            if not CORE.match(file["file"]):
                continue
            for line in file["lines"]:
                number = line["line_number"]
                lines[file["file"]][number] = lines[file["file"]].get(number, 0) + line["count"]
                for index, branch in enumerate(line["branches"]):
                    key = number, index
                    before = branches[file["file"]].get(key, 0)
                    branches[file["file"]][key] = before + branch["count"]
    for file in sorted(file for file in glob.glob("src/*/*.c") if CORE.match(file)):
        if file not in lines:
            print(f"{file:28} not run at all")
    totals = [0, 0, 0, 0]
    for file in sorted(lines):
        ran = [sum(map(bool, lines[file].values())), len(lines[file]),
               sum(map(bool, branches[file].values())), len(branches[file])]
        totals = [a + b for a, b in zip(totals, ran)]
        missed = sorted({n for n, count in lines[file].items() if not count} |
                        {n for (n, _), count in branches[file].items() if not count})
        where = "  not all of " + " ".join(map(str, missed)) if missed else ""
        print(f"{file:28} lines {ran[0]}/{ran[1]}  branches {ran[2]}/{ran[3]}{where}")
    print(f"core: lines {totals[0]}/{totals[1]}, branches {totals[2]}/{totals[3]}")
    return 0 if totals[1] else 1


if __name__ == "__main__":
    sys.exit(main())
