package streamer.run;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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

/**
 * All runs there are: admits as many as there are slots, gives them their pulse, and ends them at shutdown.
 *
 * <p>Threads: any. Taking a slot, looking whether the server is draining, and registering the run happen under one lock,
 * so that no run slips in behind a shutdown.
 */
public final class Runs implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Runs.class.getName());
    private static final int ID_BYTES = 16;

    private final int slots;
    private final int places;
    private final Launcher launcher = new ExecLauncher();
    private final BufferPool buffers = new BufferPool();
    private final Stopper stopper;
    private final Pulse pulse = new Pulse(this::present);
    private final SecureRandom random = new SecureRandom();
    private final EndingSignal signal = new EndingSignal();

    private final Object lock = new Object();
    private final Set<Run> present = new LinkedHashSet<>();
    private final Set<Run> slotHolders = new LinkedHashSet<>();
    private final Set<Run> line = new LinkedHashSet<>();
    private boolean draining;
    private boolean stopping;

    /** Why a run is not admitted. */
    public enum Refusal {
        /** All slots are taken, and all places in the line. */
        NO_SLOT,
        /** The server shuts down. */
        DRAINING
    }

    /**
     * Runs with a number of slots.
     *
     * @param slots how many may execute at one time
     * @param places how many may wait in line for a slot
     * @param killAfter the time between TERM and KILL when one is stopped
     */
    public Runs(int slots, int places, Duration killAfter) {
        this.slots = slots;
        this.places = places;
        stopper = new Stopper(killAfter);
    }

    /** A scheduler's thread that is there from the beginning: later the system may have none to give. */
    static ScheduledExecutorService thread(String name) {
        var executor = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.prestartAllCoreThreads();
        return executor;
    }

    /** Launches something once, so that the first run finds all classes loaded; for a thread that has the time. */
    public static void warmUp() {
        var spec = new RunSpec(
                List.of("true"),
                null,
                System.getenv(),
                new RunSpec.Stdin.Empty(),
                RunSpec.Stderr.DROP,
                RunSpec.Limits.NONE);
        try {
            new ExecLauncher().execute(spec, (child, pipe) -> LOG.log(Level.DEBUG, "launching works"));
        } catch (LaunchException e) {
            LOG.log(Level.DEBUG, "no warming up: {0}", e.getMessage());
        }
    }

    /** Why a run would not be admitted now; null if it would. */
    public @Nullable Refusal refusal() {
        synchronized (lock) {
            var isFull = slotHolders.size() >= slots && line.size() >= places;
            return draining ? Refusal.DRAINING : isFull ? Refusal.NO_SLOT : null;
        }
    }

    /** A new run's id: 128 random bits in hexadecimal. */
    public String newId() {
        var bits = new byte[ID_BYTES];
        random.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    /** Takes a slot for a run, or a place in the line; null if {@link #refusal()} says why not. The run must be closed. */
    public @Nullable Run admit(String id, Viewing viewing) {
        var run = new Run(this, id, viewing);
        synchronized (lock) {
            if (refusal() != null) {
                return null;
            }
            present.add(run);
            if (slotHolders.size() < slots) { // which they only are while nobody waits
                slotHolders.add(run);
                run.ready();
            } else {
                line.add(run);
            }
        }
        pulse.begin();
        return run;
    }

    /** How many stand in line. */
    public int waiting() {
        synchronized (lock) {
            return line.size();
        }
    }

    private List<Run> present() {
        synchronized (lock) {
            return List.copyOf(present);
        }
    }

    Launcher launcher() {
        return launcher;
    }

    EndingSignal signal() {
        return signal;
    }

    BufferPool buffers() {
        return buffers;
    }

    Stopper stopper() {
        return stopper;
    }

    /** The run needs no slot any more, or never gets one; the next in line has it from this very moment. */
    void freeSlot(Run run) {
        @Nullable Run next = null;
        synchronized (lock) {
            line.remove(run);
            if (slotHolders.remove(run) && !line.isEmpty() && !draining) {
                next = line.iterator().next();
                line.remove(next);
                slotHolders.add(next);
            }
            lock.notifyAll();
        }
        if (next != null) {
            pulse.execute(next::ready); // not here: where threads are lacking that one's slot is freed again, and so on
        }
    }

    void leave(Run run) {
        synchronized (lock) {
            present.remove(run);
            lock.notifyAll();
        }
    }

    /** A signal that ends the server has come; it may have gone to the commands too. From now on nothing is admitted. */
    public void signalled(int number) {
        List<Run> waiting;
        synchronized (lock) {
            draining = true;
            waiting = List.copyOf(line);
        }
        signal.come(number);
        waiting.forEach(run -> run.stop(Reason.SHUTDOWN));
    }

    /** Waits until no run is left; false if some are when the time is over. */
    public boolean awaitNone(Duration time) {
        return await(time, present::isEmpty);
    }

    /**
     * Waits until nothing is being stopped any more, though clients may still be reading; false if something is after
     * the time that stopping may take.
     */
    public boolean awaitStopped() {
        return await(stopper.longest(), () -> present.stream().noneMatch(Run::isStopping));
    }

    /** Waits until no run is left, or all are told to stop; or until the time is over. */
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

    /** Stops all runs; does not wait. Nothing is admitted any more. */
    public void stopAll(Reason reason) {
        synchronized (lock) {
            draining = true;
            stopping = true;
            lock.notifyAll();
        }
        present().forEach(run -> run.stop(reason));
    }

    /** Kills what is being stopped now, instead of giving it its time. */
    public void hurry() {
        stopper.hurry();
    }

    /** Stops what still runs, and waits for that, but not for ever. */
    @Override
    public void close() {
        stopAll(Reason.SHUTDOWN);
        awaitStopped();
        pulse.close();
        stopper.close();
    }
}
