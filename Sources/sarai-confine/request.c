#include <string.h>

#include "confine.h"

// Takes `count` strings off the text; -1 where it does not hold so many.
static int take(const char **text, const char *end, const char **strings, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const char *zero = memchr(*text, 0, (size_t)(end - *text));
    if (!zero) return -1;
    strings[i] = *text;
    *text = zero + 1;
  }
  return 0;
}

int request_parse(struct request *request, const uint8_t *message, size_t count) {
  sarai_confine_request *head = &request->head;
  if (count < sizeof *head) return -1;
  memcpy(head, message, sizeof *head);
  if (head->magic != SARAI_CONFINE_MAGIC) return -1;
  if (head->argument_count > SARAI_CONFINE_STRINGS || head->environment_count > SARAI_CONFINE_STRINGS ||
      head->noexec_count > SARAI_CONFINE_STRINGS || head->rule_count > SARAI_CONFINE_STRINGS)
    return -1;
  uint64_t rights_bytes = (uint64_t)head->rule_count * sizeof(uint64_t);
  if ((uint64_t)sizeof *head + head->filter_bytes + rights_bytes + head->text_bytes != count) return -1;
  request->filter = message + sizeof *head;
  request->rights = request->filter + head->filter_bytes;
  const char *text = (const char *)request->rights + rights_bytes;
  const char *end = text + head->text_bytes;
  if (take(&text, end, &request->executable, 1) != 0 || take(&text, end, &request->folder, 1) != 0 ||
      take(&text, end, request->arguments, head->argument_count) != 0 ||
      take(&text, end, request->environment, head->environment_count) != 0 ||
      take(&text, end, request->noexec, head->noexec_count) != 0 ||
      take(&text, end, request->paths, head->rule_count) != 0)
    return -1;
  return text == end ? 0 : -1;
}
