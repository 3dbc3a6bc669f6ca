// What bench/pages.c measures of whole page heaps, of Go's own page allocator: the same heaps, the
// same batches, the same names. run.sh lays it over the tests of Go's package runtime, whose
// export_test.go it calls. Go takes its lock and changes to the system's stack in each call.
package runtime_test

import (
	"fmt"
	"math/bits"
	"os"
	. "runtime"
	"strconv"
	"testing"
	"time"
)

const (
	cairnRounds = 301
	cairnBatch  = 64
	cairnInUse  = 70 // per cent of a fragmented heap's pages
	cairnShifts = 7  // its spans are of 1, 2, 4 to 64 pages
	cairnNever  = time.Duration(1<<63 - 1)
)

func cairnBase(page int) uintptr {
	return PageBase(BaseChunkIdx, 0) + uintptr(page)*PageSize
}

// The heap of make_heap and fragment.
func cairnHeap(mib int, fragmented bool) *PageAlloc {
	pages := mib << 20 / PageSize
	chunks := map[ChunkIdx][]BitRange{}
	for c := 0; c < pages/PallocChunkPages; c++ {
		chunks[BaseChunkIdx+ChunkIdx(c)] = nil
	}
	heap := NewPageAlloc(chunks, nil)
	if !fragmented {
		return heap
	}
	for range chunks {
		heap.Alloc(PallocChunkPages)
	}
	state, err := strconv.ParseUint(os.Getenv("CAIRN_SEED"), 10, 64)
	if err != nil || state == 0 {
		state = 1
	}
	end, free, n := pages-PallocChunkPages, PallocChunkPages, 0
	heap.Free(cairnBase(end), PallocChunkPages)
	for p := 0; p < end; p += n {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		if n = 1 << (state % cairnShifts); n > end-p {
			n = end - p
		}
		if state>>32&1 != 0 && 100*free < (100-cairnInUse)*(p+PallocChunkPages) {
			heap.Free(cairnBase(p), uintptr(n))
			free += n
		}
	}
	return heap
}

func cairnTime(best *time.Duration, run func()) {
	start := time.Now()
	run()
	if took := time.Since(start); took < *best {
		*best = took
	}
}

// A line as a benchmark has it, with the least that a round took.
func cairnReport(best time.Duration, times int, format string, arguments ...any) {
	name := fmt.Sprintf(format, arguments...)
	fmt.Printf("Benchmark%s %d %.2f ns/op\n", name, times, float64(best)/float64(times))
}

func cairnSize(heap *PageAlloc, n uintptr, state, size string) {
	var taken []uintptr
	for p := uintptr(1); p != 0 && len(taken) < cairnBatch; {
		if p, _ = heap.Alloc(n); p != 0 {
			taken = append(taken, p)
		}
	}
	alloc := func() {
		for i := range taken {
			taken[i], _ = heap.Alloc(n)
		}
	}
	free := func() {
		for _, p := range taken {
			heap.Free(p, n)
		}
	}
	free()
	allocs, frees := cairnNever, cairnNever
	for r := 0; r < cairnRounds; r++ {
		cairnTime(&allocs, alloc)
		cairnTime(&frees, free)
	}
	cairnReport(allocs, len(taken), "Pages/%s/alloc%d/%s", state, n, size)
	cairnReport(frees, len(taken), "Pages/%s/free%d/%s", state, n, size)
}

func cairnCache(heap *PageAlloc, state, size string) {
	var filled [cairnBatch]PageCache
	pages, best := 0, cairnNever
	cache := func() {
		for i := range filled {
			c := heap.AllocToCache()
			filled[i] = c
			for !c.Empty() {
				c.Alloc(1)
			}
		}
	}
	for r := 0; r < cairnRounds; r++ {
		cairnTime(&best, cache)
		pages = 0
		for i := range filled {
			pages += bits.OnesCount64(filled[i].Cache())
			filled[i].Flush(heap)
		}
	}
	cairnReport(best, pages, "Pages/%s/cached1/%s", state, size)
}

// What handing out costs alone, of a cache that needs no filling.
func cairnCacheAlloc() {
	best := cairnNever
	for r := 0; r < cairnRounds; r++ {
		c := NewPageCache(cairnBase(0), ^uint64(0), 0)
		cairnTime(&best, func() {
			for !c.Empty() {
				c.Alloc(1)
			}
		})
	}
	cairnReport(best, int(PageCachePages), "PageCache/alloc1")
}

func TestCairnPages(t *testing.T) {
	for i, state := range []string{"empty", "fragmented"} {
		for k, size := range []string{"64MiB", "1GiB", "64GiB"} {
			heap := cairnHeap([]int{64, 1024, 65536}[k], i == 1)
			for _, n := range []uintptr{1, 8, 16, 64, 512} {
				cairnSize(heap, n, state, size)
			}
			cairnCache(heap, state, size)
			FreePageAlloc(heap)
		}
	}
	cairnCacheAlloc()
}
