#include "guard.h"
#include "handles.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using sarai::guarded;
using sarai::report;

// Which tokens are worth asking the grammar about. Whatever a grammar allows, it allows the beginning of; so a token
// whose beginning is a token that was refused is refused as well. Only tokens of whole characters count as beginnings:
// libllama's check of half a character is coarser than its check of the character.
struct sarai_vocabulary_index {
  // Tokens without a beginning that is a token.
  std::vector<int32_t> roots;
  // The children of token t are children[first_child[t]] up to children[first_child[t + 1]].
  std::vector<int32_t> first_child;
  std::vector<int32_t> children;
  std::vector<int32_t> ends;
  // Tokens that stand for text: no control tokens, none without bytes, none with a NUL or broken characters.
  std::vector<bool> is_text;
};

struct sarai_grammar {
  const sarai_vocabulary_index *index;
  llama_sampler *sampler;
  std::vector<llama_token_data> candidates;
  std::vector<int32_t> level;
  std::vector<bool> allowed;
  // After an exception libllama's state can't be used any more.
  bool failed;
};

namespace {

std::string piece_of(const sarai_model *model, int32_t token) {
  char small[64];
  int32_t length = llama_token_to_piece(model->vocabulary, token, small, sizeof small, 0, /* special */ false);
  if (length >= 0) return std::string(small, static_cast<size_t>(length));
  std::string piece(static_cast<size_t>(-length), '\0');
  length = llama_token_to_piece(
      model->vocabulary, token, piece.data(), static_cast<int32_t>(piece.size()), 0, /* special */ false);
  return length >= 0 ? piece : std::string();
}

// Whether the bytes can be part of a text: the rest of a character, characters, the beginning of one. libllama does not
// look into a token's characters.
bool is_part_of_utf8(std::string_view bytes) {
  size_t i = 0;
  while (i < bytes.size() && i < 3 && (static_cast<unsigned char>(bytes[i]) & 0xC0) == 0x80) i++;
  while (i < bytes.size()) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    if (length == 0) return false;
    for (size_t k = 1; k < length && i + k < bytes.size(); k++) {
      if ((static_cast<unsigned char>(bytes[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

bool is_whole_utf8(std::string_view bytes) {
  size_t i = 0;
  while (i < bytes.size()) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    if (length == 0 || i + length > bytes.size()) return false;
    for (size_t k = 1; k < length; k++) {
      if ((static_cast<unsigned char>(bytes[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

// Asks the grammar about the candidates: those that it refuses get a logit of minus infinity.
void apply(sarai_grammar *grammar) {
  llama_token_data_array array = {grammar->candidates.data(), grammar->candidates.size(), -1, false};
  llama_sampler_apply(grammar->sampler, &array);
}

template <typename Tokens>
void offer(sarai_grammar *grammar, const Tokens &tokens) {
  grammar->candidates.clear();
  for (const int32_t token : tokens) grammar->candidates.push_back({token, 0.0f, 0.0f});
}

bool any_allowed(const sarai_grammar *grammar) {
  return std::any_of(grammar->candidates.begin(), grammar->candidates.end(), [](const llama_token_data &candidate) {
    return candidate.logit == 0.0f;
  });
}

}  // namespace

sarai_vocabulary_index *sarai_vocabulary_index_create(const sarai_model *model, sarai_fault *fault) {
  return guarded(fault, static_cast<sarai_vocabulary_index *>(nullptr), [&] {
    auto index = std::make_unique<sarai_vocabulary_index>();
    const int32_t count = llama_vocab_n_tokens(model->vocabulary);
    std::vector<std::string> pieces(static_cast<size_t>(count));
    std::vector<int32_t> order;
    index->is_text.assign(static_cast<size_t>(count), false);
    for (int32_t token = 0; token < count; token++) {
      if (llama_vocab_is_eog(model->vocabulary, token)) {
        index->ends.push_back(token);
        continue;
      }
      std::string &piece = pieces[static_cast<size_t>(token)];
      piece = piece_of(model, token);
      if (piece.empty() || piece.find('\0') != std::string::npos || !is_part_of_utf8(piece)) continue;
      index->is_text[static_cast<size_t>(token)] = true;
      order.push_back(token);
    }
    auto bytes = [&](int32_t token) -> const std::string & { return pieces[static_cast<size_t>(token)]; };
    std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return bytes(a) < bytes(b); });

    std::vector<int32_t> parents(static_cast<size_t>(count), -1);
    std::vector<int32_t> open;
    index->first_child.assign(static_cast<size_t>(count) + 1, 0);
    for (const int32_t token : order) {
      while (!open.empty() && bytes(token).compare(0, bytes(open.back()).size(), bytes(open.back())) != 0) {
        open.pop_back();
      }
      if (open.empty()) {
        index->roots.push_back(token);
      } else {
        parents[static_cast<size_t>(token)] = open.back();
        index->first_child[static_cast<size_t>(open.back()) + 1]++;
      }
      if (is_whole_utf8(bytes(token))) open.push_back(token);
    }
    for (size_t i = 1; i < index->first_child.size(); i++) index->first_child[i] += index->first_child[i - 1];
    index->children.resize(static_cast<size_t>(index->first_child.back()));
    std::vector<int32_t> next(index->first_child.begin(), index->first_child.end() - 1);
    for (const int32_t token : order) {
      const int32_t parent = parents[static_cast<size_t>(token)];
      if (parent >= 0) index->children[static_cast<size_t>(next[static_cast<size_t>(parent)]++)] = token;
    }
    return index.release();
  });
}

void sarai_vocabulary_index_free(sarai_vocabulary_index *index) { delete index; }

sarai_grammar *sarai_grammar_parse(
    const sarai_model *model, const sarai_vocabulary_index *index, const char *gbnf, const char *root,
    sarai_fault *fault) {
  return guarded(fault, static_cast<sarai_grammar *>(nullptr), [&]() -> sarai_grammar * {
    // An empty text would be a grammar that allows everything.
    llama_sampler *sampler = *gbnf ? llama_sampler_init_grammar(model->vocabulary, gbnf, root) : nullptr;
    if (!sampler) {
      report(fault, "libllama refused the grammar");
      return nullptr;
    }
    return new sarai_grammar{index, sampler, {}, {}, {}, false};
  });
}

void sarai_grammar_free(sarai_grammar *grammar) {
  if (!grammar) return;
  guarded(nullptr, 0, [&] {
    llama_sampler_free(grammar->sampler);
    return 0;
  });
  delete grammar;
}

bool sarai_grammar_allows(sarai_grammar *grammar, int32_t token) {
  return guarded(nullptr, false, [&] {
    const auto &index = *grammar->index;
    if (grammar->failed || token < 0 || static_cast<size_t>(token) >= index.is_text.size()) return false;
    const bool ends = std::find(index.ends.begin(), index.ends.end(), token) != index.ends.end();
    if (!ends && !index.is_text[static_cast<size_t>(token)]) return false;
    grammar->candidates.assign(1, {token, 0.0f, 0.0f});
    apply(grammar);
    return any_allowed(grammar);
  });
}

sarai_status sarai_grammar_mask(sarai_grammar *grammar, float *logits, size_t count, sarai_fault *fault) {
  return guarded(fault, SARAI_FAILED, [&] {
    const auto &index = *grammar->index;
    if (grammar->failed || count != index.is_text.size()) {
      report(fault, "the grammar's state can't be used");
      return SARAI_FAILED;
    }
    grammar->allowed.assign(count, false);
    offer(grammar, index.ends);
    apply(grammar);
    for (const auto &candidate : grammar->candidates) {
      if (candidate.logit == 0.0f) grammar->allowed[static_cast<size_t>(candidate.id)] = true;
    }
    grammar->level = index.roots;
    while (!grammar->level.empty()) {
      offer(grammar, grammar->level);
      apply(grammar);
      grammar->level.clear();
      for (const auto &candidate : grammar->candidates) {
        if (candidate.logit != 0.0f) continue;
        const auto token = static_cast<size_t>(candidate.id);
        grammar->allowed[token] = true;
        grammar->level.insert(
            grammar->level.end(), index.children.begin() + index.first_child[token],
            index.children.begin() + index.first_child[token + 1]);
      }
    }
    for (size_t token = 0; token < count; token++) {
      if (!grammar->allowed[token]) logits[token] = -INFINITY;
    }
    return SARAI_OK;
  });
}

sarai_status sarai_grammar_accept(sarai_grammar *grammar, int32_t token, sarai_fault *fault) {
  const sarai_status status = guarded(fault, SARAI_FAILED, [&] {
    // The end of the text where it is not allowed ends the process, so it is never passed on.
    const auto &index = *grammar->index;
    if (grammar->failed || token < 0 || static_cast<size_t>(token) >= index.is_text.size() ||
        !index.is_text[static_cast<size_t>(token)]) {
      report(fault, "not a token of text");
      return SARAI_FAILED;
    }
    llama_sampler_accept(grammar->sampler, token);
    return SARAI_OK;
  });
  if (status != SARAI_OK) grammar->failed = true;
  return status;
}

bool sarai_grammar_is_complete(sarai_grammar *grammar) {
  return guarded(nullptr, false, [&] {
    const auto &index = *grammar->index;
    if (grammar->failed || index.ends.empty()) return false;
    grammar->candidates.assign(1, {index.ends.front(), 0.0f, 0.0f});
    apply(grammar);
    if (!any_allowed(grammar)) return false;
    offer(grammar, index.roots);
    apply(grammar);
    return !any_allowed(grammar);
  });
}
