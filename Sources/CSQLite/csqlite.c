#include "CSQLite.h"

#include <stddef.h>

int sarai_sqlite_harden(sqlite3 *database) {
  const struct {
    int option;
    int value;
  } settings[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
    // Off by what they mean: a double-quoted name that is none would silently be a string.
    {SQLITE_DBCONFIG_DQS_DML, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},
    {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
  };
  for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
    const int code = sqlite3_db_config(database, settings[i].option, settings[i].value, NULL);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

void sarai_sqlite_limit(
  sqlite3 *database, int value_bytes, int sql_bytes, int steps, int expression_depth, int compound_terms) {
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, value_bytes);
  sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, sql_bytes);
  sqlite3_limit(database, SQLITE_LIMIT_VDBE_OP, steps);
  sqlite3_limit(database, SQLITE_LIMIT_EXPR_DEPTH, expression_depth);
  sqlite3_limit(database, SQLITE_LIMIT_COMPOUND_SELECT, compound_terms);
  sqlite3_limit(database, SQLITE_LIMIT_FUNCTION_ARG, 32);
  sqlite3_limit(database, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256);
  sqlite3_limit(database, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
  sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
}

int sarai_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int bytes) {
  return sqlite3_bind_text(statement, index, text, bytes, SQLITE_TRANSIENT);
}
