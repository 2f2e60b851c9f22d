package streamer.process;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The standard error of all commands as log lines, by one pipe: which run wrote a line is not known. Lines that the log
 * does not take are lost; no command waits.
 *
 * <p>Threads: {@code stderr} reads.
 */
final class ErrorLines implements Runnable {
    /** Its messages are lines of commands, not streamer's. */
    private static final Logger LOG = System.getLogger("streamer.stderr");

    /** A longer line is split. */
    private static final int MAX_LINE_BYTES = 8 * 1024;

    /** An unfinished line is logged after this time. */
    private static final long PART_MILLIS = 100;

    private static @Nullable OutputPipe shared;

    private final OutputPipe pipe;
    private final Selector selector;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(MAX_LINE_BYTES); // now: later there may be no memory

    private ErrorLines(OutputPipe pipe) throws IOException {
        this.pipe = pipe;
        selector = Selector.open();
        pipe.source().configureBlocking(false).register(selector, SelectionKey.OP_READ);
    }

    /**
     * The pipe, whose write end is a command's standard error; opened by the first call, and never closed.
     *
     * @throws IOException if there are no descriptors for it
     */
    static synchronized OutputPipe pipe() throws IOException {
        var pipe = shared;
        if (pipe == null) {
            pipe = OutputPipe.open();
            try {
                var reader = new Thread(new ErrorLines(pipe), "stderr");
                reader.setDaemon(true);
                reader.start();
            } catch (IOException | RuntimeException | Error e) {
                pipe.close();
                throw e;
            }
            shared = pipe;
        }
        return pipe;
    }

    @Override
    public void run() {
        try {
            for (var isOpen = true; isOpen; ) {
                isOpen = readOn();
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "standard error cannot be read any more: {0}", e.toString());
        }
    }

    /** As {@link #read}, whatever happens: commands would wait for ever if nobody read. */
    private boolean readOn() throws IOException {
        try {
            return read();
        } catch (RuntimeException | Error e) { // such as no memory to log with
            bytes.clear();
            return true;
        }
    }

    /** Waits for bytes, or for the end of a line; false after the last byte. */
    private boolean read() throws IOException {
        if (bytes.position() > 0 && selector.select(PART_MILLIS) == 0) {
            log(0, bytes.position());
            bytes.clear();
        }
        selector.select();
        selector.selectedKeys().clear();
        var length = pipe.read(bytes);
        logLines(bytes.flip());
        return length >= 0;
    }

    /** Logs whole lines, and what fills the buffer; keeps the rest. */
    private void logLines(ByteBuffer read) {
        var start = 0;
        for (var i = 0; i < read.limit(); i++) {
            if (read.get(i) == '\n') {
                log(start, i);
                start = i + 1;
            }
        }
        if (start == 0 && read.limit() == read.capacity()) {
            log(0, read.limit());
            start = read.limit();
        }
        read.position(start).compact();
    }

    private void log(int start, int end) {
        var line = new byte[end - start];
        bytes.get(start, line);
        LOG.log(Level.INFO, "{0}", new String(line, StandardCharsets.UTF_8));
    }
}
