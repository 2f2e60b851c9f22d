package streamer.process;

import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import streamer.process.RunSpec.Stderr;
import streamer.process.RunSpec.Stdin;

/**
 * Starts processes by {@code posix_spawn(3)}, on Linux with glibc 2.34 or newer. The JDK closes all open descriptors in
 * each new process one by one, and keeps a thread for each exit.
 *
 * <p>A process gets descriptors 0 to 2 and no other, the default action for each signal, an empty signal mask, and a
 * process group of its own. Where this process has a controlling terminal it gets a session of its own too ({@code
 * setsid(2)}): the terminal's signals do not reach it, nor can it ask on the terminal. Elsewhere not: the scheduler takes
 * sessions for rivals ({@code sched(7)}, autogroups), and a line would be on its way for twice as long.
 *
 * <p>Threads: any.
 */
final class PosixSpawner implements Spawner {
    /** The size of {@code posix_spawnattr_t} in glibc on 64-bit systems. */
    private static final int ATTRIBUTES_BYTES = 336;

    /** The size of {@code posix_spawn_file_actions_t}. */
    private static final int ACTIONS_BYTES = 80;

    /** The size of {@code sigset_t}. */
    private static final int SIGNALS_BYTES = 128;

    private static final int POSIX_SPAWN_SETPGROUP = 0x02;
    private static final int POSIX_SPAWN_SETSIGDEF = 0x04;
    private static final int POSIX_SPAWN_SETSIGMASK = 0x08;
    private static final int POSIX_SPAWN_SETSID = 0x80;

    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final byte[] OWN_STDERR = "/proc/self/fd/2\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTROLLING_TERMINAL = "/dev/tty\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL_DEVICE = "/dev/null\0".getBytes(StandardCharsets.US_ASCII);
    private static final String SHELL = "/bin/sh";

    private final long attributes = attributes();
    private final int ownErrors = ownErrors();
    private final Reaper reaper;

    /**
     * A spawner.
     *
     * @param reaper waits for all its processes
     */
    PosixSpawner(Reaper reaper) {
        this.reaper = reaper;
    }

    /** Attributes for all processes, never freed. */
    private static long attributes() {
        var memory = NativeMemory.allocate(ATTRIBUTES_BYTES + 2 * SIGNALS_BYTES);
        var attributes = memory.address();
        var all = attributes + ATTRIBUTES_BYTES;
        var none = all + SIGNALS_BYTES;
        memory.pointer().setMemory(ATTRIBUTES_BYTES, SIGNALS_BYTES, (byte) 0xff); // sigfillset(3) leaves two out
        LibC.posix_spawnattr_init(attributes);
        LibC.posix_spawnattr_setsigdefault(attributes, all);
        LibC.posix_spawnattr_setsigmask(attributes, none);
        var group = hasTerminal() ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
        LibC.posix_spawnattr_setflags(attributes, (short) (POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | group));
        return attributes;
    }

    private static boolean hasTerminal() {
        try {
            var stat = ProcessStat.parse(Proc.read(Proc.SELF, "stat"));
            return stat.isEmpty() || stat.get().terminal() != 0;
        } catch (IOException e) {
            return true; // not known: a session is safe
        }
    }

    /**
     * Our standard error for commands: where it is a terminal, opened again for writing alone, or they would read what
     * is typed there. One that another user owns cannot be opened by its name, but as the one that controls us.
     */
    private static int ownErrors() {
        if (LibC.isatty(STDERR) == 0) {
            return STDERR;
        }
        var flags = LibC.O_WRONLY | LibC.O_NOCTTY | LibC.O_CLOEXEC;
        var again = LibC.open(OWN_STDERR, flags);
        again = again < 0 ? LibC.open(CONTROLLING_TERMINAL, flags) : again;
        return again < 0 ? STDERR : again;
    }

    @Override
    public Child spawn(RunSpec spec, Map<String, String> environment, OutputPipe output, @Nullable OutputPipe errors)
            throws IOException {
        if (!(spec.stdin() instanceof Stdin.Pipe)) {
            return launch(spec, environment, output, errors, null);
        }
        var stdin = Pipe.open();
        try {
            return launch(spec, environment, output, errors, stdin);
        } catch (IOException | RuntimeException | Error e) {
            stdin.sink().close();
            throw e;
        } finally {
            stdin.source().close();
        }
    }

    private Child launch(
            RunSpec spec,
            Map<String, String> environment,
            OutputPipe output,
            @Nullable OutputPipe errors,
            @Nullable Pipe stdin)
            throws IOException {
        try (var memory = NativeMemory.allocate(ACTIONS_BYTES);
                var variables = CStrings.of(entries(environment))) {
            var actions = memory.address();
            check(LibC.posix_spawn_file_actions_init(actions));
            try {
                addActions(actions, spec, output, errors, stdin);
                return reaper.launch(
                        () -> execute(spec.command(), actions, variables.address()),
                        stdin == null ? null : stdin.sink());
            } finally {
                LibC.posix_spawn_file_actions_destroy(actions);
            }
        }
    }

    private static List<String> entries(Map<String, String> environment) {
        var entries = new ArrayList<String>(environment.size());
        environment.forEach((name, value) -> entries.add(name + "=" + value));
        return entries;
    }

    /** What the process does before it executes the program: its descriptors and its directory. */
    private void addActions(
            long actions, RunSpec spec, OutputPipe output, @Nullable OutputPipe errors, @Nullable Pipe stdin)
            throws IOException {
        if (stdin != null) {
            check(LibC.posix_spawn_file_actions_adddup2(actions, Descriptors.number(stdin.source()), 0));
        } else {
            var path = spec.stdin() instanceof Stdin.File file
                    ? CStrings.encode(file.path().toString())
                    : NULL_DEVICE;
            check(LibC.posix_spawn_file_actions_addopen(actions, 0, path, 0, 0));
        }
        check(LibC.posix_spawn_file_actions_adddup2(actions, output.writeEndNumber(), STDOUT));
        if (errors == null) {
            addErrors(actions, spec.stderr());
        } else {
            check(LibC.posix_spawn_file_actions_adddup2(actions, errors.writeEndNumber(), STDERR));
        }
        check(LibC.posix_spawn_file_actions_addclosefrom_np(actions, 3)); // first: a directory on a network may hang
        var directory = spec.directory();
        if (directory != null) {
            check(LibC.posix_spawn_file_actions_addchdir_np(actions, CStrings.encode(directory.toString())));
        }
    }

    private void addErrors(long actions, Stderr where) throws IOException {
        switch (where) {
            case MERGE -> check(LibC.posix_spawn_file_actions_adddup2(actions, STDOUT, STDERR));
            case DROP -> check(LibC.posix_spawn_file_actions_addopen(actions, STDERR, NULL_DEVICE, LibC.O_WRONLY, 0));
            case LOG, LINES -> check(LibC.posix_spawn_file_actions_adddup2(actions, ownErrors, STDERR));
        }
    }

    /** The process id. A script without {@code #!} is run by the shell, as {@code execvp(3)} does it. */
    private int execute(List<String> command, long actions, long variables) throws IOException {
        var pid = new int[1];
        var error = execute(pid, command, actions, variables);
        if (error == Errno.ENOEXEC) {
            var script = new ArrayList<>(List.of(SHELL));
            script.addAll(command);
            error = execute(pid, script, actions, variables);
        }
        check(error);
        return pid[0];
    }

    private int execute(int[] pid, List<String> command, long actions, long variables) throws IOException {
        try (var arguments = CStrings.of(command)) {
            var file = CStrings.encode(command.get(0));
            return LibC.posix_spawnp(pid, file, actions, attributes, arguments.address(), variables);
        }
    }

    private static void check(int error) throws IOException {
        if (error != 0) {
            throw new IOException("error=" + error + ", " + LibC.strerror(error));
        }
    }
}
