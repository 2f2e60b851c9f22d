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
 * Asynchronous log handler: writes lines to standard error, which may be a pipe that nobody reads, without a request
 * ever waiting for it. Lines beyond its buffer are dropped; their number is logged when there is room again.
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
        } catch (InterruptedException e) { // nobody interrupts it
            Thread.currentThread().interrupt();
        }
    }

    /** The next line; an empty array after the last. */
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
            // EPIPE or EBADF: there is no other place to report it.
        }
        synchronized (lock) {
            waiting.remove();
            waitingBytes -= bytes.length;
            lock.notifyAll();
        }
    }

    /** Waits until all published lines are written, at most 500 ms. */
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

    /** Called by the log manager at JVM shutdown. */
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
