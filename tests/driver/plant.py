#!/usr/bin/python3
"""Plants one fault at a time in a copy of a small house (tests/driver/house) and sees the prover's
driver fail for that very reason. The last line is `driver: N passed, N failed`."""
import os, re, shutil, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
DRIVER = HERE.parent.parent / "proofs" / "prove.py"
CELL_C, CELL_H = "src/page/cell.c", "src/page/cell.h"
TINY = "/*@ terminates \\true;\n    exits \\false;\n    assigns \\nothing;\n"


def change(file, old, new):
    """A plant that changes a text of the house."""
    def plant(house):
        text = (house / file).read_text()
        assert text.count(old) == 1, f"{old} stands {text.count(old)} times in {file}"
        (house / file).write_text(text.replace(old, new))
    return plant


def add(file, more):
    def plant(house):
        (house / file).parent.mkdir(parents=True, exist_ok=True)
        with open(house / file, "a") as out:
            out.write(more)
    return plant


def both(*plants):
    def plant(house):
        for one in plants:
            one(house)
    return plant


WRONG = change(CELL_C, "cell[i] = square + 1;", "cell[i] = square;")


def forge_cache(house):
    """A wrong program, and a cache that says each of its goals was proved."""
    WRONG(house)
    flags = ("frama-c -c11 -machdep gcc_x86_64 -cpp-extra-args=-Isrc -wp -wp-rte "
             "-wp-check-memory-model -warn-unsigned-overflow -warn-unsigned-downcast "
             "-wp-prover z3,cvc4 -wp-timeout 1 -wp-session .frama-c/wp").split()
    env = {**os.environ, "WHY3CONFIG": str(house / "build/why3.conf"), "PWD": str(house)}
    env.pop("FRAMAC_WP_CACHE", None)

    def frama_c(mode):
        return subprocess.run(flags + ["-wp-cache", mode, CELL_C], cwd=house, env=env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    (house / "build").mkdir()
    subprocess.run(["why3", "config", "detect", "-C", "build/why3.conf"], cwd=house, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    frama_c("update")
    for entry in house.glob(".frama-c/wp/cache/*.json"):
        prover = re.match(r'\{ "prover": "[^"]*", ', entry.read_text())[0]
        entry.write_text(prover + '"verdict": "valid", "time": 0.01, "steps": 9 }')
    assert re.search(r"Proved goals: +(\d+) / \1\n", frama_c("replay")), "the forgery does not work"


# name: the plant, and what the driver must say.
PLANTS = {
    "a wrong contract": (
        change(CELL_H, "0 <= k < n ==> !Full(k)", "0 <= k <= n ==> !Full(k)"),
        r"not proved: typed_cell_empty_ensures_empty: frama-c .* -wp-fct cell_empty .*cell\.c"),
    "a wrong statement": (WRONG, r"not proved: typed_cell_fill_ensures_full"),
    "a run past the table": (
        change(CELL_H, "0 <= n <= CELLS;", "0 <= n <= CELLS + 1;"), r"not proved: .*rte_index"),
    "a goal that went away": (
        change(CELL_H, "    ensures full: Full(i);\n", ""), r"expected \d+\+\d+, not"),
    "a count that is wrong": (
        change("proofs/units.tsv", "src/page/cell.c\t", "src/page/cell.c\t9"), r"expected 9\d+"),
    "an admit": (
        change(CELL_C, "cell[i] = square + 1;",
               "cell[i] = square;\n    //@ admit full: cell[i] != 0;"),
        r"believed without proof: Admit 'full'.* in cell_fill"),
    "an admitted clause": (
        both(WRONG, change(CELL_H, "ensures full:", "admit ensures full:")),
        r"believed without proof: Post-condition 'full' in cell_fill"),
    "a contradictory requires": (
        change(CELL_H, "requires cell: 0 <= i < CELLS;", "requires cell: CELLS <= i < 0;"),
        r"contradiction: typed_cell_fill_wp_smoke_default_requires"),
    "a contradiction in what is believed": (
        change("src/os/os.h", "digit: 0 <= \\result <= 9", "digit: 9 < \\result < 0"),
        r"contradiction: typed_os_digit_wp_smoke_dead_call"),
    "an unproved lemma": (
        change("specs/cell.acsl", "x * x <= 81", "x * x <= 80"),
        r"not proved: typed_lemma_Square_Bounds: .*-wp-prop Square_Bounds"),
    "a lemma no unit includes": (
        add("specs/more_lemmas.acsl", "/*@ lemma All_Equal: \\forall integer x, y; x == y; */\n"),
        r"declared and proved nowhere: lemma All_Equal in specs/more_lemmas\.acsl"),
    "an axiom": (
        add("specs/cell.acsl", "/*@ axiomatic Odd { axiom odd: \\forall integer x; x < 5; } */\n"),
        r"believed and not in trusted\.txt: Axiom 'odd'"),
    "an admitted lemma": (
        change("specs/cell.acsl", "lemma Square_Bounds:", "admit lemma Square_Bounds:"),
        r"believed and not in trusted\.txt: Axiom 'Square_Bounds'"),
    "a forged cache": (forge_cache, r"not proved: typed_cell_fill_ensures_full"),
    "a file left out": (
        add("src/page/more.c", TINY + "    ensures five: \\result == 5;\n */\nint more(void) {\n"
            "    return 4;\n}\n"),
        r"outside every unit: src/page/more\.c(.|\n)*outside every unit or .*: more in"),
    "a unit left out": (
        lambda house: (house / "proofs/units.tsv").write_text("unit\tfile\thost\tpool\toptions\n"),
        r"outside every unit: src/page/cell\.c"),
    "a function without a contract": (
        add(CELL_C, "\nint more(int i) {\n    return i;\n}\n"),
        r"No 'assigns' specification for function 'more'(.|\n)*without a contract: more in"),
    "a contract that is not whole": (
        change(CELL_C, TINY + "    ensures square",
               "/*@ terminates \\true;\n    assigns \\nothing;\n    ensures square"),
        r"no full contract: cell_square has no Exit-condition"),
    "a function only gcc sees": (
        add(CELL_C, "\n#ifndef __FRAMAC__\nint more(void) {\n    return 4;\n}\n#endif\n"),
        r"outside every unit or without a contract: more in src/page/cell\.c"),
    "a contract without a body": (
        both(add("src/page/more.h", TINY + "    ensures four: \\result == 4; */\nint more(void);"),
             change(CELL_C, '#include "os/os.h"', '#include "os/os.h"\n#include "page/more.h"')),
        r"believed and not in trusted\.txt: more in src/page/more\.h"),
    "two contracts for one function": (
        add(CELL_C, "/*@ ensures more: cell[0] == 0; */\nvoid cell_fill(int i);\n"),
        r"warning: .*found two contracts"),
    "another contract than the one proved": (
        change("proofs/laws/fill_after_empty.c", '#include "page/cell.h"\n',
               "#define CELLS 8\nextern int cell[CELLS];\n#include \"../../specs/cell.acsl\"\n"
               "/*@ terminates \\true;\n    exits \\false;\n    assigns cell[i];\n */\n"
               "void cell_empty(int i);\n/*@ terminates \\true;\n    exits \\false;\n"
               "    assigns cell[i];\n    ensures full: Full(0);\n */\nvoid cell_fill(int i);\n"),
        r"uses a contract of cell_fill that is not the one proved"),
    "a law that is none": (
        change("proofs/laws/fill_after_empty.c", "full: Full(0)", "full: Full(1)"),
        r"not proved: typed_fill_after_empty_ensures_full"),
    "a law left out": (
        add("proofs/laws/more.c", TINY + " */\nvoid more(void) {\n}\n"),
        r"outside every unit: proofs/laws/more\.c"),
    "a falsehood that follows": (
        change("proofs/witnesses/fill_empties.c", "!Full(1)", "Full(0)"),
        r"proved a falsehood: typed_fill_empties_ensures_never"),
    "a loop that may not end": (
        change(CELL_C, "loop variant n - i;", ""), r"not proved: typed_cell_empty_terminates"),
    "an assumption nobody makes": (
        add("proofs/trusted.txt", "T2\tos_wish\tsrc/os/os.h\n"), r"met nowhere: os_wish"),
}


def small_limits(text):
    """The driver, less patient: the house's goals take a quarter of a second, and a smoke test that
    finds nothing always takes all its steps. What is planted is found in far fewer."""
    for was, now in [("TIME_LIMIT = 10 ", "TIME_LIMIT = 2 "),
                     ("FIRST_LOOK = 2 ", "FIRST_LOOK = 1 "), ('"500000"', '"50000"')]:
        assert text.count(was) == 1, f"{was} stands {text.count(was)} times in the driver"
        text = text.replace(was, now)
    return text


def prove(plant, update=False):
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder, "house")
        shutil.copytree(HERE / "house", house)
        driver = house / "proofs/prove.py"
        driver.write_text(small_limits(DRIVER.read_text()))
        driver.chmod(0o755)
        if plant:
            plant(house)
        done = subprocess.run([str(driver)] + ["--update"] * update, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout, (house / "proofs/units.tsv").read_text()


def verdict(name):
    plant, reason = PLANTS[name]
    try:
        code, text, _ = prove(plant)
    except AssertionError as error:
        return f"failed: {name} cannot be planted: {error}\n"
    last = re.search(r"(?:^|\n)\d+ passed, [1-9]\d* failed\n$", text)
    if code != 0 and last and re.search(reason, text):
        return ""
    return f"failed: with {name} the driver ends with status {code} and says\n{text}"


def main():
    code, text, _ = prove(None)
    failed = code != 0 or not re.search(r"\n\d+ passed, 0 failed\n$", text)
    print("failed: it refuses the house as it is:\n" + text if failed else "passes the house")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, failure in zip(PLANTS, pool.map(verdict, PLANTS)):
            print(failure or f"refuses {name}", flush=True)
            failed += bool(failure)
    print(f"driver: {1 + len(PLANTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        (HERE / "house/proofs/units.tsv").write_text(prove(None, update=True)[2])
    else:
        sys.exit(main())
