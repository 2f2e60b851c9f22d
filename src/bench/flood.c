// flood BYTES: writes so many bytes of text in lines, 64 KiB at a time, as fast as they are taken.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024, LINE = 128 };

int main(int argc, char **argv) {
    long long left = argc > 1 ? atoll(argv[1]) : 1000000;
    static char block[BLOCK];
    for (int i = 0; i < BLOCK; i += LINE) {
        memset(block + i, 'a' + i / LINE % 26, LINE - 1);
        block[i + LINE - 1] = '\n';
    }
    int at = 0;
    while (left > 0) {
        long long most = BLOCK - at < left ? BLOCK - at : left;
        ssize_t taken = write(1, block + at, most);
        if (taken < 0) {
            return 1;
        }
        left -= taken;
        at = (at + taken) % BLOCK;
    }
    return 0;
}
