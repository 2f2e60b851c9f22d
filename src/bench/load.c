// load (http|websocket) (lines|bytes) PORT PATH STREAMS
// Opens so many streams at 127.0.0.1 and reads them to their ends. With `lines` it looks at the time that each line begins
// with (see ticker.c) and so knows how long the line was on its way. Prints one JSON object:
//   streams   those that got a 200 (or 101), and came to a proper end
//   seconds   from the first connection to the last end
//   first     seconds from the first connection until every stream had something of its body
//   bytes     of bodies
//   lines, p50, p99, max   how many lines came, and their times on the way in microseconds
//
// load http fan PORT PATH VIEWERS LINES...
// The viewers of one run, which all must get the same bytes, and which waits after each part of so many lines. Prints such
// an object whenever all viewers have had a part: `seconds` are from the first connection, or from the writing of the
// part's first line, to the last read. Ends with 0 if every viewer then has a proper end, and nothing more came.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { DIGITS = 19, HEAD_BYTES = 4096, READ_BYTES = 256 * 1024, PATIENCE_MILLIS = 30000 };
enum { WIDTH = 80 };       // of a viewer's line, which is ticker.c's
enum { CONNECTING = 256 }; // viewers at one time, fewer than a backlog

// What the next byte of a stream belongs to.
enum state { HEAD, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILERS, FRAME, FRAME_LENGTH, PAYLOAD, END };

struct stream {
    int fd;
    enum state state;
    int is_good, has_begun;
    int head_length;
    long long left;   // of the chunk or frame
    int length_bytes; // of a frame's length, still to come
    int opcode;
    int column; // in the line, or in the line of the framing
    long long stamp;
    long offset, lines; // what a viewer has had
    char head[HEAD_BYTES];
};

static int is_websocket, wants_lines, is_fan, count, open_streams, begun_streams;
static long long bytes, start, all_began;
static long long *nanos; // that each line was on its way
static long lines, room;

// What the run has written, as told by the viewer that had it first.
static char *text;
static long text_length, text_lines;
static long long *stamps;
static char **parts, **parts_end; // arguments that tell how many lines a part has
static long goal;                 // lines to the end of the part
static int arrived;               // viewers that are there

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void record(long long nanoseconds) {
    if (lines == room) {
        room = room ? 2 * room : 1 << 16;
        nanos = realloc(nanos, room * sizeof *nanos);
        if (!nanos) {
            die("load");
        }
    }
    nanos[lines++] = nanoseconds;
}

static void line_came(struct stream *stream, long long when) {
    if (stream->column >= DIGITS) {
        record(when - stream->stamp);
    }
    stream->column = 0;
    stream->stamp = 0;
}

static int ascending(const void *left, const void *right) {
    long long a = *(const long long *)left, b = *(const long long *)right;
    return (a > b) - (a < b);
}

static double micros(double share) {
    return lines ? nanos[(long)((lines - 1) * share)] / 1e3 : 0;
}

static void report(int good, double seconds) {
    qsort(nanos, lines, sizeof *nanos, ascending);
    printf("{\"streams\": %d, \"seconds\": %.6f, \"first\": %.6f, \"bytes\": %lld, "
           "\"lines\": %ld, \"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}\n",
           good, seconds, all_began ? (all_began - start) / 1e9 : 0, bytes, lines, micros(0.5), micros(0.99), micros(1));
    fflush(stdout);
}

// The time at which the run has written the line; it must be as ticker.c writes it.
static long long stamp_of(long line) {
    char *from = text + line * WIDTH, *end;
    long long stamp = strtoll(from, &end, 10);
    if (end != from + DIGITS || strspn(end, "x") != WIDTH - DIGITS - 1 || from[WIDTH - 1] != '\n') {
        fprintf(stderr, "load: line %ld is wrong: %.*s\n", line, WIDTH, from);
        exit(1);
    }
    return stamp;
}

static void begin_part(void) {
    goal += atol(*parts);
    arrived = 0;
    lines = 0;
    bytes = 0;
}

static void end_part(long long when) {
    long first = goal - atol(*parts);
    report(count, (when - (first == 0 ? start : stamps[first])) / 1e9);
    if (++parts < parts_end) {
        begin_part();
    }
}

static void view(struct stream *viewer, const char *from, long length, long long when) {
    if (!viewer->is_good) {
        fprintf(stderr, "load: a viewer was refused: %.*s%.*s\n", (int)strcspn(viewer->head, "\r"), viewer->head,
                (int)length, from);
        exit(1);
    }
    long end = viewer->offset + length, known = end < text_length ? length : text_length - viewer->offset;
    if (end > goal * WIDTH || memcmp(text + viewer->offset, from, known)) {
        fprintf(stderr, "load: a viewer got something wrong after %ld bytes\n", viewer->offset);
        exit(1);
    }
    memcpy(text + viewer->offset + known, from + known, length - known);
    text_length = end > text_length ? end : text_length;
    for (; text_lines < text_length / WIDTH; text_lines++) {
        stamps[text_lines] = stamp_of(text_lines);
    }
    viewer->offset = end;
    for (; viewer->lines < end / WIDTH; viewer->lines++) {
        record(when - stamps[viewer->lines]);
    }
    if (end == goal * WIDTH && ++arrived == count) {
        end_part(when);
    }
}

static void body(struct stream *stream, const char *from, long long length, long long when) {
    bytes += length;
    if (!stream->has_begun) {
        stream->has_begun = 1;
        begun_streams++;
        all_began = when;
    }
    if (is_fan) {
        view(stream, from, length, when);
        return;
    }
    const char *end = from + length;
    while (wants_lines && from < end) {
        if (*from == '\n') {
            line_came(stream, when);
            from++;
        } else if (stream->column < DIGITS) {
            stream->stamp = stream->stamp * 10 + *from++ - '0';
            stream->column++;
        } else {
            const char *next = memchr(from, '\n', end - from);
            from = next ? next : end;
        }
    }
}

static enum state after_head(struct stream *stream) {
    stream->head[stream->head_length] = 0;
    stream->is_good = !strncmp(stream->head + strlen("HTTP/1.1"), is_websocket ? " 101" : " 200", 4);
    return is_websocket ? FRAME : strcasestr(stream->head, "\r\ntransfer-encoding: chunked") ? CHUNK_SIZE : BODY;
}

static int hex(char digit) {
    return digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10;
}

// Takes one byte of what is not body.
static enum state framing(struct stream *stream, char byte, long long when) {
    switch (stream->state) {
    case HEAD:
        if (stream->head_length == HEAD_BYTES - 1) {
            return END;
        }
        stream->head[stream->head_length++] = byte;
        return stream->head_length >= 4 && !memcmp(stream->head + stream->head_length - 4, "\r\n\r\n", 4)
                   ? after_head(stream)
                   : HEAD;
    case CHUNK_SIZE:
        if (byte == '\n') {
            return stream->left > 0 ? CHUNK : TRAILERS;
        }
        if (byte != '\r') {
            stream->left = stream->left * 16 + hex(byte);
        }
        return CHUNK_SIZE;
    case CHUNK_END:
        return byte == '\n' ? CHUNK_SIZE : CHUNK_END;
    case TRAILERS: // ended by an empty line
        if (byte == '\n') {
            int was_empty = stream->head_length == 0;
            stream->head_length = 0;
            return was_empty ? END : TRAILERS;
        }
        stream->head_length += byte != '\r';
        return TRAILERS;
    case FRAME: // RFC 6455, 5.2; what a server sends is not masked
        stream->opcode = byte & 15;
        stream->length_bytes = -1;
        return FRAME_LENGTH;
    case FRAME_LENGTH:
        if (stream->length_bytes < 0) {
            stream->left = byte & 127;
            stream->length_bytes = stream->left < 126 ? 0 : stream->left == 126 ? 2 : 8;
            if (stream->length_bytes > 0) {
                stream->left = 0;
            }
        } else {
            stream->left = stream->left << 8 | (unsigned char)byte;
            stream->length_bytes--;
        }
        if (stream->length_bytes > 0) {
            return FRAME_LENGTH;
        }
        if (stream->opcode == 8) {
            return END;
        }
        if (stream->left == 0 && wants_lines) {
            line_came(stream, when);
        }
        return stream->left > 0 ? PAYLOAD : FRAME;
    default:
        return END;
    }
}

static void take(struct stream *stream, const char *from, ssize_t length, long long when) {
    const char *end = from + length;
    while (from < end && stream->state != END) {
        if (stream->state == BODY) {
            body(stream, from, end - from, when);
            return;
        }
        if (stream->state == CHUNK || stream->state == PAYLOAD) {
            long long part = end - from < stream->left ? end - from : stream->left;
            body(stream, from, part, when);
            from += part;
            stream->left -= part;
            if (stream->left == 0) {
                if (stream->state == PAYLOAD && wants_lines) { // a frame is a line without its end
                    line_came(stream, when);
                }
                stream->state = stream->state == CHUNK ? CHUNK_END : FRAME;
            }
            continue;
        }
        enum state before = stream->state;
        stream->state = framing(stream, *from++, when);
        if (before == HEAD && stream->state != HEAD) {
            stream->head_length = 0;
            stream->left = 0;
        }
    }
}

static void open_stream(struct stream *stream, int port, const char *path, int epoll) {
    int one = 1;
    char request[1024];
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", path, port,
                          is_websocket ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                         "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
                          : is_fan     ? "Connection: close, TE\r\nTE: chunked\r\n"
                                       : "Connection: close\r\n");
    stream->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (stream->fd < 0 || connect(stream->fd, (struct sockaddr *)&address, sizeof address) < 0) {
        die("load: connect");
    }
    setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (write(stream->fd, request, length) != length) {
        die("load: write");
    }
    fcntl(stream->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, stream->fd, &event) < 0) {
        die("load: epoll");
    }
    open_streams++;
}

static void read_stream(struct stream *stream) {
    static char buffer[READ_BYTES];
    ssize_t length = read(stream->fd, buffer, READ_BYTES);
    if (length < 0 && errno == EAGAIN) {
        return;
    }
    if (length > 0) {
        take(stream, buffer, length, now());
    }
    if (length <= 0 || stream->state == END) {
        // A body without a length ends with its connection, and so do the frames of some servers.
        stream->is_good &= stream->state == END || (length == 0 && (stream->state == BODY || stream->state == FRAME));
        close(stream->fd);
        open_streams--;
    }
}

int main(int argc, char **argv) {
    is_fan = argc > 2 && !strcmp(argv[2], "fan");
    if (is_fan ? argc < 7 : argc != 6) {
        fprintf(stderr, "usage: load (http|websocket) (lines|bytes) PORT PATH STREAMS\n"
                        "       load http fan PORT PATH VIEWERS LINES...\n");
        return 2;
    }
    is_websocket = !strcmp(argv[1], "websocket");
    wants_lines = !strcmp(argv[2], "lines");
    count = atoi(argv[5]);
    int at_once = is_fan ? CONNECTING : count;
    if (is_fan) {
        parts = argv + 6;
        parts_end = argv + argc;
        long all = 0;
        for (char **part = parts; part < parts_end; part++) {
            all += atol(*part);
        }
        text = calloc(all * WIDTH + 1, 1);
        stamps = calloc(all, sizeof *stamps);
        begin_part();
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    struct stream *streams = calloc(count, sizeof *streams);
    int epoll = epoll_create1(0), opened = 0;
    start = now();
    while (open_streams > 0 || opened < count) {
        while (opened < count && opened - begun_streams < at_once) {
            open_stream(&streams[opened++], atoi(argv[3]), argv[4], epoll);
        }
        struct epoll_event events[256];
        int ready = epoll_wait(epoll, events, 256, PATIENCE_MILLIS);
        if (ready <= 0) {
            fprintf(stderr, "load: nothing comes any more on %d streams\n", open_streams);
            break;
        }
        for (int i = 0; i < ready; i++) {
            read_stream(events[i].data.ptr);
        }
    }
    double seconds = (now() - start) / 1e9;
    int good = 0;
    for (int i = 0; i < count; i++) {
        good += streams[i].is_good;
    }
    if (!is_fan) {
        report(good, seconds);
    } else if (good < count || parts < parts_end) {
        fprintf(stderr, "load: of %d viewers %d came to a proper end, with %ld bytes\n", count, good, text_length);
        return 1;
    }
    return good == count ? 0 : 1;
}
