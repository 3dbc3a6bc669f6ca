#!/usr/bin/python3
"""A process or its core, spoilt: by the description in src/libc/snapshot_here.h alone.

  live.py poke PROCESS AUDIT  writes into the tables of a process that is stopped, one fault after
                              the other, has AUDIT look at it, and takes the fault back
  live.py off PROCESS         makes total_free one more than it is
  live.py core CORE AUDIT     the same with what a core has, and cuts it at last
Prints a line for each: NAME|what was expected and not found, which is nothing if all is well
"""
import os, re, struct, subprocess, sys

MAGIC, SLOTS = b"CAIRNMEM", 20  # the number of a span's slots in its record


class Memory:
    """Memory in a file, with the tables in it. A range: where it starts and ends, and where that is
    in the file."""
    def __init__(self, name, ranges):
        self.file, self.ranges = open(name, "r+b", buffering=0), ranges
        self.here = next(at for at in self.find(MAGIC) if self.get_at(at + 8) == at)
        constants, tables = struct.unpack("<2I", self.read(self.here + 32, 8))
        first = self.here + 40 + 32 * constants
        rows = [struct.unpack("<24sII", self.read(first + 32 * t, 32)) for t in range(tables)]
        self.code, self.code_end = first + 32 * tables, first + 32 * tables + 8
        self.size = self.code + 16 + 8 * tables - self.here
        self.record = {name.rstrip(b"\0").decode(): record for name, record, _ in rows}
        self.at = {name: self.get_at(self.code + 16 + 8 * t) for t, name in enumerate(self.record)}

    def seek(self, address):
        self.file.seek(next((offset + address - start for start, end, offset, _ in self.ranges
                             if start <= address < end), 0))

    def read(self, address, size):
        self.seek(address)
        return self.file.read(size)

    def write(self, address, data):
        self.seek(address)
        assert self.file.write(data) == len(data)

    def get_at(self, address, form="<Q"):
        return struct.unpack(form, self.read(address, struct.calcsize(form)))[0]

    def find(self, text):
        for start, end, _, is_data in self.ranges:
            data = self.read(start, end - start) if is_data else b""
            for match in re.finditer(re.escape(text), data):
                yield start + match.start()

    def place(self, table, index=0, offset=0):
        return self.at[table] + index * self.record[table] + offset

    def get(self, table, index=0, offset=0, form="<I"):
        return self.get_at(self.place(table, index, offset), form)


def of_process(process):
    ranges = []
    for line in open(f"/proc/{process}/maps"):
        start, end, access, inode = re.match(r"(\w+)-(\w+) (\S+) \S+ \S+ (\d+)", line).groups()
        is_data = "w" in access and inode != "0"
        ranges.append((int(start, 16), int(end, 16), int(start, 16), is_data))
    return Memory(f"/proc/{process}/mem", ranges)


def said(audit, *arguments):
    """Its status and what it says, with a # behind it."""
    done = subprocess.run([audit, *arguments], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout + "#"


def verdict(name, got, status, message):
    print(f"{name}|" + ("" if got[0] == status and message in got[1] else
                        f"status {status}, {message!r} expected, found {got}"))


def off(process):
    memory = of_process(process)
    memory.write(memory.place("total_free"), struct.pack("<I", memory.get("total_free") + 1))


def poke(process, audit):
    memory = of_process(process)

    def give(name, status, message, address, data):
        before = memory.read(address, len(data))
        memory.write(address, data)
        verdict(name, said(audit, "--pid", process), status, message)
        memory.write(address, before)

    def unsound(name, message, table, value, index=0, offset=0, form="<I"):
        give(name, 1, message, memory.place(table, index, offset), struct.pack(form, value))

    free, made = memory.get("total_free"), memory.get("pool_made")
    live = next(s for s in range(1, made + 1) if memory.get("span", s, 28, "<B"))
    slots = next(s for s in range(1, made + 1) if memory.get("slots_owner", s))
    base = memory.get("span", live, 8)
    unsound("total_free", f"PageTotals fails (total_free says {free + 1}, it is {free})",
            "total_free", free + 1)
    unsound("map", f"LiveSpansMapped fails at page {base} (the map says 0, it is {live})",
            "page_span", 0, base)
    unsound("dead", f"DeadEmpty fails at span {made + 1}", "span", 3, made + 1, 12)
    unsound("owner", f"SpansMine fails at span {slots} (its owner says 300, it is 256 at most)",
            "slots_owner", 300, slots)
    tailed = next(s for s in range(1, made + 1) if memory.get("slots_owner", s) and
                  memory.get("span", s, SLOTS) % 64)
    word = memory.get("span", tailed, 8) * 8 + memory.get("span", tailed, SLOTS) // 64
    unsound("slot", f"OnlySlots fails at span {tailed}", "slot_free",
            memory.get("slot_free", word, form="<Q") | 1 << 63, word, form="<Q")
    here = memory.here
    give("version", 2, f"the record of tables at {here + 16:#x}, byte 8: expected version 2, found 3",
         here + 24, struct.pack("<I", 3))
    give("constant", 2, "byte 24, constant PAGE_SHIFT: expected 13, found 12", here + 64,
         struct.pack("<Q", 12))
    give("records", 2, "expected 131072 records of 8 bytes, found 131072 of 9",
         here + 40 + 32 * memory.get_at(here + 32, "<I") + 24, struct.pack("<I", 9))
    give("nowhere", 2, "table page_free: expected 1048576 bytes at 0x1000, found no memory from "
         "0x1000 on", here + memory.size - 8 * len(memory.at), struct.pack("<Q", 0x1000))
    give("not begun", 2, "expected Cairn's record of its tables in data, found none", here + 8, bytes(8))
    room = next(memory.find(b"A ROOM FOR TESTS")) // 16 * 16
    copy = MAGIC + struct.pack("<Q", room) + memory.read(here + 16, memory.size - 16)
    give("two", 2, "expected one Cairn, found two: at ", room, copy)
    give("a copy", 0, "sound", room, memory.read(here, memory.size))
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it stays, as one that has ended
    verdict("ended", said(audit, "--pid", str(child.pid)), 2, "expected a process, found one that ended")
    child.wait()
    verdict("all taken back", said(audit, "--pid", process), 0, "sound")


class Core:
    """A core as an ELF file: where its parts are."""
    def __init__(self, name):
        self.file = open(name, "r+b", buffering=0)
        (start,), (count,) = self.read(32, "<Q"), self.read(56, "<H")
        self.segments = [start + 56 * i for i in range(count)]
        segments = [(at, *self.read(at, "<IIQQQQQ")) for at in self.segments]
        self.loads = [s for s in segments if s[1] == 1]
        self.note = next(s for s in segments if s[1] == 4)
        self.threads = []  # (number, where its instruction pointer is, where its stack pointer)
        at, starts = self.note[3], set()
        while at < self.note[3] + self.note[6]:
            name_size, size, kind = self.read(at, "<3I")
            body = at + 12 + (name_size + 3) // 4 * 4
            if kind == 1:  # NT_PRSTATUS
                self.threads.append((*self.read(body + 32, "<I"), body + 112 + 128, body + 112 + 152))
            if kind == 0x46494C45:  # NT_FILE
                starts = {self.read(body + 16 + 24 * i, "<Q")[0]
                          for i in range(self.read(body, "<Q")[0])}
            at = body + (size + 3) // 4 * 4
        self.ranges = [(s[4], s[4] + s[6], s[3], s[4] in starts) for s in self.loads]

    def read(self, at, form):
        self.file.seek(at)
        return struct.unpack(form, self.file.read(struct.calcsize(form)))

    def write(self, at, data):
        self.file.seek(at)
        self.file.write(data)


def core(name, audit):
    elf = Core(name)
    memory = Memory(name, elf.ranges)

    def give(what, status, message, *puts):  # each: where, its form, what is put there
        before = [elf.read(at, form) for at, form, _ in puts]
        for at, form, value in puts:
            elf.write(at, struct.pack(form, value))
        verdict(what, said(audit, "--core", name), status, message)
        for (at, form, _), (value,) in zip(puts, before):
            elf.write(at, struct.pack(form, value))

    note, large = elf.note, max(elf.loads, key=lambda s: s[6])
    give("no ELF", 2, "byte 0: expected an ELF file", (0, "<4s", b"ELF?"))
    give("machine", 2, "byte 18: expected 64 bits of x86-64 (machine 62), found machine 183",
         (18, "<H", 183))
    give("32 bits", 2, "byte 18: expected 64 bits", (4, "<B", 1))
    give("a program", 2, "byte 16: expected a core (type 4), found type 3", (16, "<H", 3))
    give("entries", 2, "byte 54: expected segments of 56 bytes, found 32", (54, "<H", 32))
    give("far", 2, "expected a segment's header of 56 bytes, found a file of", (32, "<Q", 1 << 60))
    give("many", 2, "expected a section header of 64 bytes, found a file of", (40, "<Q", 1 << 60),
         (56, "<H", 0xFFFF))
    give("note", 2, f"byte {note[3]}: expected a note of at most ", (note[3] + 4, "<I", 1 << 31))
    give("no memory", 2, "expected a segment apart from others", (large[0] + 16, "<Q", 2**64 - 8))
    give("left out", 2, "nothing in the file from 0x", (large[0] + 32, "<Q", 0))

    # Threads that are inside, by where they execute or by where they return.
    number, code, stack = elf.threads[-1]
    memory.seek(memory.place("total_free"))
    total, free = memory.file.tell(), memory.get("total_free")
    wrong, says = (total, "<I", free + 1), f"PageTotals fails (total_free says {free + 1}, it is {free})"
    begins, ends = memory.get_at(memory.code), memory.get_at(memory.code_end)
    within = f"\nThis may be no fault: thread {number} is inside the allocator"
    meaning = ": the totals of pages say what the bits say"
    give("corrupt", 1, f"{says}{meaning}\n#", wrong)
    give("inside", 1, meaning + within, wrong, (code, "<Q", begins))
    give("inside, at the end", 1, meaning + within, wrong, (code, "<Q", ends - 1))
    give("outside", 1, f"{says}{meaning}\n#", wrong, (code, "<Q", ends))
    give("inside a system call", 1, meaning + within, wrong, (stack, "<Q", memory.code))
    give("inside and sound", 0, "sound\n#", (code, "<Q", begins))
    give("all put back", 0, "sound\n#")

    end = max(s[3] + s[6] for s in elf.loads)
    for what, size in ("cut short", end - 1), ("cut", 64), ("cut more", 63), ("empty", 0):
        elf.file.truncate(size)
        verdict(what, said(audit, "--core", name), 2, f"found a file of {size}")


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"poke": poke, "off": off, "core": core}[command](*arguments)
