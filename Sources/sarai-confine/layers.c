#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

int layer_noexec(const struct request *request) {
  // bubblewrap mounts a tmpfs nosuid and nodev, but cannot make it noexec.
  for (uint32_t i = 0; i < request->head.noexec_count; i++)
    if (mount(NULL, request->noexec[i], NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC | MS_NOSUID | MS_NODEV, NULL) != 0)
      return -1;
  return 0;
}

int layer_capabilities(void) {
  for (int i = 0; i < 64; i++)
    if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0 && errno != EPERM)
      return -1;
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return -1;
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}};
  return syscall(SYS_capset, &header, none) == 0 ? 0 : -1;
}

// Sets both limits, to less where less is all that this process may have.
static int limit_to(int resource, uint64_t soft, uint64_t hard) {
  struct rlimit now;
  if (getrlimit(resource, &now) != 0) return -1;
  struct rlimit wanted = {.rlim_cur = soft, .rlim_max = hard};
  if (wanted.rlim_max > now.rlim_max) wanted.rlim_max = now.rlim_max;
  if (wanted.rlim_cur > wanted.rlim_max) wanted.rlim_cur = wanted.rlim_max;
  return setrlimit(resource, &wanted);
}

static int limit_processors(uint32_t count, uint32_t passed) {
  cpu_set_t allowed, chosen;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
  uint32_t available = (uint32_t)CPU_COUNT(&allowed);
  if (count == 0 || count >= available) return 0;
  CPU_ZERO(&chosen);
  uint32_t index = 0;
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (!CPU_ISSET(i, &allowed)) continue;
    if ((index + available - passed % available) % available < count) CPU_SET(i, &chosen);
    index++;
  }
  return sched_setaffinity(0, sizeof chosen, &chosen);
}

int layer_limits(const sarai_confine_request *head) {
  if (limit_to(RLIMIT_CORE, 0, 0) != 0 || limit_to(RLIMIT_MSGQUEUE, 0, 0) != 0) return -1;
  if (limit_to(RLIMIT_NOFILE, head->open_files, head->open_files) != 0) return -1;
  if (head->file_bytes != SARAI_CONFINE_UNLIMITED &&
      limit_to(RLIMIT_FSIZE, head->file_bytes, head->file_bytes) != 0)
    return -1;
  if (head->processes != SARAI_CONFINE_UNLIMITED && limit_to(RLIMIT_NPROC, head->processes, head->processes) != 0)
    return -1;
  if (head->data_bytes != SARAI_CONFINE_UNLIMITED && limit_to(RLIMIT_DATA, head->data_bytes, head->data_bytes) != 0)
    return -1;
  if (limit_processors(head->processors, head->processors_passed) != 0) return -1;
  // SIGXCPU first; SIGKILL a second later.
  if (head->cpu_seconds != SARAI_CONFINE_UNLIMITED &&
      limit_to(RLIMIT_CPU, head->cpu_seconds, head->cpu_seconds + 1) != 0)
    return -1;
  return 0;
}

struct ruleset {
  uint64_t files, network, scopes;
};

struct __attribute__((packed)) path_rule {
  uint64_t rights;
  int32_t folder;
};

int32_t landlock_version(void) {
  const uint32_t version_wanted = 1;
  long version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, version_wanted);
  return version < 0 ? 0 : (int32_t)version;
}

// All rights over files that a version of Landlock knows.
static uint64_t known_rights(int version) {
  if (version >= 5) return (1u << 16) - 1;
  if (version >= 3) return (1u << 15) - 1;
  if (version == 2) return (1u << 14) - 1;
  return (1u << 13) - 1;
}

static int add_rule(int ruleset, const char *path, uint64_t rights) {
  enum { path_beneath = 1 };
  // Rights that make sense for something that is no folder; the kernel refuses others there.
  const uint64_t of_files = SARAI_LANDLOCK_EXECUTE | SARAI_LANDLOCK_WRITE_FILE | SARAI_LANDLOCK_READ_FILE |
                            SARAI_LANDLOCK_TRUNCATE | SARAI_LANDLOCK_IOCTL_DEV;
  int place = open(path, O_PATH | O_CLOEXEC);
  if (place < 0) return -1;
  struct stat facts;
  int result = fstat(place, &facts);
  if (result == 0) {
    struct path_rule rule = {.rights = S_ISDIR(facts.st_mode) ? rights : rights & of_files, .folder = place};
    if (rule.rights != 0) result = (int)syscall(SYS_landlock_add_rule, ruleset, path_beneath, &rule, 0);
  }
  int error = errno;
  close(place);
  errno = error;
  return result;
}

int layer_landlock(const struct request *request) {
  int version = landlock_version();
  if (version < 1) {
    errno = ENOSYS;
    return -1;
  }
  // What is handled and not given by a rule is denied: files; from version 4 TCP; from 6 abstract sockets and signals
  // that leave the sandbox.
  struct ruleset handled = {
      .files = known_rights(version), .network = version >= 4 ? 3 : 0, .scopes = version >= 6 ? 3 : 0};
  size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
  if (ruleset < 0) return -1;
  int result = 0;
  for (uint32_t i = 0; i < request->head.rule_count && result == 0; i++) {
    uint64_t rights;
    memcpy(&rights, request->rights + i * sizeof rights, sizeof rights);
    result = add_rule(ruleset, request->paths[i], rights & handled.files);
  }
  if (result == 0) result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
  int error = errno;
  close(ruleset);
  errno = error;
  return result;
}

int layer_descriptors(int kept) {
  if (kept > 3 && syscall(SYS_close_range, 3u, (unsigned)kept - 1, 0u) == 0 &&
      syscall(SYS_close_range, (unsigned)kept + 1, ~0u, 0u) == 0)
    return 0;
  if (kept == 3 && syscall(SYS_close_range, 4u, ~0u, 0u) == 0) return 0;
  // Before Linux 5.9.
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  // Descriptors may lie beyond a limit that was lowered since.
  int last = limit.rlim_max > 65536 ? (int)(limit.rlim_max > 1048576 ? 1048576 : limit.rlim_max) : 65536;
  for (int i = 3; i < last; i++)
    if (i != kept) close(i);
  return 0;
}

int layer_filter(const struct request *request) {
  uint32_t bytes = request->head.filter_bytes;
  if (bytes == 0) return 0;
  if (bytes % sizeof(struct sock_filter) != 0 || bytes / sizeof(struct sock_filter) > BPF_MAXINSNS) {
    errno = EINVAL;
    return -1;
  }
  // The kernel wants instructions aligned, and the message is bytes.
  static struct sock_filter instructions[BPF_MAXINSNS];
  memcpy(instructions, request->filter, bytes);
  struct sock_fprog program = {
      .len = (unsigned short)(bytes / sizeof(struct sock_filter)), .filter = instructions};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
