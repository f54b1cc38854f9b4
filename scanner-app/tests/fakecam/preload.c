/* Cameras that are folders: preloaded into a program (LD_PRELOAD), it answers for the kernel's V4L2 devices, so that the
 * program's own code and its libraries run as they are. For tests and benches, on Linux with glibc:
 *
 *     cc -O2 -Wall -Wextra -Werror -shared -fPIC -o libfakecam.so devices.c preload.c -ldl
 *     LD_PRELOAD=./libfakecam.so FAKECAM_DIR=/somewhere door scan --camera webcam ...
 *
 * FAKECAM_DIR holds a folder for each device, named as in /dev: video0, video1, ... The machine's own cameras are hidden.
 * In a device's folder:
 *
 *     modes      what it can do, and first what the program before left it in:
 *                "MJPG:1280x720@30,15 YUYV:640x480@30 H264:1920x1080@30000/1001". Read once. Else there is no device.
 *
 * and the others, looked at whenever it matters, so that they change things while the program runs:
 *
 *     name, bus  what it is called and where it is plugged in. Else "Fake Camera N" and "usb-fake-N".
 *     metadata   if there: the second node of a webcam, which looks like a camera and gives no pictures
 *     *.mjpg, *.yuyv, ... (the mode's letters)   its pictures by name, one after the other, again and again
 *
 *     unplugged  if there: the device is gone
 *     stall      if there: no picture comes any more
 *     stuck      if there: as stall, and no signal gets the waiting thread out
 *     busy       if there: another program uses it
 *     forbidden  if there: the program's user may not open it
 *
 * It writes
 *
 *     handed     a line for each picture that is another than the one before it: its file's name, and CLOCK_MONOTONIC in
 *                nanoseconds when the program was given it
 *
 * An open device is a timer's file descriptor that ticks at the frame rate: poll works on it, and a slow reader loses
 * pictures as with a real camera. As with the kernel's driver for USB cameras, whoever first changes the format or asks
 * for buffers keeps others from it until it closes the device.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "fakecam.h"

enum { HANDLES = 32, LISTINGS = 16, TICK_MS = 5 };

static struct { int fd; struct device *device; } handles[HANDLES];
static struct { DIR *dir; int next; struct dirent64 entry; } listings[LISTINGS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

long kernel(long number, long a, long b, long c, long d, long e, long f) {
    static long (*real)(long, ...);
    if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    return real(number, a, b, c, d, e, f);
}

static struct device *device_of(int fd) {
    if (fd < 0 || !active()) return NULL;
    for (int i = 0; i < HANDLES; i++)
        if (handles[i].device && handles[i].fd == fd) return handles[i].device;
    return NULL;
}

static int camera_ioctl(struct device *device, int fd, unsigned long request, void *argument) {
    pthread_mutex_lock(&lock);
    int result = answer(device, fd, (uint32_t)request, argument), error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int ioctl(int fd, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    struct device *device = device_of(fd);
    if (device) return camera_ioctl(device, fd, request, argument);
    return (int)kernel(SYS_ioctl, fd, (long)request, (long)argument, 0, 0, 0);
}

/* Some libraries call the kernel by number. */
long syscall(long number, ...) {
    va_list rest;
    va_start(rest, number);
    long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
    long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
    va_end(rest);
    struct device *device = number == SYS_ioctl ? device_of((int)a) : NULL;
    if (device) return camera_ioctl(device, (int)a, (unsigned long)b, (void *)c);
    return kernel(number, a, b, c, d, e, f);
}

static int open_device(const char *path) {
    for (int i = 0; i < devices_count; i++) {
        char node[32];
        snprintf(node, sizeof node, "/dev/video%d", devices[i].number);
        if (strcmp(path, node) || has(&devices[i], "unplugged")) continue;
        if (has(&devices[i], "forbidden")) FAIL(EACCES);
        int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        pthread_mutex_lock(&lock);
        int slot = 0;
        while (slot < HANDLES && handles[slot].device) slot++;
        if (slot < HANDLES && fd >= 0) {
            handles[slot].device = &devices[i];
            handles[slot].fd = fd;
        }
        pthread_mutex_unlock(&lock);
        if (slot == HANDLES) FAIL(EMFILE);
        return fd;
    }
    FAIL(ENOENT);
}

static int open_any(int folder, const char *path, int flags, mode_t mode) {
    if (path && !strncmp(path, "/dev/video", 10) && active()) return open_device(path);
    return (int)kernel(SYS_openat, folder, (long)path, flags, mode, 0, 0);
}

#define MODE_AFTER(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }
int open(const char *path, int flags, ...) { MODE_AFTER(flags) return open_any(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_AFTER(flags) return open_any(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE_AFTER(flags) return open_any(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE_AFTER(flags) return open_any(folder, path, flags, mode); }

int close(int fd) {
    struct device *device = device_of(fd);
    if (device) {
        pthread_mutex_lock(&lock);
        for (int i = 0; i < HANDLES; i++)
            if (handles[i].fd == fd) handles[i].device = NULL;
        let_go(device, fd);
        pthread_mutex_unlock(&lock);
    }
    return (int)kernel(SYS_close, fd, 0, 0, 0, 0, 0);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
    struct device *device = device_of(fd);
    if (device) fd = device->memory;
    return (void *)kernel(SYS_mmap, (long)address, (long)length, protection, flags, fd, offset);
}
void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset) {
    return mmap(address, length, protection, flags, fd, offset);
}

int poll(struct pollfd *fds, nfds_t count, int timeout) {
    int (*real)(struct pollfd *, nfds_t, int) = REAL(poll);
    struct device *device = count == 1 ? device_of(fds[0].fd) : NULL;
    if (!device) return real(fds, count, timeout);
    for (int waited = 0; timeout < 0 || waited < timeout; waited += TICK_MS) {
        if (has(device, "unplugged")) {
            fds[0].revents = POLLERR;
            return 1;
        }
        int silent = has(device, "stall"), stuck = has(device, "stuck");
        int ready = silent || stuck ? real(NULL, 0, TICK_MS) : real(fds, count, TICK_MS);
        if (ready && !stuck) return ready;
    }
    fds[0].revents = 0;
    return 0;
}

DIR *opendir(const char *name) {
    DIR *dir = REAL(opendir)(name);
    if (!dir || strcmp(name, "/dev") || !active()) return dir;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < LISTINGS; i++)
        if (!listings[i].dir) {
            listings[i].dir = dir;
            listings[i].next = 0;
            break;
        }
    pthread_mutex_unlock(&lock);
    return dir;
}

static int listing_of(DIR *dir) {
    for (int i = 0; i < LISTINGS; i++)
        if (listings[i].dir == dir) return i;
    return -1;
}

struct dirent64 *readdir64(DIR *dir) {
    struct dirent64 *entry = REAL(readdir64)(dir);
    int listing = listing_of(dir);
    if (listing < 0) return entry;
    while (entry && !strncmp(entry->d_name, "video", 5)) entry = REAL(readdir64)(dir);
    while (!entry && listings[listing].next < devices_count) {
        struct device *device = &devices[listings[listing].next++];
        if (has(device, "unplugged")) continue;
        entry = &listings[listing].entry;
        entry->d_ino = 1;
        entry->d_type = DT_CHR;
        entry->d_reclen = sizeof *entry;
        snprintf(entry->d_name, sizeof entry->d_name, "video%d", device->number);
    }
    return entry;
}

int closedir(DIR *dir) {
    pthread_mutex_lock(&lock);
    int listing = listing_of(dir);
    if (listing >= 0) listings[listing].dir = NULL;
    pthread_mutex_unlock(&lock);
    return REAL(closedir)(dir);
}
