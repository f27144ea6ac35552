// Databases whose pages carry a checksum. SQLite itself would read a page with a flipped bit as if nothing were wrong.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The only page size of such databases, and the bytes at the end of a page that the checksum takes.
#define SARAI_PAGE_BYTES 4096
#define SARAI_CHECKSUM_BYTES 8

// Registers a VFS that keeps its files with another one (NULL: SQLite's own). Main database files get a checksum with
// each page that is written, and a page that does not match its checksum is an SQLITE_IOERR_DATA. Logs and journals
// have checksums of SQLite's; a log gets what one transaction writes at once. The first call for a name decides.
// Returns a SQLite result code; SQLITE_CANTOPEN where this SQLite takes no "file:" names, without which no VFS can be
// chosen.
int sarai_checksum_vfs_register(const char *name, const char *base);

// Makes a connection refuse whatever could damage its own file, and a database that is still empty leave room for
// checksums. `connection` is a sqlite3 *. Returns a SQLite result code.
int sarai_prepare_connection(void *connection);

// Opens a regular file to read; never waits for a pipe that nobody writes. A file descriptor, or -1 with errno set.
int sarai_open_regular(const char *path);

// Which file has a name now. Returns 0, or -1 where there is none.
int sarai_file_identity(const char *path, uint64_t *device, uint64_t *inode);

// What is wrong with a database file that nobody writes meanwhile.
typedef enum {
  SARAI_FILE_SOUND = 0,
  // errno says why.
  SARAI_FILE_UNREADABLE = 1,
  // Not one of these databases, by its header.
  SARAI_FILE_FOREIGN = 2,
  // Shorter than its header says, or not of whole pages.
  SARAI_FILE_CUT = 3,
  SARAI_FILE_DAMAGED_PAGE = 4,
} sarai_file_state;

// Reads a whole file. `page` gets the first damaged page (1 is the first page of the file). An empty file is sound.
sarai_file_state sarai_checksum_scan(const char *path, int64_t *page);

// How many frames the write-ahead log held after the last commit on a connection that this was called for; the
// counter must live as long as the connection. SQLite's own checkpoints of that connection are off from then on.
void sarai_count_log_frames(void *connection, int *frames);

#ifdef __cplusplus
}
#endif
