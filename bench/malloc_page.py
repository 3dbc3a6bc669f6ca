"""The page that malloc.py writes: bars of the ratios to glibc, and the table. Nothing outside it."""
import math, statistics
from html import escape

GROUPS = [("pairs", "A block, freed at once"), ("mixes", "Many blocks"),
          ("threads", "Several threads"), ("memory", "Resident memory"), ("program", "Programs")]
COLOURS = {"cairn": "#d1495b", "jemalloc": "#3b7fc4", "mimalloc": "#3f9b5b", "tcmalloc": "#c98a1b",
           "tbb": "#8a6bd1"}
WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 760, 170, 50, 9, 10, 22
MOST = 8  # times glibc's, or a part of it: where the axis ends
STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c1f24; --dim: #6a717c; --line: #d5d9df; }
@media (prefers-color-scheme: dark) {
    :root { --paper: #15181d; --ink: #e4e7ec; --dim: #98a1ae; --line: #363c46; } }
body { background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif;
    max-width: 1100px; margin: 2em auto; padding: 0 1em; }
svg { width: 100%; max-width: 760px; height: auto; display: block; }
svg text { fill: var(--ink); font-size: 11px; } svg .dim { fill: var(--dim); }
svg line { stroke: var(--line); } svg .one { stroke: var(--ink); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px; }
td, th { padding: 2px 8px; text-align: right; border-bottom: 1px solid var(--line);
    font-variant-numeric: tabular-nums; white-space: nowrap; }
td:first-child, th:first-child, td:last-child { text-align: left; }
.key span { display: inline-block; width: 11px; height: 11px; margin: 0 5px 0 14px; }
.dim { color: var(--dim); }
"""


def place(ratio):
    """Where on the axis, which is one of powers: twice is as far to the right as half to the left."""
    part = math.log(min(max(ratio, 1 / MOST), MOST)) / math.log(MOST)
    return LEFT + (WIDTH - LEFT - RIGHT) * (1 + part) / 2


def bar(case, allocator, y, short):
    ratio = case.ratio(allocator)
    if ratio is None:
        return ""
    one, end = place(1), place(ratio)
    side = f'x="{end + 4:.1f}"' if ratio >= 1 else f'x="{end - 4:.1f}" text-anchor="end"'
    more = "" if 1 / MOST <= ratio <= MOST else " (beyond the axis)"
    return (f'<rect x="{min(one, end):.1f}" y="{y}" width="{max(abs(end - one), 1):.1f}" '
            f'height="{BAR - 1}" fill="{COLOURS[allocator]}"><title>{case.name}, {allocator}: '
            f'{short(ratio)} of glibc{more}</title></rect>'
            f'<text class="dim" {side} y="{y + BAR - 1}">{short(ratio)}</text>')


def plot(cases, allocators, short):
    peers = [name for name in allocators if name != "glibc"]
    step = BAR * len(peers) + GAP
    height = TOP + step * len(cases)
    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="ratios to glibc">']
    power = -int(math.log2(MOST))
    for exponent in range(power, -power + 1):
        x, label = place(2 ** exponent), f"1/{2 ** -exponent}" if exponent < 0 else 2 ** exponent
        parts.append(f'<line class="{"one" if exponent == 0 else ""}" x1="{x:.1f}" y1="{TOP - 6}" '
                     f'x2="{x:.1f}" y2="{height}"/><text class="dim" x="{x:.1f}" y="11" '
                     f'text-anchor="middle">{label}</text>')
    for number, case in enumerate(cases):
        y = TOP + step * number
        parts.append(f'<text x="0" y="{y + step // 2}">{case.name}'
                     f'<title>{escape(case.what)}</title></text>')
        parts += [bar(case, name, y + BAR * k, short) for k, name in enumerate(peers)]
    return "".join(parts) + "</svg>"


def spread(case):
    """The quartiles of ours by glibc's, each of one round."""
    rounds = [ours / theirs for ours, theirs in zip(case.values["cairn"], case.values["glibc"])
              if theirs]
    if len(rounds) < 2:
        return "-"
    low, _, high = statistics.quantiles(rounds, n=4, method="inclusive")
    return f"{low:.2f} to {high:.2f}"


def table(cases, allocators, short):
    columns = len(allocators)
    names = "".join(f"<th>{name}</th>" for name in allocators)
    rows = [f'<tr><th></th><th colspan="{columns}">CPU ns a call, median</th>'
            f'<th colspan="2">cairn/glibc</th><th colspan="{columns}">instructions a call</th>'
            f"<th></th></tr><tr><th>case</th>{names}<th>medians</th><th>quartiles</th>{names}"
            "<th></th></tr>"]
    for case in cases:
        cells = [case.name, *(short(case.median(name)) for name in allocators),
                 short(case.ratio("cairn")), spread(case),
                 *(short(case.instructions.get(name)) for name in allocators), case.what]
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    return f'<div class="wide"><table>{"".join(rows)}</table></div>'


def page(cases, allocators, rounds, short):
    key = "".join(f'<span style="background: {COLOURS[name]}"></span>{name}'
                  for name in allocators if name != "glibc")
    plots = ""
    for group, title in GROUPS:
        members = [case for case in cases if case.kind == group]
        if members:
            plots += f"<h2>{title}</h2>{plot(members, allocators, short)}"
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
            '<meta name="viewport" content="width=device-width"/><title>malloc, measured</title>'
            f"<style>{STYLE}</style></head><body><h1>malloc, measured</h1>"
            "<p>CPU time by glibc's, or memory by glibc's: left of 1 is less, which is better. "
            f"Medians of {rounds} rounds. The axis is one of powers; what is beyond "
            f'its ends stops there.</p><p class="key">{key}</p>{plots}<h2>The numbers</h2>'
            f"{table(cases, allocators, short)}</body></html>\n")
