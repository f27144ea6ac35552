#pragma once
#include <stddef.h>
#include <stdint.h>

// Raw deflate (RFC 1951) through zlib. zlib's own types stay inside: several packages of one build import its header,
// and Swift then cannot tell which of them a field belongs to.

typedef struct sarai_inflater sarai_inflater;

typedef enum {
  // All input is used; give more.
  SARAI_INFLATE_NEEDS_INPUT = 0,
  // The output buffer is full; call again with the same input.
  SARAI_INFLATE_HAS_MORE = 1,
  SARAI_INFLATE_END = 2,
  SARAI_INFLATE_DAMAGED = 3,
} sarai_inflate_status;

// Null where there is no memory for it.
sarai_inflater *sarai_inflater_open(void);
void sarai_inflater_close(sarai_inflater *inflater);

// The input must stay where it is until `sarai_inflater_next` asks for more.
void sarai_inflater_give(sarai_inflater *inflater, const uint8_t *input, uint32_t count);

// Writes at most `capacity` bytes to `output` and says in `written` how many.
sarai_inflate_status sarai_inflater_next(
    sarai_inflater *inflater, uint8_t *output, uint32_t capacity, uint32_t *written);

// CRC-32 of `count` more bytes; start with 0.
uint32_t sarai_crc32(uint32_t checksum, const uint8_t *bytes, size_t count);
