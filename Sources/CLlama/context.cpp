#include "guard.h"
#include "handles.h"

#include <algorithm>
#include <cstring>

using sarai::guarded;
using sarai::report;

namespace {

constexpr llama_seq_id only_sequence = 0;

bool should_abort(void *data) {
  const sarai_flag *flag = static_cast<const sarai_context *>(data)->cancel;
  return flag && flag->raised.load(std::memory_order_relaxed);
}

// The last `outputs` tokens are those whose outputs can be read.
void fill(llama_batch &batch, const int32_t *tokens, int32_t count, int32_t position, int32_t outputs) {
  batch.n_tokens = count;
  for (int32_t i = 0; i < count; i++) {
    batch.token[i] = tokens[i];
    batch.pos[i] = position + i;
    batch.n_seq_id[i] = 1;
    batch.seq_id[i][0] = only_sequence;
    batch.logits[i] = i >= count - outputs;
  }
}

sarai_status compute(sarai_context *context, const sarai_flag *cancel, bool encode, sarai_fault *fault) {
  context->cancel = cancel;
  const int32_t result =
      encode ? llama_encode(context->context, context->batch) : llama_decode(context->context, context->batch);
  context->cancel = nullptr;
  switch (result) {
    case 0: return SARAI_OK;
    case 2: return SARAI_CANCELLED;
    case 1: report(fault, "no room in the context"); return SARAI_FAILED;
    case -2: report(fault, "could not allocate the computation"); return SARAI_OUT_OF_MEMORY;
    default: std::snprintf(fault->message, sizeof fault->message, "libllama returned %d", result); return SARAI_FAILED;
  }
}

llama_memory_t memory_of(const sarai_context *context) { return llama_get_memory(context->context); }

}  // namespace

sarai_context *sarai_context_create(
    sarai_model *model, const sarai_context_parameters *parameters, sarai_fault *fault, sarai_status *status) {
  *status = SARAI_OUT_OF_MEMORY;
  return guarded(fault, static_cast<sarai_context *>(nullptr), [&]() -> sarai_context * {
    llama_context_params p = llama_context_default_params();
    p.n_ctx = parameters->context_tokens;
    p.n_batch = parameters->batch_tokens;
    p.n_ubatch = parameters->batch_tokens;
    p.n_seq_max = 1;
    // Room for the logits of every token of a batch would cost vocabulary x batch floats.
    p.n_outputs_max = parameters->embeds ? 0 : std::max(1u, std::min(parameters->maximum_outputs, p.n_batch));
    p.n_threads = parameters->threads;
    p.n_threads_batch = parameters->threads;
    p.embeddings = parameters->embeds;
    p.swa_full = false;
    p.no_perf = true;
    if (parameters->embeds) {
      char pooling[8];
      char architecture[64];
      if (llama_model_meta_val_str(model->model, "general.architecture", architecture, sizeof architecture) > 0) {
        char key[96];
        std::snprintf(key, sizeof key, "%s.pooling_type", architecture);
        // Without a pooling of its own the mean over the tokens is the usual one.
        if (llama_model_meta_val_str(model->model, key, pooling, sizeof pooling) < 0 || std::strcmp(pooling, "0") == 0) {
          p.pooling_type = LLAMA_POOLING_TYPE_MEAN;
        }
      }
    }
    llama_context *created = llama_init_from_model(model->model, p);
    if (!created) {
      report(fault, "libllama could not create the context");
      return nullptr;
    }
    const int32_t capacity = static_cast<int32_t>(llama_n_batch(created));
    auto *context = new sarai_context{
        created, llama_batch_init(capacity, 0, 1), capacity, static_cast<int32_t>(p.n_outputs_max), 0, 0,
        llama_model_n_embd_out(model->model), llama_model_has_encoder(model->model) || !llama_get_memory(created),
        nullptr};
    llama_set_abort_callback(created, should_abort, context);
    *status = SARAI_OK;
    return context;
  });
}

void sarai_context_free(sarai_context *context) {
  if (!context) return;
  llama_batch_free(context->batch);
  llama_free(context->context);
  delete context;
}

uint32_t sarai_context_tokens(const sarai_context *context) { return llama_n_ctx(context->context); }

void sarai_context_set_threads(sarai_context *context, int32_t threads) {
  llama_set_n_threads(context->context, threads, threads);
}

sarai_status sarai_decode(
    sarai_context *context, const int32_t *tokens, int32_t count, int32_t position, int32_t outputs,
    const sarai_flag *cancel, sarai_fault *fault) {
  return guarded(fault, SARAI_FAILED, [&] {
    context->outputs = 0;
    if (count <= 0 || count > context->capacity || position < 0) {
      report(fault, "batch does not fit");
      return SARAI_FAILED;
    }
    if (outputs < 0 || outputs > count || outputs > context->maximum_outputs) {
      report(fault, "more outputs than there is room for");
      return SARAI_FAILED;
    }
    fill(context->batch, tokens, count, position, outputs);
    const sarai_status status = compute(context, cancel, false, fault);
    if (status == SARAI_OK) {
      context->outputs = outputs;
      context->first_output = count - outputs;
    }
    return status;
  });
}

const float *sarai_logits(sarai_context *context, int32_t row) {
  return guarded(nullptr, static_cast<const float *>(nullptr), [&]() -> const float * {
    if (row < 0 || row >= context->outputs) return nullptr;
    return llama_get_logits_ith(context->context, context->first_output + row);
  });
}

bool sarai_memory_truncate(sarai_context *context, int32_t position) {
  return guarded(nullptr, false, [&] {
    return llama_memory_seq_rm(memory_of(context), only_sequence, position, -1);
  });
}

void sarai_memory_clear(sarai_context *context, bool wipe) {
  guarded(nullptr, 0, [&] {
    llama_memory_clear(memory_of(context), wipe);
    return 0;
  });
}

int32_t sarai_memory_first_position(const sarai_context *context) {
  return llama_memory_seq_pos_min(memory_of(context), only_sequence);
}

int32_t sarai_memory_end_position(const sarai_context *context) {
  return llama_memory_seq_pos_max(memory_of(context), only_sequence) + 1;
}

size_t sarai_memory_size(sarai_context *context) {
  return guarded(nullptr, size_t{0}, [&] { return llama_state_seq_get_size(context->context, only_sequence); });
}

size_t sarai_memory_save(sarai_context *context, uint8_t *destination, size_t capacity) {
  return guarded(nullptr, size_t{0}, [&] {
    return llama_state_seq_get_data(context->context, destination, capacity, only_sequence);
  });
}

bool sarai_memory_restore(sarai_context *context, const uint8_t *source, size_t size) {
  return guarded(nullptr, false, [&] {
    return llama_state_seq_set_data(context->context, source, size, only_sequence) == size;
  });
}

sarai_status sarai_embed(
    sarai_context *context, const int32_t *tokens, int32_t count, float *vector, const sarai_flag *cancel,
    sarai_fault *fault) {
  return guarded(fault, SARAI_FAILED, [&] {
    if (count <= 0 || count > context->capacity) {
      report(fault, "text does not fit");
      return SARAI_FAILED;
    }
    if (!context->encodes) llama_memory_clear(memory_of(context), true);
    fill(context->batch, tokens, count, 0, count);
    const sarai_status status = compute(context, cancel, context->encodes, fault);
    if (status != SARAI_OK) return status;
    const float *pooled = llama_get_embeddings_seq(context->context, only_sequence);
    if (!pooled) {
      report(fault, "the model gave no embedding");
      return SARAI_FAILED;
    }
    std::memcpy(vector, pooled, sizeof(float) * static_cast<size_t>(context->dimensions));
    return SARAI_OK;
  });
}
