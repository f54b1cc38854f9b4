/* Devices that are folders: what the kernel would answer. See preload.c. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "fakecam.h"

struct device devices[DEVICES];
int devices_count;

/* ---- what the folders say ---- */

int has(const struct device *device, const char *file) {
    char path[sizeof device->folder + 32];
    snprintf(path, sizeof path, "%s/%s", device->folder, file);
    return access(path, F_OK) == 0;
}

static void text_of(const struct device *device, const char *file, char *text, size_t size) {
    char path[sizeof device->folder + 32];
    snprintf(path, sizeof path, "%s/%s", device->folder, file);
    FILE *from = fopen(path, "re");
    if (!from) return;
    size_t length = fread(text, 1, size - 1, from);
    fclose(from);
    text[length] = 0;
    text[strcspn(text, "\n")] = 0;
}

static void read_modes(struct device *device) {
    char text[2000] = "", *words = NULL;
    text_of(device, "modes", text, sizeof text);
    device->modes_count = 0;
    for (char *word = strtok_r(text, " ", &words); word && device->modes_count < MODES; word = strtok_r(NULL, " ", &words)) {
        struct mode mode = {0};
        char letters[5] = "", rates[200] = "", *rest = NULL;
        if (sscanf(word, "%4[^:]:%ux%u@%199s", letters, &mode.width, &mode.height, rates) != 4) {
            fprintf(stderr, "fakecam: cannot read the mode %s\n", word);
            continue;
        }
        mode.letters = v4l2_fourcc(letters[0], letters[1], letters[2], letters[3]);
        for (char *rate = strtok_r(rates, ",", &rest); rate && mode.rates_count < RATES; rate = strtok_r(NULL, ",", &rest)) {
            struct rate *read = &mode.rates[mode.rates_count++];
            read->seconds = 1;
            sscanf(rate, "%u/%u", &read->frames, &read->seconds);
        }
        device->modes[device->modes_count++] = mode;
    }
}

static void find_devices(void) {
    const char *dir = getenv("FAKECAM_DIR");
    for (int number = 0; dir && number < DEVICES; number++) {
        struct device device = { .number = number, .owner = -1, .memory = -1 };
        snprintf(device.folder, sizeof device.folder, "%s/video%d", dir, number);
        read_modes(&device);
        if (!device.modes_count) continue;
        device.set = device.modes[0];
        device.rate = device.set.rates[0];
        devices[devices_count++] = device;
    }
}

int active(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_devices);
    return getenv("FAKECAM_DIR") != NULL;
}

/* ---- pictures ---- */

static const char *ending;
static pthread_mutex_t ending_lock = PTHREAD_MUTEX_INITIALIZER;

static int is_picture(const struct dirent *entry) {
    size_t name = strlen(entry->d_name), end = strlen(ending);
    return name > end && !strcmp(entry->d_name + name - end, ending);
}

/* Writes the next picture into the buffer; how many bytes. What was there before stays behind it. */
static size_t take_picture(struct device *device, uint8_t *buffer) {
    char letters[6] = { '.', 0 }, path[sizeof device->folder + 300];
    for (int i = 0; i < 4; i++) letters[i + 1] = (char)((device->set.letters >> (8 * i) & 0xff) | 0x20);
    struct dirent **list = NULL;
    pthread_mutex_lock(&ending_lock);
    ending = letters;
    int count = scandir(device->folder, &list, is_picture, alphasort);
    pthread_mutex_unlock(&ending_lock);
    if (count <= 0) {
        if (!count) free(list);
        return 0;
    }
    const char *name = list[device->sequence % (uint32_t)count]->d_name;
    snprintf(path, sizeof path, "%s/%s", device->folder, name);
    size_t length = 0;
    FILE *picture = fopen(path, "re");
    if (picture) {
        length = fread(buffer, 1, device->buffer_size, picture);
        struct stat about;
        char handed[sizeof device->handed] = "";
        if (!fstat(fileno(picture), &about))
            snprintf(handed, sizeof handed, "%.200s %ld.%09ld", name, (long)about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
        if (strcmp(handed, device->handed)) {
            strcpy(device->handed, handed);
            struct timespec now;
            clock_gettime(CLOCK_MONOTONIC, &now);
            snprintf(path, sizeof path, "%s/handed", device->folder);
            FILE *log = fopen(path, "ae");
            if (log) {
                fprintf(log, "%s %lld\n", name, (long long)now.tv_sec * 1000000000LL + now.tv_nsec);
                fclose(log);
            }
        }
        fclose(picture);
    }
    for (int i = 0; i < count; i++) free(list[i]);
    free(list);
    return length;
}

/* ---- what the kernel would answer ---- */

static void describe(const struct mode *mode, struct v4l2_pix_format *picture) {
    memset(picture, 0, sizeof *picture);
    picture->width = mode->width;
    picture->height = mode->height;
    picture->pixelformat = mode->letters;
    picture->field = V4L2_FIELD_NONE;
    picture->sizeimage = mode->width * mode->height * 3;
    picture->colorspace = V4L2_COLORSPACE_SRGB;
}

/* A driver takes the nearest that it has. */
static const struct mode *nearest(const struct device *device, const struct v4l2_pix_format *wanted) {
    const struct mode *same_letters = NULL;
    for (int i = device->modes_count - 1; i >= 0; i--) {
        const struct mode *mode = &device->modes[i];
        if (mode->letters != wanted->pixelformat) continue;
        if (mode->width == wanted->width && mode->height == wanted->height) return mode;
        same_letters = mode;
    }
    return same_letters ? same_letters : &device->modes[0];
}

static void tick(int fd, struct rate rate) {
    struct itimerspec timer = {0};
    if (rate.frames) {
        uint64_t nanoseconds = 1000000000ULL * rate.seconds / rate.frames;
        timer.it_interval.tv_sec = (time_t)(nanoseconds / 1000000000ULL);
        timer.it_interval.tv_nsec = (long)(nanoseconds % 1000000000ULL);
        timer.it_value = timer.it_interval;
    }
    timerfd_settime(fd, 0, &timer, NULL);
}

static void free_buffers(struct device *device) {
    if (device->mapped) munmap(device->mapped, device->buffer_size * device->buffers);
    if (device->memory >= 0) kernel(SYS_close, device->memory, 0, 0, 0, 0, 0);
    device->mapped = NULL;
    device->memory = -1;
    device->buffers = device->queued = 0;
}

static int ask_buffers(struct device *device, struct v4l2_requestbuffers *request) {
    if (device->streaming) FAIL(EBUSY);
    free_buffers(device);
    if (!request->count) return 0;
    if (request->count > BUFFERS) request->count = BUFFERS;
    device->buffer_size = ((size_t)device->set.width * device->set.height * 3 + 4095) & ~(size_t)4095;
    size_t all = device->buffer_size * request->count;
    device->memory = memfd_create("fakecam", MFD_CLOEXEC);
    if (device->memory < 0 || ftruncate(device->memory, (off_t)all)) FAIL(ENOMEM);
    device->mapped = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED, device->memory, 0);
    if (device->mapped == MAP_FAILED) {
        device->mapped = NULL;
        FAIL(ENOMEM);
    }
    device->buffers = request->count;
    return 0;
}

static void describe_buffer(const struct device *device, struct v4l2_buffer *buffer) {
    buffer->length = (uint32_t)device->buffer_size;
    buffer->m.offset = (uint32_t)(buffer->index * device->buffer_size);
    buffer->flags = V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
}

static int give_buffer(struct device *device, int fd, struct v4l2_buffer *buffer) {
    uint64_t ticks = 0;
    if (!device->streaming) FAIL(EINVAL);
    if (!device->queued || has(device, "stall") || has(device, "stuck")) FAIL(EAGAIN);
    if (kernel(SYS_read, fd, (long)&ticks, sizeof ticks, 0, 0, 0) != sizeof ticks) return -1;
    /* More than one tick: the reader was late and has lost pictures. */
    device->sequence += (uint32_t)ticks;
    buffer->index = device->queue[0];
    memmove(device->queue, device->queue + 1, sizeof device->queue[0] * --device->queued);
    buffer->bytesused = (uint32_t)take_picture(device, device->mapped + buffer->index * device->buffer_size);
    describe_buffer(device, buffer);
    buffer->field = V4L2_FIELD_NONE;
    buffer->sequence = device->sequence - 1;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    buffer->timestamp.tv_sec = now.tv_sec;
    buffer->timestamp.tv_usec = now.tv_nsec / 1000;
    return 0;
}

static int list_letters(const struct device *device, struct v4l2_fmtdesc *wanted) {
    uint32_t seen = 0;
    for (int i = 0; i < device->modes_count; i++) {
        int known = 0;
        for (int j = 0; j < i; j++) known |= device->modes[j].letters == device->modes[i].letters;
        if (known || seen++ < wanted->index) continue;
        wanted->pixelformat = device->modes[i].letters;
        return 0;
    }
    FAIL(EINVAL);
}

static int list_sizes(const struct device *device, struct v4l2_frmsizeenum *wanted) {
    uint32_t seen = 0;
    for (int i = 0; i < device->modes_count; i++) {
        if (device->modes[i].letters != wanted->pixel_format || seen++ < wanted->index) continue;
        wanted->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        wanted->discrete.width = device->modes[i].width;
        wanted->discrete.height = device->modes[i].height;
        return 0;
    }
    FAIL(EINVAL);
}

static int list_rates(const struct device *device, struct v4l2_frmivalenum *wanted) {
    for (int i = 0; i < device->modes_count; i++) {
        const struct mode *mode = &device->modes[i];
        if (mode->letters != wanted->pixel_format || mode->width != wanted->width || mode->height != wanted->height) continue;
        if (wanted->index >= mode->rates_count) FAIL(EINVAL);
        wanted->type = V4L2_FRMIVAL_TYPE_DISCRETE;
        wanted->discrete.numerator = mode->rates[wanted->index].seconds;
        wanted->discrete.denominator = mode->rates[wanted->index].frames;
        return 0;
    }
    FAIL(EINVAL);
}

static void set_rate(struct device *device, struct v4l2_fract wanted) {
    device->rate = device->set.rates[0];
    for (uint32_t i = 0; i < device->set.rates_count; i++) {
        struct rate rate = device->set.rates[i];
        if (rate.frames * wanted.numerator == rate.seconds * wanted.denominator) device->rate = rate;
    }
}

/* Keeps others out, or fails where another one does. */
static int claim(struct device *device, int fd) {
    if (has(device, "busy") || (device->owner >= 0 && device->owner != fd)) FAIL(EBUSY);
    device->owner = fd;
    return 0;
}

int answer(struct device *device, int fd, uint32_t request, void *argument) {
    if (has(device, "unplugged")) FAIL(ENODEV);
    int metadata = has(device, "metadata");
    if (request == VIDIOC_QUERYCAP) {
        struct v4l2_capability *about = argument;
        memset(about, 0, sizeof *about);
        snprintf((char *)about->driver, sizeof about->driver, "fakecam");
        snprintf((char *)about->card, sizeof about->card, "Fake Camera %d", device->number);
        snprintf((char *)about->bus_info, sizeof about->bus_info, "usb-fake-%d", device->number);
        text_of(device, "name", (char *)about->card, sizeof about->card);
        text_of(device, "bus", (char *)about->bus_info, sizeof about->bus_info);
        about->device_caps = (metadata ? V4L2_CAP_META_CAPTURE : V4L2_CAP_VIDEO_CAPTURE) | V4L2_CAP_STREAMING;
        about->capabilities = V4L2_CAP_META_CAPTURE | V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    if (metadata) FAIL(EINVAL);
    switch (request) {
    case VIDIOC_ENUM_FMT: return list_letters(device, argument);
    case VIDIOC_ENUM_FRAMESIZES: return list_sizes(device, argument);
    case VIDIOC_ENUM_FRAMEINTERVALS: return list_rates(device, argument);
    case VIDIOC_G_FMT:
        describe(&device->set, &((struct v4l2_format *)argument)->fmt.pix);
        return 0;
    case VIDIOC_S_FMT: {
        struct v4l2_pix_format *picture = &((struct v4l2_format *)argument)->fmt.pix;
        if (claim(device, fd)) return -1;
        if (device->buffers) FAIL(EBUSY);
        device->set = *nearest(device, picture);
        device->rate = device->set.rates[0];
        describe(&device->set, picture);
        return 0;
    }
    case VIDIOC_S_PARM:
        if (claim(device, fd)) return -1;
        set_rate(device, ((struct v4l2_streamparm *)argument)->parm.capture.timeperframe);
        /* fall through */
    case VIDIOC_G_PARM: {
        struct v4l2_captureparm *capture = &((struct v4l2_streamparm *)argument)->parm.capture;
        memset(capture, 0, sizeof *capture);
        capture->capability = V4L2_CAP_TIMEPERFRAME;
        capture->timeperframe.numerator = device->rate.seconds;
        capture->timeperframe.denominator = device->rate.frames;
        return 0;
    }
    case VIDIOC_REQBUFS:
        if (claim(device, fd)) return -1;
        return ask_buffers(device, argument);
    case VIDIOC_QUERYBUF:
    case VIDIOC_QBUF: {
        struct v4l2_buffer *buffer = argument;
        if (buffer->index >= device->buffers || device->queued == BUFFERS) FAIL(EINVAL);
        describe_buffer(device, buffer);
        if (request == VIDIOC_QBUF) device->queue[device->queued++] = buffer->index;
        return 0;
    }
    case VIDIOC_DQBUF: return give_buffer(device, fd, argument);
    case VIDIOC_STREAMON:
        if (!device->buffers) FAIL(EINVAL);
        device->streaming = 1;
        device->sequence = 0;
        tick(fd, device->rate);
        return 0;
    case VIDIOC_STREAMOFF:
        device->streaming = 0;
        device->queued = 0;
        tick(fd, (struct rate){0});
        return 0;
    default: FAIL(ENOTTY);
    }
}

void let_go(struct device *device, int fd) {
    if (device->owner != fd) return;
    device->owner = -1;
    device->streaming = 0;
    free_buffers(device);
}
