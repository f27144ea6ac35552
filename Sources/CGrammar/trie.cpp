#include "trie.h"

#include <algorithm>
#include <memory>
#include <new>

static std::unique_ptr<sarai_token_trie> make_trie(
    const uint8_t *bytes, const uint64_t *offsets, int32_t count, const int32_t *ends, int32_t end_count) {
  auto trie = std::make_unique<sarai_token_trie>();
  std::fill(std::begin(trie->roots), std::end(trie->roots), UINT32_MAX);
  std::fill(std::begin(trie->single), std::end(trie->single), -1);
  trie->ends.assign(ends, ends + end_count);
  trie->pieces.resize(static_cast<size_t>(count));
  std::vector<int32_t> order;
  for (int32_t token = 0; token < count; token++) {
    const uint64_t size = offsets[token + 1] - offsets[token];
    if (size == 0 || size > UINT16_MAX) continue;
    trie->pieces[static_cast<size_t>(token)].assign(
        reinterpret_cast<const char *>(bytes) + offsets[token], static_cast<size_t>(size));
    trie->longest = std::max(trie->longest, static_cast<int32_t>(size));
    order.push_back(token);
  }
  const auto &pieces = trie->pieces;
  // Of equal tokens the one with the lower number comes first.
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    const int difference = pieces[static_cast<size_t>(a)].compare(pieces[static_cast<size_t>(b)]);
    return difference != 0 ? difference < 0 : a < b;
  });
  std::vector<uint32_t> open;
  std::string path;
  for (const int32_t token : order) {
    const std::string &piece = pieces[static_cast<size_t>(token)];
    size_t common = 0;
    while (common < path.size() && common < piece.size() && path[common] == piece[common]) common++;
    while (open.size() > common) {
      trie->past[open.back()] = static_cast<uint32_t>(trie->byte.size());
      open.pop_back();
    }
    for (size_t i = common; i < piece.size(); i++) {
      const auto node = static_cast<uint32_t>(trie->byte.size());
      const auto value = static_cast<uint8_t>(piece[i]);
      if (i == 0) trie->roots[value] = node;
      trie->byte.push_back(value);
      trie->depth.push_back(static_cast<uint16_t>(i));
      trie->past.push_back(0);
      trie->first_token.push_back(static_cast<uint32_t>(trie->tokens.size()));
      open.push_back(node);
    }
    trie->tokens.push_back(token);
    if (piece.size() == 1 && trie->single[static_cast<uint8_t>(piece[0])] < 0) {
      trie->single[static_cast<uint8_t>(piece[0])] = token;
    }
    path = piece;
  }
  for (const uint32_t node : open) trie->past[node] = static_cast<uint32_t>(trie->byte.size());
  trie->first_token.push_back(static_cast<uint32_t>(trie->tokens.size()));
  return trie;
}

bool sarai_token_trie::spell(const std::string &text, std::vector<int32_t> &result) const {
  constexpr uint32_t never = UINT32_MAX;
  std::vector<uint32_t> fewest(text.size() + 1, never);
  std::vector<int32_t> choice(text.size() + 1, -1);
  fewest[text.size()] = 0;
  for (size_t i = text.size(); i-- > 0;) {
    uint32_t node = roots[static_cast<uint8_t>(text[i])];
    for (size_t end = i + 1; node != UINT32_MAX; end++) {
      if (first_token[node] < first_token[node + 1] && fewest[end] != never && fewest[end] + 1 <= fewest[i]) {
        fewest[i] = fewest[end] + 1;
        choice[i] = tokens[first_token[node]];
      }
      if (end == text.size()) break;
      node = child(node, static_cast<uint8_t>(text[end]));
    }
  }
  if (fewest[0] == never) return false;
  result.clear();
  for (size_t i = 0; i < text.size(); i += pieces[static_cast<size_t>(choice[i])].size()) result.push_back(choice[i]);
  return true;
}

sarai_token_trie *sarai_trie_create(
    const uint8_t *bytes, const uint64_t *offsets, int32_t count, const int32_t *ends, int32_t end_count) {
  try {
    return make_trie(bytes, offsets, count, ends, end_count).release();
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

void sarai_trie_free(sarai_token_trie *trie) { delete trie; }

int32_t sarai_trie_longest(const sarai_token_trie *trie) { return trie->longest; }

int32_t sarai_trie_spell(
    const sarai_token_trie *trie, const uint8_t *bytes, size_t size, int32_t *tokens, int32_t capacity) {
  try {
    std::vector<int32_t> spelt;
    if (!trie->spell(std::string(reinterpret_cast<const char *>(bytes), size), spelt)) return -1;
    if (spelt.size() > static_cast<size_t>(capacity)) return -1;
    std::copy(spelt.begin(), spelt.end(), tokens);
    return static_cast<int32_t>(spelt.size());
  } catch (const std::bad_alloc &) {
    return -1;
  }
}
