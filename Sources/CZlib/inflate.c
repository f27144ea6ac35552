#include "CZlib.h"

#include <stdlib.h>
#include <zlib.h>

struct sarai_inflater {
  z_stream stream;
};

sarai_inflater *sarai_inflater_open(void) {
  sarai_inflater *inflater = calloc(1, sizeof *inflater);
  if (inflater && inflateInit2(&inflater->stream, -MAX_WBITS) != Z_OK) {
    free(inflater);
    return NULL;
  }
  return inflater;
}

void sarai_inflater_close(sarai_inflater *inflater) {
  if (!inflater) return;
  inflateEnd(&inflater->stream);
  free(inflater);
}

void sarai_inflater_give(sarai_inflater *inflater, const uint8_t *input, uint32_t count) {
  inflater->stream.next_in = input;
  inflater->stream.avail_in = count;
}

sarai_inflate_status sarai_inflater_next(
    sarai_inflater *inflater, uint8_t *output, uint32_t capacity, uint32_t *written) {
  z_stream *stream = &inflater->stream;
  stream->next_out = output;
  stream->avail_out = capacity;
  int status = inflate(stream, Z_NO_FLUSH);
  *written = capacity - stream->avail_out;
  switch (status) {
  case Z_STREAM_END:
    return SARAI_INFLATE_END;
  case Z_OK:
    return stream->avail_out == 0 || stream->avail_in > 0 ? SARAI_INFLATE_HAS_MORE : SARAI_INFLATE_NEEDS_INPUT;
  case Z_BUF_ERROR:
    // No progress was possible: the input is used up.
    return SARAI_INFLATE_NEEDS_INPUT;
  default:
    return SARAI_INFLATE_DAMAGED;
  }
}

uint32_t sarai_crc32(uint32_t checksum, const uint8_t *bytes, size_t count) {
  return (uint32_t)crc32_z(checksum, bytes, count);
}
