package streamer.run;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the processes of silent runs, every 5 s while there are any, and logs once for each program that it holds its
 * output, and what cures that.
 *
 * <p>Threads: one of its own, {@code silence}, while there are silent runs.
 */
final class SilenceWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(SilenceWatch.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int MOST_TOLD = 100;
    private static final int MOST_WAITING = 10_000;

    private final ScheduledThreadPoolExecutor looks;
    private final Map<Silence, String> silences = new LinkedHashMap<>(); // only on its thread, like all fields below
    private final Set<String> told = new HashSet<>();
    private long lastNanos = System.nanoTime() - PAUSE.toNanos();
    private @Nullable Future<?> next;

    SilenceWatch() {
        looks = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    var thread = new Thread(task, "silence");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy()); // after the end
        looks.setKeepAliveTime(2 * PAUSE.toSeconds(), TimeUnit.SECONDS);
        looks.allowCoreThreadTimeOut(true);
    }

    /** Has two looks taken at a silent run; does not wait. */
    void add(String run, Silence silence) {
        if (looks.getQueue().size() > MOST_WAITING) { // a look hangs, in a file system that does
            return;
        }
        try {
            looks.execute(() -> {
                silences.put(silence, run);
                schedule();
            });
        } catch (OutOfMemoryError e) { // no thread: nobody looks
            LOG.log(Level.DEBUG, "no look at silent runs: {0}", e.getMessage());
        }
    }

    private void schedule() {
        if (next == null && !silences.isEmpty()) {
            var left = lastNanos + PAUSE.toNanos() - System.nanoTime();
            next = looks.schedule(this::lookAtAll, left, TimeUnit.NANOSECONDS);
        }
    }

    private void lookAtAll() {
        next = null;
        silences.entrySet().removeIf(entry -> !look(entry.getKey(), entry.getValue()));
        lastNanos = System.nanoTime();
        schedule();
    }

    private boolean look(Silence silence, String run) {
        try {
            return silence.look((program, held) -> tell(run, program, held));
        } catch (IOException e) { // its output is closed, or there is no /proc
            return false;
        } catch (RuntimeException | Error e) { // say no memory
            LOG.log(Level.DEBUG, () -> "run " + run + ": no look at its processes: " + e);
            return false;
        }
    }

    private void tell(String run, String program, String held) {
        if (told.size() < MOST_TOLD && told.add(program)) {
            LOG.log(Level.WARNING, "run {0}: {1}", run, held);
        }
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}
