#pragma once

#include "trie.h"

#include <mutex>
#include <unordered_map>
#include <vector>

namespace sarai {

// A step took more work than it may.
struct too_ambiguous {};

// Numbers that were seen since it was last emptied; emptying costs nothing.
class seen_set {
 public:
  void clear();
  // Whether it is new.
  bool insert(uint64_t key);

 private:
  void grow();
  std::vector<uint64_t> keys;
  std::vector<uint32_t> stamps;
  uint32_t now = 0;
  size_t count = 0;
};

// The top of a stack: where the program goes on, and the stack below.
struct stack_node {
  // An instruction, or behind the last one a byte state in the middle of a character.
  uint32_t code;
  uint32_t parent;
  // What the shortest way to the text's end costs, in bytes; see `cost_of`.
  uint32_t rest;
};

}  // namespace sarai

// The program, and what was worked out of it so far. Everything but `guard` is touched under it.
struct sarai_automaton {
  sarai_automaton(const sarai_token_trie *trie, const sarai_program &program);

  static constexpr int32_t dead = -1;
  // Where no text ends: what has to come has no end, or one too far away to be meant.
  static constexpr uint32_t endless = 1u << 30;

  std::mutex guard;
  const sarai_token_trie *const trie;
  std::vector<sarai_matcher *> matchers;

  bool has_texts() const { return fewest[start_at] < endless; }
  int32_t start();
  int32_t step(int32_t state, uint8_t byte);
  // The state after all bytes of a token, `dead` where it may not come.
  int32_t step(int32_t state, int32_t token);
  const std::vector<uint64_t> &mask(int32_t state);
  bool may_end(int32_t state) const;
  bool must_end(int32_t state) const { return may_end(state) && size_of(state) == 1; }
  // The one byte that may come, -1 where there is a choice or the text may end.
  int forced_byte(int32_t state) const;
  uint32_t rest(int32_t state) const;
  // The shortest way to the end, at most `limit` bytes of it; false where it is longer.
  bool shortest(int32_t state, size_t limit, std::string &text) const;
  // Every call from outside begins with the same allowance of work, and with room for it.
  void begin_work();

 private:
  bool is_crowded(size_t room) const;
  // Forgets what no matcher stands on.
  void collect();
  void find_byte_classes();
  void find_costs();
  uint32_t cost_of(uint8_t byte) const;
  uint32_t cost_after(uint32_t instruction) const;
  uint32_t past_jumps(uint32_t instruction) const;
  uint32_t intern(uint32_t code, uint32_t parent);
  uint32_t continuation(uint32_t instruction, uint32_t parent);
  void add(uint32_t code, uint32_t parent);
  void follow(uint32_t instruction, uint32_t parent);
  void leave(uint32_t parent);
  void read(uint32_t node, uint8_t byte);
  int32_t finish_state();
  void spend(size_t amount);
  void grow_nodes();
  bool precedes(uint32_t a, uint32_t b) const;
  size_t size_of(int32_t state) const { return state_starts[size_t(state) + 1] - state_starts[size_t(state)]; }
  const uint32_t *nodes_of(int32_t state) const { return members.data() + state_starts[size_t(state)]; }

  std::vector<sarai_instruction> program;
  uint32_t start_at;
  std::vector<sarai_byte_range> ranges;
  std::vector<uint32_t> range_starts;
  // By instruction: the cost of the shortest way to its rule's end.
  std::vector<uint32_t> fewest;
  // By byte state: the cost of the cheapest rest of the character, its first byte, and where that leads.
  std::vector<uint32_t> fewest_in_character;
  std::vector<uint8_t> best_byte;
  std::vector<int32_t> best_next;
  uint8_t byte_class[256];
  uint32_t class_count = 1;

  // Node 0 is the empty stack: the text's end.
  std::vector<sarai::stack_node> nodes;
  std::vector<uint32_t> node_slots;
  // The nodes of a state, ascending.
  std::vector<uint32_t> members;
  std::vector<uint32_t> state_starts;
  std::unordered_multimap<uint64_t, int32_t> states_by_hash;
  // By state and class of byte.
  std::vector<int32_t> steps;
  std::unordered_map<int32_t, std::vector<uint64_t>> masks;
  int32_t first_state = -2;

  // Of the step at hand.
  sarai::seen_set seen;
  std::vector<std::pair<uint32_t, uint32_t>> pending;
  std::vector<uint32_t> gathered;
  std::vector<int32_t> path;
  size_t work = 0;
  size_t room = 1;
};

struct sarai_matcher {
  sarai_automaton *automaton;
  // The states after the last tokens, the present one last.
  std::vector<int32_t> history;
  sarai_match_status failure = SARAI_MATCH_OK;
};
