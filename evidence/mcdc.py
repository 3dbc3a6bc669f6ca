"""Functions, branches and MC/DC of the core, by clang: every test program is built with its
counters and run, the small configurations and the host's put together. Each condition that no test
has shown to decide its decision by itself is listed with its place. Where threads meet, a count may
be lost, never gained."""
import json, os, re, shutil, subprocess, tempfile
from collections import defaultdict
from pathlib import Path

from parts import CORE, core_sources, everywhere, files, kept, key, must, say

CLANG, PROFDATA, COV = "clang-19", "llvm-profdata-19", "llvm-cov-19"
FLAGS = ["-std=c11", "-Isrc", "-Itests", "-w", "-O2", "-fprofile-instr-generate",
         "-fcoverage-mapping", "-fcoverage-mcdc"]
CONFIGS = {"host": [], "pool": ["-DCAIRN_POOL", "-DCAIRN_POOL_CHUNKS=8"],
           "one": ["-DCAIRN_POOL", "-DCAIRN_POOL_CHUNKS=1"]}
LIMIT = 600  # seconds a test may take


def head(file, word, default=""):
    """What the first lines of a test say after `// WORD: `."""
    first = "\n".join(Path(file).read_text().splitlines()[:5])
    said = re.search(rf"^// {word}: (.*)$", first, re.M)
    return (said[1] if said else default).split()


def run(job):
    """Builds and runs a test of a configuration: how it ended, and its counts."""
    config, test, folder, library = job
    program = f"{folder}/{config}-{test.replace('/', '_')}"
    must(CLANG, *FLAGS, *CONFIGS[config], test, *head(test, "link"), library, "-o", program)
    env = os.environ | {"LLVM_PROFILE_FILE": f"{program}-%p.raw"}  # one a process
    try:
        done = subprocess.run([program], env=env, text=True, errors="replace", timeout=LIMIT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        last = (done.stdout.rstrip().splitlines() or [""])[-1]
    except subprocess.TimeoutExpired:
        last = f"over {LIMIT} s"
    counted = re.fullmatch(r".*: (\d+) passed, (\d+) failed", last)
    return {"test": test, "config": config, "program": program,
            "passed": int(counted[1]) if counted else 0,
            "failed": int(counted[2]) if counted else 1}


def of_config(config, folder):
    """All tests of a configuration, and what clang's tool makes of their counts."""
    os.mkdir(f"{folder}/{config}")
    sources = [*core_sources(), *files("src/os/atomic.c", "src/os/lock.c", "src/tools/os_sim.c")]

    def build(file):
        out = f"{folder}/{config}/{file.replace('/', '_')}.o"
        must(CLANG, *FLAGS, *CONFIGS[config], "-c", file, "-o", out)
        return out
    library = everywhere(sources, build)
    archive = f"{folder}/{config}.a"
    must("ar", "rcs", archive, *library)
    tests = [one for one in files("tests/*/test_*.c") if config in head(one, "config", "pool")]
    ran = everywhere([(config, test, folder, archive) for test in tests], run)
    raw = sorted(str(path) for path in Path(folder).glob(f"{config}-*.raw"))
    must(PROFDATA, "merge", "-o", f"{folder}/{config}.data", *raw)
    programs = [part for one in ran for part in ("-object", one["program"])]
    said = must(COV, "export", "-instr-profile", f"{folder}/{config}.data", *programs[1:],
                *core_sources())
    return ran, json.loads(said)["data"][0]


def merge(data, functions, branches, decisions):
    """Adds one configuration's counts: what any of them has shown is shown."""
    for file in data["files"]:
        name = os.path.relpath(file["filename"])
        if not name.startswith(tuple(CORE)):
            continue
        for one in file["branches"]:
            place = name, *one[:4]
            before = branches.get(place, (0, 0))
            branches[place] = before[0] + one[4], before[1] + one[5]
        for one in file.get("mcdc_records", []):
            place = name, *one[:4]
            shown = decisions.get(place, [False] * len(one[-1]))
            decisions[place] = [a or b for a, b in zip(shown, one[-1])]
    for function in data["functions"]:
        name = os.path.relpath(function["filenames"][0])
        if name.startswith(tuple(CORE)):
            own = name, function["name"].split(":")[-1]
            functions[own] = max(functions.get(own, 0), function["count"])


def text_at(place):
    """The source of a decision, in one line."""
    name, line, column, last, end = place
    rows = Path(name).read_text().splitlines()[line - 1:last]
    rows[-1] = rows[-1][:end - 1]
    rows[0] = rows[0][column - 1:]
    return " ".join(" ".join(rows).split())


def measure():
    functions, branches, decisions, tests = {}, {}, {}, []
    with tempfile.TemporaryDirectory() as folder:
        for config in CONFIGS:
            ran, data = of_config(config, folder)
            tests += [{k: v for k, v in one.items() if k != "program"} for one in ran]
            merge(data, functions, branches, decisions)
    by_file = defaultdict(lambda: {"branches": [0, 0], "mcdc": [0, 0], "functions": [0, 0]})
    for (name, _), times in functions.items():
        by_file[name]["functions"][0] += times > 0
        by_file[name]["functions"][1] += 1
    for (name, *_), ways in branches.items():
        by_file[name]["branches"][0] += sum(map(bool, ways))
        by_file[name]["branches"][1] += 2
    gaps = []
    for place, shown in sorted(decisions.items()):
        by_file[place[0]]["mcdc"][0] += sum(shown)
        by_file[place[0]]["mcdc"][1] += len(shown)
        gaps += [{"file": place[0], "line": place[1], "text": text_at(place),
                  "conditions": [k for k, one in enumerate(shown, 1) if not one],
                  "of": len(shown)}] if not all(shown) else []
    return {"compiler": must(CLANG, "--version").splitlines()[0], "tests": tests,
            "files": dict(sorted(by_file.items())), "gaps": gaps,
            "never run": sorted(own for (_, own), times in functions.items() if not times)}


def mcdc():
    def make():
        missing = [one for one in (CLANG, PROFDATA, COV) if not shutil.which(one)]
        return {"missing": " ".join(missing)} if missing else measure()
    made_from = key(files("src/*.h", "src/*/*.[ch]", "tests/*.h", "tests/*/*.[ch]",
                          "evidence/mcdc.py"), say(CLANG, "--version"))
    return kept("mcdc", made_from, make)
