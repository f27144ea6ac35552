#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "CSeccomp.h"

int sarai_control_open(int ends[2]) {
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return -errno;
  int on = 1;
  if (setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
      fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    return -error;
  }
  return 0;
}

ssize_t sarai_control_receive(int control, void *bytes, size_t capacity, pid_t *sender) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(struct ucred))];
  } ancillary;
  struct iovec part = {.iov_base = bytes, .iov_len = capacity};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &ancillary, .msg_controllen = sizeof ancillary};
  ssize_t count;
  do count = recvmsg(control, &message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  *sender = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS) continue;
    struct ucred credentials;
    memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
    *sender = credentials.pid;
  }
  return count;
}

int sarai_control_send(int control, const void *bytes, size_t count) {
  ssize_t sent;
  do sent = send(control, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  if (sent < 0) return -errno;
  return (size_t)sent == count ? 0 : -EMSGSIZE;
}

int sarai_pipe_open(int ends[2], int host_reads) {
  if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
  if (fcntl(ends[host_reads ? 0 : 1], F_SETFL, O_NONBLOCK) != 0) {
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    return -error;
  }
  return 0;
}

int sarai_stream_connect(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
  strcpy(address.sun_path, path);
  int stream = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (stream < 0) return -errno;
  // Unix sockets connect at once or, where the other side's queue is full, not at all.
  if (connect(stream, (struct sockaddr *)&address, sizeof address) == 0) return stream;
  int error = errno;
  close(stream);
  return -error;
}

int sarai_stream_send(int stream, const void *bytes, size_t count, int milliseconds) {
  const char *next = bytes;
  while (count > 0) {
    ssize_t sent = send(stream, next, count, MSG_NOSIGNAL);
    if (sent > 0) {
      next += sent;
      count -= (size_t)sent;
    } else if (errno == EAGAIN) {
      struct pollfd polled = {.fd = stream, .events = POLLOUT};
      int ready = poll(&polled, 1, milliseconds);
      if (ready == 0) return -ETIMEDOUT;
      if (ready < 0 && errno != EINTR) return -errno;
    } else if (errno != EINTR) {
      return -errno;
    }
  }
  return 0;
}

void sarai_stream_end(int stream) { shutdown(stream, SHUT_WR); }

int sarai_stream_try(const char *path) {
  int stream = sarai_stream_connect(path);
  if (stream < 0) return stream;
  close(stream);
  return 0;
}

int sarai_poller_open(void) {
  int poller = epoll_create1(EPOLL_CLOEXEC);
  return poller < 0 ? -errno : poller;
}

int sarai_poller_add(int poller, int descriptor, uint64_t token) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.u64 = token};
  return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : -errno;
}

int sarai_poller_remove(int poller, int descriptor) {
  return epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, NULL) == 0 ? 0 : -errno;
}

int sarai_poller_wait(int poller, uint64_t *tokens, uint32_t capacity, int milliseconds) {
  struct epoll_event events[64];
  int most = capacity < 64 ? (int)capacity : 64;
  int count = epoll_wait(poller, events, most, milliseconds);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) tokens[i] = events[i].data.u64;
  return count;
}

int sarai_waker_open(void) {
  int waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return waker < 0 ? -errno : waker;
}

void sarai_waker_wake(int waker) {
  uint64_t one = 1;
  // A counter that is full wakes as well.
  if (write(waker, &one, sizeof one) < 0) return;
}

void sarai_waker_clear(int waker) {
  uint64_t count;
  if (read(waker, &count, sizeof count) < 0) return;
}

void sarai_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }
