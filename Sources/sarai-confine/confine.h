#pragma once
#include <stddef.h>
#include <stdint.h>

#include "../CSeccomp/include/ConfineProtocol.h"

// A request whose parts have been found and checked; everything points into the message.
struct request {
  sarai_confine_request head;
  const uint8_t *filter;
  const uint8_t *rights;
  const char *executable;
  const char *folder;
  // Both end with a null pointer.
  const char *arguments[SARAI_CONFINE_STRINGS + 1];
  const char *environment[SARAI_CONFINE_STRINGS + 1];
  const char *noexec[SARAI_CONFINE_STRINGS];
  const char *paths[SARAI_CONFINE_STRINGS];
};

// 0, or -1 where the message is not a request.
int request_parse(struct request *request, const uint8_t *message, size_t count);

// The layers, in the order in which they are put on. Each returns 0, or -1 with errno.
int layer_noexec(const struct request *request);
int layer_capabilities(void);
int layer_limits(const sarai_confine_request *head);
int layer_landlock(const struct request *request);
int layer_descriptors(int kept);
int layer_filter(const struct request *request);

// SARAI_CONFINE_HOLDS_… bits of the process that asks, and the version of Landlock.
int32_t checks(const struct request *request);
int32_t landlock_version(void);
