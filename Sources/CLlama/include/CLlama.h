// libllama behind functions that never throw: each C++ exception becomes a status and a sentence.
//
// Pointers come from and go back to one thread; only the flag may be touched from any. Texts are bytes with a length,
// UTF-8, and may hold NUL.
#pragma once

#include <ggml.h>
#include <llama.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sarai_model sarai_model;
typedef struct sarai_context sarai_context;
typedef struct sarai_template sarai_template;
typedef struct sarai_flag sarai_flag;
typedef struct sarai_grammar sarai_grammar;
typedef struct sarai_vocabulary_index sarai_vocabulary_index;

typedef enum sarai_status {
  SARAI_OK = 0,
  SARAI_FAILED = 1,
  // The flag was raised while it computed.
  SARAI_CANCELLED = 2,
  SARAI_OUT_OF_MEMORY = 3,
} sarai_status;

// What went wrong, in English, for logs.
typedef struct sarai_fault {
  char message[512];
} sarai_fault;

typedef struct sarai_bytes {
  const char *data;
  size_t size;
} sarai_bytes;

// ---- The library ----

// Log levels are ggml's: 1 debug, 2 information, 3 warning, 4 error, 5 continues the line before.
typedef void (*sarai_log_sink)(int level, const char *text);

void sarai_library_start(sarai_log_sink sink);
// The release and commit of the library; owned by it.
const char *sarai_library_build(void);

// ---- The process ----

// Bytes that it has from the allocator.
uint64_t sarai_allocated_bytes(void);
// Gives memory that is free inside the allocator back to the system.
void sarai_memory_trim(void);
// Lets the process's address space grow by at most `bytes` from now on, so that an allocation without end fails in
// this process instead of taking the machine down. Returns what sarai_memory_unlimit takes to undo it.
uint64_t sarai_memory_limit(uint64_t bytes);
void sarai_memory_unlimit(uint64_t before);
// What tools show for the calling thread; at most 15 bytes.
void sarai_name_thread(const char *name);

// ---- A flag that one thread raises to stop what another computes ----

sarai_flag *sarai_flag_create(void);
void sarai_flag_raise(sarai_flag *flag);
bool sarai_flag_is_raised(const sarai_flag *flag);
void sarai_flag_free(sarai_flag *flag);

// ---- Models ----

typedef struct sarai_model_facts {
  int32_t vocabulary_size;
  int32_t trained_context_tokens;
  int32_t embedding_dimensions;
  // Width of the attention window in tokens; 0 where attention sees everything.
  int32_t attention_window_tokens;
  // Begin-of-text token, -1 where there is none.
  int32_t bos;
  int32_t eos;
  bool adds_bos;
  bool adds_eos;
  bool has_encoder;
  bool has_decoder;
  // Its memory is a running state: it can't be cut back to an earlier token.
  bool is_recurrent;
  uint64_t weight_bytes;
} sarai_model_facts;

// With `extra_buffers` weights may be repacked for the processor: a copy of them, and often faster.
sarai_model *sarai_model_load(const char *path, bool extra_buffers, sarai_fault *fault);
void sarai_model_free(sarai_model *model);
sarai_model_facts sarai_model_describe(const sarai_model *model);
// Copies a metadata value; returns its length without the NUL, -1 where the key is missing.
int32_t sarai_model_metadata(const sarai_model *model, const char *key, char *buffer, size_t capacity);
// The chat template in the model file, NULL where there is none; owned by the model.
const char *sarai_model_template(const sarai_model *model);

typedef enum sarai_token_kind {
  SARAI_TOKEN_ORDINARY = 0,
  // Takes part in the protocol between template and model: never read from users' text.
  SARAI_TOKEN_CONTROL = 1,
} sarai_token_kind;

sarai_token_kind sarai_token_kind_of(const sarai_model *model, int32_t token);
bool sarai_token_ends_generation(const sarai_model *model, int32_t token);
// Whether white space before / after the token belongs to it.
bool sarai_token_strips_left(const sarai_model *model, int32_t token);
bool sarai_token_strips_right(const sarai_model *model, int32_t token);
// The token as the vocabulary file writes it; owned by the model, NULL where there is none.
const char *sarai_token_text(const sarai_model *model, int32_t token);
// The bytes that the token stands for in generated text. Returns their count, negative when the buffer is too small.
int32_t sarai_token_piece(const sarai_model *model, int32_t token, char *buffer, int32_t capacity);

// Returns the number of tokens; when it exceeds the capacity nothing is written. -1 on failure.
int64_t sarai_tokenize(
  const sarai_model *model, sarai_bytes text, bool add_special, bool parse_special, int32_t *tokens, int64_t capacity,
  sarai_fault *fault);

// ---- Contexts: one sequence of tokens and what the model remembers of them ----

typedef struct sarai_context_parameters {
  uint32_t context_tokens;
  // Tokens computed in one go.
  uint32_t batch_tokens;
  int32_t threads;
  // Tokens of one batch whose logits can be read, at least 1: each takes the vocabulary's size in floats, twice.
  uint32_t maximum_outputs;
  // True for a context that embeds: every token has an output, pooled into one vector.
  bool embeds;
} sarai_context_parameters;

sarai_context *sarai_context_create(
  sarai_model *model, const sarai_context_parameters *parameters, sarai_fault *fault, sarai_status *status);
void sarai_context_free(sarai_context *context);
uint32_t sarai_context_tokens(const sarai_context *context);
void sarai_context_set_threads(sarai_context *context, int32_t threads);

// Computes tokens at consecutive positions from `position` on; at most batch_tokens of them. The logits of the
// last `outputs` of them can be read. After SARAI_CANCELLED part of the tokens may be in the memory.
sarai_status sarai_decode(
  sarai_context *context, const int32_t *tokens, int32_t count, int32_t position, int32_t outputs,
  const sarai_flag *cancel, sarai_fault *fault);
// As many floats as the vocabulary has tokens, of row 0 up to `outputs` - 1 of the last batch; owned by the context,
// valid until the next decode. NULL if none.
const float *sarai_logits(sarai_context *context, int32_t row);

// Forgets everything from `position` on. False where the model's memory can't be cut there: clear it then.
bool sarai_memory_truncate(sarai_context *context, int32_t position);
// With `wipe` its bytes become zero as well, which touches all of them.
void sarai_memory_clear(sarai_context *context, bool wipe);
// The first position remembered, -1 when nothing is. Sliding windows forget the oldest.
int32_t sarai_memory_first_position(const sarai_context *context);
// One past the last position remembered, 0 when nothing is.
int32_t sarai_memory_end_position(const sarai_context *context);

// The memory as bytes, of the same model, library build and context settings only: they are not checked.
size_t sarai_memory_size(sarai_context *context);
size_t sarai_memory_save(sarai_context *context, uint8_t *destination, size_t capacity);
bool sarai_memory_restore(sarai_context *context, const uint8_t *source, size_t size);

// One text's embedding, not normalised, of embedding_dimensions floats. The context must embed.
sarai_status sarai_embed(
  sarai_context *context, const int32_t *tokens, int32_t count, float *vector, const sarai_flag *cancel,
  sarai_fault *fault);

// ---- Grammars ----

// A model's tokens by their beginnings, which saves most of the work of a mask; one for a model, and only read.
sarai_vocabulary_index *sarai_vocabulary_index_create(const sarai_model *model, sarai_fault *fault);
void sarai_vocabulary_index_free(sarai_vocabulary_index *index);

// A GBNF grammar at the beginning of a text. Both texts end with NUL. libllama's parser trusts them: they must have been
// checked before. The model and the index have to outlive the grammar.
sarai_grammar *sarai_grammar_parse(
  const sarai_model *model, const sarai_vocabulary_index *index, const char *gbnf, const char *root,
  sarai_fault *fault);
void sarai_grammar_free(sarai_grammar *grammar);
// Whether the token may come next; tokens that end the text, only where it may end. Control tokens never may.
bool sarai_grammar_allows(sarai_grammar *grammar, int32_t token);
// Sets the logits of all tokens that may not come next to minus infinity.
sarai_status sarai_grammar_mask(sarai_grammar *grammar, float *logits, size_t count, sarai_fault *fault);
// Goes on after a token of text that is allowed. After a failure the grammar allows nothing more.
sarai_status sarai_grammar_accept(sarai_grammar *grammar, int32_t token, sarai_fault *fault);
// Whether the text may end here and nothing else may come.
bool sarai_grammar_is_complete(sarai_grammar *grammar);

// ---- Chat templates ----

typedef struct sarai_message {
  sarai_bytes role;
  sarai_bytes content;
} sarai_message;

// Part of a rendered conversation. What came out of a message's content is input: text, whatever it looks like.
typedef struct sarai_template_part {
  sarai_bytes text;
  bool is_input;
} sarai_template_part;

// A Jinja template. bos and eos are the texts of those tokens, as templates name them.
sarai_template *sarai_template_parse(sarai_bytes source, sarai_bytes bos, sarai_bytes eos, sarai_fault *fault);
void sarai_template_free(sarai_template *chat_template);

typedef struct sarai_rendering sarai_rendering;

sarai_rendering *sarai_template_render(
  const sarai_template *chat_template, const sarai_message *messages, size_t count, bool add_generation_prompt,
  sarai_fault *fault);
size_t sarai_rendering_count(const sarai_rendering *rendering);
sarai_template_part sarai_rendering_part(const sarai_rendering *rendering, size_t index);
void sarai_rendering_free(sarai_rendering *rendering);

// ---- Quantisation ----

// Writes `output` as a requantised copy of `input`; `type` is a llama_ftype. Progress comes through the log.
sarai_status sarai_quantize(const char *input, const char *output, int32_t type, int32_t threads, sarai_fault *fault);
// The llama_ftype of a name such as Q4_0 or Q4_K_M, -1 where it is unknown.
int32_t sarai_quantization_type(const char *name);

#ifdef __cplusplus
}
#endif
