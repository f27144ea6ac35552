#include "CLlama.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

uint64_t sarai_allocated_bytes(void) {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

void sarai_memory_trim(void) { malloc_trim(0); }

uint64_t sarai_memory_limit(uint64_t bytes) {
  rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0) return RLIM_INFINITY;
  const uint64_t before = limit.rlim_cur;
  unsigned long pages = 0;
  if (FILE *file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  if (pages > 0) {
    limit.rlim_cur = std::min<rlim_t>(before, pages * sysconf(_SC_PAGESIZE) + bytes);
    setrlimit(RLIMIT_AS, &limit);
  }
  return before;
}

void sarai_memory_unlimit(uint64_t before) {
  rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0) return;
  limit.rlim_cur = before;
  setrlimit(RLIMIT_AS, &limit);
}

void sarai_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
