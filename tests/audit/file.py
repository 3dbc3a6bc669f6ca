#!/usr/bin/python3
"""Snapshots by the description in src/libc/snapshot_format.h and by nothing else of the sources.

  file.py lists                  do the lists of tables and predicates leave nothing out?
  file.py check SNAPSHOT         is it what the description says, and do its totals add up?
  file.py map SNAPSHOT HTML TEXT does the map show each mapped page once, do both count the same?
  file.py spoil SNAPSHOT FOLDER  writes broken ones, and prints a line for each:
                                 NAME|STATUS|what cairn-audit must say
"""
import json, re, struct, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BLOCK, END = 4096, 0xFFFFFFFF


def checksum(data):
    total = 0xCBF29CE484222325
    for byte in data:
        total = (total ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return total


class Snapshot:
    def __init__(self, data):
        self.version, self.process, constants, tables = struct.unpack_from("<4I", data, 8)
        assert data[:8] == b"CAIRNSNP", "the magic"
        at = 24
        self.constants, self.tables, self.blocks = {}, {}, {}
        for _ in range(constants):
            name, value = struct.unpack_from("<24sQ", data, at)
            self.constants[name.rstrip(b"\0").decode()] = value
            at += 32
        for _ in range(tables):
            name, record, records = struct.unpack_from("<24sII", data, at)
            self.tables[name.rstrip(b"\0").decode()] = (record, records)
            at += 32
        names, last = list(self.tables), (-1, -1)
        while struct.unpack_from("<I", data, at)[0] != END:
            table, number = struct.unpack_from("<II", data, at)
            record, records = self.tables[names[table]]
            size = min(BLOCK, record * records - BLOCK * number)
            assert (table, number) > last and size > 0, "blocks in order, inside their table"
            self.blocks[names[table], number] = bytearray(data[at + 8:at + 8 + size])
            assert any(self.blocks[names[table], number]), "no block of zeros"
            last, at = (table, number), at + 8 + size
        count, total = struct.unpack_from("<IQ", data, at + 4)
        assert count == len(self.blocks), "the number of blocks"
        assert total == checksum(data[:at + 8]), "the checksum"
        assert len(data) == at + 16, "nothing follows"

    def write(self, header=None, blocks=None, count=None, fix=True, after=b""):
        names = list(self.tables)
        data = bytearray(header or struct.pack("<8s4I", b"CAIRNSNP", self.version, self.process,
                                               len(self.constants), len(names)))
        for name, value in self.constants.items():
            data += struct.pack("<24sQ", name.encode(), value)
        for name, (record, records) in self.tables.items():
            data += struct.pack("<24sII", name.encode(), record, records)
        for (table, number), block in self.blocks.items() if blocks is None else blocks:
            at = names.index(table) if isinstance(table, str) else table
            data += struct.pack("<II", at, number) + block
        data += struct.pack("<II", END, len(self.blocks) if count is None else count)
        return bytes(data) + struct.pack("<Q", checksum(data) ^ (not fix)) + after

    def at(self, table, offset):
        """The block with this byte of the table, made if it is not there, and where in it."""
        record, records = self.tables[table]
        key = (table, offset // BLOCK)
        if key not in self.blocks:
            self.blocks[key] = bytearray(min(BLOCK, record * records - BLOCK * key[1]))
            order = {name: i for i, name in enumerate(self.tables)}
            self.blocks = dict(sorted(self.blocks.items(),
                                      key=lambda item: (order[item[0][0]], item[0][1])))
        return self.blocks[key], offset % BLOCK

    def get(self, table, index, offset=0, form="<I"):
        block = self.blocks.get((table, (self.tables[table][0] * index + offset) // BLOCK))
        where = (self.tables[table][0] * index + offset) % BLOCK
        return struct.unpack_from(form, block, where)[0] if block else 0

    def put(self, table, value, index=0, offset=0, form="<I"):
        block, where = self.at(table, self.tables[table][0] * index + offset)
        struct.pack_into(form, block, where, value)

    def bits(self, table):
        return sum(bin(int.from_bytes(block, "little")).count("1")
                   for (name, _), block in self.blocks.items() if name == table)


def check(path):
    s = Snapshot(Path(path).read_bytes())
    chunks = sum(1 for c in range(s.tables["chunk_mapped"][1]) if s.get("chunk_mapped", c, 0, "<B"))
    mapped, free = s.get("total_mapped", 0), s.get("total_free", 0)
    waiting = sum(bin(s.get("page_cache", t, 8, "<Q")).count("1")
                  for t in range(s.constants["THREADS"]))
    live = sum(s.get("total_live", kind) for kind in range(s.constants["KINDS"]))
    assert mapped == s.constants["CHUNK_PAGES"] * chunks > 0, "the chunks that are mapped"
    assert free == s.bits("page_free"), "the free pages"
    assert s.get("total_released", 0) == s.bits("page_released"), "the released pages"
    assert mapped == free + waiting + live, "what is mapped is free, waits or is live"
    assert live > 0, "something is live"


def map_and_text(path, html, text):
    s, page = Snapshot(Path(path).read_bytes()), Path(html).read_text()
    heap = json.loads(re.search(r"<script id=heap[^>]*>(.*?)</script>", page, re.S)[1])
    states = {}
    for part in heap["ranges"]:
        at = part["page"]
        for state, length in zip(part["runs"][::2], part["runs"][1::2]):
            for p in range(at, at + length):
                assert p not in states, "a page twice"
                states[p] = heap["names"][state]
            at += length
    size = s.constants["CHUNK_PAGES"]
    mapped = {p for c in range(s.tables["chunk_mapped"][1]) if s.get("chunk_mapped", c, 0, "<B")
              for p in range(size * c, size * (c + 1))}
    assert mapped and set(states) == mapped, "the mapped pages"
    for p, state in states.items():
        free, gone = (s.get(table, p // 64, 0, "<Q") >> p % 64 & 1
                      for table in ("page_free", "page_released"))
        span = s.get("page_span", p)
        kept = s.get("large_cell", span) == 0xFFFFFFFF
        want = ("free, released" if gone else "free") if free else \
            "in a thread's cache" if not s.get("span", span, 28, "<B") or not \
            0 <= p - s.get("span", span, 8) < s.get("span", span, 12) else \
            ("large, kept" if kept else "large block") if s.get("span", span, 30, "<B") < 2 else "slots"
        assert state == want, f"page {p}: {state}, not {want}"
    for name in set(states.values()):
        count = sum(state == name for state in states.values())
        assert re.search(rf"^  {re.escape(name)} +{count} ", Path(text).read_text(), re.M), name
        assert f"<th>{name}</th><td>{count}</td>" in page, name


def lists():
    """The headers' tables and the list of snapshot_format.h; the predicates of specs/ and the
    walks of src/tools/explain*.c, whose names and leaves must be the same."""
    own = {"special_met": "the audit's own", "audit_note": "the same", "block_clears": "an option"}
    own |= dict.fromkeys(("slot_mark", "large_mark", "span_cycle", "thread_cycle", "sweep_next"),
                         "a collector's: no invariant of the audit speaks of them")
    text = "".join(path.read_text() for folder in ("", "os", "page", "span", "heap", "object")
                   for path in sorted((ROOT / "src" / folder).glob("*.h")))
    declared = {name for line in re.findall(r"^extern (?!const)([^;(]*);", text, re.M)
                for name in re.findall(r"(\w+)(?:\[[^]]*\])?(?=,|$)", line)} - set(own)
    format = (ROOT / "src/libc/snapshot_format.h").read_text()
    listed = set(re.findall(r"\b(?:TABLE|ONE)\((?!NAME)(\w+)\)", format))
    assert len(declared) > 40 and declared == listed, f"tables: {declared ^ listed}"

    specs = "".join(path.read_text() for path in sorted((ROOT / "specs").glob("*.acsl")))
    predicates = {name: " ".join(body.split()) for name, body in re.findall(
        r"predicate (\w+)(?:\{[^}]*\})?(?:\([^)]*\))?\s*=\s*([^;]*);", specs)}
    walked = set(re.findall(r'^    \{"(\w+)",', "".join(
        path.read_text() for path in sorted((ROOT / "src/tools").glob("explain_*.c"))), re.M))
    unknown = walked - set(predicates) - {"inboxes"}
    assert len(walked) > 50 and not unknown, f"no predicates: {unknown}"
    # What is said of ghosts in other words: see explain_specials.c, and os_reserved in specs/grow.acsl.
    said = {"SpecialPlaces": "SpecialLine", "SpecialApart": "SpecialLine",
            "SpecialGaps": "SpecialNexts", "GrowthSound": "CurrentArena",
            "NoCellHolds": "CellsHold", "WaitingHeld": "WaitingHeld"}

    def leaves(name):
        if name in walked:
            return set()
        if name in said:
            return {said[name]} - walked
        parts = [part.strip() for part in predicates[name].split("&&")]
        if not all(re.fullmatch(r"\w+(\{L\})?(\([^()]*\))?", part) for part in parts):
            return {name}
        return set().union(*(leaves(re.match(r"\w+", part)[0]) for part in parts))
    missing = leaves("HeapTables") | leaves("HeapSpecials")
    assert not missing, f"predicates without a walk: {missing}"


def spoil(path, folder):
    data = Path(path).read_bytes()

    def give(name, status, message, spoilt, formula=""):
        (Path(folder) / name).write_bytes(spoilt)
        print(f"{name}|{status}|{message}|{formula}")

    def fresh():
        return Snapshot(data)

    constants, tables = list(fresh().constants), list(fresh().tables)
    directory = 24 + 32 * len(constants)
    first = directory + 32 * len(tables)
    # Files that are not as they should be: the byte is counted here, and not where it is read.
    give("empty", 2, "byte 0: expected a header of 24 bytes, found the end of the file", b"")
    give("magic", 2, "byte 0: expected CAIRNSNP, found something else", b"CAIRNREC" + data[8:])
    give("version", 2, "byte 8: expected version 2, found 3", data[:8] + b"\3" + data[9:])
    give("header", 2, "byte 20: expected a header of 24 bytes, found the end of the file", data[:20])
    s = fresh()
    s.constants["SPANS"] //= 2
    give("constant", 2, f"byte {24 + 32 * constants.index('SPANS')}, constant SPANS: expected "
         f"4194304, found 2097152", s.write())
    s = fresh()
    del s.constants["HINTS"]
    give("constants", 2, f"byte {24 + 32 * constants.index('HINTS')}: expected the constant HINTS, "
         f"found THREADS", s.write())
    s = fresh()
    del s.tables["pool_made"], s.blocks["pool_made", 0]
    give("table", 2, f"byte {directory + 32 * tables.index('pool_made')}: expected the table "
         f"pool_made, found cache_record", s.write())
    s = fresh()
    del s.tables[tables[-1]]
    s.blocks = {key: block for key, block in s.blocks.items() if key[0] != tables[-1]}
    give("last", 2, f"expected the table {tables[-1]}, found but {len(tables) - 1} of them", s.write())
    s = fresh()
    s.tables["more"] = (8, 1)
    give("more", 2, f"expected the last table, of {len(tables)}, found {len(tables) + 1} of them",
         s.write())
    s = fresh()
    s.tables["span"] = (36, s.tables["span"][1])
    give("records", 2, f"byte {directory + 32 * tables.index('span')}, table span: expected 4194304 "
         f"records of 32 bytes, found 4194304 of 36", s.write(blocks=[]))
    give("cut", 2, f"byte {len(data) // 2}: expected", data[:len(data) // 2])
    give("unsummed", 2, f"byte {len(data) - 8}: expected the checksum, found the end of the file",
         data[:-8])
    give("sum", 2, f"byte {len(data) - 8}: expected the checksum {checksum(data[:-8]):016x}, found",
         fresh().write(fix=False))
    give("after", 2, f"byte {len(data)}: expected the end of the file, found more bytes",
         data + b"\0")
    count = len(fresh().blocks)
    give("count", 2, f"expected {count + 1} blocks, found {count}", fresh().write(count=count + 1))
    blocks = list(fresh().blocks.items())
    give("number", 2, f"byte {first}: expected a table, of {len(tables)}, or the end, found 1000",
         fresh().write(blocks=[((1000, 0), blocks[0][1])] + blocks))
    give("twice", 2, f", table {blocks[0][0][0]}: expected a block after {blocks[0][0][1]}, found "
         f"{blocks[0][0][1]}", fresh().write(blocks=[blocks[0]] + blocks))
    give("order", 2, f", table {blocks[0][0][0]}: expected none before {blocks[-1][0][0]}, which "
         "was there", fresh().write(blocks=[blocks[-1], blocks[0]]))
    far = -(-fresh().tables["span"][0] * fresh().tables["span"][1] // BLOCK)
    give("far", 2, f"byte {first + 4}, table span: expected a block, of {far}, found {far}",
         fresh().write(blocks=[(("span", far), bytes(BLOCK))]))

    # Heaps that are not sound: what breaks there is read off the specs.
    def unsound(name, formula, message, *puts):
        s = fresh()
        for put in puts:
            s.put(*put)
        give(name, 1, message, s.write(), f"{formula} is false" if formula else
             "the heap is, what threads have of its slots is not")

    s = fresh()
    free, mapped, made = s.get("total_free", 0), s.get("total_mapped", 0), s.get("pool_made", 0)
    live = [n for n in range(1, made + 1) if s.get("span", n, 28, "<B")]
    slots = [n for n in live if s.get("slots_owner", n)]
    base = s.get("span", live[0], 8)
    current = next(k for k in range(s.tables["current_span"][1]) if s.get("current_span", k))
    unsound("total_free", "PageTotals",
            f"PageTotals fails (total_free says {free + 1}, it is {free})",
            ("total_free", free + 1))
    bits = [s.get("page_free", p // 64, 0, "<Q") for p in range(0, mapped, 512)]
    used = next(c for c, word in enumerate(bits) if s.get("chunk_mapped", c, 0, "<B") and not word & 1)
    unsound("used_twice", f"Summarized(0, {used})",
            f"Tree fails at node {used} (its start says 0, it is",
            ("page_free", bits[used] | 1, 8 * used, 0, "<Q"))
    some = next(p // 512 for p in range(0, mapped, 64) if s.get("page_free", p // 64, 0, "<Q"))
    unsound("hint", f"AllUsed({512 * some}, {512 * (some + 1)})", "SearchHint fails",
            ("search_left", 1))
    unsound("pool", "PoolBounds",
            f"PoolBounds fails (pool_count says {made + 1}, it is {made} at most)",
            ("pool_count", made + 1))
    unsound("map", f"PageKnown({base})",
            f"LiveSpansMapped fails at page {base} (the map says 0, it is {live[0]})",
            ("page_span", 0, base))
    unsound("number_of_none", f"PageKnown({base})", f"MapOk fails at page {base}",
            ("page_span", 1 << 31, base))
    unsound("dead", f"SpanSound({made + 1})", f"DeadEmpty fails at span {made + 1}",
            ("span", 3, made + 1, 12))
    unsound("kind", f"SpanSound({live[0]})", f"KindsKnown fails at span {live[0]}",
            ("span", 2, live[0], 29, "<B"))
    unsound("link", f"LinkSound({made + 1})", f"LinkOff fails at span {made + 1}",
            ("span_link", 1, made + 1, 4))
    unsound("total_live", "KindTotal(1)", "KindTotals fails at kind 1 (total_live says 1, it is 0)",
            ("total_live", 1, 1))
    unsound("hints", "HintInside(0)",
            "Hints fails at hint 0 (its arena says 5000, it is 1024 at most)",
            ("arena_hint", 5000, 0))
    unsound("special", "SpecialLists", "SpecialFirsts fails at special 1", ("special_made", 1))
    unsound("owner", None,
            f"SpansMine fails at span {slots[0]} (its owner says 300, it is 256 at most)",
            ("slots_owner", 300, slots[0]))
    unsound("cursor", None, f"Cursor fails at cursor {current}",
            ("slot_cursor", 1 << 31, current, 8))
    s = fresh()
    s.put("memory_limit", 12345)
    s.put("scavenge_gen", 77)
    s.put("large_kept", 5, 9)
    give("free_to_be", 0, "sound", s.write())


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"lists": lists, "check": check, "map": map_and_text, "spoil": spoil}[command](*arguments)
