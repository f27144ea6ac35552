#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "probe.h"

// Attempts whose outcome the host reads off the process, or off itself.

static int result(long value) { return value < 0 ? errno : 0; }

static int mount_bind(const char *unused) {
  (void)unused;
  return result(mount("/", "/tmp", NULL, MS_BIND | MS_REC, NULL));
}
static int open_context(const char *unused) {
  (void)unused;
  enum { fsopen_ = 430 };
  return result(syscall(fsopen_, "tmpfs", 0u));
}
static int clone_tree(const char *unused) {
  (void)unused;
  enum { open_tree_ = 428, tree_clone = 1 };
  return result(syscall(open_tree_, AT_FDCWD, "/", tree_clone));
}

static int unshare_with(int flags) { return result(unshare(CLONE_NEWUSER | flags)); }
static int unshare_mount(const char *unused) {
  (void)unused;
  return unshare_with(CLONE_NEWNS);
}
static int unshare_network(const char *unused) {
  (void)unused;
  return unshare_with(CLONE_NEWNET);
}
static int join_namespace(const char *path) {
  int space = open(path, O_RDONLY);
  return space < 0 ? errno : result(setns(space, 0));
}

static int keep_child(long child) {
  if (child == 0) {
    pause();
    _exit(0);
  }
  return result(child);
}
static int clone_user(const char *unused) {
  (void)unused;
  return keep_child(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
}
static int keep_process(const char *unused) {
  (void)unused;
  return keep_child(fork());
}

static int bpf_map(const char *unused) {
  (void)unused;
  union bpf_attr attributes = {0};
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = 4;
  attributes.value_size = 4;
  attributes.max_entries = 1;
  return result(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}
static int io_ring(const char *unused) {
  (void)unused;
  char parameters[120] = {0};
  return result(syscall(SYS_io_uring_setup, 1, parameters));
}
static int fault_descriptor(const char *unused) {
  (void)unused;
  enum { user_mode_only = 1 };
  return result(syscall(SYS_userfaultfd, user_mode_only));
}
static int perf_counter(const char *unused) {
  (void)unused;
  struct perf_event_attr attributes = {
      .type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_TASK_CLOCK, .exclude_kernel = 1};
  return result(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0ul));
}
static int memory_file(const char *unused) {
  (void)unused;
  return result(syscall(SYS_memfd_create, "sarai", 0u));
}
static int process_descriptor(const char *unused) {
  (void)unused;
  enum { pidfd_open_ = 434 };
  return result(syscall(pidfd_open_, getpid(), 0u));
}
static int no_randomization(const char *unused) {
  (void)unused;
  return result(syscall(SYS_personality, 0x0040000ul));
}
static int one_processor(const char *unused) {
  (void)unused;
  unsigned long mask[16] = {1};
  return result(syscall(SYS_sched_setaffinity, 0, sizeof mask, mask));
}
static int shrink_stack(const char *unused) {
  (void)unused;
  struct rlimit limit;
  if (syscall(SYS_prlimit64, 0, RLIMIT_STACK, NULL, &limit) != 0) return errno;
  limit.rlim_cur = 1 << 20;
  return result(syscall(SYS_prlimit64, 0, RLIMIT_STACK, &limit, NULL));
}

// A file's handle, for open-handle: its type and its bytes.
static int print_handle(const char *path) {
  struct {
    struct file_handle head;
    unsigned char bytes[128];
  } handle = {.head.handle_bytes = 128};
  int mount;
  if (name_to_handle_at(AT_FDCWD, path, &handle.head, &mount, 0) != 0) return errno;
  printf("%d:", handle.head.handle_type);
  for (unsigned i = 0; i < handle.head.handle_bytes; i++) printf("%02x", handle.head.f_handle[i]);
  puts("");
  fflush(stdout);
  return 0;
}

static int kill_process(const char *pid) { return result(kill(atoi(pid), SIGKILL)); }
static int stop_process(const char *pid) { return result(kill(atoi(pid), SIGSTOP)); }

static int loopback(const char *port, int family, int type, struct sockaddr_storage *address, socklen_t *size) {
  memset(address, 0, sizeof *address);
  if (family == AF_INET) {
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)atoi(port));
    four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *size = sizeof *four;
  } else {
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)atoi(port));
    six->sin6_addr = in6addr_loopback;
    *size = sizeof *six;
  }
  return socket(family, type, 0);
}
static int connect_inet6(const char *port) {
  struct sockaddr_storage address;
  socklen_t size;
  int socket_ = loopback(port, AF_INET6, SOCK_STREAM, &address, &size);
  return socket_ < 0 ? errno : result(connect(socket_, (struct sockaddr *)&address, size));
}
static int send_inet(const char *port) {
  struct sockaddr_storage address;
  socklen_t size;
  int socket_ = loopback(port, AF_INET, SOCK_DGRAM, &address, &size);
  return socket_ < 0 ? errno : result(sendto(socket_, "x", 1, 0, (struct sockaddr *)&address, size));
}
// A question for the address of sarai.test.
static int ask_names(const char *port) {
  const char question[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\5sarai\4test\0\0\1\0\1";
  struct sockaddr_storage address;
  socklen_t size;
  int socket_ = loopback(port, AF_INET, SOCK_DGRAM, &address, &size);
  if (socket_ < 0) return errno;
  return result(sendto(socket_, question, sizeof question - 1, 0, (struct sockaddr *)&address, size));
}
static int accept_inet(const char *port) {
  struct sockaddr_storage address;
  socklen_t size;
  int socket_ = loopback(port, AF_INET, SOCK_STREAM, &address, &size);
  if (socket_ < 0) return errno;
  if (bind(socket_, (struct sockaddr *)&address, size) != 0) return errno;
  return result(listen(socket_, 8));
}

static int abstract(const char *name, int type, struct sockaddr_un *address, socklen_t *size) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  size_t length = strlen(name);
  if (length + 1 > sizeof address->sun_path) length = sizeof address->sun_path - 1;
  memcpy(address->sun_path + 1, name, length);
  *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
  return socket(AF_UNIX, type, 0);
}
static int send_abstract(const char *name) {
  struct sockaddr_un address;
  socklen_t size;
  int socket_ = abstract(name, SOCK_DGRAM, &address, &size);
  return socket_ < 0 ? errno : result(sendto(socket_, "x", 1, 0, (struct sockaddr *)&address, size));
}
static int send_path(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return ENAMETOOLONG;
  strcpy(address.sun_path, path);
  int socket_ = socket(AF_UNIX, SOCK_DGRAM, 0);
  return socket_ < 0 ? errno : result(sendto(socket_, "x", 1, 0, (struct sockaddr *)&address, sizeof address));
}
static int accept_abstract(const char *name) {
  struct sockaddr_un address;
  socklen_t size;
  int socket_ = abstract(name, SOCK_STREAM, &address, &size);
  if (socket_ < 0) return errno;
  if (bind(socket_, (struct sockaddr *)&address, size) != 0) return errno;
  return result(listen(socket_, 8));
}

const struct named_attempt held_attempts[] = {
    {"mount-bind", mount_bind},
    {"open-context", open_context},
    {"clone-tree", clone_tree},
    {"unshare-mount", unshare_mount},
    {"unshare-network", unshare_network},
    {"join-namespace", join_namespace},
    {"keep-clone-user", clone_user},
    {"keep-process", keep_process},
    {"bpf-map", bpf_map},
    {"io-ring", io_ring},
    {"fault-descriptor", fault_descriptor},
    {"perf-counter", perf_counter},
    {"memory-file", memory_file},
    {"process-descriptor", process_descriptor},
    {"no-randomization", no_randomization},
    {"one-processor", one_processor},
    {"shrink-stack", shrink_stack},
    {"print-handle", print_handle},
    {"kill-process", kill_process},
    {"stop-process", stop_process},
    {"connect-inet6", connect_inet6},
    {"send-inet", send_inet},
    {"ask-names", ask_names},
    {"accept-inet", accept_inet},
    {"send-abstract", send_abstract},
    {"send-path", send_path},
    {"accept-abstract", accept_abstract},
    {NULL, NULL},
};
