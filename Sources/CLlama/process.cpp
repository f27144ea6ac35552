#include "CLlama.h"

#include <malloc.h>
#include <pthread.h>

uint64_t sarai_allocated_bytes(void) {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

void sarai_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
