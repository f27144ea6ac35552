#include "CVectors.h"

// The loops are plain C that compilers turn into vector code; what differs is for which processor. The package is
// built for every x86-64 processor, and those of the last ten years do twice as much at once.
static inline __attribute__((always_inline)) void dot_rows(
    const int8_t *rows, size_t count, size_t dimensions, const int16_t *query, int32_t *products) {
  for (size_t row = 0; row < count; row++) {
    const int8_t *components = rows + row * dimensions;
    int32_t sum = 0;
    for (size_t i = 0; i < dimensions; i++) sum += (int32_t)components[i] * (int32_t)query[i];
    products[row] = sum;
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void dot_rows_avx2(
    const int8_t *rows, size_t count, size_t dimensions, const int16_t *query, int32_t *products) {
  dot_rows(rows, count, dimensions, query, products);
}
#endif

void sarai_dot_rows(
    const int8_t *rows, size_t count, size_t dimensions, const int16_t *query, int32_t *products) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    dot_rows_avx2(rows, count, dimensions, query, products);
    return;
  }
#endif
  dot_rows(rows, count, dimensions, query, products);
}
