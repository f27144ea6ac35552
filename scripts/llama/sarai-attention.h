// Attention whose every row is the same bits however many rows are computed with it, by however many threads, and
// whether the rows before it were computed a moment ago or read back from a cache. Included by libllama's ops.cpp.
//
// A row looks at the cells in blocks of 64 that begin at multiples of 64. What it sums, and in which order, depends on
// the row's own mask alone: cells that it must not see weigh exactly zero.
#pragma once

namespace sarai {

constexpr int tile_rows = GGML_FA_TILE_Q;
constexpr int tile_cells = GGML_FA_TILE_KV;

struct attention {
  const ggml_tensor *q, *k, *v, *mask, *sinks;
  ggml_tensor *dst;
  float scale, max_bias, softcap, slope_base_low, slope_base_high;
  uint32_t slope_heads;
  int64_t key_size, value_size, cells, tokens, heads, group;  // group: query heads of one key head

  float slope(int64_t head) const {
    if (max_bias <= 0.0f) return 1.0f;
    return head < slope_heads ? powf(slope_base_low, head + 1)
                              : powf(slope_base_high, 2 * (head - slope_heads) + 1);
  }
};

// Where a thread works; it fits into what libllama plans for its own tiles.
struct scratch {
  float *queries, *scores, *mask, *sums, *values, *keys;

  scratch(const ggml_compute_params *params, const attention &a) {
    const int64_t size = tile_rows * (a.key_size + 2 * tile_cells + a.value_size) +
                         tile_cells * (a.value_size + a.key_size) + CACHE_LINE_SIZE_F32;
    queries = static_cast<float *>(params->wdata) + params->ith * size;
    scores = queries + tile_rows * a.key_size;
    mask = scores + tile_rows * tile_cells;
    sums = mask + tile_rows * tile_cells;
    values = sums + tile_rows * a.value_size;
    keys = values + tile_cells * a.value_size;
  }
};

typedef float eight __attribute__((vector_size(32), aligned(4)));

// Eight rows of eight to eight columns of eight.
static inline void transpose(const float *from, int64_t from_stride, float *to, int64_t to_stride) {
  eight r[8], a[8], b[8];
  for (int i = 0; i < 8; i++) r[i] = *reinterpret_cast<const eight *>(from + i * from_stride);
  for (int i = 0; i < 4; i++) {
    a[2 * i] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    a[2 * i + 1] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 2; i++) {
    for (int j = 0; j < 2; j++) {
      const eight low = a[4 * i + j], high = a[4 * i + j + 2];
      b[4 * i + 2 * j] = __builtin_shufflevector(low, high, 0, 1, 8, 9, 4, 5, 12, 13);
      b[4 * i + 2 * j + 1] = __builtin_shufflevector(low, high, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int i = 0; i < 4; i++) {
    *reinterpret_cast<eight *>(to + i * to_stride) =
        __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *reinterpret_cast<eight *>(to + (i + 4) * to_stride) =
        __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// The keys of a block of cells, cell beside cell, so that a product's lanes are cells; zeros beyond the last cell.
static void pack_keys(const attention &a, int64_t head, int64_t batch, int64_t first, int count, float *keys) {
  constexpr int64_t width = 64;
  float rows[8 * width];
  if (count < tile_cells) memset(keys, 0, sizeof(float) * a.key_size * tile_cells);
  const char *base = static_cast<const char *>(a.k->data) + head * a.k->nb[2] + batch * a.k->nb[3];
  for (int cell = 0; cell < count; cell += 8) {
    const int cells = std::min(8, count - cell);
    for (int64_t d = 0; d < a.key_size; d += width) {
      const int64_t size = std::min(width, a.key_size - d);
      for (int i = 0; i < cells; i++) {
        const char *row = base + (first + cell + i) * a.k->nb[1];
        ggml_cpu_fp16_to_fp32(reinterpret_cast<const ggml_fp16_t *>(row) + d, rows + i * width, size);
      }
      int64_t done = 0;
      if (cells == 8) {
        for (; done + 8 <= size; done += 8) transpose(rows + done, width, keys + (d + done) * tile_cells + cell, tile_cells);
      }
      for (; done < size; done++) {
        for (int i = 0; i < cells; i++) keys[(d + done) * tile_cells + cell + i] = rows[i * width + done];
      }
    }
  }
}

static void unpack_values(const attention &a, int64_t head, int64_t batch, int64_t first, int count, float *values) {
  const char *base = static_cast<const char *>(a.v->data) + head * a.v->nb[2] + batch * a.v->nb[3];
  for (int cell = 0; cell < count; cell++) {
    const char *row = base + (first + cell) * a.v->nb[1];
    ggml_cpu_fp16_to_fp32(reinterpret_cast<const ggml_fp16_t *>(row), values + cell * a.value_size, a.value_size);
  }
  memset(values + count * a.value_size, 0, sizeof(float) * (tile_cells - count) * a.value_size);
}

static inline float maximum(const float *row) {
  eight most = *reinterpret_cast<const eight *>(row);
  for (int i = 8; i < tile_cells; i += 8) {
    const eight next = *reinterpret_cast<const eight *>(row + i);
    most = next > most ? next : most;
  }
  float result = most[0];
  for (int i = 1; i < 8; i++) result = std::max(result, most[i]);
  return result;
}

// The mask of one row for a block of cells; whether the row sees any of them.
static bool read_mask(const attention &a, int64_t head, int64_t token, int64_t batch, int64_t first, int count, float *row) {
  const ggml_tensor *mask = a.mask;
  const char *from = static_cast<const char *>(mask->data) + token * mask->nb[1] + (head % mask->ne[2]) * mask->nb[2] +
                     (batch % mask->ne[3]) * mask->nb[3];
  ggml_cpu_fp16_to_fp32(reinterpret_cast<const ggml_fp16_t *>(from) + first, row, count);
  for (int cell = count; cell < tile_cells; cell++) row[cell] = -INFINITY;
  const float slope = a.slope(head);
  if (slope != 1.0f) ggml_vec_scale_f32(count, row, slope);
  return maximum(row) > -INFINITY;
}

// Rows first…first + count of a group: all tokens of its first query head, then of its second and so on.
static void attend(const attention &a, const scratch &s, int64_t batch, int64_t key_head, int64_t first, int count) {
  int64_t heads[tile_rows], tokens[tile_rows];
  float sums[tile_rows], maxima[tile_rows];
  for (int i = 0; i < count; i++) {
    heads[i] = key_head * a.group + (first + i) / a.tokens;
    tokens[i] = (first + i) % a.tokens;
    sums[i] = 0.0f;
    maxima[i] = -INFINITY;
    memcpy(
        s.queries + i * a.key_size,
        static_cast<const char *>(a.q->data) + tokens[i] * a.q->nb[1] + heads[i] * a.q->nb[2] + batch * a.q->nb[3],
        sizeof(float) * a.key_size);
  }
  memset(s.sums, 0, sizeof(float) * count * a.value_size);

  for (int64_t cell = 0; cell < a.cells; cell += tile_cells) {
    const int block = static_cast<int>(std::min<int64_t>(tile_cells, a.cells - cell));
    bool sees[tile_rows];
    bool any = false;
    for (int i = 0; i < count; i++) {
      sees[i] = !a.mask || read_mask(a, heads[i], tokens[i], batch, cell, block, s.mask + i * tile_cells);
      any = any || sees[i];
    }
    if (!any) continue;

    pack_keys(a, key_head, batch, cell, block, s.keys);
    memset(s.scores, 0, sizeof(float) * count * tile_cells);
    simd_gemm(s.scores, s.queries, s.keys, count, static_cast<int>(a.key_size), tile_cells);
    ggml_vec_scale_f32(count * tile_cells, s.scores, a.scale);
    if (a.softcap != 0.0f) {
      ggml_vec_tanh_f32(count * tile_cells, s.scores, s.scores);
      ggml_vec_scale_f32(count * tile_cells, s.scores, a.softcap);
    }
    if (a.mask) {
      ggml_vec_add_f32(count * tile_cells, s.scores, s.scores, s.mask);
    } else {
      for (int i = 0; i < count; i++) {
        for (int beyond = block; beyond < tile_cells; beyond++) s.scores[i * tile_cells + beyond] = -INFINITY;
      }
    }

    for (int i = 0; i < count; i++) {
      float *row = s.scores + i * tile_cells;
      if (!sees[i]) {
        memset(row, 0, sizeof(float) * tile_cells);
        continue;
      }
      const float most = maximum(row);
      if (most > maxima[i]) {
        const float shrink = expf(maxima[i] - most);
        ggml_vec_scale_f32(static_cast<int>(a.value_size), s.sums + i * a.value_size, shrink);
        sums[i] *= shrink;
        maxima[i] = most;
      }
      sums[i] += static_cast<float>(ggml_vec_soft_max_f32(tile_cells, row, row, maxima[i]));
    }
    unpack_values(a, key_head, batch, cell, block, s.values);
    simd_gemm(s.sums, s.scores, s.values, count, tile_cells, static_cast<int>(a.value_size));
  }

  for (int i = 0; i < count; i++) {
    float *row = s.sums + i * a.value_size;
    if (a.sinks) {
      const float sink = static_cast<const float *>(a.sinks->data)[heads[i]];
      if (sink > maxima[i]) {
        const float shrink = expf(maxima[i] - sink);
        ggml_vec_scale_f32(static_cast<int>(a.value_size), row, shrink);
        sums[i] = sums[i] * shrink + 1.0f;
      } else {
        sums[i] += expf(sink - maxima[i]);
      }
    }
    ggml_vec_scale_f32(static_cast<int>(a.value_size), row, sums[i] == 0.0f ? 0.0f : 1.0f / sums[i]);
    const int64_t place = (batch * a.tokens + tokens[i]) * a.heads + heads[i];
    memcpy(static_cast<char *>(a.dst->data) + place * a.dst->nb[1], row, sizeof(float) * a.value_size);
  }
}

// Whether it was done here: for a cache of half floats.
static bool attention_rows(const ggml_compute_params *params, ggml_tensor *dst) {
  attention a{};
  a.dst = dst;
  a.q = dst->src[0];
  a.k = dst->src[1];
  a.v = dst->src[2];
  a.mask = dst->src[3];
  a.sinks = dst->src[4];
  a.key_size = a.k->ne[0];
  a.value_size = a.v->ne[0];
  if (a.q->type != GGML_TYPE_F32 || a.k->type != GGML_TYPE_F16 || a.v->type != GGML_TYPE_F16) return false;
  if (a.v->ne[2] != a.k->ne[2] || a.q->ne[3] != a.k->ne[3] || a.q->ne[3] != a.v->ne[3]) return false;
#if defined(GGML_SIMD) && !defined(__x86_64__)
  // Elsewhere simd_gemm takes whole vectors only.
#if defined(__ARM_FEATURE_SVE)
  return false;
#else
  if (a.value_size % GGML_F32_EPR != 0) return false;
#endif
#endif
  memcpy(&a.scale, dst->op_params + 0, sizeof a.scale);
  memcpy(&a.max_bias, dst->op_params + 1, sizeof a.max_bias);
  memcpy(&a.softcap, dst->op_params + 2, sizeof a.softcap);
  if (a.softcap != 0.0f) a.scale /= a.softcap;
  a.tokens = a.q->ne[1];
  a.heads = a.q->ne[2];
  a.cells = a.k->ne[1];
  a.group = a.heads / a.k->ne[2];
  a.slope_heads = 1u << static_cast<uint32_t>(floor(log2(a.heads)));
  a.slope_base_low = powf(2.0f, -a.max_bias / a.slope_heads);
  a.slope_base_high = powf(2.0f, -a.max_bias / 2.0f / a.slope_heads);

  // Rows that share their keys are computed together, as many as fit, but no thread is left without work for it.
  const int64_t key_heads = a.k->ne[2] * a.q->ne[3], rows = a.group * a.tokens;
  const int64_t needed = (params->nth + key_heads - 1) / key_heads;
  const int64_t pieces = std::max((rows + tile_rows - 1) / tile_rows, std::min(needed, rows));
  const int64_t size = (rows + pieces - 1) / pieces;
  const scratch s(params, a);
  if (params->ith == 0) ggml_threadpool_chunk_set(params->threadpool, params->nth);
  ggml_barrier(params->threadpool);
  for (int64_t unit = params->ith; unit < key_heads * pieces; unit = ggml_threadpool_chunk_add(params->threadpool, 1)) {
    const int64_t group = unit / pieces, first = unit % pieces * size;
    if (first >= rows) continue;
    attend(
        a, s, group / a.k->ne[2], group % a.k->ne[2], first, static_cast<int>(std::min(size, rows - first)));
  }
  return true;
}

}  // namespace sarai
