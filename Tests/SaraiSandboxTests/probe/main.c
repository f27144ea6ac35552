// sandbox-probe: tries one thing from inside a sandbox. `sandbox-probe ATTEMPT [ARGUMENT]` exits with 0 where it got
// through, 10 where it was refused (and says with which errno), 99 where it does not know the attempt. With `hold` before
// ATTEMPT it stays until its input ends.

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

// Builds for coverage ask the linker for this name, to bring in code that writes a file when the program ends. Nothing
// here is counted, and inside a sandbox there is nowhere to write.
int __llvm_profile_runtime;

enum { THROUGH = 0, REFUSED = 10, UNKNOWN = 99 };

void tell(const char *bytes, size_t count) {
  if (write(1, bytes, count) < 0 || write(1, "\n", 1) < 0) return;
}

static int run(const char *name, const char *argument) {
  const struct named_attempt *lists[] = {
      file_attempts, kernel_attempts, network_attempts, resource_attempts, held_attempts};
  for (unsigned i = 0; i < sizeof lists / sizeof *lists; i++)
    for (const struct named_attempt *known = lists[i]; known->name; known++) {
      if (strcmp(known->name, name) != 0) continue;
      int error = known->run(argument);
      if (error == 0) return THROUGH;
      fprintf(stderr, "%s: %s\n", name, strerror(error));
      return REFUSED;
    }
  return UNKNOWN;
}

// Stays as the attempt has left it until its input ends, so that the host can look at it. What it says of itself counts
// for nothing.
static int hold(const char *name, const char *argument) {
  char bytes[64];
  int outcome = run(name, argument);
  if (outcome == UNKNOWN) return UNKNOWN;
  tell("\ndone", 5);
  while (read(0, bytes, sizeof bytes) > 0) {}
  return outcome;
}

int main(int count, char **arguments) {
  if (count < 2) return UNKNOWN;
  const char *name = arguments[1], *argument = count > 2 ? arguments[2] : "";
  if (strcmp(name, "hold") == 0) return hold(argument, count > 3 ? arguments[3] : "");
  int outcome = run(name, argument);
  if (outcome != UNKNOWN) return outcome;
  int code = ordinary_command(name, argument);
  return code < 0 ? UNKNOWN : code;
}
