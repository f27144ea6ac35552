// sandbox-probe: tries one thing from inside a sandbox. `sandbox-probe ATTEMPT [ARGUMENT]` exits with 0 where it got
// through, 10 where it was refused (and says with which errno), 99 where it does not know the attempt.

#include <stdio.h>
#include <string.h>

#include "probe.h"

// Builds for coverage ask the linker for this name, to bring in code that writes a file when the program ends. Nothing
// here is counted, and inside a sandbox there is nowhere to write.
int __llvm_profile_runtime;

enum { THROUGH = 0, REFUSED = 10, UNKNOWN = 99 };

int main(int count, char **arguments) {
  if (count < 2) return UNKNOWN;
  const char *name = arguments[1], *argument = count > 2 ? arguments[2] : "";
  const struct named_attempt *lists[] = {file_attempts, kernel_attempts, network_attempts, resource_attempts};
  for (unsigned i = 0; i < sizeof lists / sizeof *lists; i++)
    for (const struct named_attempt *known = lists[i]; known->name; known++) {
      if (strcmp(known->name, name) != 0) continue;
      int error = known->run(argument);
      if (error == 0) return THROUGH;
      fprintf(stderr, "%s: %s\n", name, strerror(error));
      return REFUSED;
    }
  int code = ordinary_command(name, argument);
  return code < 0 ? UNKNOWN : code;
}
