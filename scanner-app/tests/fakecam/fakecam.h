/* The two halves of fakecam: devices.c answers for the kernel, preload.c puts it in the program's way. */
#ifndef FAKECAM_H
#define FAKECAM_H

#include <stddef.h>
#include <stdint.h>

enum { DEVICES = 8, MODES = 32, RATES = 8, BUFFERS = 32 };

#define FAIL(error) do { errno = (error); return -1; } while (0)

struct rate { uint32_t frames, seconds; };
struct mode { uint32_t letters, width, height, rates_count; struct rate rates[RATES]; };

/* What the kernel keeps of a device, whoever has it open. */
struct device {
    int number;                 /* of /dev/videoN */
    char folder[3000];
    struct mode modes[MODES], set;
    int modes_count;
    struct rate rate;
    int owner;                  /* the descriptor that keeps others out, or -1 */
    int streaming;
    uint32_t sequence;
    int memory;                 /* memfd behind the buffers, or -1 */
    uint8_t *mapped;
    size_t buffer_size;
    uint32_t buffers, queue[BUFFERS], queued;
    char handed[300];           /* the picture that the program has, and its change time */
};

extern struct device devices[DEVICES];
extern int devices_count;

/* Reads FAKECAM_DIR, once. Whether there is one. */
int active(void);
/* Whether there is a file of this name in the device's folder. */
int has(const struct device *device, const char *file);
/* What the kernel would answer: ioctl's result, and errno. One call at a time. */
int answer(struct device *device, int fd, uint32_t request, void *argument);
/* The device's descriptor is closed. */
void let_go(struct device *device, int fd);
/* Past this library. */
long kernel(long number, long a, long b, long c, long d, long e, long f);

#endif
