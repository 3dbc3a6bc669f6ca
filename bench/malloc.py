#!/usr/bin/python3
"""Cairn's malloc beside glibc's and others, each preloaded into the same programs, round by round.
Usage: bench/malloc.py [BUILD [CASE...]]    (BUILD has libcairn.so; without: build, all cases)
CAIRN_ROUNDS says how many rounds. Prints a table, writes BUILD/bench.html. See bench/README.md."""
import os, re, shutil, signal, socket, statistics, subprocess, sys, tempfile, time
from pathlib import Path
import malloc_page

HERE = Path(__file__).resolve().parent
ROUNDS, MOST_ROUNDS = 11, 1000
PEERS = {"jemalloc": "libjemalloc.so.2", "mimalloc": "libmimalloc.so.2",
         "tcmalloc": "libtcmalloc_minimal.so.4", "tbb": "libtbbmalloc_proxy.so.2"}
PROGRAMS = {  # name: (steps, command, what)
    "lua": (40000, ["lua5.4", f"{HERE}/programs/steps.lua", "STEPS"], "lua5.4, a step"),
    "python3": (100000, ["/usr/bin/python3", f"{HERE}/programs/steps.py", "STEPS"],
                "python3 with PYTHONMALLOC=malloc, a step"),
    "perl": (60000, ["perl", f"{HERE}/programs/steps.pl", "STEPS"], "perl, a step"),
    "jq": (10000, ["jq", "-n", "--argjson", "steps", "STEPS", "-f", f"{HERE}/programs/steps.jq"],
           "jq, an object"),
    "redis": (80000, ["redis-server"], "redis-server, a request"),
}
WHAT = {"shifted": "resident bytes a byte asked for", "freed": "MiB resident in the end"}
REDIS = ["set", "lpush", "hset", "rpop"]  # what redis-benchmark asks for, as often each
START_LIMIT = 30  # seconds for redis-server to answer, under callgrind too
COUNTED = (20, 10)  # callgrind runs a 20th of a case and a 10th; the difference is what counts


class Failed(Exception):
    pass


class Case:
    def __init__(self, kind, name, times, what):
        self.kind, self.name, self.times, self.what = kind, name, int(times), what
        self.values, self.instructions = {}, {}  # of each allocator: a list; a number

    def median(self, allocator):
        return statistics.median(self.values[allocator])

    def ratio(self, allocator):
        """Of the medians, to glibc's; None where glibc's is nothing."""
        return self.median(allocator) / self.median("glibc") if self.median("glibc") else None


def wrong(text):
    print(f"malloc.py: {text}", file=sys.stderr)
    sys.exit(2)


def environment(library, **more):
    """Nothing of the caller's but PATH: options of an allocator would change what is compared."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": "/",
            "PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0", "LD_PRELOAD": library, **more}


def start(command, library, said):
    return subprocess.Popen(command, env=environment(library), stdin=subprocess.DEVNULL,
                            stdout=said, stderr=subprocess.STDOUT)


def ended(process, command, said):
    """Waits for it; returns nanoseconds of CPU and what it said."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    said.seek(0)
    text = said.read().decode(errors="replace")
    if process.returncode or "cannot be preloaded" in text:
        raise Failed(f"{' '.join(command)} ended with {process.returncode}: {text.strip()[-500:]}")
    return (usage.ru_utime + usage.ru_stime) * 1e9, text


def run(command, library):
    with tempfile.TemporaryFile() as said:
        return ended(start(command, library, said), command, said)


def say(path, *words):
    """Sends a command to the redis server at this socket; returns the first of its answer."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(START_LIMIT)
        link.connect(path)
        link.sendall((" ".join(words) + "\r\n").encode())
        return link.recv(100)


def await_redis(path, server):
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end and server.poll() is None:
        try:
            if say(path, "PING").startswith(b"+PONG"):
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise Failed("redis-server does not answer")


def run_redis(prefix, library, steps):
    """The server has the library, its client has not."""
    with tempfile.TemporaryDirectory() as work, tempfile.TemporaryFile() as said:
        path = f"{work}/socket"
        command = [*prefix, "redis-server", "--port", "0", "--unixsocket", path, "--save", "",
                   "--appendonly", "no", "--dir", work]
        server = start(command, library, said)
        try:
            await_redis(path, server)
            subprocess.run(["redis-benchmark", "-s", path, "-n", str(steps // len(REDIS)), "-q",
                            "-t", ",".join(REDIS), "-r", "10000", "-d", "100", "-P", "16",
                            "-c", "10"], env=environment(""), check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            say(path, "SHUTDOWN", "NOSAVE")
            return ended(server, command, said)[0]
        except subprocess.CalledProcessError as error:
            raise Failed(f"redis-benchmark ended with {error.returncode}") from error
        finally:
            if server.returncode is None:
                server.send_signal(signal.SIGKILL)
                server.wait()


def once(case, times, library, program, prefix=()):
    """Runs a case, maybe under callgrind. Returns what it took and how often that was."""
    if case.name == "redis":
        return run_redis(prefix, library, times), times
    if case.kind == "program":
        command = [str(times) if word == "STEPS" else word for word in PROGRAMS[case.name][1]]
        return run([*prefix, *command], library)[0], times
    command = [*prefix, program, case.name, str(times), os.path.basename(library)]
    text = run(command, library)[1]
    line = re.search(rf"^([0-9.]+) ([0-9]+) {re.escape(case.name)}$", text, re.M)
    if not line:
        raise Failed(f"{' '.join(command)} says: {text.strip()[-500:]}")
    calls = int(line[2]) or 1
    return float(line[1]) * calls, calls


def count(case, library, program):
    """Instructions a call: what the longer run has more of."""
    total, parts = [], []
    for part in COUNTED:
        with tempfile.TemporaryDirectory() as work:
            prefix = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={work}/counts"]
            parts.append(once(case, case.times // part, library, program, prefix)[1])
            total.append(sum(int(line.split()[1]) for file in Path(work).glob("counts*")
                             for line in file.read_text().splitlines()
                             if line.startswith("totals:")))
    return (total[1] - total[0]) / (parts[1] - parts[0])


def find_allocators(build):
    """The libraries by name, glibc's first as it is what all are compared with, then ours."""
    ours = Path(build, "libcairn.so")
    if not ours.is_file():
        wrong(f"expected a folder with libcairn.so (make lib), not {build}")
    with open("/proc/self/maps") as maps:
        libc = re.search(r"/\S*/libc\.so\.6$", maps.read(), re.M)
    if not libc:
        wrong("expected a C library named libc.so.6 in /proc/self/maps")
    found = {"glibc": os.path.realpath(libc[0]), "cairn": str(ours.resolve())}
    for name, file in PEERS.items():
        path = Path(libc[0]).parent / file
        if path.exists():
            found[name] = str(path.resolve())
        else:
            print(f"# {name} is left out, {file} is not here: make setup-bench")
    return found


def find_cases(program):
    lines = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = []
    for line in lines.splitlines():
        kind, rounds, name = line.split(" ")
        found.append(Case(kind, name, rounds, WHAT.get(name.split("/")[-1], "")))
    for name, (steps, command, what) in PROGRAMS.items():
        needed = [command[0]] + (["redis-benchmark"] if name == "redis" else [])
        missing = [word for word in needed if not shutil.which(word)]
        if missing:
            print(f"# {name} is left out, {missing[0]} is not here: make setup-bench")
        else:
            found.append(Case("program", name, steps, what))
    return found


def check_loaded(cases, allocators):
    """The library comes first in each program; malloc.c looks by itself whose malloc it has."""
    for case in cases:
        for library in allocators.values() if case.kind == "program" else ():
            command = [shutil.which(PROGRAMS[case.name][1][0])]
            done = subprocess.run(command, env=environment(library, LD_TRACE_LOADED_OBJECTS="1"),
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            loaded = re.findall(r"(/\S+) \(0x", done.stdout)
            if not loaded or os.path.realpath(loaded[0]) != library:
                raise Failed(f"{command[0]} does not load {library} first: {done.stdout.strip()}")


def measure(cases, allocators, rounds, program):
    order = list(allocators)
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for case in cases:
            for name in order:
                amount, parts = once(case, case.times, allocators[name], program)
                case.values.setdefault(name, []).append(amount / parts)
        order.append(order.pop(0))
    if not shutil.which("valgrind"):
        print("# instructions are left out, valgrind is not here: make setup-bench")
        return
    for case in cases:
        if case.kind not in ("memory", "threads") and case.name != "redis":
            print(f"instructions of {case.name}", file=sys.stderr)
            for name, library in allocators.items():
                case.instructions[name] = count(case, library, program)


def short(number):
    if number is None:
        return "-"
    return f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 1000 else f"{number:.0f}"


def print_table(cases, allocators):
    def row(name, values, ratio, counts, what):
        print(f"{name:26}" + "".join(f"{value:>9}" for value in [*values, ratio, *counts])
              + "  " + what)
    print(f"{'':26}{'CPU ns a call':<{9 * len(allocators)}}"
          f"{'cairn/':>9}  instructions a call")
    row("case", allocators, "glibc", allocators, "")
    for case in cases:
        row(case.name, [short(case.median(a)) for a in allocators], short(case.ratio("cairn")),
            [short(case.instructions.get(a)) for a in allocators], case.what)


def build_program(build):
    folder = Path(build, "bench-malloc")
    folder.mkdir(parents=True, exist_ok=True)
    program = str(folder.resolve() / "malloc")
    command = [*os.environ.get("CC", "cc").split(), "-std=c11", "-Wall", "-Wextra", "-O2", "-g",
               "-fno-builtin", "-pthread", str(HERE / "malloc.c"), "-o", program]
    if subprocess.run(command).returncode:
        wrong("malloc.c does not build")
    return program


def main():
    build, only = (sys.argv[1:] or ["build"])[0], sys.argv[2:]
    text = os.environ.get("CAIRN_ROUNDS") or str(ROUNDS)
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MOST_ROUNDS:
        wrong(f"CAIRN_ROUNDS: expected a number from 1 to {MOST_ROUNDS}, not {text!r}")
    allocators = find_allocators(build)
    program = build_program(build)
    cases = find_cases(program)
    for name in only:
        if name not in [case.name for case in cases]:
            wrong(f"expected a case of {', '.join(case.name for case in cases)}; not {name!r}")
    cases = [case for case in cases if not only or case.name in only]
    try:
        check_loaded(cases, allocators)
        measure(cases, allocators, int(text), program)
    except Failed as error:
        print(f"malloc.py: {error}", file=sys.stderr)
        return 1
    print_table(cases, allocators)
    page = Path(build, "bench.html")
    page.write_text(malloc_page.page(cases, list(allocators), int(text), short))
    print(f"# medians of {text} rounds; the plots are in {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
