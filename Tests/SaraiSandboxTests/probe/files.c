#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "probe.h"

static int result(int value) { return value < 0 ? errno : 0; }

static int read_file(const char *path) {
  char byte;
  int file = open(path, O_RDONLY);
  if (file < 0) return errno;
  ssize_t count = read(file, &byte, 1);
  return count == 1 ? 0 : count < 0 ? errno : ENODATA;
}

static int list_folder(const char *path) {
  DIR *folder = opendir(path);
  if (!folder) return errno;
  int entries = 0;
  for (struct dirent *entry; (entry = readdir(folder));)
    if (entry->d_name[0] != '.') entries++;
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
  char byte;
  ssize_t count = pread(atoi(number), &byte, 1, 0);
  return count == 1 ? 0 : count < 0 ? errno : ENODATA;
}

static int read_variable(const char *name) { return getenv(name) ? 0 : ENOENT; }

const struct named_attempt file_attempts[] = {
    {"read-file", read_file},           {"list-folder", list_folder},
    {"create-file", create_file},       {"overwrite-file", overwrite_file},
    {"remove-file", remove_file},       {"replace-file", replace_file},
    {"make-setuid", make_setuid},       {"create-setuid", create_setuid},
    {"make-link", make_link},           {"make-hard-link", make_hard_link},
    {"execute-copy", execute_copy},     {"map-copy", map_copy},
    {"execute-file", execute_file},     {"set-attribute", set_attribute},
    {"read-descriptor", read_descriptor}, {"read-variable", read_variable},
    {NULL, NULL},
};
