/* The commands of the benchmark suite for peers in C: see benchmarks/README.md.

   A peer defines the functions below, includes this file, and calls serve()
   from its main(). So the calls can be inlined, and all peers in C are timed by the same
   loop, which does what Peers/TraceRun.cs does.

     void peer_open(int is_new, const char *directory, int records, int words);
     int peer_read(int32_t key, int32_t *value);             1 if it is bound
     void peer_read_many(const int32_t *keys, int count, int32_t *values);
     void peer_replace(int32_t key, const int32_t *value);
     void peer_add(int32_t key, const int32_t *value);
     int peer_remove(int32_t key);                           1 if it was bound
     void peer_modify(int32_t key, int32_t *value);
     void peer_transact(const int32_t *keys, int count, int32_t *value);
     int peer_iterate(void);           bindings whose first word is their key
     long long peer_bytes(void);
     void peer_close(void); */

#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>

enum { op_read, op_replace, op_add, op_remove, op_modify, op_read_many, op_transact, op_iterate };
enum { longest_batch = 128, most_latencies = 1 << 20 };

struct entry { int32_t operation, argument; };

static struct entry *trace;
static int trace_length, trace_changes_keys;
static char trace_path[4096];
static int bindings, value_words;
static int32_t *value_read, *value_written, *values_read;

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  exit(1);
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Key and value number i, as Workloads/Records.cs has them. */
static int32_t record_key(uint32_t n) {
  n = (n ^ (n >> 16)) * 0x85ebca6bu;
  n = (n ^ (n >> 13)) * 0xc2b2ae35u;
  return (int32_t)(n ^ (n >> 16));
}

static int32_t *new_template(void) {
  int32_t *value = malloc(4 * (size_t)value_words);
  for (int i = 0; i < value_words; i++) value[i] = (int32_t)((uint32_t)i * 0x9e3779b1u);
  return value;
}

static int32_t *value_of(int32_t key) {
  value_written[value_words / 2] = key;
  value_written[0] = key;
  return value_written;
}

static inline void modify_value(int32_t *value) {
  if (value_words > 2) value[value_words - 1]++;
}

static void demand(int is_right, int32_t key) {
  if (!is_right) fail("the value of key %d is missing or wrong", key);
}

static void load_trace(const char *path) {
  if (strcmp(path, trace_path) == 0) return;
  FILE *file = fopen(path, "rb");
  struct stat status;
  if (!file || fstat(fileno(file), &status) != 0) fail("%s: %m", path);
  free(trace);
  trace = malloc(status.st_size);
  if (fread(trace, 1, status.st_size, file) != (size_t)status.st_size) fail("%s is cut", path);
  fclose(file);
  strcpy(trace_path, path);
  trace_length = status.st_size / sizeof *trace;
  trace_changes_keys = 0;
  for (int i = 0; i < trace_length; i++)
    if (trace[i].operation == op_add || trace[i].operation == op_remove) trace_changes_keys = 1;
}

static const int32_t *keys_at(int position, int count) {
  static int32_t keys[longest_batch];
  for (int i = 0; i < count; i++) keys[i] = trace[position + i].argument;
  return keys;
}

static inline int step(int position) {
  int32_t argument = trace[position].argument;
  const int32_t *keys;
  switch (trace[position].operation) {
  case op_read:
    demand(peer_read(argument, value_read) && value_read[0] == argument, argument);
    return position + 1;
  case op_replace:
    peer_replace(argument, value_of(argument));
    return position + 1;
  case op_add:
    peer_add(argument, value_of(argument));
    return position + 1;
  case op_remove:
    demand(peer_remove(argument), argument);
    return position + 1;
  case op_modify:
    peer_modify(argument, value_read);
    return position + 1;
  case op_read_many:
    keys = keys_at(position + 1, argument);
    peer_read_many(keys, argument, values_read);
    for (int i = 0; i < argument; i++) demand(values_read[(size_t)i * value_words] == keys[i], keys[i]);
    return position + 1 + argument;
  case op_transact:
    peer_transact(keys_at(position + 1, argument), argument, value_written);
    return position + 1 + argument;
  case op_iterate:
    demand(peer_iterate() == bindings, 0);
    return position + 1;
  default:
    fail("the trace has no meaning at %d", position);
    return 0;
  }
}

static void undo(int end) {
  for (int i = 0; i < end; i++) {
    int32_t key = trace[i].argument;
    if (trace[i].operation == op_add) demand(peer_remove(key), key);
    else if (trace[i].operation == op_remove) peer_add(key, value_of(key));
  }
}

enum { most_between_looks_at_clock = 64 };

static void run(int position, int milliseconds, const char *latency_path) {
  int is_timed = strcmp(latency_path, "-") != 0, is_whole = milliseconds == 0, count = 0;
  int limit = !is_timed ? INT32_MAX : is_whole ? trace_length : most_latencies;
  int32_t *latencies = is_timed ? calloc(limit, sizeof *latencies) : NULL;
  long long begin = now(), current = begin, previous = begin;
  long long end = is_whole ? INT64_MAX : begin + milliseconds * 1000000LL;
  int next_look_at_clock = 1; // Then 2, 4, 8: a few operations may take longer than the time.
  for (; current < end && count < limit; count++) {
    position = step(position);
    if (is_timed) {
      current = now();
      latencies[count] = current - previous > INT32_MAX ? INT32_MAX : current - previous;
      previous = current;
    } else if (count + 1 == next_look_at_clock) {
      next_look_at_clock += next_look_at_clock < most_between_looks_at_clock ? next_look_at_clock : most_between_looks_at_clock;
      if (!is_whole) current = now();
    }
    if (position < trace_length) continue;
    if (is_whole || trace_changes_keys) { count++; break; }
    position = 0;
  }
  long long nanoseconds = now() - begin;
  if (is_timed) {
    FILE *file = fopen(latency_path, "wb");
    if (!file || fwrite(latencies, sizeof *latencies, count, file) != (size_t)count || fclose(file) != 0)
      fail("%s: %m", latency_path);
    free(latencies);
  }
  if (trace_changes_keys && !is_whole) undo(position);
  printf("%d %lld 0\n", count, nanoseconds);
}

static void fill(int count) {
  long long begin = now();
  for (int i = 0; i < count; i++) {
    int32_t key = record_key(i);
    peer_add(key, value_of(key));
  }
  bindings = count;
  printf("%lld\n", now() - begin);
}

static void verify(void) {
  int32_t *template = new_template();
  size_t compared = value_words > 2 ? value_words - 1 : value_words;
  for (int i = 0; i < bindings; i++) {
    int32_t key = record_key(i);
    template[value_words / 2] = key;
    template[0] = key;
    demand(peer_read(key, value_read) && memcmp(value_read, template, 4 * compared) == 0, key);
  }
  free(template);
  puts("right");
}

static void open_store(int is_new, const char *directory, int records, int words) {
  value_words = words;
  value_read = malloc(4 * (size_t)words);
  value_written = new_template();
  values_read = malloc(4 * (size_t)words * longest_batch);
  long long begin = now();
  peer_open(is_new, directory, records, words);
  if (!is_new) bindings = records;
  printf("%lld\n", now() - begin);
}

static int serve(void) {
  char line[8192], word[4096], latencies[4096];
  int a, b, c;
  while (fgets(line, sizeof line, stdin)) {
    char how[8];
    if (sscanf(line, "open %7s %4095s %d %d", how, word, &a, &b) == 4) {
      open_store(strcmp(how, "new") == 0, word, a, b);
    } else if (sscanf(line, "fill %d", &a) == 1) {
      fill(a);
    } else if (sscanf(line, "run %4095s %d %d %d %4095s", word, &a, &b, &c, latencies) == 5) {
      load_trace(word);
      run(a, b, latencies);
    } else if (strcmp(line, "verify\n") == 0) {
      verify();
    } else if (strcmp(line, "bytes\n") == 0) {
      printf("%lld\n", peer_bytes());
    } else if (strcmp(line, "close\n") == 0) {
      peer_close();
      puts("closed");
    } else {
      fail("unknown command: %s", line);
    }
    fflush(stdout);
  }
  return 0;
}
