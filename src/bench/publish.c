// publish PORT PATH COMMAND [ARG...]
// Runs the command and posts what it writes to PATH at 127.0.0.1, at once, on one connection; what it writes while a post is
// not answered yet is the next post. Deletes PATH when the command has ended.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024, ANSWER = 4096, TRIES = 5000, PAUSE_MICROS = 1000 };

static void die(const char *what) {
    perror(what);
    exit(1);
}

// Tries for some seconds: the server may just be starting.
static int connection(int port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    for (int i = 0; i < TRIES; i++) {
        int server = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(server, (struct sockaddr *)&address, sizeof address) == 0) {
            setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            return server;
        }
        close(server);
        usleep(PAUSE_MICROS);
    }
    die("publish: connect");
    return -1;
}

static int output_of(char **command) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        die("publish: pipe");
    }
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], 1);
        execv(command[0], command);
        _exit(127);
    }
    close(ends[1]);
    return ends[0];
}

static void await_answer(int server) {
    char answer[ANSWER + 1];
    int length = 0;
    for (;;) {
        ssize_t more = read(server, answer + length, ANSWER - length);
        if (more <= 0) {
            die("publish: no answer");
        }
        answer[length += more] = 0;
        char *body = strstr(answer, "\r\n\r\n"), *size = strcasestr(answer, "\r\ncontent-length:");
        if (!body) {
            continue;
        }
        if (strncmp(answer, "HTTP/1.1 2", 10)) {
            fprintf(stderr, "publish: %s\n", answer);
            exit(1);
        }
        if (!size || answer + length - (body + 4) >= atol(size + strlen("\r\ncontent-length:"))) {
            return;
        }
    }
}

static void ask(int server, const char *method, const char *path, char *body, size_t length) {
    char head[1024];
    int head_length = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n", method,
                               path, length);
    struct iovec pieces[] = {{head, head_length}, {body, length}};
    if (writev(server, pieces, 2) != (ssize_t)(head_length + length)) { // it blocks until all is taken
        die("publish: write");
    }
    await_answer(server);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: publish PORT PATH COMMAND [ARG...]\n");
        return 2;
    }
    static char block[BLOCK];
    int server = connection(atoi(argv[1]));
    int output = output_of(argv + 3);
    ssize_t length;
    while ((length = read(output, block, BLOCK)) > 0) {
        ask(server, "POST", argv[2], block, length);
    }
    ask(server, "DELETE", argv[2], NULL, 0);
    wait(NULL);
    return 0;
}
