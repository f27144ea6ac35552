#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

static int use_memory(const char *mebibytes) {
  for (long i = 0; i < atol(mebibytes); i++) {
    char *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return errno;
    memset(memory, 1, 1 << 20);
  }
  return 0;
}

static void *wait_for_ever(void *unused) {
  pause();
  return unused;
}
static int start_threads(const char *number) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 << 10);
  for (long i = 0; i < atol(number); i++) {
    pthread_t thread;
    int error = pthread_create(&thread, &attributes, wait_for_ever, NULL);
    if (error) return error;
  }
  return 0;
}

static int start_processes(const char *number) {
  for (long i = 0; i < atol(number); i++) {
    pid_t child = fork();
    if (child < 0) return errno;
    if (child == 0) {
      pause();
      _exit(0);
    }
  }
  return 0;
}

static int fill_temporary(const char *mebibytes) {
  static char block[1 << 20];
  for (long i = 0; i < atol(mebibytes); i++) {
    char path[64];
    snprintf(path, sizeof path, "/tmp/fill-%ld", i);
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    if (file < 0) return errno;
    for (size_t written = 0; written < sizeof block;) {
      ssize_t count = write(file, block + written, sizeof block - written);
      if (count < 0) return errno;
      written += (size_t)count;
    }
    close(file);
  }
  return 0;
}

static int long_file(const char *mebibytes) {
  signal(SIGXFSZ, SIG_IGN);
  int file = open("/tmp/long", O_WRONLY | O_CREAT, 0600);
  if (file < 0) return errno;
  return ftruncate(file, (off_t)atol(mebibytes) << 20) == 0 ? 0 : errno;
}

static int open_files(const char *number) {
  for (long i = 0; i < atol(number); i++)
    if (dup(0) < 0) return errno;
  return 0;
}

static int print(const char *mebibytes) {
  static char block[1 << 16];
  memset(block, 'x', sizeof block);
  for (long i = 0; i < atol(mebibytes) * 16; i++)
    for (size_t written = 0; written < sizeof block;) {
      ssize_t count = write(1, block + written, sizeof block - written);
      if (count < 0) return errno;
      written += (size_t)count;
    }
  return 0;
}

const struct named_attempt resource_attempts[] = {
    {"memory", use_memory},     {"threads", start_threads}, {"processes", start_processes},
    {"fill", fill_temporary},   {"long-file", long_file},   {"open-files", open_files},
    {"print", print},           {NULL, NULL},
};
