#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

static int result(long value) { return value < 0 ? errno : 0; }

// True where the kernel itself looked at the call: the filter's own answers are EPERM and ENOSYS.
static int reached(long value) {
  if (value >= 0) return 0;
  return errno == EPERM || errno == ENOSYS ? errno : 0;
}

static int mount_tmpfs(const char *unused) {
  (void)unused;
  return result(mount("none", "/tmp", "tmpfs", 0, NULL));
}
static int remount_writable(const char *unused) {
  (void)unused;
  return result(mount(NULL, "/tmp", NULL, MS_REMOUNT | MS_BIND, NULL));
}
static int unmount(const char *unused) {
  (void)unused;
  return result(umount2("/tmp", MNT_DETACH));
}
static int change_root(const char *unused) {
  (void)unused;
  return result(chroot("/tmp"));
}
static int set_host_name(const char *unused) {
  (void)unused;
  return result(sethostname("taken", 5));
}
static int has_capability(const char *unused) {
  (void)unused;
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct held[2];
  if (syscall(SYS_capget, &header, held) != 0) return errno;
  return held[0].effective || held[1].effective || held[0].permitted || held[1].permitted ? 0 : ENOENT;
}

static int unshare_user(const char *unused) {
  (void)unused;
  return result(unshare(CLONE_NEWUSER));
}
static int clone_user(const char *unused) {
  (void)unused;
  long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
  if (child == 0) _exit(0);
  if (child > 0) waitpid((pid_t)child, NULL, 0);
  return result(child);
}
static int start_process(const char *unused) {
  (void)unused;
  pid_t child = fork();
  if (child == 0) _exit(0);
  if (child > 0) waitpid(child, NULL, 0);
  return result(child);
}
static int call_clone3(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_clone3, NULL, (size_t)0));
}
static int call_setns(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_setns, -1, 0));
}
static int host_name(const char *host) {
  struct utsname facts;
  if (uname(&facts) != 0) return errno;
  tell(facts.nodename, strlen(facts.nodename));
  return strcmp(facts.nodename, host) == 0 ? 0 : ENOENT;
}
static int shared_memory(const char *key) {
  int segment = shmget((key_t)strtol(key, NULL, 10), 0, 0);
  if (segment < 0) return errno;
  const char *memory = shmat(segment, NULL, SHM_RDONLY);
  if (memory != (void *)-1) tell(memory, strnlen(memory, 256));
  return 0;
}

static int see_process(const char *pid) {
  char path[64], line[4096];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  int file = open(path, O_RDONLY);
  if (file < 0) return errno;
  return read(file, line, sizeof line) > 0 ? 0 : ENODATA;
}
static int signal_process(const char *pid) { return result(kill(atoi(pid), 0)); }
static int see_control_group(const char *unused) {
  (void)unused;
  char text[8192];
  int file = open("/proc/self/cgroup", O_RDONLY);
  if (file < 0) return errno;
  ssize_t count = read(file, text, sizeof text - 1);
  if (count < 0) return errno;
  text[count] = 0;
  tell(text, (size_t)count);
  return strstr(text, "sarai-") ? 0 : ENOENT;
}
static int foreign_session(const char *unused) {
  (void)unused;
  return getsid(0) == 0 ? 0 : EEXIST;
}

static int trace_me(const char *unused) {
  (void)unused;
  return result(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}
static int read_process(const char *unused) {
  (void)unused;
  char from = 'x', to = 0;
  struct iovec local = {&to, 1}, remote = {&from, 1};
  return result(process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
}
static int call_bpf(const char *unused) {
  (void)unused;
  enum { object_get = 7 };
  return reached(syscall(SYS_bpf, object_get, NULL, 1u << 20));
}
static int call_keyctl(const char *unused) {
  (void)unused;
  enum { get_keyring = 0, process_keyring = -2 };
  return reached(syscall(SYS_keyctl, get_keyring, process_keyring, 0));
}
static int call_add_key(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_add_key, NULL, NULL, NULL, (size_t)0, 0));
}
static int call_io_uring(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_io_uring_setup, 1, NULL));
}
static int call_userfaultfd(const char *unused) {
  (void)unused;
  enum { user_mode_only = 1 };
  return reached(syscall(SYS_userfaultfd, user_mode_only));
}
static int call_perf(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_perf_event_open, NULL, 0, 0, -1, 0));
}
static int call_name_to_handle(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_name_to_handle_at, AT_FDCWD, "/", NULL, NULL, 0));
}
static int call_memfd(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_memfd_create, "x", 0));
}
static int call_pidfd_getfd(const char *unused) {
  (void)unused;
  enum { pidfd_getfd = 438 };
  return reached(syscall(pidfd_getfd, -1, 0, 0));
}
static int call_personality(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_personality, 0xffffffffu));
}
static int call_kcmp(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 0));
}
static int call_set_affinity(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_sched_setaffinity, 0, (size_t)0, NULL));
}
static int call_move_pages(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_move_pages, 0, 1ul, NULL, NULL, NULL, 0));
}
static int call_inotify(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_inotify_init1, 0));
}
static int raise_limit(const char *unused) {
  (void)unused;
  struct rlimit limit;
  if (syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, &limit) != 0) return errno;
  return result(syscall(SYS_prlimit64, 0, RLIMIT_CORE, &limit, NULL));
}
static int stuff_terminal(const char *unused) {
  (void)unused;
  return reached(ioctl(0, TIOCSTI, "x"));
}
// The kernel looks at the lower half of the number only; so must the filter.
static int stuff_terminal_wide(const char *unused) {
  (void)unused;
  return reached(syscall(SYS_ioctl, 0, (unsigned long)TIOCSTI | 1ul << 32, "x"));
}
static int shared_mapping(const char *unused) {
  (void)unused;
  return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}
static int become_dumpable_tracer(const char *unused) {
  (void)unused;
  enum { set_ptracer = 0x59616d61 };
  return reached(prctl(set_ptracer, 0, 0, 0, 0));
}
#ifdef __x86_64__
// getpid by the numbers of 32-bit programs.
static int old_numbers(const char *unused) {
  (void)unused;
  long number = 20;
  __asm__ volatile("int $0x80" : "+a"(number) : : "memory", "r8", "r9", "r10", "r11");
  return number > 0 ? 0 : ENOSYS;
}
#endif

const struct named_attempt kernel_attempts[] = {
    {"mount", mount_tmpfs},
    {"remount", remount_writable},
    {"unmount", unmount},
    {"chroot", change_root},
    {"set-host-name", set_host_name},
    {"capability", has_capability},
    {"unshare-user", unshare_user},
    {"clone-user", clone_user},
    {"start-process", start_process},
    {"clone3", call_clone3},
    {"setns", call_setns},
    {"host-name", host_name},
    {"shared-memory", shared_memory},
    {"see-process", see_process},
    {"signal-process", signal_process},
    {"see-control-group", see_control_group},
    {"foreign-session", foreign_session},
    {"ptrace", trace_me},
    {"process-vm", read_process},
    {"bpf", call_bpf},
    {"keyctl", call_keyctl},
    {"add-key", call_add_key},
    {"io-uring", call_io_uring},
    {"userfaultfd", call_userfaultfd},
    {"perf", call_perf},
    {"name-to-handle", call_name_to_handle},
    {"memfd", call_memfd},
    {"pidfd-getfd", call_pidfd_getfd},
    {"personality", call_personality},
    {"kcmp", call_kcmp},
    {"set-affinity", call_set_affinity},
    {"move-pages", call_move_pages},
    {"inotify", call_inotify},
    {"set-limit", raise_limit},
    {"terminal", stuff_terminal},
    {"terminal-wide", stuff_terminal_wide},
    {"shared-mapping", shared_mapping},
    {"set-ptracer", become_dumpable_tracer},
#ifdef __x86_64__
    {"old-numbers", old_numbers},
#endif
    {NULL, NULL},
};
