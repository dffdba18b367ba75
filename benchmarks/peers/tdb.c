/* Samba's TDB in the benchmark suite: tdb LOCKING, where LOCKING is fcntl or
   mutex. NOSYNC, the better hash function (INCOMPATIBLE_HASH), and as many hash
   chains as records are to come, since TDB never adds chains. Values are copied
   out by tdb_parse_record, which allocates nothing. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tdb.h>

static struct tdb_context *db;
static int words_of_value;
static int uses_mutexes;
static char db_path[4200];
static void fail(const char *format, ...);
static int32_t *value_of(int32_t key);
static void modify_value(int32_t *value);

static inline TDB_DATA data_of(const void *bytes, size_t size) {
  return (TDB_DATA){ .dptr = (unsigned char *)bytes, .dsize = size };
}

static void demand_success(int result) {
  if (result != 0) fail("TDB: %s", tdb_errorstr(db));
}

static void peer_open(int is_new, const char *directory, int records, int words) {
  words_of_value = words;
  snprintf(db_path, sizeof db_path, "%s/table.tdb", directory);
  int flags = TDB_NOSYNC | TDB_INCOMPATIBLE_HASH;
  if (uses_mutexes) {
    if (!tdb_runtime_check_for_robust_mutexes()) fail("this system has no robust mutexes");
    flags |= TDB_MUTEX_LOCKING | TDB_CLEAR_IF_FIRST;
  }
  db = tdb_open(db_path, records | 1, flags, O_RDWR | (is_new ? O_CREAT | O_EXCL : 0), 0600);
  if (!db) fail("%s: %s", db_path, strerror(errno));
}

static int copy_out(TDB_DATA key, TDB_DATA data, void *destination) {
  (void)key;
  memcpy(destination, data.dptr, data.dsize);
  return data.dsize == 4 * (size_t)words_of_value ? 0 : -1;
}

static inline int peer_read(int32_t key, int32_t *value) {
  return tdb_parse_record(db, data_of(&key, 4), copy_out, value) == 0;
}

/* All chains are one fcntl lock, but each one is a mutex of its own. */
static void peer_read_many(const int32_t *keys, int count, int32_t *values) {
  if (!uses_mutexes) demand_success(tdb_lockall_read(db));
  for (int i = 0; i < count; i++) (void)peer_read(keys[i], values + (size_t)i * words_of_value);
  if (!uses_mutexes) demand_success(tdb_unlockall_read(db));
}

static inline void peer_replace(int32_t key, const int32_t *value) {
  demand_success(tdb_store(db, data_of(&key, 4), data_of(value, 4 * (size_t)words_of_value), TDB_REPLACE));
}

static inline void peer_add(int32_t key, const int32_t *value) { peer_replace(key, value); }

static inline int peer_remove(int32_t key) { return tdb_delete(db, data_of(&key, 4)) == 0; }

static void peer_modify(int32_t key, int32_t *value) {
  demand_success(tdb_chainlock(db, data_of(&key, 4)));
  (void)peer_read(key, value);
  modify_value(value);
  peer_replace(key, value);
  demand_success(tdb_chainunlock(db, data_of(&key, 4)));
}

static void peer_transact(const int32_t *keys, int count, int32_t *value) {
  demand_success(tdb_transaction_start(db));
  for (int i = 0; i < count; i++) peer_replace(keys[i], value_of(keys[i]));
  demand_success(tdb_transaction_commit(db));
  (void)value;
}

static int count_right(struct tdb_context *context, TDB_DATA key, TDB_DATA data, void *right) {
  (void)context;
  *(int *)right += memcmp(key.dptr, data.dptr, 4) == 0;
  return 0;
}

static int peer_iterate(void) {
  int right = 0;
  if (tdb_traverse_read(db, count_right, &right) < 0) fail("TDB: %s", tdb_errorstr(db));
  return right;
}

static long long peer_bytes(void) {
  struct stat status;
  if (stat(db_path, &status) != 0) fail("%s: %s", db_path, strerror(errno));
  return status.st_size;
}

static void peer_close(void) { demand_success(tdb_close(db)); }

#include "protocol.h"

int main(int argc, char **argv) {
  if (argc != 2) fail("usage: tdb fcntl|mutex");
  uses_mutexes = strcmp(argv[1], "mutex") == 0;
  return serve();
}
