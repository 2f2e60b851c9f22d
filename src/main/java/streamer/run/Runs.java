package streamer.run;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending.Reason;
import streamer.process.ExecLauncher;
import streamer.time.Pulse;

/**
 * All runs: admission control by slots and a queue, their common pulse, and drain and stop at shutdown.
 *
 * <p>Threads: any. Checking for the drain, taking a slot and registering the run happen under one lock, so that no run
 * is admitted after a shutdown has begun.
 */
public final class Runs implements AutoCloseable {
    private static final int ID_BYTES = 16;

    /** A quarter of the memory for direct buffers is for large ones; connections need most of it. */
    private static final int SHARE_OF_BUFFERS = 4;

    private final Pulse pulse = new Pulse();
    private final Stopper stopper;
    private final SilenceWatch silences = new SilenceWatch();
    private final ShutdownSignal signal = new ShutdownSignal();
    private final RunServices shared;
    private final Slots slots;
    private final SecureRandom random = new SecureRandom();

    private final Object lock = new Object();
    private final Set<Run> present = new LinkedHashSet<>();
    private boolean draining;
    private boolean stopping;

    /** Why a run is not admitted. */
    public enum Refusal {
        /** All slots are held, and the queue is full. */
        NO_SLOT,
        /** The server shuts down. */
        DRAINING
    }

    /**
     * Runs with a number of slots.
     *
     * @param slots how many runs may execute at one time
     * @param queue how many may wait in the queue for a slot
     * @param killAfter the time between TERM and KILL when one is stopped
     */
    public Runs(int slots, int queue, Duration killAfter) {
        this.slots = new Slots(slots, queue, pulse);
        stopper = new Stopper(killAfter, thread("stopper"));
        shared = new RunServices(
                new ExecLauncher(),
                new LaunchTurns(),
                new BufferPool(DirectMemory.maxBytes() / SHARE_OF_BUFFERS),
                stopper,
                silences,
                signal,
                pulse);
    }

    /** A scheduler of one thread, started now: later the system may be out of threads. */
    private static ScheduledExecutorService thread(String name) {
        var executor = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.prestartAllCoreThreads();
        return executor;
    }

    /** Why a run would be refused now; null if it would be admitted. */
    public @Nullable Refusal refusal() {
        synchronized (lock) {
            return draining ? Refusal.DRAINING : slots.isFull() ? Refusal.NO_SLOT : null;
        }
    }

    /** A run id: 128 random bits in hexadecimal. */
    private String newId() {
        var bits = new byte[ID_BYTES];
        random.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    /**
     * Admits a new run, with a slot or waiting in the queue; null if refused, see {@link #refusal()}. It must be
     * closed.
     */
    public @Nullable Run admit() {
        synchronized (lock) {
            var slot = draining ? null : slots.take();
            if (slot == null) {
                return null;
            }
            var run = new Run(newId(), slot, shared, this::changed);
            present.add(run);
            return run;
        }
    }

    /** The pulse of all runs, which is closed with them. */
    public Pulse pulse() {
        return pulse;
    }

    /** How many slots are held. */
    public int running() {
        return slots.held();
    }

    /** How many slots there are. */
    public int max() {
        return slots.all();
    }

    /** The length of the queue. */
    public int waiting() {
        return slots.queued();
    }

    private List<Run> present() {
        synchronized (lock) {
            return List.copyOf(present);
        }
    }

    private void changed(Run run) {
        synchronized (lock) {
            if (run.isOver()) {
                present.remove(run);
            }
            lock.notifyAll();
        }
    }

    /** Begins the drain, by the signal's number: no run is admitted any more, and those in the queue are stopped. */
    public void signalled(int number) {
        synchronized (lock) {
            draining = true;
        }
        slots.close();
        signal.arrived(number);
        present().stream().filter(run -> !run.isReady()).forEach(run -> run.stop(Reason.SHUTDOWN));
    }

    /** Waits until no run is left; false on timeout. */
    public boolean awaitNone(Duration time) {
        return await(time, present::isEmpty);
    }

    /**
     * Waits until no processes are being stopped, though clients may still be reading; false on timeout: the longest
     * time that a stop takes.
     */
    public boolean awaitStopped() {
        return await(stopper.longest(), () -> present.stream().noneMatch(Run::isStopping));
    }

    /** Waits until no run is left, {@link #stopAll} is called, or the time is over. */
    public void awaitDrained(Duration time) {
        await(time, () -> present.isEmpty() || stopping);
    }

    private boolean await(Duration time, BooleanSupplier condition) {
        var deadline = System.nanoTime() + time.toNanos();
        synchronized (lock) {
            while (!condition.getAsBoolean()) {
                var left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return true;
        }
    }

    /** Stops all runs; does not wait. No run is admitted any more. */
    public void stopAll(Reason reason) {
        synchronized (lock) {
            draining = true;
            stopping = true;
            lock.notifyAll();
        }
        slots.close();
        present().forEach(run -> run.stop(reason));
    }

    /** Sends KILL at once to all that is being stopped. */
    public void killNow() {
        stopper.killNow();
    }

    /** Stops all runs and waits for that, at most as long as a stop takes. */
    @Override
    public void close() {
        stopAll(Reason.SHUTDOWN);
        awaitStopped();
        pulse.close();
        stopper.close();
        silences.close();
    }
}
