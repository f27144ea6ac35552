#include "guard.h"
#include "handles.h"

#include <ggml.h>
#include <malloc.h>
#if __has_include(<sarai-llama.h>)
#include <sarai-llama.h>
#else
#define SARAI_LLAMA_PATCHES "unknown"
#endif

#include <climits>
#include <cstring>
#include <string>

using sarai::guarded;
using sarai::report;

namespace {

sarai_log_sink log_sink = nullptr;

void forward_log(ggml_log_level level, const char *text, void *) {
  if (log_sink && text) log_sink(static_cast<int>(level), text);
}

bool is_token(const sarai_model *model, int32_t token) {
  return token >= 0 && token < llama_vocab_n_tokens(model->vocabulary);
}

bool has_attribute(const sarai_model *model, int32_t token, int attribute) noexcept {
  return is_token(model, token) && (llama_vocab_get_attr(model->vocabulary, token) & attribute) != 0;
}

}  // namespace

void sarai_library_start(sarai_log_sink sink) {
  log_sink = sink;
  // Saved states are tens of megabytes: mapped apart, they go back to the system as soon as they are freed. Without a
  // fixed threshold the first of them would teach the allocator to keep the next.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  llama_log_set(forward_log, nullptr);
  guarded(nullptr, 0, [] {
    llama_backend_init();
    return 0;
  });
}

const char *sarai_library_build(void) {
  static const std::string build =
      std::string(llama_version()) + "-" + ggml_version() + "-" + ggml_commit() + "-" + SARAI_LLAMA_PATCHES;
  return build.c_str();
}

sarai_flag *sarai_flag_create(void) { return new (std::nothrow) sarai_flag; }
void sarai_flag_raise(sarai_flag *flag) { flag->raised.store(true, std::memory_order_relaxed); }
bool sarai_flag_is_raised(const sarai_flag *flag) { return flag->raised.load(std::memory_order_relaxed); }
void sarai_flag_free(sarai_flag *flag) { delete flag; }

sarai_model *sarai_model_load(const char *path, bool extra_buffers, sarai_fault *fault) {
  return guarded(fault, static_cast<sarai_model *>(nullptr), [&]() -> sarai_model * {
    llama_model_params parameters = llama_model_default_params();
    parameters.load_mode = LLAMA_LOAD_MODE_MMAP;
    parameters.use_extra_bufts = extra_buffers;
    llama_model *model = llama_model_load_from_file(path, parameters);
    if (!model) {
      report(fault, "libllama refused the file");
      return nullptr;
    }
    return new sarai_model{model, llama_model_get_vocab(model)};
  });
}

void sarai_model_free(sarai_model *model) {
  if (!model) return;
  llama_model_free(model->model);
  delete model;
}

sarai_model_facts sarai_model_describe(const sarai_model *model) {
  const llama_model *m = model->model;
  const llama_vocab *v = model->vocabulary;
  sarai_model_facts facts = {};
  facts.vocabulary_size = llama_vocab_n_tokens(v);
  facts.trained_context_tokens = llama_model_n_ctx_train(m);
  facts.embedding_dimensions = llama_model_n_embd_out(m);
  facts.attention_window_tokens = llama_model_n_swa(m);
  facts.bos = llama_vocab_bos(v);
  facts.eos = llama_vocab_eos(v);
  facts.adds_bos = llama_vocab_get_add_bos(v);
  facts.adds_eos = llama_vocab_get_add_eos(v);
  facts.has_encoder = llama_model_has_encoder(m);
  facts.has_decoder = llama_model_has_decoder(m);
  facts.is_recurrent = llama_model_is_recurrent(m) || llama_model_is_hybrid(m);
  facts.weight_bytes = llama_model_size(m);
  return facts;
}

int32_t sarai_model_metadata(const sarai_model *model, const char *key, char *buffer, size_t capacity) {
  return guarded(nullptr, -1, [&] { return llama_model_meta_val_str(model->model, key, buffer, capacity); });
}

const char *sarai_model_template(const sarai_model *model) {
  return guarded(nullptr, static_cast<const char *>(nullptr), [&] {
    return llama_model_chat_template(model->model, nullptr);
  });
}

sarai_token_kind sarai_token_kind_of(const sarai_model *model, int32_t token) {
  // What libllama itself reads only where asked to parse special tokens.
  return has_attribute(model, token, LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_UNKNOWN) ? SARAI_TOKEN_CONTROL
                                                                                        : SARAI_TOKEN_ORDINARY;
}

bool sarai_token_ends_generation(const sarai_model *model, int32_t token) {
  return is_token(model, token) && llama_vocab_is_eog(model->vocabulary, token);
}

bool sarai_token_strips_left(const sarai_model *model, int32_t token) {
  return has_attribute(model, token, LLAMA_TOKEN_ATTR_LSTRIP);
}

bool sarai_token_strips_right(const sarai_model *model, int32_t token) {
  return has_attribute(model, token, LLAMA_TOKEN_ATTR_RSTRIP);
}

const char *sarai_token_text(const sarai_model *model, int32_t token) {
  return is_token(model, token) ? llama_vocab_get_text(model->vocabulary, token) : nullptr;
}

int32_t sarai_token_piece(const sarai_model *model, int32_t token, char *buffer, int32_t capacity) {
  if (!is_token(model, token)) return 0;
  return guarded(nullptr, 0, [&] {
    return llama_token_to_piece(model->vocabulary, token, buffer, capacity, 0, /* special */ false);
  });
}

int64_t sarai_tokenize(
    const sarai_model *model, sarai_bytes text, bool add_special, bool parse_special, int32_t *tokens,
    int64_t capacity, sarai_fault *fault) {
  return guarded(fault, int64_t{-1}, [&]() -> int64_t {
    if (text.size > INT32_MAX || capacity > INT32_MAX) {
      report(fault, "text too long to tokenize");
      return -1;
    }
    const int32_t count = llama_tokenize(
        model->vocabulary, text.data, static_cast<int32_t>(text.size), tokens, static_cast<int32_t>(capacity),
        add_special, parse_special);
    if (count == INT32_MIN) {
      report(fault, "text too long to tokenize");
      return -1;
    }
    // A negative count says how many tokens there would be.
    return count < 0 ? -static_cast<int64_t>(count) : count;
  });
}
