#pragma once
#include <ggml.h>
#include <llama.h>
