package streamer.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteStreamHandler;
import org.jspecify.annotations.Nullable;
import streamer.run.RunSpec.Stderr;
import streamer.run.RunSpec.Stdin;

/**
 * Launches by Commons Exec, which pushes where we pull: the process is handed over inside {@code execute()}, on the
 * caller's own thread, so that nobody stands between the pipe and its viewer.
 */
final class ExecLauncher implements Launcher {
    private static final java.io.File NULL_DEVICE = new java.io.File("/dev/null");
    private static final Pattern ERROR_NUMBER = Pattern.compile("error[=:] ?(\\d+)");
    private static final String MECHANISM = "jdk.lang.Process.launchMechanism";
    private static final int FIRST_TO_WARN_OF_VFORK = 25;
    /** Half of the processors: when a crowd comes at once, the others go on carrying what streams already. */
    private static final Semaphore LAUNCHING =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    private static final int ENOENT = 2;
    private static final int E2BIG = 7;
    private static final int EAGAIN = 11;
    private static final int ENOMEM = 12;
    private static final int EACCES = 13;
    private static final int ENFILE = 23;
    private static final int EMFILE = 24;

    static {
        // Twice as fast as by a helper program, the JDK's default; on standard error newer ones warn that it will go.
        if (System.getProperty("os.name").equals("Linux")
                && Runtime.version().feature() < FIRST_TO_WARN_OF_VFORK
                && System.getProperty(MECHANISM) == null) {
            System.setProperty(MECHANISM, "VFORK");
        }
    }

    @Override
    public void execute(RunSpec spec, Started started) throws LaunchException {
        var execution = new Execution(spec, started);
        var label = new CommandLine(spec.command().get(0));
        try {
            execution.execute(label);
        } catch (IOException e) {
            if (execution.process == null) {
                throw failure(spec, e);
            }
            // Closing the streams of a process that has ended failed: its output has been read before.
        } catch (OutOfMemoryError e) { // "unable to create native thread", for the one that reaps the child
            if (execution.process == null) {
                throw new LaunchException(LaunchException.Kind.NO_RESOURCES, "out of threads or memory", e);
            }
            throw e;
        }
    }

    private static LaunchException failure(RunSpec spec, IOException cause) {
        var matcher = ERROR_NUMBER.matcher(String.valueOf(cause.getMessage()));
        var number = matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
        var command = spec.command().get(0);
        var kind = switch (number) {
            case ENOENT -> LaunchException.Kind.NOT_FOUND;
            case E2BIG -> LaunchException.Kind.TOO_LARGE;
            case EACCES -> LaunchException.Kind.NOT_EXECUTABLE;
            case EAGAIN, ENOMEM, ENFILE, EMFILE -> LaunchException.Kind.NO_RESOURCES;
            default ->
                String.valueOf(cause.getMessage()).contains("Too many open files")
                        ? LaunchException.Kind.NO_RESOURCES
                        : LaunchException.Kind.OTHER;
        };
        var line = switch (kind) {
            case NOT_FOUND -> notFound(spec);
            case NOT_EXECUTABLE -> command + ": not executable";
            case TOO_LARGE -> "arguments and environment are too large";
            case NO_RESOURCES -> "out of processes, memory or descriptors";
            default -> command + ": cannot be launched" + reason(cause);
        };
        return new LaunchException(kind, line, cause);
    }

    /** The system's own words, at the end of the JDK's: {@code …: error=26, Text file busy}. */
    private static String reason(IOException cause) {
        return String.valueOf(cause.getMessage()).replaceFirst("(?s).*" + ERROR_NUMBER.pattern() + ", ", ", ");
    }

    /** ENOENT means the program, its interpreter, or the directory. */
    private static String notFound(RunSpec spec) {
        var directory = spec.directory();
        if (directory != null && !Files.isDirectory(directory)) {
            return directory + ": no such directory";
        }
        return spec.command().get(0) + ": command or its interpreter not found";
    }

    /** One use of Commons Exec's executor. */
    private static final class Execution extends DefaultExecutor {
        private final RunSpec spec;
        private final Started started;
        private @Nullable OutputPipe pipe;
        private @Nullable Process process;

        @SuppressWarnings("deprecation") // the builder cannot build a subclass
        Execution(RunSpec spec, Started started) {
            this.spec = spec;
            this.started = started;
            setExitValues(null);
            setStreamHandler(new HandOver(this::handOver));
        }

        private void handOver() {
            try (var output = launched(pipe)) {
                started.with(new Child(launched(process)), output);
            }
        }

        private static <T> T launched(@Nullable T part) {
            if (part == null) {
                throw new IllegalStateException("not launched");
            }
            return part;
        }

        @Override
        protected Process launch(CommandLine label, @Nullable Map<String, String> none, Path directory)
                throws IOException {
            var builder = new ProcessBuilder(spec.command());
            var environment = builder.environment();
            environment.clear();
            environment.putAll(spec.environment());
            if (spec.directory() != null) {
                builder.directory(spec.directory().toFile());
            }
            builder.redirectInput(input());
            builder.redirectErrorStream(spec.stderr() == Stderr.MERGE);
            builder.redirectError(spec.stderr() == Stderr.LOG ? Redirect.INHERIT : Redirect.DISCARD);
            LAUNCHING.acquireUninterruptibly();
            try {
                process = start(builder);
            } finally {
                LAUNCHING.release();
            }
            return new Unwatched(process);
        }

        private Process start(ProcessBuilder builder) throws IOException {
            pipe = OutputPipe.open();
            try {
                return builder.redirectOutput(pipe.commandsEnd()).start();
            } catch (IOException | RuntimeException | Error e) {
                pipe.close();
                throw e;
            } finally {
                pipe.closeOwnEnd();
            }
        }

        private Redirect input() {
            if (spec.stdin() instanceof Stdin.File file) {
                return Redirect.from(file.path().toFile());
            }
            return spec.stdin() instanceof Stdin.Pipe ? Redirect.PIPE : Redirect.from(NULL_DEVICE);
        }
    }

    /** Runs the viewing when Commons Exec says that the streams are to be served. */
    private record HandOver(Runnable viewing) implements ExecuteStreamHandler {
        @Override
        public void start() {
            viewing.run();
        }

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
     * The process as Commons Exec sees it: without streams, since it would close them, and closing the one to a child's
     * standard input waits for whoever writes to it; and without an exit to wait for, since the viewing has waited.
     */
    private static final class Unwatched extends Process {
        private final Process process;

        Unwatched(Process process) {
            this.process = process;
        }

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
        public void destroy() {
            process.toHandle().destroy();
        }
    }
}
