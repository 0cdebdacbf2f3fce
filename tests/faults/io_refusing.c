/* Lets the system refuse one process's n-th write, fsync, rename … below a folder. It is loaded before the C library
 * (LD_PRELOAD) and so sits below SQLite and below Python alike. Nothing is refused before refuse_from() was called. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE, SYNC, RENAME, OPEN, TRUNCATE, UNLINK, MKDIR, LINK, READ, KINDS };
enum { GOES, REFUSED, HALF };
#define ENDLESS (-1L)

static char folder[PATH_MAX];
static size_t folder_length;
static atomic_int armed;
static atomic_long seen[KINDS], refused;
static int wanted, error_number, full, halves;
static long from, lasting;
static char first_refused[PATH_MAX];

/* folder: only what lies below it counts. kind: 0 write … 8 read. The nth call of that kind is refused, and those after
 * it until `lasting` were (-1: all). full: as a disk without room, what makes files and what writes are refused alike
 * once it has begun. halves: the nth write is cut in half instead, with no error of its own. */
void refuse_from(const char *below, int kind, long nth, int error, long how_many, int is_full, int cut_in_half) {
    snprintf(folder, sizeof folder, "%s", below);
    folder_length = strlen(folder);
    wanted = kind, from = nth, error_number = error, lasting = how_many, full = is_full, halves = cut_in_half;
    for (int each = 0; each < KINDS; each++) atomic_store(&seen[each], 0);
    atomic_store(&refused, 0);
    first_refused[0] = 0;
    atomic_store(&armed, 1);
}

void refuse_no_more(void) { atomic_store(&armed, 0); }
long refused_calls(void) { return atomic_load(&refused); }
long seen_calls(int kind) { return atomic_load(&seen[kind]); }
const char *refused_first(void) { return first_refused; }

static int below(const char *path) {
    return path && strncmp(path, folder, folder_length) == 0 && (path[folder_length] == '/' || !path[folder_length]);
}

static int absolute(int at, const char *path, char *whole, size_t size) {
    if (path && (path[0] == '/' || at == AT_FDCWD)) return snprintf(whole, size, "%s", path) > 0;
    char link[64], base[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length <= 0) return 0;
    base[length] = 0;
    return snprintf(whole, size, "%s%s%s", base, path ? "/" : "", path ? path : "") > 0;
}

/* Counts a call on a path (or, where that is NULL, on an open file) and says what becomes of it. */
static int meet(enum kind kind, int at, const char *path, int makes) {
    if (!atomic_load_explicit(&armed, memory_order_relaxed)) return GOES;
    int before = errno;
    char whole[PATH_MAX * 2];
    if (!absolute(at, path, whole, sizeof whole) || !below(whole)) return errno = before, GOES;
    errno = before;
    long number = atomic_fetch_add(&seen[kind], 1) + 1;
    int counted = kind == (enum kind)wanted && number >= from;
    int no_room = full && atomic_load(&refused) > 0 && (kind == WRITE || makes);
    if (!counted && !no_room) return GOES;
    long nth = atomic_fetch_add(&refused, 1) + 1;
    if (lasting != ENDLESS && nth > lasting) return GOES;
    if (nth == 1) snprintf(first_refused, sizeof first_refused, "%s", whole + folder_length);
    if (halves && nth == 1) return HALF;
    errno = error_number;
    return REFUSED;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define CUT(size) ((size) > 1 ? (size) / 2 : (size))

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    int fate = meet(WRITE, fd, NULL, 0);
    return fate == REFUSED ? -1 : real(fd, data, fate == HALF ? CUT(size) : size);
}
#define PWRITE(name, offset) \
    ssize_t name(int fd, const void *data, size_t size, offset at) { \
        REAL(name); \
        int fate = meet(WRITE, fd, NULL, 0); \
        return fate == REFUSED ? -1 : real(fd, data, fate == HALF ? CUT(size) : size, at); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)
ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    int fate = meet(WRITE, fd, NULL, 0);
    return fate == REFUSED ? -1 : real(fd, parts, fate == HALF ? 1 : count);
}
#define PREAD(name, offset) \
    ssize_t name(int fd, void *data, size_t size, offset at) { \
        REAL(name); \
        int fate = meet(READ, fd, NULL, 0); \
        return fate == REFUSED ? -1 : real(fd, data, fate == HALF ? CUT(size) : size, at); \
    }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

#define ON_FD(name, kind) \
    int name(int fd) { \
        REAL(name); \
        return meet(kind, fd, NULL, 0) == REFUSED ? -1 : real(fd); \
    }
ON_FD(fsync, SYNC)
ON_FD(fdatasync, SYNC)
#define FTRUNCATE(name, offset) \
    int name(int fd, offset size) { \
        REAL(name); \
        return meet(TRUNCATE, fd, NULL, 0) == REFUSED ? -1 : real(fd, size); \
    }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

#define MODE(flags) \
    mode_t mode = 0; \
    if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }
#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        MODE(flags) \
        return meet(OPEN, AT_FDCWD, path, flags & O_CREAT) == REFUSED ? -1 : real(path, flags, mode); \
    }
OPENS(open)
OPENS(open64)
#define OPENS_AT(name) \
    int name(int at, const char *path, int flags, ...) { \
        REAL(name); \
        MODE(flags) \
        return meet(OPEN, at, path, flags & O_CREAT) == REFUSED ? -1 : real(at, path, flags, mode); \
    }
OPENS_AT(openat)
OPENS_AT(openat64)

int rename(const char *old, const char *new) {
    REAL(rename);
    return meet(RENAME, AT_FDCWD, new, 0) == REFUSED ? -1 : real(old, new);
}
int renameat(int old_at, const char *old, int new_at, const char *new) {
    REAL(renameat);
    return meet(RENAME, new_at, new, 0) == REFUSED ? -1 : real(old_at, old, new_at, new);
}
int unlink(const char *path) {
    REAL(unlink);
    return meet(UNLINK, AT_FDCWD, path, 0) == REFUSED ? -1 : real(path);
}
int unlinkat(int at, const char *path, int flags) {
    REAL(unlinkat);
    return meet(UNLINK, at, path, 0) == REFUSED ? -1 : real(at, path, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    return meet(MKDIR, AT_FDCWD, path, 1) == REFUSED ? -1 : real(path, mode);
}
int link(const char *old, const char *new) {
    REAL(link);
    return meet(LINK, AT_FDCWD, new, 1) == REFUSED ? -1 : real(old, new);
}
