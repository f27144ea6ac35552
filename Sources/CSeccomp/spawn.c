#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CSeccomp.h"

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

enum { STACK_BYTES = 64 << 10, FIRST_SAFE_DESCRIPTOR = 10, FIRST_CLOSED_DESCRIPTOR = 4 };

struct start {
  const sarai_spawn_request *request;
  // Copies whose numbers are none of those that the child gives away.
  int descriptors[4];
  int report;
};

// From here to exec the child may share its parent's memory: system calls only, and none of the C library's wrappers
// that keep threads in step (setuid and its kin).

static void close_the_rest(int report) {
  fcntl(report, F_SETFD, FD_CLOEXEC);
  const unsigned int cloexec = 1u << 2;
  if (syscall(SYS_close_range, (unsigned)FIRST_CLOSED_DESCRIPTOR, ~0u, cloexec) == 0) return;
  struct rlimit limit;
  int last = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
  for (int i = FIRST_CLOSED_DESCRIPTOR; i < last; i++)
    if (i != report) close(i);
}

static int take_identity(const sarai_spawn_request *request) {
  if (request->user < 0) return 0;
  if (syscall(SYS_setgroups, 0, NULL) != 0) return errno;
  gid_t group = (gid_t)request->group;
  if (syscall(SYS_setresgid, group, group, group) != 0) return errno;
  uid_t user = (uid_t)request->user;
  return syscall(SYS_setresuid, user, user, user) != 0 ? errno : 0;
}

static int run(void *argument) {
  const struct start *start = argument;
  const sarai_spawn_request *request = start->request;
  int error = 0;
  // Past the C library, which does not let go of its own two signals: a parent that was itself started by posix_spawn,
  // as make does it, leaves one of them ignored. All zero is the default action, whatever the architecture's layout.
  const unsigned long standard[8] = {0};
  for (int i = 1; i < NSIG; i++) syscall(SYS_rt_sigaction, i, standard, NULL, 8);
  for (uint32_t i = 0; i < request->task_file_count && !error; i++)
    if (write(request->task_files[i], "0", 1) != 1) error = errno;
  for (int i = 0; i < 4 && !error; i++)
    if (dup2(start->descriptors[i], i) < 0) error = errno;
  if (!error) error = take_identity(request);
  if (!error && request->begins_session && setsid() < 0) error = errno;
  if (!error) {
    if (request->closes_others) close_the_rest(start->report);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(request->executable, request->arguments, request->environment);
    error = errno;
  }
  if (write(start->report, &error, sizeof error) < 0) _exit(126);
  _exit(127);
}

// A child on its parent's memory starts at once, however much memory the parent has. One that is born in a cgroup of
// version 2 needs clone3, which has no wrapper that gives it a stack: it gets a copy of the memory.
static pid_t start_child(struct start *start, char *stack, int *pidfd) {
  if (start->request->cgroup < 0)
    return clone(run, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, start, pidfd);
  struct {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
  } arguments = {
      .flags = CLONE_PIDFD | CLONE_INTO_CGROUP,
      .pidfd = (uint64_t)(uintptr_t)pidfd,
      .exit_signal = SIGCHLD,
      .cgroup = (uint64_t)start->request->cgroup,
  };
  long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid == 0) _exit(run(start));
  return (pid_t)pid;
}

static int spawn_with(struct start *start, int report[2], sarai_spawned *spawned) {
  char *stack = mmap(
      NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -errno;
  // A handler of the parent that ran in the child would run on the parent's memory.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pid_t pid = start_child(start, stack, &spawned->pidfd);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  report[1] = -1;
  if (pid < 0) {
    munmap(stack, STACK_BYTES);
    return -error;
  }
  // The pipe ends without a word when the child has become the program.
  ssize_t count;
  do count = read(report[0], &error, sizeof error);
  while (count < 0 && errno == EINTR);
  munmap(stack, STACK_BYTES);
  if (count == sizeof error) {
    close(spawned->pidfd);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    return -error;
  }
  spawned->pid = pid;
  return 0;
}

int sarai_spawn(const sarai_spawn_request *request, sarai_spawned *spawned) {
  struct start start = {.request = request, .descriptors = {-1, -1, -1, -1}};
  const int wanted[4] = {request->input, request->output, request->error, request->control};
  int report[2] = {-1, -1}, result = 0;
  if (pipe2(report, O_CLOEXEC) != 0) return -errno;
  start.report = fcntl(report[1], F_DUPFD_CLOEXEC, FIRST_SAFE_DESCRIPTOR);
  if (start.report < 0) result = -errno;
  close(report[1]);
  report[1] = start.report;
  for (int i = 0; i < 4 && result == 0; i++) {
    start.descriptors[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, FIRST_SAFE_DESCRIPTOR);
    if (start.descriptors[i] < 0) result = -errno;
  }
  if (result == 0) result = spawn_with(&start, report, spawned);
  for (int i = 0; i < 4; i++)
    if (start.descriptors[i] >= 0) close(start.descriptors[i]);
  for (int i = 0; i < 2; i++)
    if (report[i] >= 0) close(report[i]);
  return result;
}

int sarai_reap(pid_t pid, int *status) {
  pid_t result;
  do result = waitpid(pid, status, WNOHANG);
  while (result < 0 && errno == EINTR);
  if (result < 0) return -errno;
  return result == pid;
}

int sarai_send_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0u) == 0 ? 0 : -errno;
}

int sarai_watch_process(pid_t pid) {
  long result = syscall(SYS_pidfd_open, pid, 0u);
  return result < 0 ? -errno : (int)result;
}
