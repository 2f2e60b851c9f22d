package streamer.run;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the processes of silent runs, and logs once for each program that it holds its output, and what cures that.
 * Looks are 5 s apart.
 *
 * <p>Threads: one of its own, {@code silence}, while there are silent runs.
 */
final class SilenceWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(SilenceWatch.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int MOST_TOLD = 100;

    private final ScheduledThreadPoolExecutor looks;
    private final List<Silence> silences = new ArrayList<>(); // only on its thread, like all fields below
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
    void add(Silence silence) {
        try {
            looks.execute(() -> {
                silences.add(silence);
                schedule();
            });
        } catch (OutOfMemoryError e) { // no thread: nobody looks
            LOG.log(Level.DEBUG, "no look at silent runs: {0}", e.getMessage());
        }
    }

    private void schedule() {
        if (next == null && !silences.isEmpty()) {
            var left = lastNanos + PAUSE.toNanos() - System.nanoTime();
            next = looks.schedule(this::look, left, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        next = null;
        try {
            silences.removeIf(this::isLookedAt);
        } catch (RuntimeException | Error e) { // say no descriptors or no memory
            LOG.log(Level.DEBUG, "no look at silent runs: {0}", e.toString());
            silences.clear();
        }
        lastNanos = System.nanoTime();
        schedule();
    }

    private boolean isLookedAt(Silence silence) {
        try {
            return silence.isLookedAt((process, held) -> tell(silence.run(), process, held));
        } catch (IOException e) { // its output is closed, or there is no /proc
            return true;
        }
    }

    /** Logs what holds a run's output, unless that program has been named before. */
    private void tell(String run, String process, String held) {
        if (told.size() < MOST_TOLD && told.add(process.replaceFirst(" \\(\\d+\\)$", ""))) {
            LOG.log(Level.WARNING, "run {0}: {1} {2}", run, process, held);
        }
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}
