package streamer.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Writes log lines to standard error: that may be a pipe which nobody reads, and no request must ever wait for it. Lines
 * that find no room meanwhile are dropped, and how many that were is told when there is room again.
 *
 * <p>Threads: any publishes; one of its own writes.
 */
final class LogWriter extends Handler {
    private static final int MAX_WAITING_BYTES = 1024 * 1024;
    private static final long LAST_LINES_NANOS = Duration.ofMillis(500).toNanos();

    private final FileOutputStream out = new FileOutputStream(FileDescriptor.err);
    private final Object lock = new Object();
    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private int dropped;
    private boolean closed;

    LogWriter(Formatter formatter) {
        setFormatter(formatter);
        setLevel(Level.ALL);
        var thread = new Thread(this::write, "log");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void publish(LogRecord line) {
        var bytes = bytes(line);
        synchronized (lock) {
            if (!hasRoom(bytes)) {
                dropped++;
                return;
            }
            if (dropped > 0) {
                add(bytes(lost(line.getInstant())));
                dropped = 0;
            }
            add(bytes);
        }
    }

    private boolean hasRoom(byte[] bytes) {
        return waitingBytes == 0 || waitingBytes + bytes.length <= MAX_WAITING_BYTES;
    }

    private LogRecord lost(Instant when) {
        var line = new LogRecord(Level.WARNING, dropped + " log lines were lost: standard error took no more");
        line.setInstant(when);
        return line;
    }

    private byte[] bytes(LogRecord line) {
        return getFormatter().format(line).getBytes(StandardCharsets.UTF_8);
    }

    private void add(byte[] bytes) {
        waiting.add(bytes);
        waitingBytes += bytes.length;
        lock.notifyAll();
    }

    private void write() {
        try {
            for (var bytes = next(); bytes.length > 0; bytes = next()) {
                write(bytes);
            }
        } catch (InterruptedException e) { // nobody does that
            Thread.currentThread().interrupt();
        }
    }

    /** The next line; nothing after the last. */
    private byte[] next() throws InterruptedException {
        synchronized (lock) {
            while (waiting.isEmpty() && !closed) {
                lock.wait();
            }
            var bytes = waiting.peek();
            return bytes == null ? new byte[0] : bytes;
        }
    }

    private void write(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            // It is closed, or its reader has gone: there is nobody to tell.
        }
        synchronized (lock) {
            waiting.remove();
            waitingBytes -= bytes.length;
            lock.notifyAll();
        }
    }

    /** Waits for what has been published to be written, though not for long. */
    @Override
    public void flush() {
        var deadline = System.nanoTime() + LAST_LINES_NANOS;
        synchronized (lock) {
            try {
                for (var left = LAST_LINES_NANOS; !waiting.isEmpty() && left > 0; left = deadline - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.timedWait(lock, left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The log manager does this when the program ends. */
    @Override
    public void close() {
        flush();
        synchronized (lock) {
            if (dropped > 0) {
                add(bytes(lost(Instant.now())));
                dropped = 0;
            }
            closed = true;
            lock.notifyAll();
        }
    }
}
