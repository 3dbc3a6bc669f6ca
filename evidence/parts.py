"""What the parts of the evidence have in common: a part is a dictionary that is made once and kept
in build/evidence/ until one of the files it was made from changes."""
import hashlib, json, os, subprocess, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path("build/evidence")
sys.path.insert(0, str(ROOT / "proofs"))

CORE = ["src/page", "src/span", "src/heap", "src/object"]


def core_sources():
    return sorted(str(path) for folder in CORE for path in Path(folder).glob("*.c"))


def files(*patterns):
    return sorted(str(path) for pattern in patterns for path in Path(".").glob(pattern))


def key(paths, *more):
    """Says which contents of these files, and what else, something was made from."""
    digest = hashlib.sha256(json.dumps(more).encode())
    for path in paths:
        digest.update(f"\n{path}\n".encode() + Path(path).read_bytes())
    return digest.hexdigest()


def read(name):
    path = BUILD / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


class Only:
    """With `kept`, no part is made: what is not there is said to be missing."""
    kept = False


def kept(name, made_from, make):
    """The part of this name: the one kept, if it is of the same files, or made anew."""
    part = read(name)
    if part.get("key") != made_from and Only.kept:
        return {"missing": f"the part {name}"}
    if part.get("key") != made_from:
        print(f"evidence: {name}", flush=True)
        part = {"key": made_from, **make()}
        path = BUILD / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(part, indent=1) + "\n")
    return part


def say(*command, **more):
    """What a command says, or None where it is not here or ends badly."""
    try:
        done = subprocess.run([str(word) for word in command], text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, **more)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def must(*command, **more):
    """What a command prints; its messages where it ends badly are the evidence's end."""
    done = subprocess.run([str(word) for word in command], text=True, errors="replace",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **more)
    if done.returncode:
        sys.exit(f"evidence: {' '.join(map(str, command))}\n{done.stdout[-2000:]}"
                 f"{done.stderr[-2000:]}ended with {done.returncode}")
    return done.stdout


def everywhere(jobs, work):
    """What a function says of each of many, two or so at a time, in their order."""
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, jobs))
