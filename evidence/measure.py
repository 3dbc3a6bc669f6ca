"""Instructions of each public function over work.c, what a pool takes of memory, and whether all
compilers' programs answer the same."""
import re, shutil, tempfile
from collections import defaultdict
from pathlib import Path

from parts import core_sources, everywhere, files, kept, key, must, say
from stack import BUILDS, FLOOR

WORK = "evidence/work.c"
POOL = [*FLOOR, "src/os/os_pool.c"]
COUNTED = {
    "pool of 1 MiB, -Os": ["-Os", "-DCAIRN_POOL", "-DCAIRN_POOL_CHUNKS=4"],
    "pool of 1 MiB, -O2": ["-O2", "-DCAIRN_POOL", "-DCAIRN_POOL_CHUNKS=4"],
    "pool of 16 MiB, -O2": ["-O2", "-DCAIRN_POOL", "-DCAIRN_POOL_CHUNKS=64"],
    "host, -O2": ["-O2"],
}
# The worst case of one call, in instructions, as it is cited of them; nothing here measures it.
OTHERS = {"o1heap": {"malloc": 155, "free": 143}, "TLSF": {"malloc": 216, "free": 168}}
CHUNKS = [1, 2, 3, 4, 8, 16, 32, 64]
LEVELS = ["-O0", "-O1", "-O2", "-O3", "-Os"]
COMPILERS = ["gcc", "clang-14", "clang-19"]


def sources():
    return files("src/*.h", "src/*/*.[ch]", "tests/golden/*.*", WORK, "evidence/measure.py")


def floor(flags):
    return POOL if "-DCAIRN_POOL" in flags else BUILDS["host, -O2"][1]


def count(name):
    """calls, the most of one call and the mean, for each function."""
    flags = COUNTED[name]
    with tempfile.TemporaryDirectory() as folder:
        must("gcc", "-std=c11", "-Isrc", "-DCOUNTED", *flags, *core_sources(), *floor(flags), WORK,
             "-o", f"{folder}/work")
        must("valgrind", "-q", "--tool=callgrind", "--combine-dumps=yes", "--dump-line=no",
             f"--callgrind-out-file={folder}/out", f"{folder}/work")
        counts, function = defaultdict(list), None
        with open(f"{folder}/out") as lines:
            for line in lines:
                if line.startswith("desc: Trigger: Client Request: "):
                    function = line.split()[-1]
                elif line.startswith("summary: ") and function:
                    counts[function].append(int(line.split()[1]))
                    function = None
    of_nothing = counts.pop("nothing")[0]
    return {one: {"calls": len(some), "most": max(some) - of_nothing,
                  "mean": round(sum(some) / len(some) - of_nothing, 1)}
            for one, some in counts.items()}


def instructions():
    def make():
        if not shutil.which("valgrind") or not Path("/usr/include/valgrind/callgrind.h").exists():
            return {"missing": "valgrind"}
        return {"builds": dict(zip(COUNTED, everywhere(COUNTED, count))), "others": OTHERS,
                "machine": say("uname", "-m").strip()}
    return kept("instructions", key(sources(), say("gcc", "--version"),
                                    say("valgrind", "--version")), make)


def tables(chunks, compiler, flags):
    """The bytes of each object a pool of so many chunks has."""
    sizes = defaultdict(int)
    with tempfile.TemporaryDirectory() as folder:
        for file in [*core_sources(), *POOL]:
            must(compiler, "-std=c11", "-Isrc", "-Os", *flags, "-DCAIRN_POOL",
                 f"-DCAIRN_POOL_CHUNKS={chunks}", "-c", file, "-o", f"{folder}/one.o")
            for size, kind, name in re.findall(
                    r"^\w+ (\w+) ([bBdDrRvV]) (\S+)$",
                    must(compiler.replace("gcc", "nm"), "-S", f"{folder}/one.o"), re.M):
                sizes[name if kind not in "rR" else "constants"] += int(size, 16)
    return sizes


def pool():
    """A pool's memory for every number of chunks: measured, and as a formula."""
    machines = {"x86-64": ("gcc", ["-ffreestanding"]),
                "Cortex-M4": ("arm-none-eabi-gcc", ["-mcpu=cortex-m4", "-mthumb",
                                                    "-ffreestanding"])}

    def formula(machine):
        compiler, flags = machines[machine]
        if not shutil.which(compiler):
            return {"missing": compiler}
        sizes = dict(zip(CHUNKS, everywhere(CHUNKS, lambda n: tables(n, compiler, flags))))
        total = {n: sum(one.values()) for n, one in sizes.items()}
        bytes_of = {n: size - sizes[n]["pool"] for n, size in total.items()}
        low, high = CHUNKS[1], CHUNKS[-1]
        slope = (bytes_of[high] - bytes_of[low]) // (high - low)
        rest = {n: size - slope * n for n, size in bytes_of.items()}
        largest = sorted(((size, name) for name, size in sizes[4].items()), reverse=True)[:12]
        return {"chunk": sizes[1]["pool"], "slope": slope, "constant": max(rest.values()),
                "exceeds by at most": max(rest.values()) - min(rest.values()),
                "measured": bytes_of, "largest of 4 chunks": largest}
    return kept("pool", key(sources(), say("gcc", "--version")),
                lambda: {"machines": {one: formula(one) for one in machines}})


def replay_sources():
    return files("src/tools/cairn-replay.c", "src/tools/replay_*.c", "src/tools/trace.c",
                 "src/tools/recording.c", "src/tools/block_table.c", "src/tools/os_sim.c")


def compare(job):
    """One compiler at one level: the golden traces answered as Go did, and what work.c answers."""
    compiler, level = job
    with tempfile.TemporaryDirectory() as folder:
        build = [compiler, "-std=c11", "-Isrc", "-w", level]
        must(*build, *core_sources(), *FLOOR, *replay_sources(), "-o", f"{folder}/replay")
        traces = files("tests/golden/*.ops")
        same = [trace for trace in traces
                if say(f"{folder}/replay", trace) == Path(trace).with_suffix(".want").read_text()]
        answers = {}
        for chunks in (1, 64):
            must(*build, "-DCAIRN_POOL", f"-DCAIRN_POOL_CHUNKS={chunks}", *core_sources(), *POOL,
                 WORK, "-o", f"{folder}/work")
            answers[chunks] = (say(f"{folder}/work") or "ended badly").split()[-1]
        return {"compiler": compiler, "level": level, "traces": len(traces), "same": len(same),
                "answers": answers}


def compilers():
    here = [one for one in COMPILERS if shutil.which(one)]
    versions = {one: must(one, "--version").splitlines()[0] for one in here}

    def make():
        runs = everywhere([(one, level) for one in here for level in LEVELS], compare)
        agree = all(run["same"] == run["traces"] for run in runs) and \
            len({tuple(run["answers"].values()) for run in runs}) == 1
        return {"versions": versions, "runs": runs, "agree": agree,
                "missing": [one for one in COMPILERS if one not in here]}
    return kept("compilers", key(sources(), versions), make)
