// relay PORT COMMAND [ARG...]
// The floor: runs the command for each connection and copies its pipe to the socket, by a process of its own, 64 KiB at a
// time, without chunks, limits or looking at the request.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024 };
static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n";

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int write_all(int to, const char *bytes, ssize_t length) {
    while (length > 0) {
        ssize_t taken = write(to, bytes, length);
        if (taken < 0) {
            return -1;
        }
        bytes += taken;
        length -= taken;
    }
    return 0;
}

static void serve(int client, char **command) {
    static char block[BLOCK];
    int ends[2];
    if (read(client, block, BLOCK) <= 0 || pipe2(ends, 0) < 0) {
        _exit(1);
    }
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        close(client);
        execv(command[0], command);
        _exit(127);
    }
    close(ends[1]);
    write_all(client, HEAD, sizeof HEAD - 1);
    ssize_t length;
    while ((length = read(ends[0], block, BLOCK)) > 0 && write_all(client, block, length) == 0) {
    }
    waitpid(child, NULL, 0);
    _exit(0);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: relay PORT COMMAND [ARG...]\n");
        return 2;
    }
    int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(atoi(argv[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int server = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0 || listen(server, 1024) < 0) {
        die("relay");
    }
    signal(SIGCHLD, SIG_IGN); // nobody waits for those who serve
    for (;;) {
        int client = accept(server, NULL, NULL);
        if (client < 0) {
            die("relay: accept");
        }
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (fork() == 0) {
            close(server);
            signal(SIGCHLD, SIG_DFL);
            serve(client, argv + 2);
        }
        close(client);
    }
}
