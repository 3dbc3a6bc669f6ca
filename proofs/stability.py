#!/usr/bin/python3
"""Proves each goal again with other random seeds and a third of the time, and lists those that
waver: they are Valid in `make prove` and were not in one of these looks. Such a goal is proved;
it is the one that the next change, or a slower machine, may lose.

    proofs/stability.py [--config host|pool] [--seeds 1,2] [UNIT...]

CVC4 draws no random number unless it is told to: with a seed it decides at random in a hundredth
of its decisions. The last line is `N passed, N failed`, in goals."""
import argparse, os, re, subprocess, sys, tempfile, time
from pathlib import Path

import prove

LIMIT = prove.TIME_LIMIT // 3
FIRST = 1  # second of which CVC4 gets alone
PROVER = """
[prover]
name = "{name}"
version = "{version}"
command = "{command} %f"
command_steps = "{command} %f"
driver = "{driver}"
editor = ""
in_place = false
interactive = false
shortcut = "{shortcut}"
"""
# What Why3 tells these versions itself, with the seed to be filled in.
COMMANDS = {
    "Z3": ("z3_471", "-smt2 -T:%t sat.random_seed={0} nlsat.randomize=false "
                     "smt.random_seed={0} -st"),
    "CVC4": ("cvc4_17", "--stats --tlimit=%t000 --lang=smt2 --random-seed={0} --random-freq=0.01"),
}


def seeded(seed):
    """A configuration of Why3's in which both provers start from this seed."""
    found = Path("build/why3.conf").read_text()
    text = found.partition("[partial_prover]")[0]
    for name, path, version in re.findall(
            r'\[partial_prover\]\nname = "(.*)"\npath = "(.*)"\nversion = "(.*)"', found):
        if name in COMMANDS:
            driver, flags = COMMANDS[name]
            text += PROVER.format(name=name, version=version, driver=driver, shortcut=name.lower(),
                                  command=f"{path} {flags.format(seed)}")
    target = Path(f"build/why3-seed-{seed}.conf")
    target.write_text(text)
    return target


def look(unit, config, stages, settings="build/why3.conf"):
    """Frama-C's status and what it says of a unit's goals. A stage is the provers, and the seconds
    they have for each goal that the stages before it left."""
    flags = prove.command(unit, config)
    flags = flags[:flags.index("-wp-prover")]
    for number, (provers, seconds) in enumerate(stages):
        flags += ["-then", "-wp"] if number else []
        flags += ["-wp-prover", provers, "-wp-timeout", str(seconds)]
        flags += [] if number else [unit.file]
    env = prove.environment() | {"WHY3CONFIG": os.path.abspath(settings)}
    with tempfile.TemporaryDirectory() as session:
        done = subprocess.run([flags[0], "-session", session, *flags[1:]], text=True, env=env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def expected(unit, config):
    """How many goals units.tsv says there are, and how many of them are proved."""
    proved, goals = re.fullmatch(r"(?:(\d+)/)?(\d+)\+\d+", unit.expected[config]).groups()
    return int(goals), int(proved or goals)


def wavering(unit, config, seed):
    """The goals that were not Valid from this seed, and how many there were."""
    stages = [("cvc4", FIRST), ("z3,cvc4", LIMIT)]
    code, text = look(unit, config, stages, seeded(seed))
    goals = {}
    for stage in text.split("[wp] Running WP plugin")[1:]:
        goals |= prove.read_goals(stage)[0]
    if code or len(goals) != expected(unit, config)[0]:
        print(f"  Frama-C ended with {code} and showed {len(goals)} goals of {unit.name}:",
              *text.splitlines()[-4:], sep="\n    ")
    return [name for name, valid in goals.items() if not valid], len(goals)


def main():
    parser = argparse.ArgumentParser(description="Proves from other seeds in a third of the time.")
    parser.add_argument("--config", choices=prove.CONFIGS, default="host")
    parser.add_argument("--seeds", default="1,2", help="whole numbers, with commas between them")
    parser.add_argument("names", metavar="UNIT", nargs="*")
    args = parser.parse_args()
    os.chdir(Path(__file__).resolve().parent.parent)
    units = [unit for unit in prove.read_units() if unit.name in (args.names or [unit.name])]
    if len(units) < len(set(args.names)) or not re.fullmatch(r"\d+(,\d+)*", args.seeds):
        sys.exit("stability.py: an unknown unit, or seeds that are no numbers")
    prove.configure_provers()
    print(f"{args.config}, seeds {args.seeds}, {LIMIT} of {prove.TIME_LIMIT} seconds a goal")
    passed = failed = 0
    for unit in units:
        start, waver, lost, total = time.time(), {}, 0, expected(unit, args.config)[0]
        for seed in args.seeds.split(","):
            names, seen = wavering(unit, args.config, seed)
            lost = max(lost, total - seen)
            for name in names:
                waver.setdefault(name, []).append(seed)
        bad = min(total, len(waver) + lost)
        word = "FAILED" if lost else "WAVERS" if bad else "OK"
        print(f"{word} {unit.name} {total - bad}/{total} {time.time() - start:.0f} s",
              *[f"{name}, from seed {' and '.join(seeds)}"
                for name, seeds in sorted(waver.items())], sep="\n  ", flush=True)
        passed, failed = passed + total - bad, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
