#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "probe.h"

static int result(int value) { return value < 0 ? errno : 0; }

// Prints what it reads: the host looks there for what nobody inside can know.
static int read_open_file(int file) {
  char bytes[4096];
  ssize_t count = read(file, bytes, sizeof bytes);
  if (count > 0) tell(bytes, (size_t)count);
  return count > 0 ? 0 : count < 0 ? errno : ENODATA;
}
static int read_file(const char *path) {
  int file = open(path, O_RDONLY);
  return file < 0 ? errno : read_open_file(file);
}

static int list_folder(const char *path) {
  DIR *folder = opendir(path);
  if (!folder) return errno;
  int entries = 0;
  for (struct dirent *entry; (entry = readdir(folder));)
    if (entry->d_name[0] != '.') {
      tell(entry->d_name, strlen(entry->d_name));
      entries++;
    }
  return entries > 0 ? 0 : ENODATA;
}

static int create_file(const char *path) {
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  return file < 0 ? errno : result((int)write(file, "x", 1));
}

static int overwrite_file(const char *path) {
  int file = open(path, O_WRONLY);
  return file < 0 ? errno : result((int)pwrite(file, "x", 1, 0));
}

static int remove_file(const char *path) { return result(unlink(path)); }

static int replace_file(const char *path) {
  char other[4200];
  snprintf(other, sizeof other, "%s.moved", path);
  return result(rename(path, other));
}

static int make_setuid(const char *path) {
  int file = open(path, O_WRONLY | O_CREAT, 0700);
  if (file < 0) return errno;
  return result(fchmod(file, 04755));
}

static int create_setuid(const char *path) { return result(open(path, O_WRONLY | O_CREAT, 04755)); }

static int make_link(const char *path) { return result(symlink("/etc/passwd", path)); }

static int make_hard_link(const char *path) {
  char other[4200];
  snprintf(other, sizeof other, "%s.linked", path);
  return result(link(path, other));
}

static int truncate_file(const char *path) { return result(truncate(path, 1)); }

static int make_fifo(const char *path) { return result(mkfifo(path, 0600)); }

static int make_device(const char *path) { return result(mknod(path, S_IFCHR | 0666, makedev(1, 3))); }

// A link that is now there and now not, and a reader who waits for the moment. The argument is the link and its target,
// with a colon between them.
static const char *racing_link, *racing_target;
static void *race_links(void *unused) {
  char other[4200];
  snprintf(other, sizeof other, "%s.other", racing_link);
  for (int i = 0; i < 2000; i++) {
    if (symlink(racing_target, other) == 0) rename(other, racing_link);
    int file = open(other, O_WRONLY | O_CREAT, 0600);
    if (file >= 0) close(file);
    rename(other, racing_link);
  }
  return unused;
}
static int race(const char *argument) {
  char *copy = strdup(argument), *colon = strchr(copy, ':');
  if (!colon) return EINVAL;
  *colon = 0;
  racing_link = copy;
  racing_target = colon + 1;
  pthread_t thread;
  int error = pthread_create(&thread, NULL, race_links, NULL);
  if (error) return error;
  // The file itself is empty or says so; anything else came from where the link leads.
  int outcome = ENOENT;
  for (int i = 0; i < 50000 && outcome; i++) {
    char bytes[256];
    int file = open(racing_link, O_RDONLY);
    ssize_t count = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    if (file >= 0) close(file);
    if (count <= 0 || strncmp(bytes, "plain", 5) == 0) continue;
    tell(bytes, (size_t)count);
    outcome = 0;
  }
  pthread_join(thread, NULL);
  return outcome;
}

// A file of the host by its handle, as hexadecimal digits, on the file system of a granted folder: "FOLDER:TYPE:DIGITS".
static int open_handle(const char *argument) {
  struct {
    struct file_handle head;
    unsigned char bytes[128];
  } handle = {0};
  char folder[4096], digits[257];
  int type;
  if (sscanf(argument, "%4095[^:]:%d:%256s", folder, &type, digits) != 3) return EINVAL;
  handle.head.handle_type = type;
  handle.head.handle_bytes = (unsigned)strlen(digits) / 2;
  for (unsigned i = 0; i < handle.head.handle_bytes; i++) sscanf(digits + 2 * i, "%2hhx", &handle.head.f_handle[i]);
  int mount = open(folder, O_RDONLY | O_DIRECTORY);
  if (mount < 0) return errno;
  int file = open_by_handle_at(mount, &handle.head, O_RDONLY);
  return file < 0 ? errno : read_open_file(file);
}

static int write_setting(const char *path) {
  int file = open(path, O_WRONLY);
  return file < 0 ? errno : result((int)write(file, "11\n", 3));
}

// A copy of the program `from`, at `to`.
static int copy_program(const char *from, const char *to) {
  char buffer[65536];
  int source = open(from, O_RDONLY), target = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0700);
  if (source < 0 || target < 0) return errno;
  for (ssize_t count; (count = read(source, buffer, sizeof buffer)) > 0;)
    if (write(target, buffer, (size_t)count) != count) return errno;
  close(source);
  close(target);
  return 0;
}

// The argument is this program's own path.
static int execute_copy(const char *own) {
  int error = copy_program(own, "/tmp/copy");
  if (error) return error;
  char *arguments[] = {"copy", "ok", NULL}, *environment[] = {NULL};
  execve("/tmp/copy", arguments, environment);
  return errno;
}

static int hold_copy(const char *own) {
  int error = copy_program(own, "/tmp/copy");
  if (error) return error;
  char *arguments[] = {"copy", "hold", "nothing", NULL}, *environment[] = {NULL};
  execve("/tmp/copy", arguments, environment);
  return errno;
}
static int nothing(const char *unused) {
  (void)unused;
  return 0;
}

static int map_copy(const char *own) {
  int error = copy_program(own, "/tmp/copy");
  if (error) return error;
  int file = open("/tmp/copy", O_RDONLY);
  if (file < 0) return errno;
  return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED ? errno : 0;
}

static int execute_file(const char *path) {
  char *arguments[] = {(char *)path, "ok", NULL}, *environment[] = {NULL};
  execve(path, arguments, environment);
  return errno;
}

static int set_attribute(const char *path) { return result(setxattr(path, "user.sarai", "x", 1, 0)); }

static int read_descriptor(const char *number) {
  char bytes[4096];
  ssize_t count = pread(atoi(number), bytes, sizeof bytes, 0);
  if (count > 0) tell(bytes, (size_t)count);
  return count > 0 ? 0 : count < 0 ? errno : ENODATA;
}

static int read_variable(const char *name) {
  const char *value = getenv(name);
  if (!value) return ENOENT;
  tell(value, strlen(value));
  return 0;
}

const struct named_attempt file_attempts[] = {
    {"read-file", read_file},           {"list-folder", list_folder},
    {"create-file", create_file},       {"overwrite-file", overwrite_file},
    {"remove-file", remove_file},       {"replace-file", replace_file},
    {"make-setuid", make_setuid},       {"create-setuid", create_setuid},
    {"make-link", make_link},           {"make-hard-link", make_hard_link},
    {"execute-copy", execute_copy},     {"map-copy", map_copy},
    {"execute-file", execute_file},     {"set-attribute", set_attribute},
    {"read-descriptor", read_descriptor}, {"read-variable", read_variable},
    {"truncate-file", truncate_file},   {"make-fifo", make_fifo},
    {"make-device", make_device},       {"race", race},
    {"open-handle", open_handle},       {"write-setting", write_setting},
    {"hold-copy", hold_copy},           {"nothing", nothing},
    {NULL, NULL},
};
