package streamer.run;

import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.output.Output;
import streamer.process.LaunchException;
import streamer.process.Launcher;
import streamer.process.RunSpec;
import streamer.time.Pulse;
import streamer.time.Stopwatch;

/**
 * One run of the command: admitted, launched, perhaps stopped, and closed by one ending.
 *
 * <p>It ends with the direct child's exit, not with the pipe's end of file; processes that hold the pipe after that are
 * left to {@link Lingering}.
 *
 * <p>Threads: one launches and reads; the pulse's checks timeouts; any may stop it. There is no lock: of two threads
 * that each set a field and then read the other's, at least one sees both.
 */
public final class Run implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Run.class.getName());

    private final String id;
    private final Slots.Slot slot;
    private final RunServices shared;
    private final Consumer<Run> changed;
    private final Set<Runnable> watchers = new CopyOnWriteArraySet<>();
    private final Verdict verdict;
    private final TreeStop treeStop;
    private final Pulse.Timer timer;
    private final Stopwatch running = new Stopwatch();

    private volatile RunListener listener = RunListener.NONE;
    private volatile @Nullable Execution execution;
    private volatile @Nullable Instant started;
    private volatile boolean closed;

    /**
     * An admitted run.
     *
     * @param changed called when it {@link #isStopping} no more, and when it {@link #isOver}
     */
    Run(String id, Slots.Slot slot, RunServices shared, Consumer<Run> changed) {
        this.id = id;
        this.slot = slot;
        this.shared = shared;
        this.changed = changed;
        verdict = new Verdict(shared.signal());
        treeStop = new TreeStop(id, shared.stopper(), this::treeStopped);
        timer = shared.pulse().timer(this::due);
        running.start(System.nanoTime());
    }

    /** The run's id. */
    public String id() {
        return id;
    }

    /** The run's age in milliseconds: since its launch, or before that since its admission. */
    public long millis() {
        return Duration.ofNanos(running.elapsed(System.nanoTime())).toMillis();
    }

    /** Where a run is. */
    public enum State {
        /** Its command has not been launched. */
        QUEUED,
        /** Its command executes, or its output is still being read. */
        RUNNING,
        /** It is being stopped, or what its command has left behind is. */
        STOPPING,
        /** How it ended is decided, or it was refused. */
        ENDED
    }

    /** The run's state. */
    public State state() {
        if (isStopping()) {
            return State.STOPPING;
        }
        if (closed || ending() != null) {
            return State.ENDED;
        }
        return verdict.isStopped() ? State.STOPPING : execution == null ? State.QUEUED : State.RUNNING;
    }

    /** Calls the task whenever its state may have become ENDED, until {@link #unwatch}; the task must not wait. */
    public void watch(Runnable task) {
        watchers.add(task);
    }

    /** Does not call the task any more. */
    public void unwatch(Runnable task) {
        watchers.remove(task);
    }

    private void tellChange() {
        changed.accept(this);
        watchers.forEach(Runnable::run);
    }

    /** When its command was launched; null if it has not been. */
    public @Nullable Instant started() {
        return started;
    }

    /** What holds its output, and what cures that, if it is silent and that is known; else empty. */
    public Optional<String> held() {
        var of = execution;
        return of == null ? Optional.empty() : of.silence().held(System.nanoTime());
    }

    /** Whether the run has left the queue: it has its slot, or was stopped. */
    public boolean isReady() {
        return slot.isReady();
    }

    /** Calls the task, once, as soon as the run {@link #isReady}, perhaps at once; it must not wait. */
    public void whenReady(Runnable task) {
        slot.whenReady(task);
    }

    /** Sets the listener; it is called at once if the run is being stopped. */
    public void listen(RunListener added) {
        listener = added;
        if (verdict.isStopped()) {
            added.stopping();
        }
    }

    /** Has the listener's {@link Pulse.Timed#due} called within this time, in nanoseconds. */
    public void dueWithin(long nanos) {
        timer.within(nanos);
    }

    /**
     * Launches the command, when it is its turn; from then on it has {@link #output} and {@link #stdin}.
     *
     * @throws LaunchException if no process was started, or the run has been stopped
     */
    public void launch(RunSpec spec) throws LaunchException {
        shared.turns().take(() -> listener.waiting());
        try {
            running.restart(System.nanoTime());
            verdict.beginLaunch();
            launchNow(spec);
        } finally {
            shared.turns().giveBack();
            verdict.endLaunch();
            if (verdict.isStopped()) {
                tellChange();
            }
        }
    }

    private void launchNow(RunSpec spec) throws LaunchException {
        try {
            launched(shared.launcher().launch(spec, id), spec.limits());
        } catch (LaunchException e) {
            verdict.failLaunch();
            if (e.kind() == LaunchException.Kind.NO_RESOURCES) { // perhaps after fork(2)
                stopTree(TreeStop.Cause.STOPPED);
            }
            throw e;
        } catch (RuntimeException | Error e) { // perhaps a process was started
            stopTree(TreeStop.Cause.STOPPED);
            if (e instanceof OutOfMemoryError) {
                throw new LaunchException(LaunchException.Kind.NO_RESOURCES, "out of memory", e);
            }
            throw e;
        }
    }

    private void launched(Launcher.Launched launched, RunSpec.Limits limits) {
        var output = new PipeOutput(launched.pipe(), shared.buffers(), this::awaitEnding);
        var lingering = new Lingering(output, launched.child(), verdict, treeStop);
        var timeLimits = new TimeLimits(limits, running, output.waiting());
        var silence = new Silence(
                launched.child(), output, silent -> shared.silences().add(id, silent));
        var all = new Execution(launched.child(), output, lingering, timeLimits, silence);
        started = Instant.now();
        execution = all;
        if (verdict.isStopped()) {
            stopTree(TreeStop.Cause.STOPPED);
        }
        all.child().whenExited(() -> ended(all));
        timer.within(all.left(System.nanoTime(), verdict.isOpen()));
    }

    private void ended(Execution of) {
        var now = System.nanoTime();
        of.lingering().begin(now);
        timer.within(of.left(now, verdict.isOpen()));
    }

    private Execution execution() {
        var launched = execution;
        if (launched == null) {
            throw new IllegalStateException("run " + id + " has not been launched");
        }
        return launched;
    }

    /** The command's output, after {@link #launch}; to be read by one thread. */
    public Output output() {
        return execution().output();
    }

    /** The command's standard input, after {@link #launch}, if {@link RunSpec.Stdin.Pipe} was asked for. */
    public OutputStream stdin() {
        return execution().child().stdin();
    }

    /** Waits for the child's exit, unless the ending is decided without it. */
    private Ending awaitEnding() {
        var ending = verdict.exited(execution().awaitExit(() -> ending() != null));
        tellChange();
        return ending;
    }

    /** How the run ended; null while that is not decided. */
    public @Nullable Ending ending() {
        return verdict.ending();
    }

    /** Stops the run and its process tree; does not wait. Only the first reason counts; no effect after the ending. */
    public void stop(Reason why) {
        if (!verdict.stop(why)) {
            if (why == Reason.SHUTDOWN && execution != null) { // its command may have ended by the same signal
                stopTree(TreeStop.Cause.SHUTDOWN);
            }
            return;
        }
        LOG.log(Level.DEBUG, () -> "run " + id + ": stopping, " + why.word());
        listener.stopping();
        if (execution != null) {
            stopTree(TreeStop.Cause.STOPPED);
        } else if (!isReady()) {
            slot.giveUp();
        }
    }

    private void stopTree(TreeStop.Cause why) {
        var of = execution;
        treeStop.begin(of == null ? null : of.child(), why);
    }

    private void treeStopped() {
        var of = execution;
        if (of != null) {
            ended(of); // also if the child has exited before: the grace begins when its tree is gone
        }
        slot.free();
        tellChange();
    }

    /** Whether its processes are being stopped, or will be as soon as they are launched. */
    boolean isStopping() {
        return verdict.awaitsLaunch() || treeStop.isRunning();
    }

    /** Timer callback: calls the listener, and applies the run's timeouts. */
    private long due(long now) {
        if (closed) {
            return Stopwatch.NEVER;
        }
        var next = listener.due(now);
        var of = execution;
        if (of == null) {
            return next;
        }
        of.enforce(now, this::stop);
        return Math.min(next, of.left(System.nanoTime(), verdict.isOpen()));
    }

    /** Closes the output and frees the slot, or leaves that to the end of the stop; for the run's thread. */
    @Override
    public void close() {
        closed = true;
        timer.stop();
        var of = execution;
        try {
            if (of != null) {
                of.close();
            }
        } finally {
            freeSlot();
            tellChange();
        }
    }

    /** Frees the slot, unless processes have yet to be stopped: then it is free after that. */
    public void freeSlot() {
        if (!isStopping()) {
            slot.free();
        }
    }

    /** Whether it is closed, and none of its processes is being stopped. */
    public boolean isOver() {
        return closed && !isStopping();
    }
}
