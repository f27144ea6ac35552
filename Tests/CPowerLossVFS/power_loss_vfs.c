#include "CPowerLossVFS.h"
#include "disk.h"

typedef struct {
  sqlite3_file base;
  node *node;
} disk_file;

static sqlite3_file *beneath(sqlite3_file *file) { return (sqlite3_file *)((disk_file *)file + 1); }

static int disk_close(sqlite3_file *file) {
  sqlite3_file *real = beneath(file);
  pthread_mutex_lock(&disk.lock);
  const int code = real->pMethods->xClose(real);
  file->pMethods = NULL;
  ((disk_file *)file)->node->handles--;
  if (!disk.is_cut) forget_if_idle(((disk_file *)file)->node);
  pthread_mutex_unlock(&disk.lock);
  return code;
}

static int disk_read(sqlite3_file *file, void *buffer, int bytes, sqlite3_int64 offset) {
  node *n = ((disk_file *)file)->node;
  pthread_mutex_lock(&disk.lock);
  int code = SQLITE_IOERR_READ;
  if (!disk.is_cut) {
    sqlite3_int64 there = n->size - offset;
    there = there < 0 ? 0 : there > bytes ? bytes : there;
    if (there > 0) memcpy(buffer, n->image + offset, (size_t)there);
    memset((char *)buffer + there, 0, (size_t)(bytes - there));
    code = there == bytes ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  pthread_mutex_unlock(&disk.lock);
  return code;
}

static int disk_write(sqlite3_file *file, const void *buffer, int bytes, sqlite3_int64 offset) {
  node *n = ((disk_file *)file)->node;
  pthread_mutex_lock(&disk.lock);
  int code = SQLITE_OK;
  // The write that the power fails in may still reach the disk in part.
  if (!disk.is_cut && disk.countdown == 0) add_pending(n, buffer, bytes, offset);
  if (is_off())
    code = SQLITE_IOERR_WRITE;
  else if (disk.limit >= 0 && offset + bytes > n->size && used() + offset + bytes - n->size > disk.limit)
    code = SQLITE_FULL;
  else {
    code = grow(n, offset + bytes);
    if (code == SQLITE_OK) {
      memcpy(n->image + offset, buffer, (size_t)bytes);
      code = add_pending(n, buffer, bytes, offset);
    }
  }
  pthread_mutex_unlock(&disk.lock);
  return code;
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size) {
  node *n = ((disk_file *)file)->node;
  pthread_mutex_lock(&disk.lock);
  int code = SQLITE_IOERR_TRUNCATE;
  if (!is_off()) {
    if (size < n->size) n->size = size;
    code = add_pending(n, NULL, 0, size);
  }
  pthread_mutex_unlock(&disk.lock);
  return code;
}

static int disk_sync(sqlite3_file *file, int flags) {
  (void)flags;
  node *n = ((disk_file *)file)->node;
  pthread_mutex_lock(&disk.lock);
  int code = SQLITE_IOERR_FSYNC;
  if (!is_off()) {
    code = SQLITE_OK;
    for (pending *p = n->first; p && code == SQLITE_OK; p = p->next) code = apply(n->real, p);
    drop_pending(n);
  }
  pthread_mutex_unlock(&disk.lock);
  return code;
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *size) {
  pthread_mutex_lock(&disk.lock);
  *size = ((disk_file *)file)->node->size;
  const int code = disk.is_cut ? SQLITE_IOERR_FSTAT : SQLITE_OK;
  pthread_mutex_unlock(&disk.lock);
  return code;
}

static int disk_lock(sqlite3_file *file, int level) { return beneath(file)->pMethods->xLock(beneath(file), level); }
static int disk_unlock(sqlite3_file *file, int level) {
  return beneath(file)->pMethods->xUnlock(beneath(file), level);
}
static int disk_reserved(sqlite3_file *file, int *held) {
  return beneath(file)->pMethods->xCheckReservedLock(beneath(file), held);
}
// What unix files take hints for (size, chunk) would write past this disk.
static int disk_control(sqlite3_file *file, int operation, void *argument) {
  (void)file, (void)operation, (void)argument;
  return SQLITE_NOTFOUND;
}
static int disk_sector(sqlite3_file *file) {
  (void)file;
  return 4096;
}
// Promises nothing: neither atomic writes nor appends in order.
static int disk_device(sqlite3_file *file) {
  (void)file;
  return 0;
}
static int disk_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **memory) {
  return beneath(file)->pMethods->xShmMap(beneath(file), region, bytes, extend, memory);
}
static int disk_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
  return beneath(file)->pMethods->xShmLock(beneath(file), offset, count, flags);
}
static void disk_shm_barrier(sqlite3_file *file) { beneath(file)->pMethods->xShmBarrier(beneath(file)); }
static int disk_shm_unmap(sqlite3_file *file, int should_delete) {
  return beneath(file)->pMethods->xShmUnmap(beneath(file), should_delete);
}

static const sqlite3_io_methods disk_methods = {
  .iVersion = 2,
  .xClose = disk_close,
  .xRead = disk_read,
  .xWrite = disk_write,
  .xTruncate = disk_truncate,
  .xSync = disk_sync,
  .xFileSize = disk_size,
  .xLock = disk_lock,
  .xUnlock = disk_unlock,
  .xCheckReservedLock = disk_reserved,
  .xFileControl = disk_control,
  .xSectorSize = disk_sector,
  .xDeviceCharacteristics = disk_device,
  .xShmMap = disk_shm_map,
  .xShmLock = disk_shm_lock,
  .xShmBarrier = disk_shm_barrier,
  .xShmUnmap = disk_shm_unmap,
};

static node *find(const char *name) {
  for (node *n = disk.nodes; n; n = n->next)
    if (strcmp(n->name, name) == 0) return n;
  return NULL;
}

static int load(node *n) {
  n->real = open(n->name, O_RDWR | O_CLOEXEC);
  const sqlite3_int64 size = n->real < 0 ? -1 : lseek(n->real, 0, SEEK_END);
  if (size < 0) return SQLITE_CANTOPEN;
  const int code = grow(n, size);
  if (code != SQLITE_OK) return code;
  return pread(n->real, n->image, (size_t)size, 0) == size ? SQLITE_OK : SQLITE_IOERR_READ;
}

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given) {
  (void)vfs;
  if (name == NULL || (flags & SQLITE_OPEN_DELETEONCLOSE)) return disk.base->xOpen(disk.base, name, file, flags, given);
  file->pMethods = NULL;
  pthread_mutex_lock(&disk.lock);
  int code = disk.is_cut ? SQLITE_CANTOPEN : disk.base->xOpen(disk.base, name, beneath(file), flags, given);
  if (code == SQLITE_OK) {
    node *n = find(name);
    if (n == NULL) {
      n = calloc(1, sizeof *n);
      n->name = strdup(name);
      n->last = &n->first;
      n->next = disk.nodes;
      disk.nodes = n;
      code = load(n);
    }
    n->handles++;
    ((disk_file *)file)->node = n;
    file->pMethods = &disk_methods;
  }
  pthread_mutex_unlock(&disk.lock);
  return code;
}

static int disk_delete(sqlite3_vfs *vfs, const char *name, int sync) {
  (void)vfs;
  pthread_mutex_lock(&disk.lock);
  int code = SQLITE_IOERR_DELETE;
  if (!disk.is_cut) {
    for (node **at = &disk.nodes; *at; at = &(*at)->next) {
      if (strcmp((*at)->name, name) != 0) continue;
      forget(at);
      break;
    }
    code = disk.base->xDelete(disk.base, name, sync);
  }
  pthread_mutex_unlock(&disk.lock);
  return code;
}

static int disk_access(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
  (void)vfs;
  pthread_mutex_lock(&disk.lock);
  const node *n = find(name);
  int code = SQLITE_OK;
  if (n != NULL && flags == SQLITE_ACCESS_EXISTS)
    *result = n->size > 0;
  else
    code = disk.base->xAccess(disk.base, name, flags, result);
  pthread_mutex_unlock(&disk.lock);
  return code;
}

int power_loss_register(void) {
  const int code = sqlite3_initialize();
  if (code != SQLITE_OK || sqlite3_vfs_find("power-loss") != NULL) return code;
  disk.base = sqlite3_vfs_find(NULL);
  static sqlite3_vfs vfs;
  vfs = *disk.base;
  vfs.iVersion = 2;
  vfs.szOsFile = disk.base->szOsFile + (int)sizeof(disk_file);
  vfs.pNext = NULL;
  vfs.zName = "power-loss";
  vfs.xOpen = disk_open;
  vfs.xDelete = disk_delete;
  vfs.xAccess = disk_access;
  return sqlite3_vfs_register(&vfs, 0);
}

void power_loss_cut_after(int64_t operations, uint64_t seed) {
  pthread_mutex_lock(&disk.lock);
  disk.random = seed;
  disk.countdown = operations;
  pthread_mutex_unlock(&disk.lock);
}

void power_loss_cut(uint64_t seed) {
  pthread_mutex_lock(&disk.lock);
  disk.random = seed;
  cut_now();
  pthread_mutex_unlock(&disk.lock);
}

int power_loss_is_cut(void) {
  pthread_mutex_lock(&disk.lock);
  const int is_cut = disk.is_cut;
  pthread_mutex_unlock(&disk.lock);
  return is_cut;
}

void power_loss_restore(void) {
  pthread_mutex_lock(&disk.lock);
  while (disk.nodes != NULL) forget(&disk.nodes);
  disk.is_cut = 0;
  disk.countdown = -1;
  disk.limit = -1;
  pthread_mutex_unlock(&disk.lock);
}

void power_loss_limit(int64_t bytes) {
  pthread_mutex_lock(&disk.lock);
  disk.limit = bytes;
  pthread_mutex_unlock(&disk.lock);
}

int64_t power_loss_operations(void) {
  pthread_mutex_lock(&disk.lock);
  const int64_t operations = disk.operations;
  pthread_mutex_unlock(&disk.lock);
  return operations;
}
