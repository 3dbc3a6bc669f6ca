"""The sections of the page, each from its part of the evidence."""
from html import escape

PROVERS = {"wp": "simplified by WP", "both": "by Z3 and by CVC4", "z3": "by Z3 alone",
           "cvc4": "by CVC4 alone", "together": "by neither in one look"}


def number(value):
    return f"{value:,}".replace(",", "\u202f")


def tag(name, text, kind=""):
    mark = f' class="{kind}"' if kind else ""
    return f"<{name}{mark}>{escape(str(text))}</{name}>"


def cell(text):
    return escape(str(text))


def codes(names):
    return " ".join(tag("code", name) for name in names)


def table(heads, rows, numbers=()):
    """Rows are HTML already. The columns in `numbers` stand to the right."""
    def row(kind, cells):
        return "<tr>" + "".join(f'<{kind}{" class=n" if k in numbers else ""}>{one}</{kind}>'
                                for k, one in enumerate(cells)) + "</tr>"
    return ('<div class="wide"><table>' + row("th", map(escape, heads))
            + "".join(row("td", cells) for cells in rows) + "</table></div>")


def fold(title, body):
    return f"<details><summary>{escape(title)}</summary>{body}</details>"


def verdict(one):
    answer = one["answer"][0]
    words = {"yes": "yes", "partly": "in part", "no": "no", "user": "the user's"}
    return tag("span", words[answer], answer)


def sum_of_units(data):
    counts = dict.fromkeys(["goals", *PROVERS], 0)
    recorded = [0, 0]
    for unit in data["units"]:
        for kind, value in (unit["counts"] or {}).items():
            counts[kind] += value
        recorded = [a + b for a, b in zip(recorded, unit["recorded"][data["config"]])]
    return counts, recorded


# ---- Requirements.

def shown_by(clause):
    counts = clause.get("counts")
    if not counts:
        return tag("span", clause["state"], "dim")
    if not counts["goals"]:
        return tag("span", "no goal of this name", "no")
    return "; ".join(f"{counts[kind]} {words}" for kind, words in PROVERS.items() if counts[kind])


def of_mutant(one):
    said = one["verdict"]
    kind = {"killed": "yes", "survived": "no", "error": "no"}.get(said[0], "dim") if said else ""
    return tag("code", one["name"]) + (f" {tag('span', said[0], kind)}" if said else "")


def requirement(one):
    rows = [(tag("code", clause["name"]), tag("code", clause["text"]), shown_by(clause))
            for clause in one["clauses"]]
    lines = []
    if one["words"]:
        lines.append("Words: " + ", ".join(tag("code", word["name"]) + (
            f" (in {word['in']} clauses)" if word["in"] > 1 else "") for word in one["words"]))
    if one["laws"]:
        lines.append("Laws, proved from contracts alone: " + ", ".join(
            f"{tag('code', law['name'])} in {escape(law['file'])}" for law in one["laws"]))
    if one["witnesses"]:
        lines.append("False claims that stay unproved: " + codes(one["witnesses"]))
    lines.append("Tests: " + ", ".join(
        tag("code", test["file"]) + (f" ({number(test['ran']['passed'])} checks passed, "
                                     f"{test['ran']['failed']} failed)" if test["ran"] else "")
        for test in one["tests"]))
    if one["mutants"]:
        lines.append("Mutants: " + ", ".join(map(of_mutant, one["mutants"])))
    more = fold(f"{len(one['beside'])} more mutants of these functions", "<p>" + ", ".join(
        map(of_mutant, one["beside"])) + "</p>") if one["beside"] else ""
    clauses = fold(f"{len(rows)} clauses of contracts",
                   table(["clause", "says", "goals proved"], rows)) if rows else ""
    return (f'<h3 id="{one["number"]}">{one["number"]}. {escape(one["title"])}</h3>'
            f'<p>{escape(one["says"]).replace("`", "")}</p>{clauses}'
            + "".join(f"<p>{line}.</p>" for line in lines) + more)


def requirements(data):
    return "".join(map(requirement, data["requirements"]))


def goals(data):
    counts, _ = sum_of_units(data)
    rows = []
    for unit in data["units"]:
        mine, recorded = unit["counts"], unit["recorded"][data["config"]]
        cells = [number(mine[kind]) for kind in PROVERS] if mine else ["-"] * len(PROVERS)
        rows.append((escape(unit["unit"]), f"{recorded[1]} of {recorded[0]}", *cells,
                     "" if mine else tag("span", "not run here", "dim")))
    rows.append(("<b>run here</b>", number(counts["goals"]),
                 *[number(counts[kind]) for kind in PROVERS], ""))
    few = [(escape(unit["unit"]), tag("code", name), ", ".join(by) or "neither")
           for unit in data["units"] for name, by in unit["few"].items()]
    return (f"<p>Each goal is given to each prover alone, with {data['limit']} seconds. A goal "
            "that neither proves at one look is one that <code>make prove</code> gets at "
            "another (its second look, or a machine with less to do). What is recorded is what "
            "<code>proofs/units.tsv</code> has.</p>"
            + table(["unit", "recorded", *PROVERS.values(), ""], rows, range(1, 8))
            + fold(f"{len(few)} goals that not both prove", table(["unit", "goal", "by"], few)))


def mutants(data):
    said = data["mutants"]["verdicts"]
    return (f"<p>{number(data['mutants']['all'])} small changes of the core, each of which some "
            "proof must refuse (<code>make mutants</code>). Run for this report: "
            + (", ".join(f"{number(n)} {escape(kind)}" for kind, n in sorted(said.items()))
               or "none") + ". Each stands with its requirement.</p>")


# ---- Tests.

def tests(data):
    rows = [(tag("code", file), *[number(n) for n in counts], "")
            for file, counts in data["coverage"].get("files", {}).items()]
    total = [sum(counts[k] for counts in data["coverage"].get("files", {}).values())
             for k in range(4)]
    ran = data["mcdc"].get("tests", [])
    programs = [(tag("code", one["test"]), escape(one["config"]), number(one["passed"]),
                 number(one["failed"])) for one in ran]
    return (f"<p>{len(ran)} test programs were built and run for this report, "
            f"{sum(one['failed'] > 0 for one in ran)} of them with a failure. Coverage of the "
            f"core, by gcov: lines {total[0]} of {total[1]}, branches {total[2]} of {total[3]}.</p>"
            + fold("Each test program", table(["test", "configuration", "passed", "failed"],
                                              programs, (2, 3)))
            + fold("Each file", table(["file", "lines run", "of", "branches run", "of"],
                                      [row[:5] for row in rows], range(1, 5))))


def mcdc(data):
    part = data["mcdc"]
    rows = [(tag("code", file), *[f"{a} of {b}" for a, b in
             (one["functions"], one["branches"], one["mcdc"])]) for file, one in
            part["files"].items()]
    gaps = [(tag("code", f"{one['file']}:{one['line']}"), tag("code", one["text"]),
             f"{', '.join(map(str, one['conditions']))} of {one['of']}") for one in part["gaps"]]
    return (f"<p>By {escape(part['compiler'])}, three configurations together, without the tests "
            "of the C library's names and those under ThreadSanitizer. A decision counts where it "
            "has two conditions or more.</p>"
            + f"<p>Functions that no test ran: {codes(part['never run']) or 'none'}.</p>"
            + table(["file", "functions", "branches", "conditions"], rows, (1, 2, 3))
            + fold(f"{len(gaps)} decisions with a condition not shown", table(
                ["where", "decision", "conditions not shown"], gaps)))


# ---- What is believed, and what others ask.

def assumptions(data):
    rows = [(f'<span id="{one["number"]}">{one["number"]}</span>',
             escape(one["title"]) + (f"<br>{codes(one['contracts'])}" if one["contracts"] else ""),
             escape(one["tested"]).replace("`", "") or tag("span", "none", "no"),
             escape(one["if_false"]).replace("`", "")) for one in data["assumptions"]]
    return ("<p>From <code>proofs/TRUSTED.md</code>, which says also why each is believed.</p>"
            + table(["", "believed", "tested by", "if it is false"], rows))


def standards(data):
    out, group = [], None
    for one in data["standards"]:
        if one["group"] != group:
            out += ["</table></div>"] if group else []
            group = one["group"]
            out.append(f"<h3>{escape(group)}</h3><p>{escape(one['intro'])}</p>"
                       '<div class="wide"><table>')
        links = " ".join(f'<a href="#{name}">{name}</a>'
                         for name in [*one["by"], *one["trusted"], *one["sections"]])
        whose = f"{one['whose'][0]}<br>" if one["whose"] else ""
        out.append(f"<tr><td><b>{escape(one['title'])}</b><br>{escape(one['says'])}</td>"
                   f'<td class="a">{whose}{verdict(one)}</td>'
                   f'<td class="l">{links} {codes(one["tests"])}</td></tr>'.replace("`", ""))
    return "".join(out) + "</table></div>"


# ---- Measured.

def stack(data):
    out = []
    for build, part in data["stack"]["builds"].items():
        if "missing" in part:
            out.append(f"<h3>{escape(build)}</h3><p>{escape(part['missing'])} is not here.</p>")
            continue
        rows = [(tag("code", name), number(one["bytes"]), codes(one["path"]))
                for name, one in sorted(part["functions"].items(),
                                        key=lambda pair: -pair[1]["bytes"])]
        most = rows[0]
        out.append(
            f"<h3>{escape(build)}</h3><p>At the most {most[1]} bytes, by {most[0]}. Recursion: "
            f"{codes(part['recursion']) or 'none'}. Calls through a pointer: "
            f"{codes(part['indirect calls']) or 'none'}. Functions whose frame gcc does not call "
            f"static: {codes(part['sizes not static']) or 'none'}. Called and not in the sum, of "
            f"libraries or the user's: {codes(part['outside']) or 'none'}.</p>"
            + fold("Each public function", table(["function", "bytes", "the deepest path"], rows,
                                                 (1,))))
    return ("<p>By gcc's own account of each function's frame and of who calls whom: the deepest "
            "path, file by file, without inlining at link time.</p>" + "".join(out))


def instructions(data):
    part = data["instructions"]
    names = sorted({name for build in part["builds"].values() for name in build})

    def both(one):
        return f"{number(one['most'])} / {number(round(one['mean']))}" if one else "-"
    rows = [(tag("code", name), *[both(build.get(name)) for build in part["builds"].values()])
            for name in names]
    return (f"<p>The most instructions of one call / the mean, on {escape(part['machine'])}, over "
            "<code>evidence/work.c</code>, counted by valgrind. <b>Measured is no bound.</b> A "
            "call that clears or copies a block, audits or gives memory back takes a step for each "
            "byte or page of it.</p>" + table(["function", *part["builds"]], rows,
                                 range(1, len(part["builds"]) + 1)))


def pool(data):
    rows, note = [], []
    for machine, part in data["pool"]["machines"].items():
        if "missing" in part:
            note.append(f"<p>{escape(machine)}: {escape(part['missing'])} is not here.</p>")
            continue
        rows.append((escape(machine), f"{number(part['constant'])} + {number(part['slope'])} C",
                     part["exceeds by at most"], *[number(n) for n in part["measured"].values()]))
        heads = [f"C = {n}" for n in part["measured"]]
    builds = {name: build for name, build in data["instructions"].get("builds", {}).items()
              if name.startswith("pool")}
    calls = [(f"Cairn's spans, {escape(name)}", *[
        number(max(build[one]["most"] for one in (kind, f"{kind}_manual")))
        for kind in ("heap_alloc", "heap_free")]) for name, build in builds.items()]
    calls += [(f"Cairn's blocks, {escape(name)}", number(build["block_alloc"]["most"]),
               number(build["block_free"]["most"])) for name, build in builds.items()]
    calls += [(f"{escape(name)} (cited, not measured here)", one["malloc"], one["free"])
              for name, one in data["instructions"].get("others", {}).items()]
    return ("<h3>Memory of a pool of C chunks of 256 KiB, in bytes</h3><p>The pool itself is "
            "262\u202f144 C. The tables beside it are at most:</p>"
            + table(["machine", "formula", "off by at most", *heads], rows,
                    range(2, 3 + len(heads)))
            + "".join(note)
            + "<h3>How large a pool must be</h3><p>Let all of it have been handed out once, so "
            "that all is mapped. Let at most L spans be live when one of n pages is asked for, "
            "with M pages together. The request is refused only where no n pages in a row are free "
            "(R6); but between live spans and at both ends there are L + 1 gaps, of fewer than n "
            "pages each. So a pool of</p><p><b>M + (L + 1)(n - 1) + 1 pages</b></p><p>does not "
            "refuse it, as long as L is under the number of span records less one and no other "
            "thread keeps pages at hand. That is an argument on paper, from what is proved; every "
            "refusal in the measured work is held against it.</p>"
            "<h3>Most instructions of a call</h3>"
            + table(["", "allocate", "free"], calls, (1, 2))
            + "<p>The most that was measured, growth of the heap included, and no bound: far more "
            "than the others take. They have free lists; Cairn searches for the lowest run, "
            "updates a tree of summaries, and writes a map of every page.</p>")


def compilers(data):
    part = data["compilers"]
    rows = [(escape(run["compiler"]), escape(run["level"]), f"{run['same']} of {run['traces']}",
             *[tag("code", one) for one in run["answers"].values()]) for run in part["runs"]]
    heads = [f"answers of a pool of {n} chunks" for n in part["runs"][0]["answers"]]
    said = tag("b", "All agree." if part["agree"] else "They do not agree.",
               "yes" if part["agree"] else "no")
    absent = f" Not here: {', '.join(part['missing'])}." if part["missing"] else ""
    return (f"<p>{said}{absent} The traces are those that Go answered; the other numbers hash "
            "all answers to <code>evidence/work.c</code>.</p>"
            + table(["compiler", "level", "traces answered as Go did", *heads], rows, (2,)))
