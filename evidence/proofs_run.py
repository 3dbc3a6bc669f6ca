"""The parts that take hours: each goal by each prover alone, and each mutant. Unit by unit, so that
what was begun can be gone on with."""
import re
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from parts import files, kept, key, read, say
import mutants
import prove
import stability

PROVERS = ["z3", "cvc4"]
BY_WP = "wp"  # which simplified the goal until nothing was left
CONFIGS = {"goals": "host", "mutants": "pool"}  # as `make prove` and `make mutants` have it


def words():
    return files("src/*.h", "src/*/*.h", "specs/*.acsl", "proofs/laws/*.h")


@lru_cache
def versions():
    return [say(*tool) for tool in (["frama-c", "-version"], ["z3", "--version"],
                                    ["cvc4", "--version"])]


def goals_key(unit, config):
    return key([unit.file, *words()], unit.options, config, prove.TIME_LIMIT, versions())


def goals_by(unit, config):
    """Who proves each goal, asked alone."""
    proved, problems = {}, []
    for prover in PROVERS:
        code, text = stability.look(unit, config, [(prover, prove.TIME_LIMIT)])
        if code:
            problems.append(f"Frama-C ended with {code}, {prover} asked")
        for who, name, valid in re.findall(
                r"^\[wp\] \[(\w+)[^]]*\] Goal (\S+)( : Valid)?", text, re.M):
            by = proved.setdefault(name, [])
            if valid:
                by += [who.lower() if who.lower() in PROVERS else BY_WP]
    goals = {name: sorted(set(by)) for name, by in proved.items()}
    if len(goals) != stability.expected(unit, config)[0]:
        problems.append(f"{len(goals)} goals, not {unit.expected[config]}")
    return {"goals": goals, "problems": problems}


def goals(names, config=CONFIGS["goals"]):
    """Runs these units, all without names."""
    prove.configure_provers()
    for unit in prove.read_units():
        if unit.name in (names or [unit.name]):
            part = kept(f"goals/{unit.name}.{config}", goals_key(unit, config),
                        lambda one=unit: goals_by(one, config))
            yield unit.name, summary(part["goals"]), part["problems"]


def summary(found):
    """How many goals of each kind there are."""
    counts = dict.fromkeys(["goals", "wp", "both", "z3", "cvc4", "together"], 0)
    for by in found.values():
        alone = [prover for prover in PROVERS if prover in by]
        kind = "wp" if BY_WP in by else "both" if len(alone) == 2 else (*alone, "together")[0]
        counts[kind] += 1
        counts["goals"] += 1
    return counts


def goals_so_far(config=CONFIGS["goals"]):
    """Of each unit its goals, or none where it was not run, or not since it changed."""
    return {unit.name: part["goals"] if (part := read(f"goals/{unit.name}.{config}")).get("key")
            == goals_key(unit, config) and not part["problems"] else None
            for unit in prove.read_units()}


def mutants_key(unit, config):
    return key([unit.file, *words(), *files("proofs/mutants/*.tsv")], config, versions())


def run_mutants(names, config=CONFIGS["mutants"]):
    prove.configure_provers()
    units, found = prove.read_units(), list(mutants.read_mutants([""]))

    def judged(unit):
        mine = [one for one in found if one[1] == unit.file]
        with ThreadPoolExecutor(2) as pool:
            verdicts = pool.map(lambda one: mutants.judge(one, units, config), mine)
            return {"verdicts": {one[0]: list(said) for one, said in zip(mine, verdicts)}}
    for unit in units:
        if unit.name in (names or [unit.name]) and any(one[1] == unit.file for one in found):
            part = kept(f"mutants/{unit.name}.{config}", mutants_key(unit, config),
                        lambda one=unit: judged(one))
            verdicts = [verdict for verdict, _ in part["verdicts"].values()]
            yield unit.name, {one: verdicts.count(one) for one in sorted(set(verdicts))}, []


def mutants_so_far(config=CONFIGS["mutants"]):
    """file and name of each mutant that was run: its verdict and what told it."""
    told = {}
    for unit in prove.read_units():
        part = read(f"mutants/{unit.name}.{config}")
        if part.get("key") == mutants_key(unit, config):
            told |= {(unit.file, name): said for name, said in part["verdicts"].items()}
    return told
