/* Loaded before the C library: counts what the program does to its files, and kills it in the middle.
 *
 * KILL_LOG=FILE  appends a letter for each call: w write, p write at a place, s sync, r rename, t truncate
 * KILL_AT=N      the program dies right before its Nth call, as by a plug that is pulled */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

static void before(char what)
{
    long now = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    const char *log = getenv("KILL_LOG");
    if (log) {
        int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT, 0600);
        syscall(SYS_write, file, &what, 1);
        syscall(SYS_close, file);
    }
    const char *at = getenv("KILL_AT");
    if (at && atol(at) == now)
        kill(getpid(), SIGKILL);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t length)
{
    before('w');
    return NEXT(write)(file, bytes, length);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at)
{
    before('p');
    return NEXT(pwrite64)(file, bytes, length, at);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at)
{
    before('p');
    return NEXT(pwrite)(file, bytes, length, at);
}

int fdatasync(int file)
{
    before('s');
    return NEXT(fdatasync)(file);
}

int fsync(int file)
{
    before('s');
    return NEXT(fsync)(file);
}

int ftruncate(int file, off_t length)
{
    before('t');
    return NEXT(ftruncate)(file, length);
}

int ftruncate64(int file, off64_t length)
{
    before('t');
    return NEXT(ftruncate64)(file, length);
}

int rename(const char *from, const char *to)
{
    before('r');
    return NEXT(rename)(from, to);
}
