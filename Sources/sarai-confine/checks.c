#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"

// True where the loopback is the only interface, as in a network namespace of one's own.
static int has_own_network(void) {
  int socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return 0;
  struct ifreq interface;
  int others = 0;
  for (int index = 1; index <= 64; index++) {
    memset(&interface, 0, sizeof interface);
    interface.ifr_ifindex = index;
    if (ioctl(socket_, SIOCGIFNAME, &interface) == 0 && strcmp(interface.ifr_name, "lo") != 0) {
      // Some kernels give every namespace tunnels that are down and lead nowhere.
      if (ioctl(socket_, SIOCGIFFLAGS, &interface) != 0 || interface.ifr_flags & IFF_UP) others++;
    }
  }
  close(socket_);
  return others == 0;
}

static int has_no_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct held[2];
  if (syscall(SYS_capget, &header, held) != 0) return 0;
  for (int i = 0; i < 2; i++)
    if (held[i].effective || held[i].permitted || held[i].inheritable) return 0;
  for (int i = 0; i < 41; i++)
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1) return 0;
  return 1;
}

static int is_mounted(const char *path, unsigned long flag) {
  struct statvfs facts;
  return statvfs(path, &facts) == 0 && (facts.f_flag & flag) != 0;
}

int32_t checks(const struct request *request) {
  int32_t bits = 0;
  uint32_t action = SECCOMP_RET_KILL_PROCESS;
  int noexec = request->head.noexec_count > 0;
  for (uint32_t i = 0; i < request->head.noexec_count; i++) noexec = noexec && is_mounted(request->noexec[i], ST_NOEXEC);
  if (getpid() == 1) bits |= SARAI_CONFINE_HOLDS_PID_NAMESPACE;
  if (has_own_network()) bits |= SARAI_CONFINE_HOLDS_NETWORK_NAMESPACE;
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) bits |= SARAI_CONFINE_HOLDS_NO_NEW_PRIVILEGES;
  if (has_no_capabilities()) bits |= SARAI_CONFINE_HOLDS_NO_CAPABILITIES;
  if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) bits |= SARAI_CONFINE_HOLDS_SECCOMP;
  if (noexec) bits |= SARAI_CONFINE_HOLDS_NOEXEC;
  if (is_mounted("/", ST_RDONLY)) bits |= SARAI_CONFINE_HOLDS_READ_ONLY_ROOT;
  if (getsid(0) == getpid()) bits |= SARAI_CONFINE_HOLDS_SESSION;
  return bits;
}
