package streamer.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteStreamHandler;
import org.jspecify.annotations.Nullable;

/**
 * Launches by Commons Exec. That would copy the process's streams and wait for its exit; it is given a proxy without
 * streams that has exited, and so returns at once.
 *
 * <p>Threads: any.
 */
public final class ExecLauncher implements Launcher {
    private static final Logger LOG = System.getLogger(ExecLauncher.class.getName());

    /**
     * Checks that Java lets commands be launched.
     *
     * @throws IOException if not; its message is one line that says why
     */
    public static void check() throws IOException {
        try {
            Descriptors.check();
            if (JdkSpawner.isWanted()) {
                JdkChild.check();
            }
        } catch (LinkageError e) {
            throw new IOException("cannot launch commands by this Java: " + e.getMessage(), e);
        }
    }

    /** Why a command cannot have a terminal here at all, in one line; null if it can. */
    public static @Nullable String whyNoTerminal() {
        var why = Spawners.whyByJdk();
        return why == null
                ? null
                : "needs 64-bit Linux with glibc 2.34 or newer: "
                        + why.lines().findFirst().orElse("");
    }

    /**
     * Checks that a command can have a terminal now.
     *
     * @throws IOException if not; its message is one line that says why
     */
    public static void checkTerminal(TerminalSize size) throws IOException {
        try {
            OutputPipe.openTerminal(size).close();
        } catch (IOException e) {
            throw new IOException(Errno.text(e), e);
        }
    }

    /** Class loading: launches {@code true(1)} once, so that the first run is as fast as the others. */
    public static void warmUp() {
        var spec = new RunSpec(
                List.of("true"),
                null,
                System.getenv(),
                new RunSpec.Stdin.Empty(),
                RunSpec.Stderr.DROP,
                null,
                RunSpec.Limits.NONE);
        try {
            new ExecLauncher().launch(spec, "").pipe().close();
        } catch (LaunchException e) {
            LOG.log(Level.DEBUG, "no warming up: {0}", e.getMessage());
        } catch (LinkageError e) {
            LOG.log(Level.ERROR, "cannot launch commands: {0}", e.getMessage());
        }
    }

    @Override
    public Launched launch(RunSpec spec, String run) throws LaunchException {
        var execution = new SpecExecutor(spec, run);
        try {
            execution.execute(new CommandLine(spec.command().get(0)));
            return execution.launched();
        } catch (IOException e) {
            throw failure(spec, e);
        } finally {
            execution.closeUnlessLaunched();
        }
    }

    private static LaunchException failure(RunSpec spec, IOException cause) {
        var command = spec.command().get(0);
        var kind = Errno.kind(cause);
        var line = switch (kind) {
            case NOT_FOUND -> notFound(spec);
            case NOT_EXECUTABLE -> command + ": not executable";
            case TOO_LARGE -> "arguments and environment are too large";
            case NO_RESOURCES ->
                spec.terminal() == null
                        ? "out of processes, memory or descriptors"
                        : "out of processes, memory, descriptors or terminals";
            default -> command + ": cannot be launched: " + Errno.text(cause);
        };
        return new LaunchException(kind, line, cause);
    }

    /** ENOENT: the program, its interpreter or the working directory is missing. */
    private static String notFound(RunSpec spec) {
        var directory = spec.directory();
        if (directory != null && !Files.isDirectory(directory)) {
            return directory + ": no such directory";
        }
        return spec.command().get(0) + ": command or its interpreter not found";
    }

    /** One launch by Commons Exec's executor. */
    private static final class SpecExecutor extends DefaultExecutor {
        private final RunSpec spec;
        private final String run;
        private @Nullable OutputPipe pipe;
        private @Nullable Child child;
        private boolean launched;

        @SuppressWarnings("deprecation") // the builder cannot build a subclass
        SpecExecutor(RunSpec spec, String run) {
            this.spec = spec;
            this.run = run;
            setExitValues(null);
            setStreamHandler(new NoStreams());
        }

        Launched launched() {
            if (child == null || pipe == null) {
                throw new IllegalStateException("not launched");
            }
            var whole = new Launched(child, pipe);
            launched = true;
            return whole;
        }

        void closeUnlessLaunched() {
            if (pipe != null && !launched) {
                pipe.close();
            }
        }

        @Override
        protected Process launch(CommandLine label, @Nullable Map<String, String> none, Path directory)
                throws IOException {
            var environment = new HashMap<>(spec.environment());
            environment.put(ProcessTree.MARKER, run);
            OutputPipe errors = null;
            try {
                var terminal = spec.terminal();
                pipe = terminal == null ? OutputPipe.open() : OutputPipe.openTerminal(terminal);
                errors = spec.stderr() == RunSpec.Stderr.LINES ? ErrorLines.pipe(run) : null;
                child = Spawners.chosen().spawn(spec, environment, pipe, errors);
            } finally {
                if (pipe != null) {
                    pipe.closeWriteEnd();
                }
                if (errors != null) { // then it is read to its end, which comes with the last process that has it
                    errors.closeWriteEnd();
                }
            }
            return new Exited();
        }
    }

    /** Stream handler that does nothing. */
    private static final class NoStreams implements ExecuteStreamHandler {
        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public void setProcessInputStream(@Nullable OutputStream stdin) {}

        @Override
        public void setProcessOutputStream(@Nullable InputStream stdout) {}

        @Override
        public void setProcessErrorStream(@Nullable InputStream stderr) {}
    }

    /**
     * Proxy for Commons Exec: without streams, since it would close them, and closing a child's standard input waits
     * for a write under way; and already exited, so that it does not wait.
     */
    private static final class Exited extends Process {
        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public InputStream getInputStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public InputStream getErrorStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public int waitFor() {
            return 0;
        }

        @Override
        public int exitValue() {
            return 0;
        }

        @Override
        public void destroy() {}
    }
}
