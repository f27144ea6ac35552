#pragma once

#include "CLlama.h"

#include <cstdio>
#include <exception>
#include <new>

namespace sarai {

inline void report(sarai_fault *fault, const char *message) noexcept {
  if (fault) std::snprintf(fault->message, sizeof fault->message, "%s", message);
}

// Runs `body`; an exception becomes a sentence in `fault` and the value `otherwise`.
template <typename Body, typename Value>
auto guarded(sarai_fault *fault, Value otherwise, Body body) noexcept -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    report(fault, "out of memory");
  } catch (const std::exception &error) {
    report(fault, error.what());
  } catch (...) {
    report(fault, "unknown C++ exception");
  }
  return otherwise;
}

}  // namespace sarai
