#pragma once
#include <stddef.h>
#include <stdint.h>

// Writes to `products` the dot product of `query` with each of `count` rows of `dimensions` bytes. Rows lie one behind
// the other. Products are exact as long as dimensions × 128 × the query's largest magnitude stays below 2³¹.
void sarai_dot_rows(
    const int8_t *rows, size_t count, size_t dimensions, const int16_t *query, int32_t *products);
