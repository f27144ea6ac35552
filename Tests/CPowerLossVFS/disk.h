// What is on the disk, and what was only written to it. Included by power_loss_vfs.c alone; callers hold the lock.
#pragma once

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512

// A write or, where `data` is NULL, a truncation to `offset` bytes; not synced yet.
typedef struct pending {
  struct pending *next;
  sqlite3_int64 offset;
  int bytes;
  unsigned char *data;
} pending;

// One file as SQLite sees it; the real file beneath holds what was synced.
typedef struct node {
  struct node *next;
  char *name;
  int real;
  int handles;
  unsigned char *image;
  sqlite3_int64 size;
  sqlite3_int64 capacity;
  pending *first;
  pending **last;
} node;

static struct {
  pthread_mutex_t lock;
  sqlite3_vfs *base;
  node *nodes;
  int is_cut;
  int64_t countdown;
  uint64_t random;
  int64_t limit;
  int64_t operations;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .countdown = -1, .limit = -1};

static uint64_t next_random(void) {
  disk.random = disk.random * 6364136223846793005u + 1442695040888963407u;
  return disk.random >> 33;
}

static int grow(node *n, sqlite3_int64 size) {
  if (size > n->capacity) {
    sqlite3_int64 capacity = n->capacity ? n->capacity : 65536;
    while (capacity < size) capacity *= 2;
    unsigned char *image = realloc(n->image, (size_t)capacity);
    if (image == NULL) return SQLITE_NOMEM;
    n->image = image;
    n->capacity = capacity;
  }
  if (size > n->size) {
    memset(n->image + n->size, 0, (size_t)(size - n->size));
    n->size = size;
  }
  return SQLITE_OK;
}

static int add_pending(node *n, const void *data, int bytes, sqlite3_int64 offset) {
  pending *p = calloc(1, sizeof *p);
  if (p == NULL) return SQLITE_NOMEM;
  p->offset = offset;
  p->bytes = bytes;
  if (data != NULL) {
    p->data = malloc((size_t)bytes);
    if (p->data == NULL) {
      free(p);
      return SQLITE_NOMEM;
    }
    memcpy(p->data, data, (size_t)bytes);
  }
  *n->last = p;
  n->last = &p->next;
  return SQLITE_OK;
}

// Lets the real file have it.
static int apply(int real, const pending *p) {
  if (p->data == NULL) return ftruncate(real, p->offset) == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
  return pwrite(real, p->data, (size_t)p->bytes, p->offset) == p->bytes ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

static void drop_pending(node *n) {
  while (n->first != NULL) {
    pending *p = n->first;
    n->first = p->next;
    free(p->data);
    free(p);
  }
  n->last = &n->first;
}

static void tear(int real, const pending *p) {
  for (int at = 0; at < p->bytes; at += SECTOR) {
    if (next_random() % 2) continue;
    pending sector = *p;
    sector.data = p->data + at;
    sector.offset = p->offset + at;
    sector.bytes = p->bytes - at < SECTOR ? p->bytes - at : SECTOR;
    apply(real, &sector);
  }
}

static void cut_node(node *n) {
  if (n->first == NULL) return;
  size_t count = 0;
  for (pending *p = n->first; p; p = p->next) count++;
  pending **order = calloc(count, sizeof *order);
  if (order == NULL) abort();
  size_t i = 0;
  for (pending *p = n->first; p; p = p->next) order[i++] = p;
  for (i = count - 1; i > 0; i--) {
    const size_t j = next_random() % (i + 1);
    pending *swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  }
  // Some cuts lose nearly all, some nearly nothing.
  const uint64_t kept_of_eight = next_random() % 9;
  for (i = 0; i < count; i++) {
    if (next_random() % 8 >= kept_of_eight) continue;
    if (order[i]->data != NULL && next_random() % 4 == 0)
      tear(n->real, order[i]);
    else
      apply(n->real, order[i]);
  }
  free(order);
}

static void cut_now(void) {
  if (disk.is_cut) return;
  disk.is_cut = 1;
  for (node *n = disk.nodes; n; n = n->next) cut_node(n);
}

// Counts one operation; true where the power is off.
static int is_off(void) {
  disk.operations++;
  if (!disk.is_cut && disk.countdown >= 0 && disk.countdown-- == 0) cut_now();
  return disk.is_cut;
}

static int64_t used(void) {
  int64_t sum = 0;
  for (node *n = disk.nodes; n; n = n->next) sum += n->size;
  return sum;
}

static void forget(node **at) {
  node *n = *at;
  *at = n->next;
  drop_pending(n);
  close(n->real);
  free(n->image);
  free(n->name);
  free(n);
}

// A file that nobody has open and that is all synced is the real file, which others may move.
static void forget_if_idle(const node *idle) {
  if (idle->handles > 0 || idle->first != NULL) return;
  for (node **at = &disk.nodes; *at; at = &(*at)->next) {
    if (*at != idle) continue;
    forget(at);
    return;
  }
}
