#pragma once

#include "CLlama.h"

#include <llama.h>

#include <atomic>

struct sarai_flag {
  std::atomic<bool> raised{false};
};

struct sarai_model {
  llama_model *model;
  const llama_vocab *vocabulary;
};

struct sarai_context {
  llama_context *context;
  llama_batch batch;
  int32_t capacity;
  int32_t maximum_outputs;
  // Of the last batch: how many of its tokens have logits, and the first that has.
  int32_t outputs;
  int32_t first_output;
  int32_t dimensions;
  bool encodes;
  // Read by libllama's threads between two operations of the graph.
  const sarai_flag *cancel;
};
