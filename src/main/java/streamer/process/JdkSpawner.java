package streamer.process;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import streamer.process.RunSpec.Stderr;
import streamer.process.RunSpec.Stdin;

/**
 * Starts processes by {@link ProcessBuilder}, on all systems.
 *
 * <p>Threads: any.
 */
final class JdkSpawner implements Spawner {
    private static final File NULL_DEVICE = new File("/dev/null");

    /** At least as many descriptors as a launch takes for a moment: three files and three pipes. */
    private static final int SPARE_PIPES = 5;

    /**
     * A spawner.
     *
     * @throws LinkageError if this JDK does not tell of exits what is needed
     */
    JdkSpawner() {
        JdkChild.check(); // before there is a process
    }

    /** System property {@code streamer.spawner}: {@code jdk} is for tests, and for systems where the other one fails. */
    static boolean isWanted() {
        return "jdk".equals(System.getProperty("streamer.spawner")) || !"Linux".equals(System.getProperty("os.name"));
    }

    @Override
    public Child spawn(RunSpec spec, Map<String, String> environment, OutputPipe output, @Nullable OutputPipe errors)
            throws IOException {
        checkDescriptors();
        var builder = new ProcessBuilder(spec.command());
        builder.environment().clear();
        builder.environment().putAll(environment);
        var directory = spec.directory();
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        builder.redirectInput(input(spec.stdin()));
        builder.redirectOutput(output.writeEnd());
        builder.redirectErrorStream(spec.stderr() == Stderr.MERGE);
        builder.redirectError(errors == null ? error(spec.stderr()) : errors.writeEnd());
        try {
            return new JdkChild(builder.start());
        } catch (OutOfMemoryError e) { // "unable to create native thread": the JDK's process reaper
            throw new IOException("error=" + Errno.EAGAIN + ", out of threads or memory", e);
        }
    }

    /**
     * Throws if few descriptors are left: a JDK that finds none half way through a launch closes descriptor 0, twice.
     * The next pipe or connection gets that number, and is closed by the launch after it.
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

    private static Redirect error(Stderr where) {
        return switch (where) {
            case LOG, LINES -> Redirect.INHERIT;
            case MERGE, DROP -> Redirect.DISCARD;
        };
    }

    private static Redirect input(Stdin stdin) {
        if (stdin instanceof Stdin.File file) {
            return Redirect.from(file.path().toFile());
        }
        return stdin instanceof Stdin.Pipe ? Redirect.PIPE : Redirect.from(NULL_DEVICE);
    }
}
