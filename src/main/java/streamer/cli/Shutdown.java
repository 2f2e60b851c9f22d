package streamer.cli;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import streamer.http.StreamServer;
import streamer.output.Ending.Reason;
import streamer.run.Runs;

/**
 * Graceful shutdown: TERM drains, then stops; INT and HUP stop at once; a further signal, at least two seconds after
 * the one before, stops a drain, then kills. (Platforms repeat signals, hence the two seconds.)
 *
 * <p>Threads: the main one waits in {@link #await}; signals come on the JVM's signal thread.
 */
final class Shutdown {
    private static final Logger LOG = System.getLogger(Shutdown.class.getName());
    private static final int SIGNALLED = 128;
    private static final Duration REPEATED = Duration.ofSeconds(2);
    private static final Duration LAST_BYTES = Duration.ofMillis(500);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Runs runs;
    private final Duration drain;
    private final CountDownLatch signalled = new CountDownLatch(1);
    private int signal;
    private long signalNanos;
    private boolean stopping;

    Shutdown(Runs runs, Duration drain) {
        this.runs = runs;
        this.drain = drain;
    }

    /** Handles a signal, by its number. */
    synchronized void signal(int number) {
        if (signal == 0) {
            signal = number;
            signalNanos = System.nanoTime();
            runs.signalled(number);
            signalled.countDown();
        } else if (System.nanoTime() - signalNanos >= REPEATED.toNanos()) {
            signalNanos = System.nanoTime();
            if (stopping) {
                runs.killNow();
            } else {
                stop();
            }
        }
    }

    private synchronized int first() {
        return signal;
    }

    private synchronized void stop() {
        stopping = true;
        runs.stopAll(Reason.SHUTDOWN);
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    /** Waits until nobody watches a kept run any more, a further signal comes, or the time is over. */
    private void awaitNoViewer(StreamServer server, long deadline) throws InterruptedException {
        while (!isStopping() && deadline - System.nanoTime() > 0) {
            if (server.awaitNoViewer(LOOK)) {
                return;
            }
        }
    }

    /**
     * Waits for a signal, then drains, stops all runs and closes the server.
     *
     * @return the exit code, 128 + the signal's number
     */
    int await(StreamServer server) throws InterruptedException {
        signalled.await();
        var isIdle = runs.awaitNone(Duration.ZERO) && server.awaitNoViewer(Duration.ZERO);
        if (first() == Signals.SIGTERM && !isIdle) {
            LOG.log(Level.INFO, "draining");
            var deadline = System.nanoTime() + drain.toNanos();
            runs.awaitDrained(drain);
            awaitNoViewer(server, deadline);
        }
        stop();
        server.stopAccepting();
        runs.awaitStopped();
        runs.awaitNone(LAST_BYTES);
        server.awaitNoViewer(LAST_BYTES);
        server.close();
        runs.awaitNone(LAST_BYTES);
        return SIGNALLED + first();
    }
}
