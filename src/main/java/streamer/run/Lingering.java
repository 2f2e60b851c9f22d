package streamer.run;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import streamer.process.Child;
import streamer.time.Stopwatch;

/**
 * Processes that outlive the command and hold its pipe open: the output is read for up to one more second of waiting,
 * then cut off and the tree stopped; if that does not help, the pipe is closed.
 *
 * <p>Threads: {@link #begin} and {@link #exited} on any; all else on the pulse's.
 */
final class Lingering {
    private static final Logger LOG = System.getLogger(Lingering.class.getName());
    private static final long GRACE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long CLOSE_NANOS = Duration.ofMillis(100).toNanos();

    private final PipeOutput output;
    private final Child child;
    private final Verdict verdict;
    private final TreeStop treeStop;
    private final Stopwatch cut = new Stopwatch();
    private volatile OptionalLong waitedBefore = OptionalLong.empty();
    private boolean over;

    Lingering(PipeOutput output, Child child, Verdict verdict, TreeStop treeStop) {
        this.output = output;
        this.child = child;
        this.verdict = verdict;
        this.treeStop = treeStop;
    }

    /** Starts the grace time: the command may have exited. */
    void begin(long now) {
        waitedBefore = OptionalLong.of(output.waiting().total(now));
    }

    /** Stops what is left of a command that died by a signal: it had no say in what it leaves behind. */
    void exited(OptionalInt code) {
        if (code.isPresent() && ShutdownSignal.isDeath(code.getAsInt())) {
            treeStop.begin(child, TreeStop.Cause.SIGNAL);
        }
    }

    /** Nanoseconds until {@link #enforce} has something to do. */
    long left(long now) {
        var before = waitedBefore;
        if (over || before.isEmpty()) {
            return Stopwatch.NEVER;
        }
        if (cut.isRunning()) {
            var since = treeStop.isRunning() ? cut.elapsed(now) : waited(now, before.getAsLong());
            return output.waiting().isRunning() ? Math.max(0, CLOSE_NANOS - since) : CLOSE_NANOS;
        }
        if (treeStop.isRunning()) { // its end begins the grace anew
            return Stopwatch.NEVER;
        }
        return Math.max(0, GRACE_NANOS - waited(now, before.getAsLong()));
    }

    private long waited(long now, long before) {
        return output.waiting().total(now) - before;
    }

    /** Cuts off, then closes, an output that has been held open too long; the ending is decided first. */
    void enforce(long now) {
        if (left(now) > 0) {
            return;
        }
        if (cut.isRunning() && output.hasBytes()) { // its reader is late
            cut.restart(now);
        } else if (cut.isRunning()) {
            if (treeStop.isDone()) { // else its end tells
                LOG.log(Level.WARNING, "run {0}: something that cannot be found holds its output", treeStop.run());
            }
            over = true;
            output.closePipe();
        } else if (treeStop.isDone()
                || (!treeStop.isRunning() && child.exitCode().isPresent())) {
            verdict.decide(child.exitCode());
            cut.start(now);
            output.cut();
            treeStop.begin(child, TreeStop.Cause.HELD);
        }
    }
}
