// SQLite as the system has it, with functions where its own take a variable number of arguments or macros as values,
// neither of which Swift can call.
#pragma once

#include <sqlite3.h>

#ifdef __cplusplus
extern "C" {
#endif

// Nothing that the database file itself says can make SQLite write, call functions or load code; its triggers are off.
// Views stay. Returns a SQLite result code.
int sarai_sqlite_harden(sqlite3 *database);

// Limits of one connection: bytes of a value or row, bytes of a statement, steps of a compiled statement, depth of an
// expression, terms of a compound SELECT. No databases can be attached, no threads are started.
void sarai_sqlite_limit(
  sqlite3 *database, int value_bytes, int sql_bytes, int steps, int expression_depth, int compound_terms);

// Binds a copy of the text.
int sarai_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int bytes);

#ifdef __cplusplus
}
#endif
