package streamer.run;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.WritableByteChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Reaps all children of this process: those that were launched, and strangers, which are orphans where this is process
 * 1, or children it was started with.
 *
 * <p>{@code waitid(2)} tells who has exited without reaping it, so that its id is not used again before it is known
 * whose it is. One that is not known may have been started this moment, so it is looked up again when no launch is under
 * way. Nobody is waited for by id: a launch that fails has a child for a moment, which the C library reaps.
 *
 * <p>Threads: one of its own; others launch.
 */
final class Reaper {
    private static final Logger LOG = System.getLogger(Reaper.class.getName());
    /** The size of {@code siginfo_t}, and where it has the process id. */
    private static final int INFORMATION_BYTES = 128;

    private static final int INFORMATION_PID = 16;
    /** Without children: an orphan may come, of which nobody tells. */
    private static final long PAUSE_MILLIS = 500;
    /** Until somebody else has reaped a stranger. */
    private static final long STRANGER_MILLIS = 1;

    private final Map<Integer, PosixChild> children = new ConcurrentHashMap<>();
    private final ReadWriteLock launching = new ReentrantReadWriteLock();
    private final Semaphore launched = new Semaphore(0);
    private final boolean isAlone;

    /** Starts a process; its id. */
    @FunctionalInterface
    interface Launch {
        int spawn() throws IOException;
    }

    /**
     * A reaper, with its thread.
     *
     * @param isAlone whether nobody else in this process has children, so that strangers are reaped too
     */
    Reaper(boolean isAlone) {
        this.isAlone = isAlone;
        var thread = new Thread(this::run, "reaper");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Launches a child, to be reaped from now on.
     *
     * @param stdin the write end of its standard input; null if it has none
     */
    PosixChild launch(Launch launch, @Nullable WritableByteChannel stdin) throws IOException {
        PosixChild child;
        launching.readLock().lock();
        try {
            child = new PosixChild(launch.spawn(), stdin);
            children.put(child.pid(), child);
        } finally {
            launching.readLock().unlock();
        }
        launched.release();
        return child;
    }

    private void run() {
        var information = new Pointer(Native.malloc(INFORMATION_BYTES));
        while (true) {
            try {
                reap(exited(information));
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "reaper: " + e, e);
                pause(PAUSE_MILLIS);
            }
        }
    }

    /** Waits until a child has exited; 0 if there is none for now. */
    private static int exited(Pointer information) {
        try {
            information.setInt(INFORMATION_PID, 0);
            LibC.waitid(LibC.P_ALL, 0, Pointer.nativeValue(information), LibC.WEXITED | LibC.WNOWAIT);
            return information.getInt(INFORMATION_PID);
        } catch (LastErrorException e) { // ECHILD, or EINTR
            return 0;
        }
    }

    private void reap(int pid) {
        if (pid == 0) {
            pause(PAUSE_MILLIS);
            return;
        }
        var child = children.get(pid);
        if (child == null) {
            child = lookAgain(pid);
        }
        if (child != null) {
            var status = new int[1];
            if (wait(pid, status)) {
                children.remove(pid, child); // unless a new one has got its id meanwhile
                child.exited(exitCode(status[0]));
            }
        }
    }

    private @Nullable PosixChild lookAgain(int pid) {
        launching.writeLock().lock();
        try {
            var child = children.get(pid);
            if (child == null && isAlone) {
                wait(pid, new int[1]);
            } else if (child == null) {
                pause(STRANGER_MILLIS);
            }
            return child;
        } finally {
            launching.writeLock().unlock();
        }
    }

    /** Reaps a child that has exited; false if it has not, or was reaped before. */
    private static boolean wait(int pid, int[] status) {
        try {
            return LibC.waitpid(pid, status, LibC.WNOHANG) == pid;
        } catch (LastErrorException e) { // ECHILD: the C library has reaped the child of a failed launch
            return false;
        }
    }

    /** The exit code of a status ({@code wait(2)}): 128 + n for death by signal n. */
    private static int exitCode(int status) {
        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    private void pause(long millis) {
        try {
            if (launched.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
                launched.drainPermits();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it.
        }
    }
}
