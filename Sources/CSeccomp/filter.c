#define _GNU_SOURCE
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CSeccomp.h"

struct sarai_filter {
  scmp_filter_ctx context;
};

enum { MOST_CONDITIONS = 6 };

sarai_filter *sarai_filter_open(int error) {
  sarai_filter *filter = malloc(sizeof *filter);
  if (!filter) return NULL;
  filter->context = seccomp_init(SCMP_ACT_ERRNO((uint32_t)error));
  if (!filter->context) {
    free(filter);
    return NULL;
  }
  // Calls of another architecture (32 bit, x32) have other numbers: there is no right answer but to end the process.
  seccomp_attr_set(filter->context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  // A tree instead of a list: a few comparisons a call.
  seccomp_attr_set(filter->context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  return filter;
}

void sarai_filter_close(sarai_filter *filter) {
  if (!filter) return;
  seccomp_release(filter->context);
  free(filter);
}

int sarai_filter_allow(
    sarai_filter *filter, const char *call, const sarai_filter_condition *conditions, uint32_t count) {
  struct scmp_arg_cmp comparisons[MOST_CONDITIONS];
  if (count > MOST_CONDITIONS) return -EINVAL;
  int number = seccomp_syscall_resolve_name(call);
  // A negative number is a call of another architecture, or one newer than this libseccomp.
  if (number < 0) return 1;
  for (uint32_t i = 0; i < count; i++)
    comparisons[i] = SCMP_CMP64(
        conditions[i].argument, SCMP_CMP_MASKED_EQ, conditions[i].mask, conditions[i].value);
  return seccomp_rule_add_array(filter->context, SCMP_ACT_ALLOW, number, count, comparisons);
}

int sarai_filter_refuse(sarai_filter *filter, const char *call, int error) {
  int number = seccomp_syscall_resolve_name(call);
  if (number < 0) return 1;
  return seccomp_rule_add_array(filter->context, SCMP_ACT_ERRNO((uint32_t)error), number, 0, NULL);
}

ssize_t sarai_filter_export(sarai_filter *filter, uint8_t *bytes, size_t capacity) {
  // libseccomp 2.5 writes to descriptors only.
  int file = memfd_create("filter", MFD_CLOEXEC);
  if (file < 0) return -errno;
  ssize_t result = seccomp_export_bpf(filter->context, file);
  if (result == 0) {
    off_t length = lseek(file, 0, SEEK_END);
    if (length < 0 || (size_t)length > capacity)
      result = -E2BIG;
    else
      result = pread(file, bytes, capacity, 0);
    if (result == -1) result = -errno;
  }
  close(file);
  return result;
}
