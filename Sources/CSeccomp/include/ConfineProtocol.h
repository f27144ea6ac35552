#pragma once
#include <stdint.h>

// What SaraiSandbox and sarai-confine say to each other over the control socket: a SOCK_SEQPACKET pair, one message a
// packet, both sides on one machine and of one build. The host sends one request, then signals; sarai-confine answers
// with reports. When the host's end closes, sarai-confine ends, and with it everything in the sandbox.

// The control socket's number in sarai-confine.
#define SARAI_CONFINE_CONTROL 3
#define SARAI_CONFINE_MAGIC 0x31464e43u
// A request is never longer; the kernel's default for a socket's buffer holds it whole.
#define SARAI_CONFINE_REQUEST_BYTES (128u << 10)
#define SARAI_CONFINE_STRINGS 2048u

enum {
  // Close every descriptor of the program but 0, 1 and 2.
  SARAI_CONFINE_CLOSE_DESCRIPTORS = 1 << 0,
  SARAI_CONFINE_NEW_SESSION = 1 << 1,
  SARAI_CONFINE_LANDLOCK = 1 << 2,
  // Give up every capability before the program runs.
  SARAI_CONFINE_DROP_CAPABILITIES = 1 << 3,
  SARAI_CONFINE_LIMITS = 1 << 4,
  // Start nothing: report what holds here (SARAI_CONFINE_CHECKED).
  SARAI_CONFINE_CHECK = 1 << 5,
};

#define SARAI_CONFINE_UNLIMITED UINT64_MAX

// The request. After it come, in this order:
// - `filter_bytes` bytes of BPF (struct sock_filter each), none for no filter;
// - `rule_count` Landlock rights (uint64_t each);
// - the strings, each ended by a zero byte: executable, working folder, `argument_count` arguments,
//   `environment_count` variables, `noexec_count` mount points, and the path of each rule.
typedef struct {
  uint32_t magic;
  uint32_t flags;
  uint32_t filter_bytes;
  uint32_t rule_count;
  uint32_t argument_count;
  uint32_t environment_count;
  uint32_t noexec_count;
  uint32_t text_bytes;
  // Processors that the program may run on, 0 for all; taken from those that it may use now, after passing over the
  // first `processors_passed` of them, round and round.
  uint32_t processors;
  uint32_t processors_passed;
  uint64_t open_files;
  uint64_t processes;
  uint64_t data_bytes;
  uint64_t file_bytes;
  uint64_t cpu_seconds;
} sarai_confine_request;

enum {
  // From the program's process, a moment before it becomes the program: the packet's credentials tell its pid.
  SARAI_CONFINE_HELLO = 1,
  // The program runs.
  SARAI_CONFINE_STARTED = 2,
  // value: the stage; detail: errno. The program did not start.
  SARAI_CONFINE_FAILED = 3,
  // value: the status as of wait(2); amount: CPU microseconds; size: largest resident set in bytes.
  SARAI_CONFINE_EXITED = 4,
  // value: SARAI_CONFINE_HOLDS_… bits; detail: version of the Landlock interface, 0 for none.
  SARAI_CONFINE_CHECKED = 5,
};

enum {
  SARAI_CONFINE_STAGE_REQUEST = 1,
  SARAI_CONFINE_STAGE_NOEXEC = 2,
  SARAI_CONFINE_STAGE_CAPABILITIES = 3,
  SARAI_CONFINE_STAGE_FORK = 4,
  SARAI_CONFINE_STAGE_LIMITS = 5,
  SARAI_CONFINE_STAGE_LANDLOCK = 6,
  SARAI_CONFINE_STAGE_FOLDER = 7,
  SARAI_CONFINE_STAGE_DESCRIPTORS = 8,
  SARAI_CONFINE_STAGE_FILTER = 9,
  SARAI_CONFINE_STAGE_EXECUTE = 10,
};

enum {
  SARAI_CONFINE_HOLDS_PID_NAMESPACE = 1 << 0,
  SARAI_CONFINE_HOLDS_NETWORK_NAMESPACE = 1 << 1,
  SARAI_CONFINE_HOLDS_NO_NEW_PRIVILEGES = 1 << 2,
  SARAI_CONFINE_HOLDS_NO_CAPABILITIES = 1 << 3,
  SARAI_CONFINE_HOLDS_SECCOMP = 1 << 4,
  SARAI_CONFINE_HOLDS_NOEXEC = 1 << 5,
  SARAI_CONFINE_HOLDS_READ_ONLY_ROOT = 1 << 6,
  SARAI_CONFINE_HOLDS_SESSION = 1 << 7,
};

typedef struct {
  uint32_t kind;
  int32_t value;
  int32_t detail;
  uint32_t unused;
  uint64_t amount;
  uint64_t size;
} sarai_confine_report;

// From the host after the request: a signal for the program's process.
typedef struct {
  int32_t signal;
} sarai_confine_signal;

// Rights of Landlock (linux/landlock.h, up to version 7 of the interface), for systems whose headers are older.
typedef enum {
  SARAI_LANDLOCK_EXECUTE = 1 << 0,
  SARAI_LANDLOCK_WRITE_FILE = 1 << 1,
  SARAI_LANDLOCK_READ_FILE = 1 << 2,
  SARAI_LANDLOCK_READ_DIR = 1 << 3,
  SARAI_LANDLOCK_REMOVE_DIR = 1 << 4,
  SARAI_LANDLOCK_REMOVE_FILE = 1 << 5,
  SARAI_LANDLOCK_MAKE_CHAR = 1 << 6,
  SARAI_LANDLOCK_MAKE_DIR = 1 << 7,
  SARAI_LANDLOCK_MAKE_REG = 1 << 8,
  SARAI_LANDLOCK_MAKE_SOCK = 1 << 9,
  SARAI_LANDLOCK_MAKE_FIFO = 1 << 10,
  SARAI_LANDLOCK_MAKE_BLOCK = 1 << 11,
  SARAI_LANDLOCK_MAKE_SYM = 1 << 12,
  SARAI_LANDLOCK_REFER = 1 << 13,
  SARAI_LANDLOCK_TRUNCATE = 1 << 14,
  SARAI_LANDLOCK_IOCTL_DEV = 1 << 15,
} sarai_landlock_right;
