#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ConfineProtocol.h"

// The system calls behind a sandbox that Swift cannot make well: seccomp filters (through libseccomp), Landlock, the
// start of a process on memory shared with its parent, waiting on descriptors. Functions return 0 or a count, and the
// negative of an errno where they fail.

// MARK: Filters

typedef struct sarai_filter sarai_filter;

// A condition on one argument: `(argument & mask) == value`.
typedef struct {
  uint32_t argument;
  uint64_t mask;
  uint64_t value;
} sarai_filter_condition;

// A filter that answers every system call with `error` until calls are allowed. Null where there is no memory.
sarai_filter *sarai_filter_open(int error);
void sarai_filter_close(sarai_filter *filter);

// Allows a call where all conditions hold (none: always). 1 where this system has no call of that name.
int sarai_filter_allow(
    sarai_filter *filter, const char *call, const sarai_filter_condition *conditions, uint32_t count);
// Answers a call with another error than the filter's.
int sarai_filter_refuse(sarai_filter *filter, const char *call, int error);
// Compiles the filter; returns the number of bytes of BPF, at most `capacity`.
ssize_t sarai_filter_export(sarai_filter *filter, uint8_t *bytes, size_t capacity);

// MARK: What the kernel has

// The version of Landlock's interface, 0 where the kernel has none or it is switched off.
int sarai_landlock_version(void);
// 1 where the kernel takes seccomp filters that end the process.
int sarai_seccomp_available(void);

// MARK: Starting a process

typedef struct {
  const char *executable;
  char *const *arguments;
  char *const *environment;
  // Become descriptors 0 to 3 of the child, which gets no other.
  int input, output, error, control;
  // Files named "tasks" of cgroups (version 1) that the child joins before it runs anything.
  const int *task_files;
  uint32_t task_file_count;
  // Folder of a cgroup (version 2) that the child is born in, or -1.
  int cgroup;
  // 1 to close all other descriptors, which nothing but a test leaves open.
  int closes_others;
  // 1 to begin a session, so that no terminal reaches the child.
  int begins_session;
  // Identity that the child takes, or -1 to keep the caller's.
  int64_t user, group;
} sarai_spawn_request;

typedef struct {
  pid_t pid;
  int pidfd;
} sarai_spawned;

// Starts a program. It dies with the calling thread only if it asks for that itself (PR_SET_PDEATHSIG).
int sarai_spawn(const sarai_spawn_request *request, sarai_spawned *spawned);

// Takes the status of an ended child: 1 where it has ended, 0 where it still runs.
int sarai_reap(pid_t pid, int *status);
int sarai_send_signal(int pidfd, int signal);
// A descriptor that becomes readable when the process ends.
int sarai_watch_process(pid_t pid);

// MARK: Files

typedef struct {
  uint64_t device, inode, bytes;
  int64_t modified_nanoseconds;
  // As of stat(2): type and permissions.
  uint32_t mode;
} sarai_file_facts;

// Follows symbolic links.
int sarai_file_look(const char *path, sarai_file_facts *facts);

// MARK: Descriptors

// A pair of sockets for whole messages; `ends[0]` is the host's, which learns who sent each, and never blocks.
int sarai_control_open(int ends[2]);
// A message of at most `capacity` bytes and the pid of its sender. 0 at the end, -EAGAIN where none has come.
ssize_t sarai_control_receive(int control, void *bytes, size_t capacity, pid_t *sender);
int sarai_control_send(int control, const void *bytes, size_t count);

// A pipe whose host end (`host_reads` 1: the reading one) never blocks. `ends[0]` is for reading.
int sarai_pipe_open(int ends[2], int host_reads);

// Connects to a unix socket; the descriptor never blocks.
int sarai_stream_connect(const char *path);
// Sends all bytes, waiting at most `milliseconds` where the other side is slow to take them.
int sarai_stream_send(int stream, const void *bytes, size_t count, int milliseconds);
// Says that nothing more will be sent.
void sarai_stream_end(int stream);
// 0 where `path` is a unix socket that this user may connect to.
int sarai_stream_try(const char *path);

int sarai_poller_open(void);
// Watches for input and for the end; `token` comes back with each event.
int sarai_poller_add(int poller, int descriptor, uint64_t token);
int sarai_poller_remove(int poller, int descriptor);
// Waits at most `milliseconds` (-1: for ever); returns how many tokens it wrote.
int sarai_poller_wait(int poller, uint64_t *tokens, uint32_t capacity, int milliseconds);
// A counter that another thread raises to wake a poller.
int sarai_waker_open(void);
void sarai_waker_wake(int waker);
void sarai_waker_clear(int waker);

void sarai_thread_name(const char *name);
