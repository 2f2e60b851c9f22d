package streamer.time;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One timer thread for many: calls each {@link Timed} when it has something due, and sleeps until the nearest of these
 * times.
 *
 * <p>Threads: any; calls on one of its own, {@code pulse}, which must never be made to wait.
 */
public final class Pulse implements Executor, AutoCloseable {
    private static final Logger LOG = System.getLogger(Pulse.class.getName());
    private static final long AFTER_FAILURE = Duration.ofMillis(50).toNanos();
    private static final long LONGEST = Duration.ofDays(365).toNanos();

    private final long origin = System.nanoTime();
    private final TreeSet<Timer> waiting =
            new TreeSet<>(Comparator.<Timer>comparingLong(timer -> timer.at).thenComparingLong(timer -> timer.number));
    private long timers;
    private long wakeAt = Long.MAX_VALUE;
    private boolean closed;

    /** Something with timeouts; called back by the pulse. */
    @FunctionalInterface
    public interface Timed {
        /**
         * Does what is due; must not wait.
         *
         * @param now {@link System#nanoTime()}
         * @return the time from now until something may be due again, in nanoseconds; {@link Stopwatch#NEVER} if
         *     nothing
         */
        long due(long now);
    }

    /** A pulse; starts its thread now, since later the system may be out of threads. */
    public Pulse() {
        var thread = new Thread(this::run, "pulse");
        thread.setDaemon(true);
        thread.start();
    }

    /** Registers a callback; it is not called before {@link Timer#within}. */
    public synchronized Timer timer(Timed timed) {
        return new Timer(timed, timers++);
    }

    /** Executes a task as soon as possible, on the pulse's own thread; it must not wait. */
    @Override
    public void execute(Runnable task) {
        Timed once = now -> {
            task.run();
            return Stopwatch.NEVER;
        };
        timer(once).within(0);
    }

    private void run() {
        for (var timer = next(); timer != null; timer = next()) {
            try {
                timer.within(ask(timer));
            } catch (RuntimeException | Error e) {
                report(e);
            }
        }
    }

    private static long ask(Timer timer) {
        try {
            return timer.timed.due(System.nanoTime());
        } catch (RuntimeException | Error e) { // one failure must not end the timer of all others
            report(e);
            return AFTER_FAILURE;
        }
    }

    private static void report(Throwable failure) {
        try {
            LOG.log(Level.ERROR, "pulse: " + failure, failure);
        } catch (RuntimeException | Error e) {
            // Out of memory for the log line too.
        }
    }

    /** Waits for the next timer that is due; null when the pulse is closed. */
    private synchronized @Nullable Timer next() {
        while (!closed) {
            wakeAt = waiting.isEmpty() ? Long.MAX_VALUE : waiting.first().at;
            var left = wakeAt - now();
            if (left <= 0) {
                var first = waiting.pollFirst();
                if (first != null) {
                    first.waits = false;
                }
                return first;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, LONGEST));
            } catch (InterruptedException e) {
                // Nobody interrupts it; close() ends it.
            }
        }
        return null;
    }

    private long now() {
        return System.nanoTime() - origin;
    }

    /** Ends the thread; no callback begins after this. */
    @Override
    public synchronized void close() {
        closed = true;
        waiting.clear();
        notifyAll();
    }

    /** The timer of one callback. */
    public final class Timer {
        private final Timed timed;
        private final long number;
        private volatile long at; // constant while the timer is in the set
        private volatile boolean waits;
        private boolean stopped;

        private Timer(Timed timed, long number) {
            this.timed = timed;
            this.number = number;
        }

        /** Has it called within this time, in nanoseconds, or sooner if an earlier time is set already. */
        public void within(long nanos) {
            var wanted = now() + Math.min(nanos, LONGEST);
            if (nanos == Stopwatch.NEVER || (waits && at <= wanted)) {
                return; // fast path, without the lock
            }
            synchronized (Pulse.this) {
                if (!stopped && !closed && !(waits && at <= wanted)) {
                    waiting.remove(this);
                    waits = false;
                    at = wanted;
                    waiting.add(this);
                    waits = true;
                    if (wanted < wakeAt) {
                        Pulse.this.notifyAll();
                    }
                }
            }
        }

        /** Cancels it for good; a call that has begun goes on. */
        public void stop() {
            synchronized (Pulse.this) {
                stopped = true;
                waiting.remove(this);
            }
        }
    }
}
