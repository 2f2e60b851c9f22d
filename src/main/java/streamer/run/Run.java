package streamer.run;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending;
import streamer.output.Ending.Reason;

/**
 * One execution of the command: it is admitted, launched, perhaps stopped, and decides how it ended.
 *
 * <p>The direct child's exit is the end, not the pipe's. After the exit the pipe is read to its end, for one second of
 * reading at most; what still holds it then is stopped.
 *
 * <p>Threads: one thread executes; the pulse and whoever stops come from outside. The lock guards the fields; nobody is
 * called under it.
 */
public final class Run implements AutoCloseable {
    /** The variable that must carry the run's id in its command's environment: by it all of its processes are found. */
    public static final String MARKER = "STREAMER_RUN";

    private static final Logger LOG = System.getLogger(Run.class.getName());
    private static final long LINGER_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration LET_GO = Duration.ofMillis(100);

    private final Runs runs;
    private final String id;
    private final Viewing viewing;

    private final Object lock = new Object();
    private long startedNanos = System.nanoTime();
    private RunSpec.Limits limits = RunSpec.Limits.NONE;
    private @Nullable Child child;
    private @Nullable PipeOutput output;
    private @Nullable Reason reason;
    private @Nullable Ending ending;
    private Phase stop = Phase.NOT_YET;
    private long lingerFrom = -1;
    private long cutNanos;
    private @Nullable Runnable whenReady;
    private boolean isReady;
    private boolean executing;
    private boolean closed;

    private enum Phase {
        NOT_YET,
        GOING_ON,
        DONE
    }

    Run(Runs runs, String id, Viewing viewing) {
        this.runs = runs;
        this.id = id;
        this.viewing = viewing;
    }

    /** The run's id. */
    public String id() {
        return id;
    }

    /** How long ago the run was admitted or, after that, launched, in milliseconds. */
    public long millis() {
        synchronized (lock) {
            return Duration.ofNanos(System.nanoTime() - startedNanos).toMillis();
        }
    }

    /** Whether the run has its slot, or will not need it; until then it stands in line. */
    public boolean isReady() {
        synchronized (lock) {
            return isReady;
        }
    }

    /** Has something done, once, as soon as the run {@link #isReady}; that must not wait. */
    public void whenReady(Runnable task) {
        synchronized (lock) {
            if (!isReady) {
                whenReady = task;
                return;
            }
        }
        task.run();
    }

    void ready() {
        @Nullable Runnable task;
        synchronized (lock) {
            isReady = true;
            task = whenReady;
            whenReady = null;
        }
        if (task != null) {
            task.run();
        }
    }

    /**
     * Launches the command and lets the viewing read it, on this thread; returns when both have ended.
     *
     * @throws LaunchException when there is nothing to view
     */
    public void execute(RunSpec spec) throws LaunchException {
        synchronized (lock) {
            executing = true;
            startedNanos = System.nanoTime();
            limits = spec.limits();
            if (reason != null) {
                throw new LaunchException(LaunchException.Kind.STOPPED, "stopped before it began: " + reason.word());
            }
        }
        try {
            runs.launcher()
                    .execute(
                            spec,
                            (launched, pipe) -> started(launched, pipe, spec.stdin() instanceof RunSpec.Stdin.Pipe));
        } catch (LaunchException e) {
            synchronized (lock) {
                ending = new Ending.Failed();
            }
            if (e.kind() == LaunchException.Kind.NO_RESOURCES) { // perhaps after the fork
                stopTree();
            }
            throw e;
        }
    }

    private void started(Child launched, OutputPipe pipe, boolean hasInput) {
        synchronized (lock) {
            child = launched;
        }
        try (var own = new PipeOutput(this, pipe, runs.buffers())) {
            boolean late;
            synchronized (lock) {
                output = own;
                late = reason != null;
            }
            if (late) {
                stopTree();
            }
            viewing.view(this, own, hasInput ? launched.stdin() : null);
        }
    }

    /** Waits for the child's exit, unless the ending is decided without it. */
    void awaitEnding() {
        var code = awaitExit();
        var bySignal = code.isPresent() && !isStopped() && runs.signal().isCauseOf(code.getAsInt());
        synchronized (lock) {
            if (bySignal && reason == null) {
                reason = Reason.SHUTDOWN;
            }
            conclude();
        }
    }

    private OptionalInt awaitExit() {
        var code = OptionalInt.empty();
        while (code.isEmpty() && ending() == null) {
            try {
                code = child().awaitExit(LET_GO);
            } catch (InterruptedException e) {
                // Nobody interrupts a run; were it done, the child would still have to be waited for.
            }
        }
        return code;
    }

    private Child child() {
        synchronized (lock) {
            if (child == null) {
                throw new IllegalStateException("run " + id + " has not been launched");
            }
            return child;
        }
    }

    private boolean isStopped() {
        synchronized (lock) {
            return reason != null;
        }
    }

    /** Whether its processes are being stopped just now. */
    boolean isStopping() {
        synchronized (lock) {
            return stop == Phase.GOING_ON;
        }
    }

    private Ending conclude() {
        if (ending == null) {
            var code = child == null ? OptionalInt.empty() : child.exitCode();
            ending = reason == null && code.isPresent()
                    ? new Ending.Exited(code.getAsInt())
                    : new Ending.Stopped(reason == null ? Reason.SHUTDOWN : reason, code);
        }
        return ending;
    }

    /** How the run ended; null if it has not, or not yet. */
    public @Nullable Ending ending() {
        synchronized (lock) {
            return ending;
        }
    }

    /** Stops the run and all of its tree, for the first reason given; does not wait. A run that has ended is let be. */
    public void stop(Reason why) {
        boolean launched;
        synchronized (lock) {
            if (ending != null || reason != null) {
                return;
            }
            reason = why;
            launched = child != null;
            if (!executing) {
                ending = new Ending.Stopped(why, OptionalInt.empty());
            }
        }
        LOG.log(Level.DEBUG, () -> "run " + id + ": stopping, " + why.word());
        viewing.stopping();
        if (launched) {
            stopTree();
        } else if (!isReady()) {
            runs.freeSlot(this);
            ready();
        }
    }

    private void stopTree() {
        @Nullable ProcessHandle root;
        synchronized (lock) {
            if (stop != Phase.NOT_YET) {
                return;
            }
            stop = Phase.GOING_ON;
            root = child == null ? null : child.handle();
        }
        runs.stopper().stop(id, root, this::treeStopped);
    }

    private void treeStopped() {
        synchronized (lock) {
            stop = Phase.DONE;
        }
        runs.freeSlot(this);
        leaveIfOver();
    }

    /** Time passes: stops what takes too long, and lets go of a pipe that is held after the end. */
    void pulse(long now) {
        viewing.pulse(now);
        var overdue = overdue(now);
        if (overdue != null) {
            stop(overdue);
        }
        linger(System.nanoTime()); // the beat may have begun long ago, before the command's exit
    }

    private @Nullable Reason overdue(long now) {
        synchronized (lock) {
            if (output == null || reason != null || ending != null) {
                return null;
            }
            if (limits.timeout() != null
                    && now - startedNanos > limits.timeout().toNanos()) {
                return Reason.TIMEOUT;
            }
            var idle = limits.idleTimeout();
            return idle != null && output.waitingNanos(now) > idle.toNanos() ? Reason.IDLE_TIMEOUT : null;
        }
    }

    /** What holds the output for too long after the end is stopped; if that does not help, we let go of it. */
    private void linger(long now) {
        PipeOutput held;
        boolean again;
        synchronized (lock) {
            if (output == null || child == null || closed || !isHeldTooLong(output, child, now)) {
                return;
            }
            held = output;
            again = cutNanos != 0;
            cutNanos = now;
            conclude();
        }
        if (again) {
            LOG.log(Level.WARNING, "run {0}: something that cannot be stopped holds its output", id);
            held.letGo();
        } else {
            held.cut();
            stopTree();
        }
    }

    private boolean isHeldTooLong(PipeOutput held, Child child, long now) {
        if (cutNanos != 0) {
            return held.waitingNanos(now) > 0 && now - cutNanos > LET_GO.toNanos();
        }
        if (stop == Phase.GOING_ON || (stop == Phase.NOT_YET && child.exitCode().isEmpty())) {
            return false;
        }
        if (lingerFrom < 0) {
            lingerFrom = held.waitedNanos(now);
        }
        return held.waitedNanos(now) - lingerFrom >= LINGER_NANOS;
    }

    /** The run's thread is through with it. Its slot is free as soon as all that had to be stopped is gone. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
        freeSlot();
        leaveIfOver();
    }

    /** The command has ended: gives the slot back, unless some of its processes have yet to be stopped. */
    public void freeSlot() {
        if (!isStopping()) {
            runs.freeSlot(this);
        }
    }

    private void leaveIfOver() {
        boolean over;
        synchronized (lock) {
            over = closed && stop != Phase.GOING_ON;
        }
        if (over) {
            runs.leave(this);
        }
    }
}
