#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "probe.h"

static int connect_inet(const char *port) {
  int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  if (socket_ < 0) return errno;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(socket_, (struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
}

// Binds the loopback's port that the host holds already: refused by the host only where the network is the host's.
static int listen_inet(const char *port) {
  int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  if (socket_ < 0) return errno;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(socket_, (struct sockaddr *)&address, sizeof address) == 0) return ENOENT;
  return errno == EADDRINUSE ? 0 : errno;
}

static int connect_unix(const char *name, int is_abstract) {
  int socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
  if (socket_ < 0) return errno;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(name);
  if (length + 1 > sizeof address.sun_path) return ENAMETOOLONG;
  memcpy(address.sun_path + (is_abstract ? 1 : 0), name, length);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
  return connect(socket_, (struct sockaddr *)&address, size) == 0 ? 0 : errno;
}
static int connect_abstract(const char *name) { return connect_unix(name, 1); }
static int connect_path(const char *path) { return connect_unix(path, 0); }

static int open_socket(int family, int type, int protocol) {
  int socket_ = socket(family, type, protocol);
  return socket_ < 0 ? errno : 0;
}
static int netlink(const char *unused) {
  (void)unused;
  return open_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}
static int inet6(const char *unused) {
  (void)unused;
  return open_socket(AF_INET6, SOCK_DGRAM, 0);
}
static int udp(const char *unused) {
  (void)unused;
  return open_socket(AF_INET, SOCK_DGRAM, 0);
}

const struct named_attempt network_attempts[] = {
    {"connect-inet", connect_inet}, {"listen-inet", listen_inet}, {"connect-abstract", connect_abstract},
    {"connect-path", connect_path}, {"netlink", netlink},         {"inet6", inet6},
    {"udp", udp},                   {NULL, NULL},
};
