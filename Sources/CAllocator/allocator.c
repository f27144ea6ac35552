#include "CAllocator.h"

#include <malloc.h>

void sarai_allocator_prepare(void) {
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  // Each arena keeps what it freed: two are enough for as many threads as answer at once.
  mallopt(M_ARENA_MAX, 2);
}

void sarai_allocator_trim(void) { malloc_trim(0); }
