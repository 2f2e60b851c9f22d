package streamer.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import streamer.time.Stopwatch;

/**
 * The standard error of commands as log lines, by a pipe for each run. Lines that the log does not take are lost; no
 * command waits.
 *
 * <p>Threads: {@code stderr} reads all of them.
 */
final class ErrorLines implements Runnable {
    /** Its messages are lines of commands, not streamer's. */
    private static final Logger LOG = System.getLogger("streamer.stderr");

    /** A longer line is split, behind a character. */
    private static final int MAX_LINE_BYTES = 8 * 1024;

    private static final int LONGEST_REST = 3;

    /** An unfinished line is logged after this time. */
    private static final long PART_MILLIS = 100;

    private static final long PART_NANOS = TimeUnit.MILLISECONDS.toNanos(PART_MILLIS);

    private static @Nullable ErrorLines all;

    private final Selector selector;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(MAX_LINE_BYTES); // now: later there may be no memory
    private final Set<Source> unfinished = new HashSet<>();

    private ErrorLines(Selector selector) {
        this.selector = selector;
    }

    /** What one run's commands write, as far as it is no whole line yet. */
    private static final class Source {
        private final String run;
        private final OutputPipe pipe;
        private final ByteArrayOutputStream part = new ByteArrayOutputStream();
        private final Stopwatch unfinished = new Stopwatch();
        private boolean isSplit; // its beginning has been logged

        private Source(String run, OutputPipe pipe) {
            this.run = run;
            this.pipe = pipe;
        }
    }

    /**
     * A pipe for a run, whose write end is its command's standard error; it is read until nobody has that any more.
     *
     * @throws IOException if there are no descriptors for it
     */
    static OutputPipe pipe(String run) throws IOException {
        var pipe = OutputPipe.open();
        try {
            start().add(new Source(run, pipe));
            return pipe;
        } catch (IOException | RuntimeException | Error e) {
            pipe.close();
            throw e;
        }
    }

    private static synchronized ErrorLines start() throws IOException {
        var started = all;
        if (started == null) {
            var selector = Selector.open();
            try {
                started = new ErrorLines(selector);
                var reader = new Thread(started, "stderr");
                reader.setDaemon(true);
                reader.start();
            } catch (RuntimeException | Error e) { // no memory, or no threads
                selector.close();
                throw e;
            }
            all = started;
        }
        return started;
    }

    private void add(Source source) throws IOException {
        source.pipe.source().configureBlocking(false).register(selector, SelectionKey.OP_READ, source);
        selector.wakeup();
    }

    @Override
    public void run() {
        while (true) {
            try {
                read();
            } catch (IOException | RuntimeException | Error e) { // such as no memory to log with
                bytes.clear();
            }
        }
    }

    /** Waits for bytes, or for the end of lines. */
    private void read() throws IOException {
        selector.select(unfinished.isEmpty() ? 0 : PART_MILLIS);
        for (var keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
            var source = (Source) keys.next().attachment();
            keys.remove();
            read(source);
        }
        var now = System.nanoTime();
        unfinished.removeIf(source -> source.unfinished.left(now, PART_NANOS) == 0 && logPart(source));
    }

    private void read(Source source) throws IOException {
        var length = source.pipe.read(bytes.clear());
        bytes.flip();
        while (bytes.hasRemaining()) {
            take(source, bytes.get());
        }
        if (length < 0) {
            logPart(source);
            source.pipe.close();
        }
        if (source.part.size() > 0) {
            source.unfinished.start(System.nanoTime());
            unfinished.add(source);
        } else {
            unfinished.remove(source);
        }
    }

    private static void take(Source source, byte next) {
        var size = source.part.size();
        var isWhole = (next & 0xc0) != 0x80; // no part of a character in UTF-8
        if (next != '\n') {
            if ((size >= MAX_LINE_BYTES && isWhole) || size >= MAX_LINE_BYTES + LONGEST_REST) {
                log(source);
                source.isSplit = true;
            }
            source.part.write(next);
        } else {
            if (size > 0 || !source.isSplit) {
                log(source);
            }
            source.isSplit = false;
        }
    }

    /** Logs what there is of a line; true. */
    private static boolean logPart(Source source) {
        if (source.part.size() > 0) {
            log(source);
            source.isSplit = true;
        }
        return true;
    }

    private static void log(Source source) {
        var line = new ErrorLine(source.run, source.part.toString(StandardCharsets.UTF_8));
        source.part.reset();
        source.unfinished.reset();
        LOG.log(Level.INFO, "{0}", line);
    }
}
