#include "automaton.h"

#include <algorithm>
#include <tuple>

namespace {

constexpr int32_t unknown = -2;
// Nodes looked at in one call from outside: about a second.
constexpr size_t most_work = 10'000'000;
constexpr size_t most_members_of_state = 20'000;
// Beyond these, what no matcher stands on is forgotten.
constexpr size_t many_nodes = 1 << 18;
constexpr size_t many_members = 1 << 20;
constexpr size_t many_steps = 1 << 20;
// Beyond these, one call took more than it may.
constexpr size_t most_nodes = 1 << 22;
constexpr size_t most_members = 1 << 23;
constexpr size_t most_steps = 1 << 24;
constexpr size_t most_mask_bytes = 2 << 20;

uint64_t mixed(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53ULL;
  return value ^ (value >> 33);
}

uint64_t key_of(uint32_t code, uint32_t parent) { return uint64_t(code) << 32 | parent; }

}  // namespace

namespace sarai {

void seen_set::clear() {
  count = 0;
  if (++now != 0) return;
  std::fill(stamps.begin(), stamps.end(), 0);
  now = 1;
}

bool seen_set::insert(uint64_t key) {
  if (count * 2 >= keys.size()) grow();
  for (size_t slot = mixed(key) & (keys.size() - 1);; slot = (slot + 1) & (keys.size() - 1)) {
    if (stamps[slot] != now) {
      stamps[slot] = now;
      keys[slot] = key;
      count++;
      return true;
    }
    if (keys[slot] == key) return false;
  }
}

void seen_set::grow() {
  std::vector<uint64_t> kept;
  for (size_t slot = 0; slot < keys.size(); slot++) {
    if (stamps[slot] == now) kept.push_back(keys[slot]);
  }
  const size_t size = std::max<size_t>(256, keys.size() * 2);
  keys.assign(size, 0);
  stamps.assign(size, 0);
  now = 1;
  count = 0;
  for (const uint64_t key : kept) insert(key);
}

}  // namespace sarai

// ---- Stacks ----

void sarai_automaton::spend(size_t amount) {
  work += amount;
  if (work > most_work || nodes.size() > most_nodes || members.size() > most_members || steps.size() > most_steps) {
    throw sarai::too_ambiguous();
  }
}

uint32_t sarai_automaton::past_jumps(uint32_t at) const {
  while (program[at].operation == SARAI_JUMP) at = program[at].first;
  return at;
}

void sarai_automaton::grow_nodes() {
  node_slots.assign(std::max<size_t>(1024, node_slots.size() * 2), 0);
  for (uint32_t id = 1; id < nodes.size(); id++) {
    size_t slot = mixed(key_of(nodes[id].code, nodes[id].parent)) & (node_slots.size() - 1);
    while (node_slots[slot] != 0) slot = (slot + 1) & (node_slots.size() - 1);
    node_slots[slot] = id;
  }
}

uint32_t sarai_automaton::intern(uint32_t code, uint32_t parent) {
  if (nodes.size() * 2 >= node_slots.size()) grow_nodes();
  size_t slot = mixed(key_of(code, parent)) & (node_slots.size() - 1);
  for (; node_slots[slot] != 0; slot = (slot + 1) & (node_slots.size() - 1)) {
    const auto &node = nodes[node_slots[slot]];
    if (node.code == code && node.parent == parent) return node_slots[slot];
  }
  const uint32_t own = code < program.size() ? fewest[code] : fewest_in_character[code - program.size()];
  const uint32_t rest = std::min(own + nodes[parent].rest, endless);
  node_slots[slot] = uint32_t(nodes.size());
  nodes.push_back({code, parent, rest});
  return node_slots[slot];
}

// The stack on which what stands before `at` is read. Nothing is put on it for a return only, so that lists that are
// written as recursion take no room.
uint32_t sarai_automaton::continuation(uint32_t at, uint32_t parent) {
  at = past_jumps(at);
  return program[at].operation == SARAI_RETURN ? parent : intern(at, parent);
}

void sarai_automaton::add(uint32_t code, uint32_t parent) {
  if (seen.insert(key_of(code, parent))) gathered.push_back(intern(code, parent));
}

// Gathers all places from `at` on that read something.
void sarai_automaton::follow(uint32_t at, uint32_t parent) {
  pending.push_back({at, parent});
  while (!pending.empty()) {
    std::tie(at, parent) = pending.back();
    pending.pop_back();
    for (bool goes_on = true; goes_on;) {
      spend(1);
      if (fewest[at] >= endless) break;
      const auto &one = program[at];
      switch (one.operation) {
        case SARAI_JUMP: at = one.first; break;
        case SARAI_SPLIT:
          goes_on = seen.insert(key_of(at, parent));
          if (goes_on) pending.push_back({one.second, parent});
          at = one.first;
          break;
        case SARAI_CALL:
          goes_on = seen.insert(key_of(at, parent));
          if (goes_on) parent = continuation(at + 1, parent);
          at = one.first;
          break;
        case SARAI_RETURN:
          if (parent == 0) {
            if (seen.insert(key_of(UINT32_MAX, 0))) gathered.push_back(0);
            goes_on = false;
          } else {
            at = nodes[parent].code;
            parent = nodes[parent].parent;
          }
          break;
        default:
          add(at, parent);
          goes_on = false;
      }
    }
  }
}

// Goes on with the stack alone.
void sarai_automaton::leave(uint32_t parent) {
  if (parent != 0) return follow(nodes[parent].code, nodes[parent].parent);
  if (seen.insert(key_of(UINT32_MAX, 0))) gathered.push_back(0);
}

void sarai_automaton::read(uint32_t id, uint8_t byte) {
  const auto node = nodes[id];
  const bool is_inside = node.code >= program.size();
  if (!is_inside && program[node.code].operation == SARAI_READ_BYTE) {
    if (program[node.code].first == byte) follow(node.code + 1, node.parent);
    return;
  }
  const uint32_t state = is_inside ? uint32_t(node.code - program.size()) : program[node.code].first;
  const auto *begin = ranges.data() + range_starts[state];
  const auto *end = ranges.data() + range_starts[state + 1];
  const auto *range = std::lower_bound(begin, end, byte, [](const sarai_byte_range &range, uint8_t value) {
    return range.high < value;
  });
  if (range == end || byte < range->low) return;
  if (range->next < 0) {
    if (is_inside) return leave(node.parent);
    return follow(node.code + 1, node.parent);
  }
  if (fewest_in_character[size_t(range->next)] >= endless) return;
  const uint32_t parent = is_inside ? node.parent : continuation(node.code + 1, node.parent);
  add(uint32_t(program.size()) + uint32_t(range->next), parent);
}

// ---- States ----

int32_t sarai_automaton::finish_state() {
  if (gathered.empty()) return dead;
  if (gathered.size() > most_members_of_state) throw sarai::too_ambiguous();
  std::sort(gathered.begin(), gathered.end());
  uint64_t hash = gathered.size();
  for (const uint32_t id : gathered) hash = mixed(hash ^ id) + 0x9e3779b97f4a7c15ULL;
  const auto [first, last] = states_by_hash.equal_range(hash);
  for (auto known = first; known != last; ++known) {
    if (size_of(known->second) == gathered.size() &&
        std::equal(gathered.begin(), gathered.end(), nodes_of(known->second))) {
      return known->second;
    }
  }
  const auto state = static_cast<int32_t>(state_starts.size() - 1);
  members.insert(members.end(), gathered.begin(), gathered.end());
  state_starts.push_back(uint32_t(members.size()));
  steps.resize(steps.size() + class_count, unknown);
  states_by_hash.emplace(hash, state);
  return state;
}

int32_t sarai_automaton::start() {
  if (first_state == unknown) {
    seen.clear();
    gathered.clear();
    pending.clear();
    follow(start_at, 0);
    first_state = finish_state();
  }
  return first_state;
}

int32_t sarai_automaton::step(int32_t state, uint8_t byte) {
  const size_t slot = size_t(state) * class_count + byte_class[byte];
  if (steps[slot] != unknown) return steps[slot];
  seen.clear();
  gathered.clear();
  pending.clear();
  const size_t count = size_of(state);
  spend(count);
  // A new node may move the others, never the members of states.
  for (size_t i = 0; i < count; i++) {
    const uint32_t node = nodes_of(state)[i];
    if (node != 0) read(node, byte);
  }
  const int32_t next = finish_state();
  steps[slot] = next;
  return next;
}

int32_t sarai_automaton::step(int32_t state, int32_t token) {
  if (token < 0 || size_t(token) >= trie->pieces.size() || trie->pieces[size_t(token)].empty()) return dead;
  for (const char byte : trie->pieces[size_t(token)]) {
    state = step(state, uint8_t(byte));
    if (state == dead) break;
  }
  return state;
}

const std::vector<uint64_t> &sarai_automaton::mask(int32_t state) {
  const auto known = masks.find(state);
  if (known != masks.end()) return known->second;
  std::vector<uint64_t> bits((trie->pieces.size() + 63) / 64, 0);
  const auto allow = [&](int32_t token) { bits[size_t(token) / 64] |= 1ULL << (size_t(token) % 64); };
  if (may_end(state)) {
    for (const int32_t token : trie->ends) allow(token);
  }
  path.assign(size_t(trie->longest) + 1, dead);
  path[0] = state;
  const uint32_t count = uint32_t(trie->byte.size());
  for (uint32_t node = 0; node < count;) {
    const int32_t next = step(path[trie->depth[node]], trie->byte[node]);
    if (next == dead) {
      node = trie->past[node];
      continue;
    }
    path[size_t(trie->depth[node]) + 1] = next;
    for (uint32_t i = trie->first_token[node]; i < trie->first_token[node + 1]; i++) allow(trie->tokens[i]);
    node++;
  }
  if ((masks.size() + 1) * bits.size() * 8 > most_mask_bytes) masks.clear();
  return masks.emplace(state, std::move(bits)).first->second;
}

bool sarai_automaton::may_end(int32_t state) const { return nodes_of(state)[0] == 0; }

int sarai_automaton::forced_byte(int32_t state) const {
  int byte = -1;
  for (size_t i = 0; i < size_of(state); i++) {
    const uint32_t id = nodes_of(state)[i];
    if (id == 0) return -1;
    const uint32_t code = nodes[id].code;
    int own;
    if (code < program.size() && program[code].operation == SARAI_READ_BYTE) {
      own = int(program[code].first);
    } else {
      const uint32_t inside = code < program.size() ? program[code].first : uint32_t(code - program.size());
      const auto &range = ranges[range_starts[inside]];
      if (range_starts[inside + 1] - range_starts[inside] != 1 || range.low != range.high) return -1;
      own = range.low;
    }
    if (byte >= 0 && byte != own) return -1;
    byte = own;
  }
  return byte;
}

// ---- Forgetting ----

bool sarai_automaton::is_crowded(size_t room) const {
  return nodes.size() > many_nodes * room || members.size() > many_members * room || steps.size() > many_steps * room;
}

void sarai_automaton::collect() {
  std::vector<int32_t> kept;
  for (const auto *matcher : matchers) kept.insert(kept.end(), matcher->history.begin(), matcher->history.end());
  if (first_state >= 0) kept.push_back(first_state);
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());

  std::vector<uint32_t> moved(nodes.size(), UINT32_MAX);
  moved[0] = 0;
  for (const int32_t state : kept) {
    for (size_t i = 0; i < size_of(state); i++) {
      for (uint32_t id = nodes_of(state)[i]; moved[id] == UINT32_MAX; id = nodes[id].parent) moved[id] = 0;
    }
  }
  // A stack's parents were met before it, so they have moved when it does.
  std::vector<sarai::stack_node> left = {nodes[0]};
  for (uint32_t id = 1; id < nodes.size(); id++) {
    if (moved[id] == UINT32_MAX) continue;
    moved[id] = uint32_t(left.size());
    left.push_back({nodes[id].code, moved[nodes[id].parent], nodes[id].rest});
  }
  const std::vector<uint32_t> old_members = std::move(members);
  const std::vector<uint32_t> old_starts = std::move(state_starts);
  nodes = std::move(left);
  nodes.shrink_to_fit();
  node_slots.assign(1024, 0);
  while (nodes.size() * 2 >= node_slots.size()) node_slots.resize(node_slots.size() * 2, 0);
  grow_nodes();
  members = {};
  state_starts = {0};
  steps = {};
  states_by_hash.clear();
  masks.clear();
  std::unordered_map<int32_t, int32_t> places;
  for (const int32_t state : kept) {
    gathered.clear();
    for (uint32_t i = old_starts[size_t(state)]; i < old_starts[size_t(state) + 1]; i++) {
      gathered.push_back(moved[old_members[i]]);
    }
    places[state] = finish_state();
  }
  for (auto *matcher : matchers) {
    for (int32_t &state : matcher->history) state = places[state];
  }
  if (first_state >= 0) first_state = places[first_state];
  // Where most of it is still needed, forgetting again soon would take long and give nothing.
  room = 1;
  while (is_crowded(room) || 2 * nodes.size() > many_nodes * room) room *= 2;
}

void sarai_automaton::begin_work() {
  work = 0;
  if (is_crowded(room)) collect();
}
