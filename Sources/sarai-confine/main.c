// sarai-confine: the first process of a sandbox (pid 1 of its namespace).
//
// bubblewrap makes the namespaces and the mounts; this puts on what bubblewrap cannot (limits, Landlock, a tmpfs that
// executes nothing), then the system call filter, and starts the program as its child. It stays behind to reap what
// the program leaves, to pass on signals, and to say exactly how the program ended. When it goes, the kernel ends
// everything else in the namespace.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine.h"

// Builds for coverage ask the linker for this name, to bring in code that writes a file when the program ends. Nothing
// here is counted, and inside a sandbox there is nowhere to write.
int __llvm_profile_runtime;

static uint8_t message[SARAI_CONFINE_REQUEST_BYTES];
static struct request request;

// What the child tells its parent when a layer or the start fails.
struct failure {
  int32_t stage, error;
};

static void report(uint32_t kind, int32_t value, int32_t detail, uint64_t amount, uint64_t size) {
  sarai_confine_report report = {
      .kind = kind, .value = value, .detail = detail, .amount = amount, .size = size};
  ssize_t sent;
  do sent = send(SARAI_CONFINE_CONTROL, &report, sizeof report, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
}

static _Noreturn void give_up(int32_t stage) {
  report(SARAI_CONFINE_FAILED, stage, errno, 0, 0);
  _exit(1);
}

static _Noreturn void fail_child(int pipe, int32_t stage) {
  struct failure failure = {.stage = stage, .error = errno};
  _exit(write(pipe, &failure, sizeof failure) == sizeof failure ? 1 : 2);
}

static _Noreturn void become_program(int pipe, const sigset_t *signals) {
  const uint32_t flags = request.head.flags;
  sigprocmask(SIG_SETMASK, signals, NULL);
  if (flags & SARAI_CONFINE_NEW_SESSION) setsid();
  if (flags & SARAI_CONFINE_LIMITS && layer_limits(&request.head) != 0)
    fail_child(pipe, SARAI_CONFINE_STAGE_LIMITS);
  if (chdir(request.folder) != 0) fail_child(pipe, SARAI_CONFINE_STAGE_FOLDER);
  if (flags & SARAI_CONFINE_LANDLOCK && layer_landlock(&request) != 0)
    fail_child(pipe, SARAI_CONFINE_STAGE_LANDLOCK);
  report(SARAI_CONFINE_HELLO, 0, 0, 0, 0);
  // The control socket goes whatever the layers are: with it a program could speak for this one.
  close(SARAI_CONFINE_CONTROL);
  if (flags & SARAI_CONFINE_CLOSE_DESCRIPTORS && layer_descriptors(pipe) != 0)
    fail_child(pipe, SARAI_CONFINE_STAGE_DESCRIPTORS);
  // Last, so that it need not allow what the others use.
  if (layer_filter(&request) != 0) fail_child(pipe, SARAI_CONFINE_STAGE_FILTER);
  execve(request.executable, (char *const *)request.arguments, (char *const *)request.environment);
  fail_child(pipe, SARAI_CONFINE_STAGE_EXECUTE);
}

static pid_t start_program(const sigset_t *signals) {
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) give_up(SARAI_CONFINE_STAGE_FORK);
  pid_t child = fork();
  if (child < 0) give_up(SARAI_CONFINE_STAGE_FORK);
  if (child == 0) {
    close(pipe[0]);
    become_program(pipe[1], signals);
  }
  // The program's end of its pipes must be the last one, or the host never sees the end of its output.
  for (int i = 0; i <= 2; i++) close(i);
  close(pipe[1]);
  struct failure failure;
  ssize_t count;
  do count = read(pipe[0], &failure, sizeof failure);
  while (count < 0 && errno == EINTR);
  close(pipe[0]);
  if (count == sizeof failure) {
    errno = failure.error;
    give_up(failure.stage);
  }
  report(SARAI_CONFINE_STARTED, 0, 0, 0, 0);
  return child;
}

// Takes every child that has ended; reports and ends when the program is among them.
static void reap(pid_t program) {
  int status;
  struct rusage usage;
  pid_t ended;
  while ((ended = wait4(-1, &status, WNOHANG, &usage)) > 0) {
    if (ended != program) continue;
    uint64_t microseconds = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                            (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    report(SARAI_CONFINE_EXITED, status, 0, microseconds, (uint64_t)usage.ru_maxrss * 1024);
    _exit(0);
  }
}

// The host has gone, or wants this sandbox gone. As pid 1 this process takes everything with it; without a pid
// namespace, which only tests do without, at least the program.
static _Noreturn void end_all(pid_t program) {
  kill(program, SIGKILL);
  _exit(0);
}

static void attend(pid_t program, int signals) {
  struct pollfd polled[2] = {{.fd = signals, .events = POLLIN}, {.fd = SARAI_CONFINE_CONTROL, .events = POLLIN}};
  for (;;) {
    if (poll(polled, 2, -1) < 0 && errno != EINTR) _exit(1);
    if (polled[0].revents) {
      struct signalfd_siginfo info;
      if (read(signals, &info, sizeof info) < 0 && errno != EAGAIN && errno != EINTR) _exit(1);
      reap(program);
    }
    if (polled[1].revents) {
      sarai_confine_signal wanted;
      ssize_t count = recv(SARAI_CONFINE_CONTROL, &wanted, sizeof wanted, MSG_DONTWAIT);
      if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) end_all(program);
      // The program is this process's own child and not reaped yet, so its pid cannot be another's.
      if (count == sizeof wanted) kill(program, wanted.signal);
    }
  }
}

// What a trial container runs: it waits until its input ends, for the host to look at it meanwhile.
static int wait_for_end(void) {
  char bytes[64];
  while (read(0, bytes, sizeof bytes) > 0) {}
  return 0;
}

int main(int argument_count, char **arguments) {
  if (argument_count > 1 && strcmp(arguments[1], "--wait") == 0) return wait_for_end();
  ssize_t count;
  do count = recv(SARAI_CONFINE_CONTROL, message, sizeof message, 0);
  while (count < 0 && errno == EINTR);
  if (count <= 0 || request_parse(&request, message, (size_t)count) != 0) {
    errno = EINVAL;
    give_up(SARAI_CONFINE_STAGE_REQUEST);
  }
  // The program has the same user: without this it could read and write this process.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (layer_noexec(&request) != 0) give_up(SARAI_CONFINE_STAGE_NOEXEC);
  if (request.head.flags & SARAI_CONFINE_DROP_CAPABILITIES && layer_capabilities() != 0)
    give_up(SARAI_CONFINE_STAGE_CAPABILITIES);
  if (request.head.flags & SARAI_CONFINE_CHECK) {
    report(SARAI_CONFINE_CHECKED, checks(&request), landlock_version(), 0, 0);
    _exit(0);
  }
  fcntl(SARAI_CONFINE_CONTROL, F_SETFD, FD_CLOEXEC);
  sigset_t wanted, before;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  sigprocmask(SIG_BLOCK, &wanted, &before);
  int signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) give_up(SARAI_CONFINE_STAGE_FORK);
  pid_t program = start_program(&before);
  attend(program, signals);
}
