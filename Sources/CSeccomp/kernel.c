#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSeccomp.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif

int sarai_landlock_version(void) {
  const uint32_t version_wanted = 1;
  long version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, version_wanted);
  return version < 0 ? 0 : (int)version;
}

int sarai_seccomp_available(void) {
  uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int sarai_file_look(const char *path, sarai_file_facts *facts) {
  struct stat found;
  if (stat(path, &found) != 0) return -errno;
  *facts = (sarai_file_facts){
      .device = found.st_dev,
      .inode = found.st_ino,
      .bytes = (uint64_t)found.st_size,
      .modified_nanoseconds = (int64_t)found.st_mtim.tv_sec * 1000000000 + found.st_mtim.tv_nsec,
      .mode = found.st_mode,
  };
  return 0;
}
