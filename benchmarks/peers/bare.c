/* The physical bound of the benchmark `reads`: look-ups in a table's file by a
   bare loop, without a check, a lock or a call. Netshm.Benchmarks runs it.

   bare PATH WORDS_PER_PAGE COUNT: for each line "one" or "many" of its input it
   finds COUNT keys of Workload.cs in the order of its visits, one after the
   other or 64 at a time with prefetching, and answers the nanoseconds each. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

enum { value_length = 8, batch = 64 };

static int32_t *table, *descriptor;
static int words_per_page, cells_per_page, cells;
static int32_t *keys;
static uint32_t *visited;
static int32_t sink[batch * value_length];

/* MurmurHash3's final mixer, as in Workload.cs. */
static uint32_t mix(uint32_t n) {
  n = (n ^ (n >> 16)) * 0x85ebca6bu;
  n = (n ^ (n >> 13)) * 0xc2b2ae35u;
  return n ^ (n >> 16);
}

static double nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
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
  for (int probe = 1; cell[0] != key; probe++) cell = cell_of(key, probe);
  return table + (int64_t)cell[1] * words_per_page;
}

static void find_one_by_one(int count) {
  for (int i = 0; i < count; i++) {
    int32_t key = keys[visited[i]];
    memcpy(sink, page_of(key, cell_of(key, 0)) + 6, 4 * value_length);
    __asm__ volatile("" ::: "memory");
  }
}

static void find_many(int count) {
  int32_t *places[batch];
  for (int first = 0; first + batch <= count; first += batch) {
    for (int i = 0; i < batch; i++)
      __builtin_prefetch(places[i] = cell_of(keys[visited[first + i]], 0));
    for (int i = 0; i < batch; i++)
      __builtin_prefetch(places[i] = page_of(keys[visited[first + i]], places[i]));
    for (int i = 0; i < batch; i++)
      memcpy(sink + i * value_length, places[i] + 6, 4 * value_length);
    __asm__ volatile("" ::: "memory");
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int file = open(argv[1], O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) return 1;
  table = mmap(NULL, status.st_size, PROT_READ, MAP_SHARED, file, 0);
  if (table == MAP_FAILED) return 1;
  words_per_page = atoi(argv[2]);
  cells_per_page = words_per_page / 4 - 1;
  descriptor = table + words_per_page;
  cells = descriptor[2];
  int count = atoi(argv[3]);
  keys = malloc(count * sizeof *keys);
  visited = malloc(count * sizeof *visited);
  for (int i = 0; i < count; i++) {
    keys[i] = (int32_t)mix(i);
    visited[i] = mix((uint32_t)i + count) % (uint32_t)count;
  }

  char line[16];
  while (fgets(line, sizeof line, stdin)) {
    double start = nanoseconds();
    if (line[0] == 'o') find_one_by_one(count);
    else find_many(count);
    printf("%.2f\n", (nanoseconds() - start) / count);
    fflush(stdout);
  }
  return 0;
}
