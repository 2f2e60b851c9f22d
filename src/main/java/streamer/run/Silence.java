package streamer.run;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import streamer.process.Activity;
import streamer.process.Child;
import streamer.process.HeldOutput;
import streamer.process.Stage;

/**
 * The silence of one run: when it has lasted for 30 s, and again whenever it has become twice as long, two looks at the
 * run's processes tell whether one holds its output.
 *
 * <p>Threads: {@link #left} and {@link #enforce} on any; {@link #look} on the {@link SilenceWatch}'s.
 */
final class Silence {
    private static final long SHORTEST_NANOS = Duration.ofSeconds(30).toNanos();

    private final Child child;
    private final PipeOutput output;
    private final Consumer<Silence> watch;
    private volatile Due due = new Due(0, SHORTEST_NANOS);
    private volatile @Nullable String held;
    private Map<Stage, Activity> before = Map.of();

    /**
     * When the next looks are due.
     *
     * @param begun when the silence began, by {@link System#nanoTime()}
     * @param nanos how long it has to be
     */
    private record Due(long begun, long nanos) {}

    /**
     * A launched run's.
     *
     * @param watch has {@link #look} called
     */
    Silence(Child child, PipeOutput output, Consumer<Silence> watch) {
        this.child = child;
        this.output = output;
        this.watch = watch;
    }

    /** Nanoseconds until {@link #enforce} may have something to do: a new silence may begin at any time. */
    long left(long now) {
        return Math.min(SHORTEST_NANOS, left(now, output.waiting().elapsed(now)));
    }

    private long left(long now, long silent) {
        var last = due;
        return Math.max(0, (now - silent == last.begun() ? last.nanos() : SHORTEST_NANOS) - silent);
    }

    /** Has its processes looked at when that is due. */
    void enforce(long now) {
        var silent = output.waiting().elapsed(now);
        if (left(now, silent) == 0) {
            due = new Due(now - silent, 2 * silent);
            watch.accept(this);
        }
    }

    /** What holds the run's output, as the last looks at this silence have told. */
    Optional<String> held(long now) {
        return output.waiting().elapsed(now) < SHORTEST_NANOS ? Optional.empty() : Optional.ofNullable(held);
    }

    /**
     * One look.
     *
     * @param report told of programs that hold the run's output, by their names: which process it is, what it holds,
     *     and what cures that
     * @return whether there is to be another one, some seconds later
     * @throws IOException if the output is closed
     */
    boolean look(BiConsumer<String, String> report) throws IOException {
        var earlier = before;
        before = Map.of();
        var handle = child.handle();
        if (handle == null || output.waiting().elapsed(System.nanoTime()) < SHORTEST_NANOS) {
            held = null;
            return false; // over, or broken
        }
        var name = output.name();
        var now = new HashMap<Stage, Activity>();
        for (var stage : Stage.leadingTo(name, handle.pid())) {
            Activity.of(stage.pid()).ifPresent(activity -> now.put(stage, activity));
        }
        if (earlier.isEmpty()) {
            before = now;
            return !now.isEmpty();
        }
        held = null;
        now.forEach((stage, activity) -> Optional.ofNullable(earlier.get(stage))
                .flatMap(then -> HeldOutput.find(stage, name, then, activity))
                .ifPresent(found -> {
                    held = activity.name() + " (" + stage.pid() + ") " + found;
                    report.accept(activity.name(), held);
                }));
        return false;
    }
}
