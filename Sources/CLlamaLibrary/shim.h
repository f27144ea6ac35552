#include <llama.h>
#include <ggml.h>
