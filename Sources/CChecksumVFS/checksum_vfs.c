#include "CChecksumVFS.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BODY_BYTES (SARAI_PAGE_BYTES - SARAI_CHECKSUM_BYTES)

static inline uint64_t mixed(uint64_t sum, uint64_t word) {
  sum = (sum ^ word) * 0xD6E8FEB86659FD93u;
  return sum ^ sum >> 32;
}

// Each step is one-to-one for a given word, so that one changed word always changes the result. The page's number is
// part of it: a page written to the wrong place does not match either. Four sums side by side, since one step has to
// wait for the one before it.
static uint64_t checksum_of(const unsigned char *page, uint64_t number) {
  enum { lanes = 4 };
  uint64_t sums[lanes];
  for (uint64_t lane = 0; lane < lanes; lane++)
    sums[lane] = number * 0x9E3779B97F4A7C15u + 0x5341524169u + lane;
  size_t at = 0;
  for (; at + 8 * lanes <= BODY_BYTES; at += 8 * lanes) {
    uint64_t words[lanes];
    memcpy(words, page + at, sizeof words);
    for (size_t lane = 0; lane < lanes; lane++) sums[lane] = mixed(sums[lane], words[lane]);
  }
  for (size_t lane = 0; at < BODY_BYTES; at += 8, lane++) {
    uint64_t word;
    memcpy(&word, page + at, 8);
    sums[lane] = mixed(sums[lane], word);
  }
  for (size_t lane = 1; lane < lanes; lane++) sums[0] = mixed(sums[0], sums[lane]);
  return sums[0] | 1;
}

static int is_sound(const unsigned char *page, uint64_t number) {
  uint64_t stored;
  memcpy(&stored, page + BODY_BYTES, 8);
  if (stored == checksum_of(page, number)) return 1;
  if (stored != 0) return 0;
  // A page that was never written: the file grew past it.
  for (size_t i = 0; i < BODY_BYTES; i++)
    if (page[i] != 0) return 0;
  return 1;
}

// The file of the VFS beneath lies behind this struct, in the same block of memory.
typedef struct {
  sqlite3_file base;
  // Of a log: writes that follow each other, waiting to become one. NULL until the first one.
  unsigned char *gathered;
  int64_t gathered_at;
  int gathered_bytes;
  // Within a transaction, whose last frame is still to come.
  int is_gathering;
} checked_file;

static sqlite3_file *beneath(sqlite3_file *file) { return (sqlite3_file *)((checked_file *)file + 1); }

static int checked_close(sqlite3_file *file) {
  sqlite3_file *real = beneath(file);
  const int code = real->pMethods->xClose(real);
  file->pMethods = NULL;
  return code;
}

static int checked_read(sqlite3_file *file, void *buffer, int bytes, sqlite3_int64 offset) {
  sqlite3_file *real = beneath(file);
  const int code = real->pMethods->xRead(real, buffer, bytes, offset);
  if (code != SQLITE_OK || bytes != SARAI_PAGE_BYTES || offset % SARAI_PAGE_BYTES != 0) return code;
  return is_sound(buffer, (uint64_t)(offset / SARAI_PAGE_BYTES) + 1) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

static int checked_write(sqlite3_file *file, const void *buffer, int bytes, sqlite3_int64 offset) {
  sqlite3_file *real = beneath(file);
  if (bytes != SARAI_PAGE_BYTES || offset % SARAI_PAGE_BYTES != 0)
    return real->pMethods->xWrite(real, buffer, bytes, offset);
  unsigned char page[SARAI_PAGE_BYTES];
  memcpy(page, buffer, BODY_BYTES);
  const uint64_t sum = checksum_of(page, (uint64_t)(offset / SARAI_PAGE_BYTES) + 1);
  memcpy(page + BODY_BYTES, &sum, 8);
  return real->pMethods->xWrite(real, page, SARAI_PAGE_BYTES, offset);
}

static int checked_truncate(sqlite3_file *file, sqlite3_int64 size) {
  return beneath(file)->pMethods->xTruncate(beneath(file), size);
}
static int checked_sync(sqlite3_file *file, int flags) { return beneath(file)->pMethods->xSync(beneath(file), flags); }
static int checked_size(sqlite3_file *file, sqlite3_int64 *size) {
  return beneath(file)->pMethods->xFileSize(beneath(file), size);
}
static int checked_lock(sqlite3_file *file, int level) { return beneath(file)->pMethods->xLock(beneath(file), level); }
static int checked_unlock(sqlite3_file *file, int level) {
  return beneath(file)->pMethods->xUnlock(beneath(file), level);
}
static int checked_reserved(sqlite3_file *file, int *held) {
  return beneath(file)->pMethods->xCheckReservedLock(beneath(file), held);
}
static int checked_control(sqlite3_file *file, int operation, void *argument) {
  return beneath(file)->pMethods->xFileControl(beneath(file), operation, argument);
}
static int checked_sector(sqlite3_file *file) { return beneath(file)->pMethods->xSectorSize(beneath(file)); }
static int checked_device(sqlite3_file *file) {
  // Reads of parts of a page (0x8000 in newer versions of SQLite) could not be checked.
  return beneath(file)->pMethods->xDeviceCharacteristics(beneath(file)) & ~0x8000;
}
static int checked_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **memory) {
  return beneath(file)->pMethods->xShmMap(beneath(file), region, bytes, extend, memory);
}
static int checked_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
  return beneath(file)->pMethods->xShmLock(beneath(file), offset, count, flags);
}
static void checked_shm_barrier(sqlite3_file *file) { beneath(file)->pMethods->xShmBarrier(beneath(file)); }
static int checked_shm_unmap(sqlite3_file *file, int should_delete) {
  return beneath(file)->pMethods->xShmUnmap(beneath(file), should_delete);
}

// Version 2: without the reads through mapped memory of version 3, which nobody could check.
static const sqlite3_io_methods checked_methods = {
  .iVersion = 2,
  .xClose = checked_close,
  .xRead = checked_read,
  .xWrite = checked_write,
  .xTruncate = checked_truncate,
  .xSync = checked_sync,
  .xFileSize = checked_size,
  .xLock = checked_lock,
  .xUnlock = checked_unlock,
  .xCheckReservedLock = checked_reserved,
  .xFileControl = checked_control,
  .xSectorSize = checked_sector,
  .xDeviceCharacteristics = checked_device,
  .xShmMap = checked_shm_map,
  .xShmLock = checked_shm_lock,
  .xShmBarrier = checked_shm_barrier,
  .xShmUnmap = checked_shm_unmap,
};

// A log gets two small writes for each page of a transaction, and each is a system call. They are gathered until the
// frame that ends the transaction, of which SQLite tells in its header; before that nobody else may see them, and SQLite
// reads its own through this same file. All else is written at once.

// SQLite's own file takes less than 128 KiB at once.
enum { log_gather_bytes = 1 << 16, log_head_bytes = 32, log_frame_head_bytes = 24 };

static int flush_log(checked_file *log) {
  const int bytes = log->gathered_bytes;
  log->gathered_bytes = 0;
  if (bytes == 0) return SQLITE_OK;
  sqlite3_file *real = beneath(&log->base);
  return real->pMethods->xWrite(real, log->gathered, bytes, log->gathered_at);
}

static int log_write(sqlite3_file *file, const void *buffer, int bytes, sqlite3_int64 offset) {
  checked_file *log = (checked_file *)file;
  sqlite3_file *real = beneath(file);
  const unsigned char *head = buffer;
  const int is_head = bytes == log_frame_head_bytes
    && (offset - log_head_bytes) % (log_frame_head_bytes + SARAI_PAGE_BYTES) == 0;
  const int is_last = is_head && (head[4] | head[5] | head[6] | head[7]) != 0;
  if (log->gathered == NULL) log->gathered = malloc(log_gather_bytes);
  if (is_head && !is_last && log->gathered != NULL) log->is_gathering = 1;
  if (log->gathered_bytes > 0
      && (offset != log->gathered_at + log->gathered_bytes || log->gathered_bytes + bytes > log_gather_bytes)) {
    const int code = flush_log(log);
    if (code != SQLITE_OK) return code;
  }
  if (!log->is_gathering || bytes > log_gather_bytes) return real->pMethods->xWrite(real, buffer, bytes, offset);
  if (log->gathered_bytes == 0) log->gathered_at = offset;
  memcpy(log->gathered + log->gathered_bytes, buffer, (size_t)bytes);
  log->gathered_bytes += bytes;
  if (!is_last) return SQLITE_OK;
  log->is_gathering = 0;
  return flush_log(log);
}

static int log_read(sqlite3_file *file, void *buffer, int bytes, sqlite3_int64 offset) {
  const int code = flush_log((checked_file *)file);
  return code == SQLITE_OK ? beneath(file)->pMethods->xRead(beneath(file), buffer, bytes, offset) : code;
}
static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
  const int code = flush_log((checked_file *)file);
  return code == SQLITE_OK ? checked_truncate(file, size) : code;
}
static int log_sync(sqlite3_file *file, int flags) {
  ((checked_file *)file)->is_gathering = 0;
  const int code = flush_log((checked_file *)file);
  return code == SQLITE_OK ? checked_sync(file, flags) : code;
}
static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
  const int code = flush_log((checked_file *)file);
  return code == SQLITE_OK ? checked_size(file, size) : code;
}
static int log_close(sqlite3_file *file) {
  checked_file *log = (checked_file *)file;
  const int flushed = flush_log(log);
  free(log->gathered);
  log->gathered = NULL;
  const int code = checked_close(file);
  return code == SQLITE_OK ? flushed : code;
}

static const sqlite3_io_methods log_methods = {
  .iVersion = 1,
  .xClose = log_close,
  .xRead = log_read,
  .xWrite = log_write,
  .xTruncate = log_truncate,
  .xSync = log_sync,
  .xFileSize = log_size,
  .xLock = checked_lock,
  .xUnlock = checked_unlock,
  .xCheckReservedLock = checked_reserved,
  .xFileControl = checked_control,
  .xSectorSize = checked_sector,
  .xDeviceCharacteristics = checked_device,
};

static sqlite3_vfs *base_of(sqlite3_vfs *vfs) { return vfs->pAppData; }

static int open_checked(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given) {
  sqlite3_vfs *base = base_of(vfs);
  if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL))) return base->xOpen(base, name, file, flags, given);
  memset(file, 0, sizeof(checked_file));
  const int code = base->xOpen(base, name, beneath(file), flags, given);
  if (beneath(file)->pMethods != NULL)
    file->pMethods = flags & SQLITE_OPEN_MAIN_DB ? &checked_methods : &log_methods;
  return code;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int sync) {
  return base_of(vfs)->xDelete(base_of(vfs), name, sync);
}
static int access_file(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
  return base_of(vfs)->xAccess(base_of(vfs), name, flags, result);
}
static int full_name(sqlite3_vfs *vfs, const char *name, int bytes, char *result) {
  return base_of(vfs)->xFullPathname(base_of(vfs), name, bytes, result);
}
static int randomness(sqlite3_vfs *vfs, int bytes, char *result) {
  return base_of(vfs)->xRandomness(base_of(vfs), bytes, result);
}
static int sleep_for(sqlite3_vfs *vfs, int microseconds) { return base_of(vfs)->xSleep(base_of(vfs), microseconds); }
static int current_time(sqlite3_vfs *vfs, double *days) { return base_of(vfs)->xCurrentTime(base_of(vfs), days); }
static int last_error(sqlite3_vfs *vfs, int bytes, char *text) {
  return base_of(vfs)->xGetLastError ? base_of(vfs)->xGetLastError(base_of(vfs), bytes, text) : 0;
}
static int current_milliseconds(sqlite3_vfs *vfs, sqlite3_int64 *time) {
  return base_of(vfs)->xCurrentTimeInt64(base_of(vfs), time);
}

int sarai_checksum_vfs_register(const char *name, const char *base_name) {
  // Has an effect only before SQLite is first used, and is needed only where it was compiled without it.
  sqlite3_config(SQLITE_CONFIG_URI, 1);
  const int code = sqlite3_initialize();
  if (code != SQLITE_OK) return code;
  if (sqlite3_vfs_find(name) != NULL) return SQLITE_OK;
  sqlite3_vfs *base = sqlite3_vfs_find(base_name);
  if (base == NULL || base->iVersion < 2) return SQLITE_NOTFOUND;
  sqlite3_vfs *vfs = calloc(1, sizeof *vfs + strlen(name) + 1);
  if (vfs == NULL) return SQLITE_NOMEM;
  char *own_name = (char *)(vfs + 1);
  strcpy(own_name, name);
  *vfs = (sqlite3_vfs){
    .iVersion = 2,
    .szOsFile = base->szOsFile + (int)sizeof(checked_file),
    .mxPathname = base->mxPathname,
    .zName = own_name,
    .pAppData = base,
    .xOpen = open_checked,
    .xDelete = delete_file,
    .xAccess = access_file,
    .xFullPathname = full_name,
    .xRandomness = randomness,
    .xSleep = sleep_for,
    .xCurrentTime = current_time,
    .xGetLastError = last_error,
    .xCurrentTimeInt64 = current_milliseconds,
  };
  return sqlite3_vfs_register(vfs, 0);
}

int sarai_prepare_connection(void *connection) {
  const int options[] = {SQLITE_DBCONFIG_DEFENSIVE, 1, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0,
                         SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0};
  for (size_t i = 0; i < sizeof options / sizeof *options; i += 2) {
    const int code = sqlite3_db_config(connection, options[i], options[i + 1], NULL);
    if (code != SQLITE_OK) return code;
  }
  int bytes = SARAI_CHECKSUM_BYTES;
  return sqlite3_file_control(connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes);
}

int sarai_open_regular(const char *path) {
  const int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return -1;
  struct stat found;
  if (fstat(file, &found) == 0 && S_ISREG(found.st_mode)) return file;
  close(file);
  errno = EINVAL;
  return -1;
}

int sarai_file_identity(const char *path, uint64_t *device, uint64_t *inode) {
  struct stat found;
  if (stat(path, &found) != 0) return -1;
  *device = found.st_dev;
  *inode = found.st_ino;
  return 0;
}

static int64_t read_fully(int file, unsigned char *buffer, int64_t bytes, int64_t offset) {
  int64_t done = 0;
  while (done < bytes) {
    const ssize_t count = pread(file, buffer + done, (size_t)(bytes - done), offset + done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    done += count;
  }
  return done;
}

static sarai_file_state check_header(const unsigned char *page, int64_t pages, int64_t *said) {
  static const char magic[16] = "SQLite format 3";
  const int page_bytes = page[16] << 8 | page[17];
  if (memcmp(page, magic, 16) != 0 || page_bytes != SARAI_PAGE_BYTES || page[20] != SARAI_CHECKSUM_BYTES)
    return SARAI_FILE_FOREIGN;
  *said = (int64_t)page[28] << 24 | page[29] << 16 | page[30] << 8 | page[31];
  return *said > pages ? SARAI_FILE_CUT : SARAI_FILE_SOUND;
}

sarai_file_state sarai_checksum_scan(const char *path, int64_t *page) {
  enum { pages_at_once = 256 };
  *page = 0;
  const int file = sarai_open_regular(path);
  if (file < 0) return SARAI_FILE_UNREADABLE;
  unsigned char *buffer = malloc((size_t)pages_at_once * SARAI_PAGE_BYTES);
  const int64_t size = lseek(file, 0, SEEK_END);
  sarai_file_state state = SARAI_FILE_SOUND;
  if (buffer == NULL || size < 0) state = SARAI_FILE_UNREADABLE;
  int64_t said = 0;
  for (int64_t offset = 0; state == SARAI_FILE_SOUND && offset < size;) {
    const int64_t count = read_fully(file, buffer, (int64_t)pages_at_once * SARAI_PAGE_BYTES, offset);
    if (count < 0) state = SARAI_FILE_UNREADABLE;
    if (count <= 0) break;
    if (count % SARAI_PAGE_BYTES != 0) state = SARAI_FILE_CUT;
    for (int64_t at = 0; state == SARAI_FILE_SOUND && at < count; at += SARAI_PAGE_BYTES) {
      const int64_t number = (offset + at) / SARAI_PAGE_BYTES + 1;
      if (number == 1) state = check_header(buffer, size / SARAI_PAGE_BYTES, &said);
      if (state != SARAI_FILE_SOUND || is_sound(buffer + at, (uint64_t)number)) continue;
      state = SARAI_FILE_DAMAGED_PAGE;
      *page = number;
    }
    offset += count;
  }
  free(buffer);
  close(file);
  return state;
}

static int keep_count(void *frames, sqlite3 *connection, const char *database, int count) {
  (void)connection, (void)database;
  __atomic_store_n((int *)frames, count, __ATOMIC_RELAXED);
  return SQLITE_OK;
}

void sarai_count_log_frames(void *connection, int *frames) { sqlite3_wal_hook(connection, keep_count, frames); }
