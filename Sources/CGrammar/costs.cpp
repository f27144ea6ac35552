// The program, and the shortest way through it to the text's end.
#include "automaton.h"

#include <algorithm>
#include <queue>

namespace {

// What is better to read where any of several bytes would do.
int appeal(int byte) {
  if (byte >= 'a' && byte <= 'z') return 0;
  if (byte >= '0' && byte <= '9') return 1;
  if (byte >= 'A' && byte <= 'Z') return 2;
  return byte > 0x20 && byte < 0x7F ? 3 : 4;
}

}  // namespace

// ---- The program ----

sarai_automaton::sarai_automaton(const sarai_token_trie *trie, const sarai_program &given)
    : trie(trie),
      program(given.instructions, given.instructions + given.count),
      start_at(given.start),
      ranges(given.ranges, given.ranges + given.range_starts[given.byte_state_count]),
      range_starts(given.range_starts, given.range_starts + given.byte_state_count + 1) {
  find_byte_classes();
  find_costs();
  nodes.push_back({UINT32_MAX, 0, 0});
  state_starts.push_back(0);
  seen.clear();
}

// Bytes that no instruction tells apart share their steps.
void sarai_automaton::find_byte_classes() {
  bool begins[257] = {true};
  for (const auto &instruction : program) {
    if (instruction.operation != SARAI_READ_BYTE) continue;
    begins[instruction.first] = begins[instruction.first + 1] = true;
  }
  for (const auto &range : ranges) begins[range.low] = begins[range.high + 1] = true;
  class_count = 0;
  for (int byte = 0; byte < 256; byte++) {
    if (begins[byte]) class_count++;
    byte_class[byte] = static_cast<uint8_t>(class_count - 1);
  }
}

// A byte that is no token by itself may still be part of one; it is avoided where there is another way.
uint32_t sarai_automaton::cost_of(uint8_t byte) const { return trie->single[byte] >= 0 ? 1 : 1u << 12; }

// Shortest ways through all rules at once, the cheapest first: a call needs two of them, so this is Knuth's
// generalisation of Dijkstra's method.
void sarai_automaton::find_costs() {
  const size_t states = range_starts.size() - 1;
  fewest_in_character.assign(states, endless);
  best_byte.assign(states, 0);
  best_next.assign(states, -1);
  for (size_t state = 0; state < states; state++) {
    int best_appeal = 0;
    for (uint32_t i = range_starts[state]; i < range_starts[state + 1]; i++) {
      const uint32_t after = ranges[i].next < 0 ? 0 : fewest_in_character[size_t(ranges[i].next)];
      for (int byte = ranges[i].low; byte <= ranges[i].high && after < endless; byte++) {
        const uint32_t cost = cost_of(uint8_t(byte)) + after;
        if (cost > fewest_in_character[state]) continue;
        if (cost == fewest_in_character[state] && appeal(byte) >= best_appeal) continue;
        fewest_in_character[state] = cost;
        best_appeal = appeal(byte);
        best_byte[state] = uint8_t(byte);
        best_next[state] = ranges[i].next;
      }
    }
  }

  std::vector<std::pair<uint32_t, uint32_t>> uses;  // what is used, and by which instruction
  for (uint32_t at = 0; at < program.size(); at++) {
    const auto &one = program[at];
    if (one.operation <= SARAI_CALL) uses.push_back({at + 1, at});
    if (one.operation >= SARAI_CALL && one.operation <= SARAI_JUMP) uses.push_back({one.first, at});
    if (one.operation == SARAI_SPLIT) uses.push_back({one.second, at});
  }
  std::sort(uses.begin(), uses.end());
  fewest.assign(program.size(), endless);
  using entry = std::pair<uint32_t, uint32_t>;
  std::priority_queue<entry, std::vector<entry>, std::greater<entry>> queue;
  for (uint32_t at = 0; at < program.size(); at++) {
    if (program[at].operation == SARAI_RETURN) queue.push({0, at});
  }
  while (!queue.empty()) {
    const auto [cost, at] = queue.top();
    queue.pop();
    if (fewest[at] != endless) continue;
    fewest[at] = cost;
    for (auto use = std::lower_bound(uses.begin(), uses.end(), entry(at, 0));
         use != uses.end() && use->first == at; ++use) {
      const uint32_t user = use->second;
      if (fewest[user] != endless) continue;
      const uint32_t through = cost_after(user);
      if (through < endless) queue.push({through, user});
    }
  }
}

uint32_t sarai_automaton::cost_after(uint32_t at) const {
  const auto &one = program[at];
  uint64_t cost = 0;
  switch (one.operation) {
    case SARAI_READ_BYTE: cost = uint64_t(cost_of(uint8_t(one.first))) + fewest[at + 1]; break;
    case SARAI_READ_SET: cost = uint64_t(fewest_in_character[one.first]) + fewest[at + 1]; break;
    case SARAI_CALL: cost = uint64_t(fewest[one.first]) + fewest[at + 1]; break;
    case SARAI_SPLIT: cost = std::min(fewest[one.first], fewest[one.second]); break;
    case SARAI_JUMP: cost = fewest[one.first]; break;
    default: break;
  }
  return cost < endless ? uint32_t(cost) : endless;
}

// ---- The shortest end ----

uint32_t sarai_automaton::rest(int32_t state) const {
  uint32_t least = endless;
  for (size_t i = 0; i < size_of(state); i++) least = std::min(least, nodes[nodes_of(state)[i]].rest);
  return least;
}

// An order of stacks that does not depend on the order in which they were met.
bool sarai_automaton::precedes(uint32_t a, uint32_t b) const {
  for (; a != b; a = nodes[a].parent, b = nodes[b].parent) {
    if (nodes[a].code != nodes[b].code) return nodes[a].code < nodes[b].code;
  }
  return false;
}

bool sarai_automaton::shortest(int32_t state, size_t limit, std::string &text) const {
  text.clear();
  uint32_t best = nodes_of(state)[0];
  for (size_t i = 1; i < size_of(state); i++) {
    const uint32_t other = nodes_of(state)[i];
    if (nodes[other].rest < nodes[best].rest || (nodes[other].rest == nodes[best].rest && precedes(other, best))) {
      best = other;
    }
  }
  if (nodes[best].rest >= endless) return false;
  std::vector<uint32_t> calls;
  uint32_t below = best;
  uint32_t code = UINT32_MAX;
  const auto read_character = [&](int32_t inside) {
    while (inside >= 0) {
      text.push_back(char(best_byte[size_t(inside)]));
      inside = best_next[size_t(inside)];
    }
  };
  while (text.size() <= limit) {
    if (code == UINT32_MAX) {
      // Back from where something was called, or from the character that the text stands in.
      if (!calls.empty()) {
        code = calls.back();
        calls.pop_back();
      } else if (below == 0) {
        return true;
      } else {
        code = nodes[below].code;
        below = nodes[below].parent;
      }
    }
    if (code >= program.size()) {
      read_character(int32_t(code - program.size()));
      code = UINT32_MAX;
      continue;
    }
    const auto &one = program[code];
    switch (one.operation) {
      case SARAI_READ_BYTE: text.push_back(char(one.first)); code++; break;
      case SARAI_READ_SET: read_character(int32_t(one.first)); code++; break;
      case SARAI_CALL: calls.push_back(code + 1); code = one.first; break;
      case SARAI_SPLIT: code = fewest[one.first] <= fewest[one.second] ? one.first : one.second; break;
      case SARAI_JUMP: code = one.first; break;
      default: code = UINT32_MAX;
    }
  }
  return false;
}
