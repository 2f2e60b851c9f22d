package streamer.cli;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import streamer.http.StreamServer;
import streamer.output.Ending.Reason;
import streamer.run.Runs;

/**
 * Ends the program in an orderly way: TERM drains, then stops; INT and HUP stop at once; another signal, two seconds or
 * more after the first, hurries it. (Platforms repeat signals, hence the two seconds.)
 *
 * <p>Threads: the main one waits in {@link #await}; signals come on the JVM's.
 */
final class Shutdown {
    private static final Logger LOG = System.getLogger(Shutdown.class.getName());
    private static final int SIGNALLED = 128;
    private static final Duration REPEATED = Duration.ofSeconds(2);
    private static final Duration LAST_BYTES = Duration.ofMillis(500);

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

    /** A signal has come. */
    synchronized void signal(int number) {
        if (signal == 0) {
            signal = number;
            signalNanos = System.nanoTime();
            runs.signalled(number);
            signalled.countDown();
        } else if (System.nanoTime() - signalNanos >= REPEATED.toNanos()) {
            signalNanos = System.nanoTime();
            if (stopping) {
                runs.hurry();
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

    /**
     * Waits for a signal, then ends the server and all that runs.
     *
     * @return the program's exit code
     */
    int await(StreamServer server) throws InterruptedException {
        signalled.await();
        if (first() == Signals.SIGTERM && !runs.awaitNone(Duration.ZERO)) {
            LOG.log(Level.INFO, "draining");
            runs.awaitDrained(drain);
        }
        stop();
        server.refuse();
        runs.awaitStopped();
        runs.awaitNone(LAST_BYTES);
        server.close();
        runs.awaitNone(LAST_BYTES);
        return SIGNALLED + first();
    }
}
