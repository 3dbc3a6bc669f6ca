#!/usr/bin/python3
"""Runs test programs and scripts, each of which ends with `NAME: N passed, N failed`, and adds up.

A test that crashes, hangs, says nothing or was not built counts as one failed at the least."""
import os, re, subprocess, sys, time
from concurrent.futures import ThreadPoolExecutor

LIMIT = 1800  # seconds


def run(program):
    start = time.time()
    try:
        done = subprocess.run([program], text=True, errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT)
        code, text = done.returncode, done.stdout
    except OSError as error:
        code, text = 127, f"not built: {error.strerror}"
    except subprocess.TimeoutExpired:
        code, text = 124, f"over {LIMIT} s"
    lines = text.rstrip().splitlines() or [""]
    said = re.fullmatch(r"(?:.*: )?(\d+) passed, (\d+) failed", lines[-1])
    passed, failed = map(int, said.groups()) if said else (0, 0)
    if not said or (code and not failed) or passed + failed == 0:
        failed += 1
    return code, lines, passed, failed, time.time() - start


def main():
    programs = sys.argv[1:]
    passed = failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for program, result in zip(programs, pool.map(run, programs)):
            code, lines, good, bad, seconds = result
            name = re.sub(r"^build/obj/|^tests/|/run.sh$", "", program)
            print("FAILED" if bad else "OK", name, f"{good}/{good + bad}", f"{seconds:.0f} s")
            if bad:
                print("".join(f"  {line}\n" for line in lines[-40:]), end="")
                print(f"  ended with status {code}; again: {program}")
            sys.stdout.flush()
            passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
