#pragma once

#include "CGrammar.h"

#include <string>
#include <vector>

// The nodes stand in the order in which a walk meets them: a node's children follow it, and `past` is where the walk goes
// on without them.
struct sarai_token_trie {
  std::vector<uint8_t> byte;
  // Bytes before the node's own.
  std::vector<uint16_t> depth;
  std::vector<uint32_t> past;
  // The tokens of node n are tokens[first_token[n]] up to tokens[first_token[n + 1]].
  std::vector<uint32_t> first_token;
  std::vector<int32_t> tokens;
  // The node of each first byte, UINT32_MAX where no token begins so.
  uint32_t roots[256];
  // A token of just this byte, -1 where there is none.
  int32_t single[256];
  std::vector<int32_t> ends;
  std::vector<std::string> pieces;
  int32_t longest = 0;

  // The child of `node` for a byte, UINT32_MAX where there is none.
  uint32_t child(uint32_t node, uint8_t value) const {
    for (uint32_t next = node + 1; next < past[node]; next = past[next]) {
      if (byte[next] == value) return next;
      if (byte[next] > value) break;
    }
    return UINT32_MAX;
  }

  // As few tokens as spell the text, the longer ones first; false where nothing does.
  bool spell(const std::string &text, std::vector<int32_t> &result) const;
};
