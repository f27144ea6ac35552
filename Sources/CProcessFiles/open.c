#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

// libdispatch looks at /proc/TID/stat of its own threads, once a second while work waits for them, and ends the process
// where it can't. A sandbox shows a program /proc/self and nothing else of /proc/NUMBER; there the same file has the
// name /proc/self/task/TID/stat. This takes the place of the C library's `open` in programs that run in sandboxes, and
// tries that name where the first one is refused.

// The thread of a path of the form /proc/TID/stat; 0 for any other.
static int thread_of(const char *path) {
  int thread = 0, end = 0;
  if (sscanf(path, "/proc/%9d/stat%n", &thread, &end) != 1 || end == 0 || path[end] != '\0') return 0;
  return thread;
}

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  int file = openat(AT_FDCWD, path, flags, mode);
  if (file >= 0 || (errno != EACCES && errno != EPERM) || strncmp(path, "/proc/", 6) != 0) return file;
  int before = errno, thread = thread_of(path);
  if (thread <= 0) {
    errno = before;
    return -1;
  }
  char own[64];
  snprintf(own, sizeof own, "/proc/self/task/%d/stat", thread);
  return openat(AT_FDCWD, own, flags);
}
