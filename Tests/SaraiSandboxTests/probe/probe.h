#pragma once
#include <stddef.h>

// What an attempt comes to: 0 where it got through, the errno with which it was refused otherwise.
typedef int (*attempt)(const char *argument);

struct named_attempt {
  const char *name;
  attempt run;
};

// Each list ends with a null name.
extern const struct named_attempt file_attempts[];
extern const struct named_attempt kernel_attempts[];
extern const struct named_attempt network_attempts[];
extern const struct named_attempt resource_attempts[];
extern const struct named_attempt held_attempts[];

// Prints on standard output, for the host to find.
void tell(const char *bytes, size_t count);

// Commands that attack nothing: they show that what is granted works. Returns an exit code, or -1 for no such command.
int ordinary_command(const char *name, const char *argument);
