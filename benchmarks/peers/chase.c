/* The memory latency of the machine: for each line with a number of bytes and
   one of times, for each time the nanoseconds of one step along a random cycle
   through so much memory, a cache line each, where each address is known only
   when the one before has come. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { line_bytes = 64, steps = 2000000 };

struct line { struct line *next; char rest[line_bytes - sizeof(struct line *)]; };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static uint64_t random_number(void) {
  static uint64_t state = 0x6e657473686d;
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (state * 0x2545f4914f6cdd1d) >> 16;
}

/* Sattolo's shuffle gives one cycle through all lines. */
static void link_lines(struct line *lines, size_t count) {
  for (size_t i = 0; i < count; i++) lines[i].next = &lines[i];
  for (size_t i = count - 1; i > 0; i--) {
    size_t other = random_number() % i;
    struct line *next = lines[i].next;
    lines[i].next = lines[other].next;
    lines[other].next = next;
  }
}

int main(void) {
  long long bytes;
  int times;
  while (scanf("%lld %d", &bytes, &times) == 2) {
    size_t count = bytes / line_bytes;
    struct line *lines = aligned_alloc(line_bytes, count * line_bytes);
    if (!lines || count < 2) return 1;
    link_lines(lines, count);
    struct line *place = lines;
    while (times-- > 0) {
      double start = 0;
      for (int i = -steps / 4; i < steps; i++) {
        if (i == 0) start = now();
        place = place->next;
      }
      double each = (now() - start) / steps;
      printf("%.2f%c", place ? each : 0, times > 0 ? ' ' : '\n');
    }
    fflush(stdout);
    free(lines);
  }
  return 0;
}
