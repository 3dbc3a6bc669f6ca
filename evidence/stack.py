"""How much stack each public function takes, from gcc's own account of every function and of who
calls whom: the deepest path. Two calls whose path comes round again, and calls of what a pointer
says, would have no bound: both are looked for."""
import re, shutil, tempfile
from pathlib import Path

from parts import core_sources, files, kept, key, must, say

PUBLIC = ["src/heap/heap.h", "src/heap/heap_special.h", "src/heap/audit.h", "src/object/block.h",
          "src/object/sweep.h"]
FLOOR = ["src/os/atomic.c", "src/os/lock.c"]
BUILDS = {
    "host, -O2": (["gcc", "-O2"], [*FLOOR, "src/os/os_linux.c"]),
    "pool, -Os": (["gcc", "-Os", "-DCAIRN_POOL"], [*FLOOR, "src/os/os_pool.c"]),
    "pool, Cortex-M4, -Os": (["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-Os",
                              "-ffreestanding", "-DCAIRN_POOL"], [*FLOOR, "src/os/os_pool.c"]),
}
INDIRECT = "__indirect_call"


def public_functions():
    """Those of the public headers that the core has; the floor's are the floor's."""
    trusted = Path("proofs/trusted.txt").read_text()
    for header in PUBLIC:
        text = re.sub(r"/\*.*?\*/", "", Path(header).read_text(), flags=re.S)
        for name in re.findall(r"^[a-z][\w ]*?\b(\w+)\([^;{]*\);", text, re.M):
            if f"\t{name}\t" not in trusted:
                yield name, header


def read_graph(folder):
    """The bytes each function takes, and whom it calls. A name without a body has no bytes."""
    takes, calls, dynamic = {}, {}, []
    for path in Path(folder).glob("*.ci"):
        text = path.read_text()
        for title, size, how in re.findall(
                r'^node: \{ title: "([^"]+)" label: "[^"]*\\n(\d+) bytes \(([^)]*)\)', text, re.M):
            takes[title] = int(size)
            dynamic += [title] if how != "static" else []
        for source, target in re.findall(
                r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', text, re.M):
            calls.setdefault(source, set()).add(target)
    return takes, calls, dynamic


class Rounds(Exception):
    pass


def deepest(function, takes, calls, known, path=()):
    """(bytes, the path there), of this function and all below it."""
    if function in path:
        raise Rounds(" ".join([*path[path.index(function):], function]))
    if function not in known:
        below = [deepest(one, takes, calls, known, (*path, function))
                 for one in sorted(calls.get(function, ()))]
        most, way = max(below, default=(0, []))
        known[function] = most + takes.get(function, 0), [function, *way]
    return known[function]


def measure(build):
    compiler, floor = BUILDS[build]
    if not shutil.which(compiler[0]):
        return {"missing": compiler[0]}
    with tempfile.TemporaryDirectory() as folder:
        for file in [*core_sources(), *floor]:
            must(*compiler, "-std=c11", "-Isrc", "-fstack-usage", "-fcallgraph-info=su", "-c", file,
                 "-o", f"{folder}/{file.replace('/', '_')}.o")
        takes, calls, dynamic = read_graph(folder)
    known, found, rounds = {}, {}, []
    for name, header in public_functions():
        try:
            most, way = deepest(name, takes, calls, known)
            found[name] = {"bytes": most, "path": [one.split(":")[-1] for one in way]}
        except Rounds as error:
            rounds.append(str(error))
    core = {one for one in known if one in takes}
    return {"compiler": must(compiler[0], "--version").splitlines()[0], "flags": compiler[1:],
            "functions": found, "recursion": rounds, "sizes not static": dynamic,
            "indirect calls": sorted(one for one in core if INDIRECT in calls.get(one, ())),
            "outside": sorted(one for one in known if one not in takes)}


def stack():
    made_from = key([*files("src/*.h", "src/*/*.[ch]"), "evidence/stack.py"],
                    [say(compiler[0], "--version") for compiler, _ in BUILDS.values()])
    return kept("stack", made_from, lambda: {"builds": {one: measure(one) for one in BUILDS}})
