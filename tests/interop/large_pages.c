// Found as the C library by a program beside it, makes the kernel look like one with pages of 64 KiB, as arm64 has them: it says
// so, and refuses to map files in other steps. Everything else comes from the real one, which it is linked with.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { page_bytes = 65536 };

long sysconf(int name)
{
    long (*real)(int) = (long (*)(int))dlsym(RTLD_NEXT, "sysconf");
    return name == _SC_PAGESIZE ? page_bytes : real(name);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset)
{
    void *(*real)(void *, size_t, int, int, int, off_t) =
        (void *(*)(void *, size_t, int, int, int, off_t))dlsym(RTLD_NEXT, "mmap");
    int is_odd = offset % page_bytes != 0 || ((flags & MAP_FIXED) && (uintptr_t)address % page_bytes != 0);
    if (descriptor >= 0 && is_odd) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    return real(address, length, protection, flags, descriptor, offset);
}
