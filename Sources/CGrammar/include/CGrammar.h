// Texts of a grammar, byte by byte: which tokens may come next, what must come, and how to end soonest.
//
// A grammar is a program of a machine with a stack. Its states (sets of stacks) are numbered as they are met, and so are
// the steps between them: what was once worked out is looked up. One automaton may be shared by any number of matchers
// and threads; a matcher belongs to one thread at a time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sarai_token_trie sarai_token_trie;
typedef struct sarai_automaton sarai_automaton;
typedef struct sarai_matcher sarai_matcher;

typedef enum sarai_match_status {
  SARAI_MATCH_OK = 0,
  // The token may not come here.
  SARAI_MATCH_REFUSED = 1,
  // The grammar is so ambiguous that a step takes more work than it may.
  SARAI_MATCH_TOO_AMBIGUOUS = 2,
  SARAI_MATCH_OUT_OF_MEMORY = 3,
} sarai_match_status;

// ---- The tokens of a model, by their beginnings ----

// Token t is bytes[offsets[t]] up to bytes[offsets[t + 1]]; one without bytes never comes. `ends` are the tokens that end
// a text; they should have no bytes. NULL where there is no memory.
sarai_token_trie *sarai_trie_create(
  const uint8_t *bytes, const uint64_t *offsets, int32_t count, const int32_t *ends, int32_t end_count);
void sarai_trie_free(sarai_token_trie *trie);
// The bytes of the longest token.
int32_t sarai_trie_longest(const sarai_token_trie *trie);

// ---- Programs ----

typedef enum sarai_operation {
  // Reads the byte `first`.
  SARAI_READ_BYTE = 0,
  // Reads a character from the byte state `first` on.
  SARAI_READ_SET = 1,
  // Goes on at `first`, and after its return behind this instruction.
  SARAI_CALL = 2,
  // Goes on at `first` and at `second`.
  SARAI_SPLIT = 3,
  SARAI_JUMP = 4,
  // The text ends where nothing was called.
  SARAI_RETURN = 5,
} sarai_operation;

typedef struct sarai_instruction {
  uint32_t operation;
  uint32_t first;
  uint32_t second;
} sarai_instruction;

// Bytes low…high lead to the byte state `next`; -1 is the character's end.
typedef struct sarai_byte_range {
  uint8_t low;
  uint8_t high;
  int32_t next;
} sarai_byte_range;

// Trusted: indices are in range, states follow those that they lead to, and no loop reads nothing.
typedef struct sarai_program {
  const sarai_instruction *instructions;
  uint32_t count;
  uint32_t start;
  const sarai_byte_range *ranges;
  // The ranges of byte state s are range_starts[s] up to range_starts[s + 1], ascending.
  const uint32_t *range_starts;
  uint32_t byte_state_count;
} sarai_program;

// Copies the program; the trie has to outlive it. NULL where there is no memory.
sarai_automaton *sarai_automaton_create(const sarai_token_trie *trie, const sarai_program *program);
// After its matchers.
void sarai_automaton_free(sarai_automaton *automaton);
// Whether any text obeys the program.
bool sarai_automaton_has_texts(const sarai_automaton *automaton);

// ---- Matchers ----

// At the beginning of a text. NULL where there is no memory or the beginning is too ambiguous.
sarai_matcher *sarai_matcher_create(sarai_automaton *automaton);
void sarai_matcher_free(sarai_matcher *matcher);

// After a failure other than SARAI_MATCH_REFUSED a matcher allows nothing more.
bool sarai_matcher_allows(sarai_matcher *matcher, int32_t token);
// Sets the values of all tokens that may not come next to minus infinity.
sarai_match_status sarai_matcher_mask(sarai_matcher *matcher, float *logits, size_t count);
sarai_match_status sarai_matcher_accept(sarai_matcher *matcher, int32_t token);
// How many accepted tokens can be taken back.
int32_t sarai_matcher_history(const sarai_matcher *matcher);
bool sarai_matcher_rollback(sarai_matcher *matcher, int32_t count);
// Whether the text may end here, and whether it must.
bool sarai_matcher_may_end(sarai_matcher *matcher);
bool sarai_matcher_must_end(sarai_matcher *matcher);
// The bytes that must come next, at most `capacity`. Returns their count.
int32_t sarai_matcher_forced(sarai_matcher *matcher, uint8_t *bytes, int32_t capacity);
// Tokens, at most `limit`, that end the text from here: as few as spell the fewest bytes that do. Returns their count,
// -1 where that takes more. `tokens` may be NULL, to learn the count.
int32_t sarai_matcher_closing(sarai_matcher *matcher, int32_t *tokens, int32_t limit);
// Tokens, as few as spell the bytes. Returns their count, -1 where the capacity or the vocabulary does not do.
int32_t sarai_trie_spell(
  const sarai_token_trie *trie, const uint8_t *bytes, size_t size, int32_t *tokens, int32_t capacity);

#ifdef __cplusplus
}
#endif
