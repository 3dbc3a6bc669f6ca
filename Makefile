# Cairn. `make help` says what there is to make.
ifeq ($(origin CC),default)
CC := gcc
endif
CONFIG ?= host
CFLAGS ?= -O2 -g
JOBS   ?= $(shell nproc)
PYTHON := /usr/bin/python3

WARNINGS := -std=c11 -Wall -Wextra -Werror -Isrc -Itests
CORE     := $(sort $(wildcard src/page/*.c src/span/*.c src/heap/*.c src/object/*.c))
FLOOR    := $(wildcard src/os/atomic.c src/os/lock.c)
LIBC     := $(wildcard src/libc/*.c)
HEADERS  := $(wildcard src/*.h src/*/*.h tests/*.h tests/*/*.h specs/*.acsl)
SOURCES  := $(wildcard src/*.h src/*/*.[ch] tests/*.h tests/*/*.[ch] bench/*.[ch] proofs/*/*.c)

# A variant is a configuration, alone or with a sanitizer or with coverage counted.
SANITIZE  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
POOL      := -DCAIRN_POOL -DCAIRN_POOL_CHUNKS=8
ONE       := -DCAIRN_POOL -DCAIRN_POOL_CHUNKS=1
VARIANTS  := host pool one host-san pool-san one-san host-cov pool-cov host-race libc
FLAGS_host     := $(CFLAGS)
FLAGS_pool     := $(CFLAGS) $(POOL)
FLAGS_host-san := $(CFLAGS) $(SANITIZE)
FLAGS_pool-san := $(CFLAGS) $(SANITIZE) $(POOL)
FLAGS_one      := $(CFLAGS) $(ONE)
FLAGS_one-san  := $(CFLAGS) $(SANITIZE) $(ONE)
# The window where ThreadSanitizer lets a program have memory.
FLAGS_host-race := $(CFLAGS) -fsanitize=thread -DOS_WINDOW=0x1000000000
# The address sanitizer has a malloc of its own: ours runs under the other alone.
FLAGS_libc := $(CFLAGS) -fsanitize=undefined -fno-sanitize-recover=all
FLAGS_host-cov := -O0 -g --coverage -fprofile-update=atomic
FLAGS_pool-cov := -O0 -g --coverage $(POOL)

.PHONY: all lib tools help prove status expect test test-build test-driver test-eacsl fuzz check-style \
        check-status format format-check mutants stability evidence bench bench-heap bench-pages \
        coverage clean setup setup-bench evidence-goals evidence-mutants
.DELETE_ON_ERROR:

all: lib tools

help: ## this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

prove: ## prove everything from nothing (CONFIG=host, or CONFIG=pool the small one); N passed, N failed
	@ci/setup.sh --prove
	@proofs/prove.py --config $(CONFIG)

prove-%: ## prove one unit of proofs/units.tsv, say prove-chunk
	@ci/setup.sh --prove
	@proofs/prove.py --config $(CONFIG) $*

test: ## build it, test it, replay what Go did, run real programs' allocations; N passed, N failed
	@ci/setup.sh --test
	@$(MAKE) --no-print-directory -s -k -j$(JOBS) test-build || true
	@$(PYTHON) tests/run.py $(TESTS) $(SCRIPTS)

lib: build/libcairn.a build/libcairn-heap.a build/libcairn.so ## the libraries for Linux (the default, with the tools)

tools: ## build/cairn-replay, build/cairn-record and build/cairn-audit

expect: ## write the number of goals each unit has now to proofs/units.tsv (look at the difference!)
	@proofs/prove.py --config host --update
	@proofs/prove.py --config pool --update
	@$(PYTHON) proofs/status.py

status: ## write proofs/STATUS.md anew: what is proved, a row a module
	@$(PYTHON) proofs/status.py

mutants: ## break the core in many small ways and see a proof fail each time (some 3 hours)
	@ci/setup.sh --prove
	@$(PYTHON) proofs/mutants.py

stability: ## each goal from other seeds, in a third of its time: which waver (hours; UNITS=)
	@ci/setup.sh --prove
	@$(PYTHON) proofs/stability.py --config $(CONFIG) $(UNITS)

evidence: ## build/evidence/: what is required, proved, tested and measured: HTML and JSON
	@ci/setup.sh --evidence
	@$(PYTHON) evidence/evidence.py

evidence-goals: ## for it: each goal by Z3 and by CVC4 alone (hours; UNITS=; goes on)
	@ci/setup.sh --prove
	@$(PYTHON) evidence/evidence.py goals $(UNITS)

evidence-mutants: ## for it: each mutant (some 3 hours; UNITS=; goes on)
	@ci/setup.sh --prove
	@$(PYTHON) evidence/evidence.py mutants $(UNITS)

test-driver: ## plant faults in a small copy and see the prover's driver refuse each
	@tests/driver/run.sh

test-eacsl: ## check the contracts at run time, with planted faults (part of test; some 5 minutes)
	@ci/setup.sh --test
	@tests/eacsl/run.sh

bench: lib ## malloc beside glibc's and others: a table, and build/bench.html (CAIRN_ROUNDS=3: quick)
	@$(PYTHON) bench/malloc.py build

bench-heap: tools ## instructions and nanoseconds of the heap's basic operations
	@bench/run.sh bench build

bench-pages: lib ## the same of the page allocator, on heaps of 64 MiB to 64 GiB, beside Go's own
	@bench/run.sh pages build

fuzz: ## feed broken snapshots and cores to the audit's loaders for FUZZ_SECONDS (300)
	@tests/fuzz/run.sh $(or $(FUZZ_SECONDS),300)

coverage: ## lines and branches of the core that the unit tests run
	@ci/setup.sh --test
	@$(MAKE) --no-print-directory -s -k -j$(JOBS) $(COVERED) || true
	@$(PYTHON) tests/coverage.py $(COVERED)

format: ## lay out the C sources as .clang-format says
	clang-format -i $(SOURCES)

format-check: ## are they?
	clang-format --dry-run -Werror $(SOURCES)

check-style: ## does the core keep to its small language, and do files keep to their size?
	@$(PYTHON) ci/check_style.py

setup: ## install the Debian packages that are missing
	@ci/setup.sh

setup-bench: ## install what the benchmarks need: the other allocators, programs, Go's sources
	@ci/setup.sh --bench

clean: ## remove build/
	rm -rf build

# ---- Objects and libraries.

LIBRARY := $(CORE) $(FLOOR) $(wildcard src/tools/os_sim.c)

define variant
build/obj/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(CC) $$(WARNINGS) $$(FLAGS_$(1)) -MMD -MP -c $$< -o $$@
build/obj/$(1)/libcore.a: $$(LIBRARY:%.c=build/obj/$(1)/%.o)
	@rm -f $$@
	$$(AR) rcs $$@ $$^
endef
$(foreach v,$(VARIANTS),$(eval $(call variant,$(v))))

# A library is one object, optimised as a whole: the small functions of a floor cost the next one no
# call. libcairn.a has the heap and the C library's malloc on it, libcairn-heap.a the heap alone;
# libcairn.so is for LD_PRELOAD, and shows nothing but malloc and its family, cairn_audit and
# cairn_snapshot.
WHOLE  := $(CORE) $(FLOOR) $(wildcard src/os/os_linux.c)
INLINE := -flto -flto-partition=one --param max-inline-insns-auto=60 \
          --param max-inline-insns-single=200
# Three tables of 1.5 GiB together lie beside the memory, where os_linux.c maps them with it.
BESIDE := src/os/beside/tables.ld src/os/beside/as
PLACED := -Bsrc/os/beside src/os/beside/tables.ld
# The ends of their code have names, for a tool to know it by.
NAMED  := -Wl,-T,src/libc/text.ld
STATIC := -fno-semantic-interposition $(INLINE)
SHARED := -fPIC -fvisibility=hidden $(INLINE)

build/obj/whole/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) $(STATIC) -MMD -MP -c $< -o $@
build/obj/shared/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) $(SHARED) -MMD -MP -c $< -o $@
build/libcairn-heap.o: $(WHOLE:%.c=build/obj/whole/%.o) $(BESIDE)
	$(CC) $(CFLAGS) $(STATIC) -r -flinker-output=nolto-rel -o $@ $(filter %.o,$^) $(PLACED)
build/libcairn.o: $(patsubst %.c,build/obj/whole/%.o,$(WHOLE) $(LIBC)) $(BESIDE) src/libc/text.ld
	$(CC) $(CFLAGS) $(STATIC) -r -flinker-output=nolto-rel -o $@ $(filter %.o,$^) $(PLACED) $(NAMED)
build/libcairn.a build/libcairn-heap.a: %.a: %.o
	@rm -f $@
	$(AR) rcs $@ $^
build/libcairn.so: $(patsubst %.c,build/obj/shared/%.o,$(WHOLE) $(LIBC)) $(BESIDE) src/libc/text.ld
	$(CC) $(CFLAGS) $(SHARED) -shared -Wl,-z,defs -Wl,-z,now -o $@ $(filter %.o,$^) $(PLACED) $(NAMED)

# ---- Tests. The first lines of one may say what it wants:
#   // config: host pool     the configurations it is built for (pool where it does not say); one
#                             is a pool of one chunk, host-race the host's under ThreadSanitizer,
#                             libc the host's where malloc is ours
#   // link: FILE.c FLAG     what it is linked with besides the core and the simulated floor
# Each is built as it is and with the sanitizers. A tests/*/run.sh is run as it is.

SCRIPTS    := $(sort $(wildcard tests/*/run.sh))
config_of   = $(or $(shell sed -n '1,5s|^// config: ||p' $(1)),pool)
link_of     = $(shell sed -n '1,5s|^// link: ||p' $(1))
program     = build/obj/$(2)/$(1:%.c=%)

define test
$(call program,$(1),$(2)): $(1) $(filter %.c,$(3)) build/obj/$(2)/libcore.a $$(HEADERS)
	@mkdir -p $$(@D)
	$$(CC) $$(WARNINGS) $$(FLAGS_$(2)) -o $$@ $(1) $(3) build/obj/$(2)/libcore.a
$(if $(filter %-cov,$(2)),COVERED,TESTS) += $(call program,$(1),$(2))
endef
$(foreach t,$(sort $(wildcard tests/*/test_*.c)),\
  $(foreach c,$(call config_of,$(t)),\
    $(foreach v,$(filter $(c) $(c)-san $(c)-cov,$(VARIANTS)),\
      $(eval $(call test,$(t),$(v),$(call link_of,$(t)))))))

test-build: lib tools $(TESTS)

# ---- Tools: cairn-replay, cairn-record and what it loads into the program it watches, cairn-audit.

TOOL_FLAGS := $(CFLAGS)
REPLAY := $(wildcard src/tools/cairn-replay.c src/tools/replay_*.c src/tools/trace.c \
                     src/tools/recording.c src/tools/block_table.c)
RECORD := $(wildcard src/tools/cairn-record.c src/tools/recording.c)
AUDIT  := $(wildcard src/tools/cairn-audit.c src/tools/explain*.c src/tools/heap_view*.c \
                     src/tools/image*.c src/tools/snapshot_load.c src/libc/snapshot_format.c \
                     src/libc/audit.c)
tools: $(if $(REPLAY),build/cairn-replay) $(if $(RECORD),build/cairn-record) \
       $(if $(AUDIT),build/cairn-audit)

build/cairn-replay: $(REPLAY:%.c=build/obj/host/%.o) build/obj/host/libcore.a
	$(CC) $(CFLAGS) -o $@ $^

build/cairn-record: $(RECORD:%.c=build/obj/host/%.o) build/record_preload.so
	$(CC) $(CFLAGS) -o $@ $(filter %.o,$^)

build/cairn-audit: $(AUDIT:%.c=build/obj/host/%.o) build/obj/host/libcore.a
	$(CC) $(CFLAGS) -o $@ $^

build/record_preload.so: src/tools/record_preload.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -fPIC -shared -o $@ $< -ldl -pthread

-include $(shell find build/obj -name '*.d' 2>/dev/null)
