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
    private volatile @Nullable Held held;
    private Map<Stage, Activity> before = Map.of();

    /**
     * When the next looks are due.
     *
     * @param begun when the silence began, by {@link System#nanoTime()}
     * @param nanos how long it has to be
     */
    private record Due(long begun, long nanos) {}

    /**
     * What holds the output.
     *
     * @param begun when the silence began
     */
    private record Held(long begun, long pid, String text) {}

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
        var begun = now - output.waiting().elapsed(now);
        return Optional.ofNullable(held)
                .filter(found ->
                        found.begun() == begun && ProcessHandle.of(found.pid()).isPresent())
                .map(Held::text);
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
        var nanos = System.nanoTime();
        var silent = output.waiting().elapsed(nanos);
        if (handle == null || silent < SHORTEST_NANOS) {
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
                    var text = activity.name() + " (" + stage.pid() + ") " + found;
                    held = new Held(nanos - silent, stage.pid(), text);
                    report.accept(activity.name(), text);
                }));
        return false;
    }
}
