#include "automaton.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <new>

namespace {

// Tokens that can be taken back.
constexpr size_t window = 64;
// Bytes; no context has room for more.
constexpr size_t longest_closing = 1 << 20;

// Runs `body` under the automaton's guard; what it throws becomes the matcher's failure and the value `otherwise`.
template <typename Body, typename Value>
auto guarded(sarai_matcher *matcher, Value otherwise, Body body) noexcept -> decltype(body()) {
  try {
    const std::lock_guard<std::mutex> lock(matcher->automaton->guard);
    matcher->automaton->begin_work();
    return body();
  } catch (const sarai::too_ambiguous &) {
    matcher->failure = SARAI_MATCH_TOO_AMBIGUOUS;
  } catch (...) {
    matcher->failure = SARAI_MATCH_OUT_OF_MEMORY;
  }
  return otherwise;
}

}  // namespace

sarai_automaton *sarai_automaton_create(const sarai_token_trie *trie, const sarai_program *program) {
  try {
    return new sarai_automaton(trie, *program);
  } catch (...) {
    return nullptr;
  }
}

void sarai_automaton_free(sarai_automaton *automaton) { delete automaton; }

bool sarai_automaton_has_texts(const sarai_automaton *automaton) { return automaton->has_texts(); }

sarai_matcher *sarai_matcher_create(sarai_automaton *automaton) {
  try {
    auto matcher = std::make_unique<sarai_matcher>();
    matcher->automaton = automaton;
    const std::lock_guard<std::mutex> lock(automaton->guard);
    automaton->begin_work();
    const int32_t start = automaton->start();
    if (start == sarai_automaton::dead) return nullptr;
    matcher->history.reserve(2 * window + 1);
    matcher->history.push_back(start);
    automaton->matchers.push_back(matcher.get());
    return matcher.release();
  } catch (...) {
    return nullptr;
  }
}

void sarai_matcher_free(sarai_matcher *matcher) {
  if (!matcher) return;
  {
    const std::lock_guard<std::mutex> lock(matcher->automaton->guard);
    auto &all = matcher->automaton->matchers;
    all.erase(std::remove(all.begin(), all.end(), matcher), all.end());
  }
  delete matcher;
}

bool sarai_matcher_allows(sarai_matcher *matcher, int32_t token) {
  if (matcher->failure != SARAI_MATCH_OK) return false;
  return guarded(matcher, false, [&] {
    auto &automaton = *matcher->automaton;
    const int32_t state = matcher->history.back();
    const auto &ends = automaton.trie->ends;
    if (std::find(ends.begin(), ends.end(), token) != ends.end()) return automaton.may_end(state);
    return automaton.step(state, token) != sarai_automaton::dead;
  });
}

sarai_match_status sarai_matcher_mask(sarai_matcher *matcher, float *logits, size_t count) {
  if (matcher->failure != SARAI_MATCH_OK) return matcher->failure;
  const bool done = guarded(matcher, false, [&] {
    const auto &bits = matcher->automaton->mask(matcher->history.back());
    for (size_t word = 0; word * 64 < count; word++) {
      const uint64_t allowed = word < bits.size() ? bits[word] : 0;
      if (allowed == UINT64_MAX) continue;
      const size_t end = std::min(count, word * 64 + 64);
      for (size_t token = word * 64; token < end; token++) {
        if (!(allowed >> (token % 64) & 1)) logits[token] = -std::numeric_limits<float>::infinity();
      }
    }
    return true;
  });
  return done ? SARAI_MATCH_OK : matcher->failure;
}

sarai_match_status sarai_matcher_accept(sarai_matcher *matcher, int32_t token) {
  if (matcher->failure != SARAI_MATCH_OK) return matcher->failure;
  const auto status = guarded(matcher, SARAI_MATCH_REFUSED, [&] {
    auto &automaton = *matcher->automaton;
    auto &history = matcher->history;
    const int32_t next = automaton.step(history.back(), token);
    if (next == sarai_automaton::dead) return SARAI_MATCH_REFUSED;
    if (history.size() > 2 * window) history.erase(history.begin(), history.end() - ptrdiff_t(window + 1));
    history.push_back(next);
    return SARAI_MATCH_OK;
  });
  return matcher->failure != SARAI_MATCH_OK ? matcher->failure : status;
}

int32_t sarai_matcher_history(const sarai_matcher *matcher) { return int32_t(matcher->history.size()) - 1; }

bool sarai_matcher_rollback(sarai_matcher *matcher, int32_t count) {
  return guarded(matcher, false, [&] {
    if (count < 0 || size_t(count) >= matcher->history.size()) return false;
    matcher->history.resize(matcher->history.size() - size_t(count));
    return true;
  });
}

bool sarai_matcher_may_end(sarai_matcher *matcher) {
  return guarded(matcher, false, [&] { return matcher->automaton->may_end(matcher->history.back()); });
}

bool sarai_matcher_must_end(sarai_matcher *matcher) {
  return guarded(matcher, false, [&] { return matcher->automaton->must_end(matcher->history.back()); });
}

int32_t sarai_matcher_forced(sarai_matcher *matcher, uint8_t *bytes, int32_t capacity) {
  if (matcher->failure != SARAI_MATCH_OK) return 0;
  return guarded(matcher, 0, [&] {
    auto &automaton = *matcher->automaton;
    int32_t state = matcher->history.back();
    int32_t count = 0;
    for (; count < capacity; count++) {
      const int byte = automaton.forced_byte(state);
      if (byte < 0) break;
      bytes[count] = uint8_t(byte);
      state = automaton.step(state, uint8_t(byte));
      if (state == sarai_automaton::dead) break;
    }
    return count;
  });
}

int32_t sarai_matcher_closing(sarai_matcher *matcher, int32_t *tokens, int32_t limit) {
  if (matcher->failure != SARAI_MATCH_OK || limit < 0) return -1;
  return guarded(matcher, -1, [&] {
    const auto &automaton = *matcher->automaton;
    const size_t most = std::min(size_t(limit) * size_t(automaton.trie->longest), longest_closing);
    std::string text;
    if (!automaton.shortest(matcher->history.back(), most, text)) return -1;
    std::vector<int32_t> spelt;
    if (!text.empty() && !automaton.trie->spell(text, spelt)) return -1;
    if (spelt.size() > size_t(limit)) return -1;
    if (tokens) std::copy(spelt.begin(), spelt.end(), tokens);
    return int32_t(spelt.size());
  });
}
