/* The physical bound of the benchmark suite: look-ups in a table's file by a
   bare loop, without a check, a lock or a call. It opens a table that this
   library has made ("open join"), and overwrites values where they are, for
   which a real table takes new pages. It knows neither more nor fewer keys. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int32_t *table, *descriptor;
static size_t table_bytes;
static int words_per_page, cells_per_page, cells, words_of_value;
static void fail(const char *format, ...);
static int32_t *value_of(int32_t key);

/* The page size is not stored: page 1 begins with one of the descriptor's marks. */
static int find_words_per_page(void) {
  for (int words = 16; words <= 1 << 18; words++)
    if (table[words] == 0x6712DE9F || table[words] == 0x6712DE46) return words;
  fail("this is no table");
  return 0;
}

/* Who made the table has gathered it in huge pages; here it is mapped by them. */
static void *place_for_huge_pages(size_t bytes) {
  const uintptr_t huge = 2 << 20;
  void *room = mmap(NULL, bytes + huge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) fail("no address space: %m");
  return (void *)(((uintptr_t)room + huge - 1) & ~(huge - 1));
}

static void peer_open(int is_new, const char *directory, int records, int words) {
  (void)records;
  if (is_new) fail("the bare loop can only join");
  char path[4200];
  snprintf(path, sizeof path, "%s/table", directory);
  int file = open(path, O_RDWR);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) fail("%s: %m", path);
  table_bytes = status.st_size;
  table = mmap(place_for_huge_pages(table_bytes), table_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0);
  if (table == MAP_FAILED) fail("%s: %m", path);
  words_of_value = words;
  words_per_page = find_words_per_page();
  cells_per_page = words_per_page / 4 - 1;
  descriptor = table + words_per_page;
  cells = descriptor[2];
  if (descriptor[7] != 0) fail("the table is being laid out anew");
}

static inline int32_t *cell_of(int32_t key, int probe) {
  int32_t sum = (int32_t)((uint32_t)key + (uint32_t)(probe < 10 ? probe * probe : 72 + probe));
  int number = sum % cells;
  if (number < 0) number += cells;
  int page = number / cells_per_page, position = number % cells_per_page, extent = 0;
  while (page >= descriptor[9 + 2 * extent]) page -= descriptor[9 + 2 * extent++];
  return table + (int64_t)(descriptor[8 + 2 * extent] + page) * words_per_page + 4 + 4 * position;
}

static inline int32_t *page_of(int32_t key, int32_t *cell) {
  for (int probe = 1; cell[0] != key; probe++) {
    if (probe > 1000) fail("key %d is not where it was", key);
    cell = cell_of(key, probe);
  }
  return table + (int64_t)cell[1] * words_per_page;
}

/* The value's pages: 6 words of header in the first, 4 in each further one. */
static inline void copy_long(int32_t *page, int32_t *value, int is_read) {
  for (int done = 0, header = 6; done < words_of_value; header = 4) {
    int room = words_per_page - header, rest = words_of_value - done, count = rest < room ? rest : room;
    if (is_read) memcpy(value + done, page + header, 4 * (size_t)count);
    else memcpy(page + header, value + done, 4 * (size_t)count);
    done += count;
    page = table + (int64_t)page[2] * words_per_page;
  }
}

static inline void copy(int32_t *page, int32_t *value, int is_read) {
  if (words_of_value > words_per_page - 6) copy_long(page, value, is_read);
  else if (is_read) memcpy(value, page + 6, 4 * (size_t)words_of_value);
  else memcpy(page + 6, value, 4 * (size_t)words_of_value);
}

static inline int peer_read(int32_t key, int32_t *value) {
  copy(page_of(key, cell_of(key, 0)), value, 1);
  return 1;
}

static void peer_read_many(const int32_t *keys, int count, int32_t *values) {
  int32_t *places[128];
  for (int i = 0; i < count; i++) __builtin_prefetch(places[i] = cell_of(keys[i], 0));
  for (int i = 0; i < count; i++) __builtin_prefetch(places[i] = page_of(keys[i], places[i]));
  for (int i = 0; i < count; i++) copy(places[i], values + (size_t)i * words_of_value, 1);
}

static inline void peer_replace(int32_t key, const int32_t *value) {
  copy(page_of(key, cell_of(key, 0)), (int32_t *)value, 0);
}

static void unsupported(void) { fail("the bare loop only reads and overwrites"); }

static void peer_add(int32_t key, const int32_t *value) { (void)key; (void)value; unsupported(); }

static int peer_remove(int32_t key) { (void)key; unsupported(); return 0; }

static void peer_modify(int32_t key, int32_t *value) { (void)key; (void)value; unsupported(); }

static void peer_transact(const int32_t *keys, int count, int32_t *value) {
  (void)keys; (void)count; (void)value;
  unsupported();
}

static int peer_iterate(void) { unsupported(); return 0; }

static long long peer_bytes(void) { return table_bytes; }

static void peer_close(void) { munmap(table, table_bytes); }

#include "protocol.h"

int main(void) { return serve(); }
