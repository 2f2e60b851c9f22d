package streamer.run;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import streamer.process.Activity;
import streamer.process.Child;
import streamer.process.HeldOutput;
import streamer.process.Stage;

/**
 * The silence of one run: when it has lasted for 30 s, and again whenever it has become twice as long, two looks at the
 * run's processes tell whether one holds its output.
 *
 * <p>Threads: {@link #left} and {@link #enforce} on any; {@link #isLookedAt} on the {@link SilenceWatch}'s.
 */
final class Silence {
    private static final long SHORTEST_NANOS = Duration.ofSeconds(30).toNanos();

    private final String run;
    private final Child child;
    private final PipeOutput output;
    private final Consumer<Silence> watch;
    private volatile long dueNanos = SHORTEST_NANOS;
    private Map<Stage, Activity> before = Map.of();

    /**
     * A launched run's.
     *
     * @param run the run's id
     * @param watch has {@link #isLookedAt} called twice, some seconds apart
     */
    Silence(String run, Child child, PipeOutput output, Consumer<Silence> watch) {
        this.run = run;
        this.child = child;
        this.output = output;
        this.watch = watch;
    }

    /** The run's id. */
    String run() {
        return run;
    }

    /** Nanoseconds until {@link #enforce} has something to do. */
    long left(long now) {
        var silent = output.waiting().elapsed(now);
        if (silent < SHORTEST_NANOS) {
            dueNanos = SHORTEST_NANOS;
        }
        return Math.max(0, dueNanos - silent);
    }

    /** Has its processes looked at when that is due. */
    void enforce(long now) {
        if (left(now) == 0) {
            dueNanos = 2 * output.waiting().elapsed(now);
            watch.accept(this);
        }
    }

    /**
     * One look.
     *
     * @param tell told of a process that holds the run's output: its name, and what it holds
     * @return whether it was the last, for now
     * @throws IOException if the output is closed
     */
    boolean isLookedAt(BiConsumer<String, String> tell) throws IOException {
        var handle = child.handle();
        if (handle == null || output.waiting().elapsed(System.nanoTime()) < SHORTEST_NANOS) {
            before = Map.of();
            return true; // over, or broken
        }
        var name = output.name();
        var now = new HashMap<Stage, Activity>();
        for (var stage : Stage.leadingTo(name, handle.pid())) {
            Activity.of(stage.pid()).ifPresent(activity -> now.put(stage, activity));
        }
        now.forEach((stage, activity) -> Optional.ofNullable(before.get(stage))
                .flatMap(earlier -> HeldOutput.find(stage, name, earlier, activity))
                .ifPresent(held -> tell.accept(activity.name(), held)));
        var isLast = !before.isEmpty() || now.isEmpty();
        before = isLast ? Map.of() : now;
        return isLast;
    }
}
