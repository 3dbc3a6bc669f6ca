"""The report as one HTML page that needs nothing else: what is known, and what is not."""
from html import escape

import page_parts as parts
from page_parts import cell, number, table, tag

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --dim: #626b77; --line: #d8dde3;
    --soft: #f4f6f8; --yes: #1d7a3e; --partly: #9a6400; --no: #b3261e; --link: #14569c; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e3e7ec; --dim: #97a1ae;
    --line: #333a44; --soft: #1c2127; --yes: #5cc27f; --partly: #e0a83d; --no: #ef7d75;
    --link: #7db5f0; } }
* { box-sizing: border-box; }
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
    max-width: 1080px; margin: 2em auto 6em; padding: 0 1.2em; }
h1 { font-size: 1.8em; margin-bottom: .2em; } h2 { margin-top: 2.4em; padding-top: .6em;
    border-top: 1px solid var(--line); } h3 { margin: 1.6em 0 .3em; font-size: 1.05em; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
nav { display: flex; flex-wrap: wrap; gap: .3em 1.1em; margin: 1em 0; }
.dim { color: var(--dim); } .yes { color: var(--yes); } .no { color: var(--no); }
.partly, .user { color: var(--partly); } .yes, .no, .partly, .user { font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: .8em; }
.cards div { background: var(--soft); border: 1px solid var(--line); border-radius: 8px;
    padding: .7em .9em; } .cards b { display: block; font-size: 1.45em; line-height: 1.3;
    font-variant-numeric: tabular-nums; } .cards span { color: var(--dim); font-size: .9em; }
.wide { overflow-x: auto; margin: .6em 0; }
table { border-collapse: collapse; font-size: 13.5px; width: 100%; }
td, th { padding: 4px 9px; text-align: left; vertical-align: top;
    border-bottom: 1px solid var(--line); } th { color: var(--dim); font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.a { width: 5.5em; white-space: nowrap; } td.l { width: 17em; }
td:first-child code { white-space: nowrap; }
code { font: 12.5px ui-monospace, monospace; overflow-wrap: anywhere; }
details { margin: .3em 0; } summary { cursor: pointer; color: var(--link); }
details > *:not(summary) { margin-left: 1em; }
.lack { border-left: 3px solid var(--partly); padding: .1em 0 .1em .9em; margin: 1em 0; }
"""
SECTIONS = [("lacking", "What is not answered"), ("requirements", "Requirements"),
            ("goals", "Goals by prover"), ("mutants", "Mutants"), ("tests", "Tests, coverage"),
            ("mcdc", "MC/DC"), ("assumptions", "Assumptions"), ("standards", "Standards"),
            ("stack", "Stack"), ("instructions", "Instructions"), ("pool", "The static pool"),
            ("compilers", "Compilers"), ("tools", "Tools")]

MEASURED = ["stack", "instructions", "pool", "mcdc", "compilers"]


def section(name, body):
    return f'<section id="{name}"><h2>{escape(dict(SECTIONS)[name])}</h2>{body}</section>'


def is_missing(part):
    """Whether a part was not made. (Of compilers `missing` is a list: those that are not here.)"""
    return isinstance(part.get("missing"), str)


def cards(data):
    """The figures one asks for first."""
    counts, recorded = parts.sum_of_units(data)
    mcdc = [sum(one["mcdc"][k] for one in data["mcdc"].get("files", {}).values()) for k in (0, 1)]
    mutants = data["mutants"]
    stack = [one["bytes"] for build in data["stack"].get("builds", {}).values()
             for one in build.get("functions", {}).values()]
    both = sum(unit["counts"] is not None for unit in data["units"])
    runs = data["compilers"].get("runs", [])
    told = [
        (f"{number(recorded[1])} of {number(recorded[0])}", "goals proved, as proofs/units.tsv has "
         "it for the host; make prove proves them anew"),
        (f"{both} of {len(data['units'])} units", f"run here by both provers: "
         f"{number(counts['goals'])} goals, of which WP itself or each of both proves "
         f"{number(counts['both'] + counts['wp'])}"),
        (str(len(data["requirements"])), f"requirements; {len(data['untraced'])} clauses of public "
         "headers are in none"),
        (f"{number(sum(mutants['verdicts'].values()))} of {number(mutants['all'])}",
         f"mutants run here; killed: {number(mutants['verdicts'].get('killed', 0))}"),
        (f"{mcdc[0]} of {mcdc[1]}", "conditions shown to decide by themselves (MC/DC)"),
        (f"{number(max(stack))} bytes", "of stack at the most, of any public function in any of "
         "the builds measured") if stack else ("-", "stack not measured"),
        (f"{sum(run['same'] == run['traces'] for run in runs)} of {len(runs)}", "compilers and "
         "levels whose programs answer every trace as Go did") if runs else ("-", "compilers not "
                                                                             "compared"),
        (str(len(data["assumptions"])), "assumptions that one must believe")]
    return ('<div class="cards">' + "".join(f"<div><b>{escape(head)}</b><span>{escape(text)}</span>"
                                            "</div>" for head, text in told) + "</div>")


def lacking(data):
    """Everything the report has no answer to: of the standards, and what was not run here."""
    open_items = [one for one in data["standards"] if one["answer"] != ["yes"]]
    rows = [(f'<a href="#standards">{escape(one["group"].split(":")[0])}</a>',
             escape(one["title"]), parts.verdict(one)) for one in open_items]
    notes = []
    waiting = [unit["unit"] for unit in data["units"] if unit["counts"] is None]
    if waiting:
        notes.append(f"{len(waiting)} units were not run by each prover alone here: <code>make "
                     "evidence-goals</code> goes on where it stopped."
                     + parts.fold("Which", escape(", ".join(waiting))))
    left = data["mutants"]["all"] - sum(data["mutants"]["verdicts"].values())
    if left:
        notes.append(f"{left} mutants were not run here: <code>make evidence-mutants</code>.")
    for name in [*MEASURED, "coverage"]:
        if is_missing(data[name]):
            notes.append(f"No figures for {name}: {escape(data[name]['missing'])} is not here.")
    scripts = sorted({test["file"] for one in data["requirements"] for test in one["tests"]
                      if test["ran"] is None})
    if scripts:
        notes.append(f"{len(scripts)} tests this report did not run itself: <code>make test</code> "
                     "does." + parts.fold("Which", parts.codes(scripts)))
    if data["untraced"]:
        notes.append("Clauses of public headers that no requirement names: "
                     + ", ".join(f"<code>{escape(one)}</code>" for one in data["untraced"]) + ".")
    return ("".join(f'<div class="lack">{note}</div>' for note in notes)
            + table(["where", "what", "answered"], rows))


def tools(data):
    return table(["tool", "says"], [(cell(a), tag("code", b)) for a, b in data["tools"].items()])


BODIES = {name: {"lacking": lacking, "tools": tools}.get(name) or getattr(parts, name)
          for name, _ in SECTIONS}


def page(data):
    bodies = {
        name: f"<p>Not measured: {escape(data[name]['missing'])} is not here.</p>"
        if name in MEASURED and is_missing(data[name]) else body(data)
        for name, body in BODIES.items()}
    links = "".join(f'<a href="#{name}">{escape(title)}</a>' for name, title in SECTIONS)
    changed = " The tree had changes that are in no commit." if data["changed"] else ""
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Cairn: evidence'
            f'</title><meta name="viewport" content="width=device-width, initial-scale=1"><style>'
            f'{STYLE}</style></head><body><h1>Cairn: evidence</h1><p class="dim">Of commit '
            f'{escape(data["commit"])}.{changed} Every figure is made by <code>make evidence</code>'
            f'; the same as JSON in <code>evidence.json</code>.</p><nav>{links}</nav>{cards(data)}'
            + "".join(section(name, bodies[name]) for name, _ in SECTIONS) + "</body></html>\n")
