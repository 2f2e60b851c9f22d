package streamer.http;

import io.undertow.server.HttpServerExchange;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import streamer.http.response.ClientGone;
import streamer.time.Pulse;
import streamer.time.Stopwatch;

/**
 * Long polling: requests that are answered when a run has ended, or their time is over. No thread waits with them.
 *
 * <p>Threads: any; a request is handed over by the thread that handles it, and answered on its I/O thread.
 */
final class LongPolls implements AutoCloseable {
    private static final Logger LOG = System.getLogger(LongPolls.class.getName());

    /** A waiting request is some kilobytes, and on HTTP/2 a connection may have a hundred of them. */
    private static final int MOST = 200;

    private static final long CLOSE_MILLIS = 500;

    private final Pulse pulse;
    private final Semaphore places = new Semaphore(MOST);
    private final Set<Poll> polls = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    /**
     * Nobody waits yet.
     *
     * @param pulse asks each request whether it is to be answered, at its time or when its run has changed
     */
    LongPolls(Pulse pulse) {
        this.pulse = pulse;
    }

    /**
     * Has a request answered when the run has ended, after that time, or when its client leaves; at once where too many
     * wait, or its body still comes.
     */
    void await(HttpServerExchange exchange, RunEntry entry, Duration time, Runnable answer) {
        if (entry.hasEnded() || !exchange.isRequestComplete() || !places.tryAcquire()) {
            answer.run();
            return;
        }
        exchange.addExchangeCompleteListener((done, after) -> {
            places.release();
            after.proceed();
        });
        var poll = new Poll(exchange, entry, System.nanoTime() + time.toNanos());
        exchange.dispatch(
                poll::begin,
                () -> { // a dispatched handler would not be called once the client has left
                    poll.clientGone.disarm();
                    answer.run();
                });
    }

    /** Answers all, also those that come from now on; waits for that, at most half a second. */
    @Override
    public void close() {
        closing = true;
        polls.forEach(Poll::check);
        try {
            if (!places.tryAcquire(MOST, CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.log(Level.DEBUG, "closed before all who waited for a run's end have their answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One request that waits; the pulse alone ends that, so that it is answered once. */
    private final class Poll implements Pulse.Timed {
        private final HttpServerExchange exchange;
        private final RunEntry entry;
        private final long until;
        private final ClientGone clientGone;
        private final Pulse.Timer timer = pulse.timer(this);
        private final Runnable check = this::check;
        private volatile Runnable answer = () -> {};
        private volatile boolean isGone;

        private Poll(HttpServerExchange exchange, RunEntry entry, long until) {
            this.exchange = exchange;
            this.entry = entry;
            this.until = until;
            clientGone = ClientGone.of(exchange, true, this::clientLeft);
        }

        private void begin(Runnable task) {
            answer = task;
            polls.add(this);
            entry.watch(check);
            check(); // it may have ended meanwhile
        }

        private void clientLeft() {
            isGone = true;
            check();
        }

        private void check() {
            timer.within(0);
        }

        @Override
        public long due(long now) {
            var left = until - now;
            if (left > 0 && !closing && !isGone && !ClientGone.hasLeft(exchange) && !entry.hasEnded()) {
                return Math.min(left, clientGone.watch());
            }
            entry.unwatch(check);
            polls.remove(this);
            exchange.getIoThread().execute(answer); // of a client that has left too: that ends the exchange
            timer.stop();
            return Stopwatch.NEVER;
        }
    }
}
