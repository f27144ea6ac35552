#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "probe.h"

extern char **environ;

// Sends each connection what it was sent.
static int serve(const char *path) {
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (listener < 0 || strlen(path) >= sizeof address.sun_path) return 1;
  strcpy(address.sun_path, path);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 8) != 0) {
    perror("serve");
    return 1;
  }
  if (write(1, "ready\n", 6) != 6) return 1;
  for (;;) {
    int client = accept(listener, NULL, NULL);
    if (client < 0) return 1;
    char buffer[4096];
    for (ssize_t count; (count = read(client, buffer, sizeof buffer)) > 0;)
      if (write(client, buffer, (size_t)count) != count) break;
    close(client);
  }
}

// Reads its standard input to the end.
static int wait_for_end(void) {
  char buffer[256];
  if (write(1, "ready\n", 6) != 6) return 1;
  while (read(0, buffer, sizeof buffer) > 0) {}
  return 7;
}

// Ends neither with its input nor on a signal that can be refused.
static int refuse_to_end(void) {
  signal(SIGTERM, SIG_IGN);
  if (write(1, "ready\n", 6) != 6) return 1;
  for (;;) pause();
}

// Leaves a child of its own, in a session of its own, that would never end.
static int leave_child(void) {
  if (fork() == 0) {
    setsid();
    refuse_to_end();
  }
  return 0;
}

static void on_reload(int signal) {
  (void)signal;
  if (write(1, "reloaded\n", 9) != 9) _exit(1);
}
static int wait_for_signals(void) {
  signal(SIGUSR1, on_reload);
  if (write(1, "ready\n", 6) != 6) return 1;
  for (;;) pause();
}

int ordinary_command(const char *name, const char *argument) {
  if (strcmp(name, "ok") == 0) return 0;
  if (strcmp(name, "exit") == 0) return atoi(argument);
  if (strcmp(name, "crash") == 0) {
    *(volatile int *)16 = 1;
    return 0;
  }
  if (strcmp(name, "raise") == 0) return raise(atoi(argument));
  if (strcmp(name, "serve") == 0) return serve(argument);
  if (strcmp(name, "wait-for-end") == 0) return wait_for_end();
  if (strcmp(name, "refuse-to-end") == 0) return refuse_to_end();
  if (strcmp(name, "leave-child") == 0) return leave_child();
  if (strcmp(name, "wait-for-signals") == 0) return wait_for_signals();
  if (strcmp(name, "burn") == 0)
    for (volatile unsigned long i = 0;; i++) {}
  if (strcmp(name, "processors") == 0) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
    printf("%d\n", CPU_COUNT(&allowed));
    fflush(stdout);
    return wait_for_end();
  }
  if (strcmp(name, "say") == 0) {
    printf("%s\n", argument);
    fprintf(stderr, "aside\n");
    return 0;
  }
  if (strcmp(name, "environment") == 0) {
    for (char **entry = environ; *entry; entry++) puts(*entry);
    return 0;
  }
  if (strcmp(name, "descriptors") == 0) {
    // One that can be duplicated is open.
    for (int i = 0; i < 256; i++)
      if (fcntl(i, F_GETFD) >= 0) printf("%d ", i);
    puts("");
    return 0;
  }
  return -1;
}
