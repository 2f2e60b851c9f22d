// ticker LINES MICROSECONDS [WIDTH]
// Writes lines of WIDTH bytes (80), one write(2) each and so many microseconds apart. Each begins with the time of its
// writing: CLOCK_MONOTONIC in nanoseconds, 19 digits.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DIGITS = 19, LONGEST = 4096 };

int main(int argc, char **argv) {
    long lines = argc > 1 ? atol(argv[1]) : 10;
    long nanos = argc > 2 ? atol(argv[2]) * 1000 : 1000000;
    int width = argc > 3 ? atoi(argv[3]) : 80;
    if (width < DIGITS + 2 || width > LONGEST) {
        fprintf(stderr, "ticker: a line has %d to %d bytes\n", DIGITS + 2, LONGEST);
        return 2;
    }
    char line[LONGEST + 1];
    memset(line, 'x', width);
    line[width - 1] = '\n';
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (long i = 0; i < lines; i++) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        char stamp[DIGITS + 1];
        snprintf(stamp, sizeof stamp, "%0*lld", DIGITS, now.tv_sec * 1000000000LL + now.tv_nsec);
        memcpy(line, stamp, DIGITS);
        for (int sent = 0; sent < width;) {
            ssize_t taken = write(1, line + sent, width - sent);
            if (taken < 0) {
                return 1;
            }
            sent += taken;
        }
        if (nanos > 0) {
            next.tv_nsec += nanos;
            next.tv_sec += next.tv_nsec / 1000000000;
            next.tv_nsec %= 1000000000;
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        }
    }
    return 0;
}
