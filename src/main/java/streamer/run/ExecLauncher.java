package streamer.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * Launches by Commons Exec. That would copy the process's streams and wait for its exit; it is given a proxy without
 * streams that has exited, and so returns at once.
 *
 * <p>Threads: any.
 */
final class ExecLauncher implements Launcher {
    private static final java.io.File NULL_DEVICE = new java.io.File("/dev/null");
    private static final Pattern ERROR_NUMBER = Pattern.compile("error[=:] ?(\\d+)");
    /**
     * Limits concurrent launches to half of the processors; the others go on serving streams when many requests come at
     * once.
     */
    private static final Semaphore LAUNCHING =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    /** At least as many descriptors as a launch takes for a moment: three files and three pipes. */
    private static final int SPARE_PIPES = 5;

    private static final int ENOENT = 2;
    private static final int E2BIG = 7;
    private static final int EAGAIN = 11;
    private static final int ENOMEM = 12;
    private static final int EACCES = 13;
    private static final int ENFILE = 23;
    private static final int EMFILE = 24;

    @Override
    public Launched launch(RunSpec spec, String run) throws LaunchException {
        var execution = new SpecExecutor(spec, run);
        try {
            execution.execute(new CommandLine(spec.command().get(0)));
            return execution.launched();
        } catch (IOException e) {
            throw failure(spec, e);
        } catch (OutOfMemoryError e) { // "unable to create native thread": the JDK's process reaper
            if (execution.process == null) {
                throw new LaunchException(LaunchException.Kind.NO_RESOURCES, "out of threads or memory", e);
            }
            throw e;
        } finally {
            execution.closeUnlessLaunched();
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

    /** The system's error text, {@code strerror(3)}, at the end of the JDK's: {@code …: error=26, Text file busy}. */
    private static String reason(IOException cause) {
        return String.valueOf(cause.getMessage()).replaceFirst("(?s).*" + ERROR_NUMBER.pattern() + ", ", ", ");
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
        private @Nullable Process process;
        private boolean launched;

        @SuppressWarnings("deprecation") // the builder cannot build a subclass
        SpecExecutor(RunSpec spec, String run) {
            this.spec = spec;
            this.run = run;
            setExitValues(null);
            setStreamHandler(new NoStreams());
        }

        Launched launched() {
            if (process == null || pipe == null) {
                throw new IllegalStateException("not launched");
            }
            var whole = new Launched(new JdkChild(process), pipe);
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
            var builder = new ProcessBuilder(spec.command());
            var environment = builder.environment();
            environment.clear();
            environment.putAll(spec.environment());
            environment.put(ProcessTree.MARKER, run);
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
            checkDescriptors();
            pipe = OutputPipe.open();
            try {
                return builder.redirectOutput(pipe.writeEnd()).start();
            } finally {
                pipe.closeWriteEnd();
            }
        }

        /**
         * Throws if few descriptors are left: a JDK that finds none half way through a launch closes descriptor 0,
         * twice. The next pipe or connection gets that number, and is closed by the launch after it.
         */
        private static void checkDescriptors() throws IOException {
            var spare = new ArrayList<OutputPipe>();
            try {
                while (spare.size() < SPARE_PIPES) {
                    spare.add(OutputPipe.open());
                }
            } finally {
                spare.forEach(OutputPipe::close);
            }
        }

        private Redirect input() {
            if (spec.stdin() instanceof Stdin.File file) {
                return Redirect.from(file.path().toFile());
            }
            return spec.stdin() instanceof Stdin.Pipe ? Redirect.PIPE : Redirect.from(NULL_DEVICE);
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
