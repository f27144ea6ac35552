#include "guard.h"

#include <llama.h>

#include <cstring>

using sarai::guarded;
using sarai::report;

namespace {

struct named_type {
  const char *name;
  llama_ftype type;
};

constexpr named_type types[] = {
    {"F32", LLAMA_FTYPE_ALL_F32},          {"F16", LLAMA_FTYPE_MOSTLY_F16},
    {"BF16", LLAMA_FTYPE_MOSTLY_BF16},     {"Q4_0", LLAMA_FTYPE_MOSTLY_Q4_0},
    {"Q4_1", LLAMA_FTYPE_MOSTLY_Q4_1},     {"Q5_0", LLAMA_FTYPE_MOSTLY_Q5_0},
    {"Q5_1", LLAMA_FTYPE_MOSTLY_Q5_1},     {"Q8_0", LLAMA_FTYPE_MOSTLY_Q8_0},
    {"Q2_K", LLAMA_FTYPE_MOSTLY_Q2_K},     {"Q3_K_S", LLAMA_FTYPE_MOSTLY_Q3_K_S},
    {"Q3_K_M", LLAMA_FTYPE_MOSTLY_Q3_K_M}, {"Q3_K_L", LLAMA_FTYPE_MOSTLY_Q3_K_L},
    {"Q4_K_S", LLAMA_FTYPE_MOSTLY_Q4_K_S}, {"Q4_K_M", LLAMA_FTYPE_MOSTLY_Q4_K_M},
    {"Q5_K_S", LLAMA_FTYPE_MOSTLY_Q5_K_S}, {"Q5_K_M", LLAMA_FTYPE_MOSTLY_Q5_K_M},
    {"Q6_K", LLAMA_FTYPE_MOSTLY_Q6_K},     {"IQ4_NL", LLAMA_FTYPE_MOSTLY_IQ4_NL},
    {"IQ4_XS", LLAMA_FTYPE_MOSTLY_IQ4_XS},
};

}  // namespace

int32_t sarai_quantization_type(const char *name) {
  for (const auto &entry : types) {
    if (std::strcmp(entry.name, name) == 0) return entry.type;
  }
  return -1;
}

sarai_status sarai_quantize(
    const char *input, const char *output, int32_t type, int32_t threads, sarai_fault *fault) {
  return guarded(fault, SARAI_FAILED, [&] {
    llama_model_quantize_params parameters = llama_model_quantize_default_params();
    parameters.nthread = threads;
    parameters.ftype = static_cast<llama_ftype>(type);
    parameters.allow_requantize = true;
    if (llama_model_quantize(input, output, &parameters) != 0) {
      report(fault, "libllama could not quantize the file");
      return SARAI_FAILED;
    }
    return SARAI_OK;
  });
}
