package streamer.process;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

    /** The size of {@code siginfo_t}. */
    private static final int INFORMATION_BYTES = 128;

    /** The offset of the process id in it. */
    private static final int INFORMATION_PID = 16;

    private static final int SIGCHLD = 17;
    private static final int SIG_DFL = 0;
    private static final int UNKNOWN_CODE = 255;
    private static final int LAUNCH_MILLIS = 20;
    private static final Duration STRANGER_PAUSE = Duration.ofMillis(1);
    private static final Duration ORPHAN_PAUSE = Duration.ofMillis(500);
    private static final Duration LONG_PAUSE = Duration.ofSeconds(10);

    private final Map<Integer, PosixChild> children = new ConcurrentHashMap<>();
    private final ReadWriteLock launching = new ReentrantReadWriteLock();
    private final NativeMemory information = NativeMemory.allocate(INFORMATION_BYTES);
    private final boolean isAlone;
    private final boolean getsOrphans = ProcessHandle.current().pid() == 1;
    private final Thread thread = new Thread(this::run, "reaper");

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
        LibC.signal(SIGCHLD, SIG_DFL); // ignored, which may be inherited, it would have the system reap all children
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Launches a child, to be reaped from now on.
     *
     * @param stdin the write end of its standard input; null if it has none
     */
    PosixChild launch(Launch launch, @Nullable WritableByteChannel stdin) throws IOException {
        launching.readLock().lock();
        try {
            var child = new PosixChild(launch.spawn(), stdin);
            children.put(child.pid(), child);
            return child;
        } finally {
            launching.readLock().unlock();
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (true) {
            try {
                reapNext();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "reaper: " + e, e);
                LockSupport.parkNanos(ORPHAN_PAUSE.toNanos());
            }
        }
    }

    private void reapNext() {
        try {
            LibC.waitid(LibC.P_ALL, 0, information.address(), LibC.WEXITED | LibC.WNOWAIT);
        } catch (LastErrorException e) {
            if (e.getErrorCode() == Errno.ECHILD) {
                awaitChild();
            }
            return;
        }
        var pid = information.pointer().getInt(INFORMATION_PID);
        var child = children.get(pid);
        if (child != null) {
            reap(child);
        } else {
            lookAgain(pid);
        }
    }

    /** Without children: waits for a launch; or, as nobody tells of orphans, for a while. */
    private void awaitChild() {
        children.values().forEach(this::reap); // there are none, unless somebody else has reaped them
        LockSupport.parkNanos((getsOrphans ? ORPHAN_PAUSE : LONG_PAUSE).toNanos());
    }

    private void reap(PosixChild child) {
        try {
            if (child.reap()) {
                children.remove(child.pid(), child); // unless a new one has got its id meanwhile
            }
        } catch (LastErrorException e) {
            LOG.log(Level.ERROR, "the exit of process {0} is lost: {1}", Integer.toString(child.pid()), e.getMessage());
            child.lost(UNKNOWN_CODE);
            children.remove(child.pid(), child);
        }
    }

    private void lookAgain(int pid) {
        while (!tryLock()) { // a launch may hang, say in a directory on a network: the others' exits do not wait for it
            children.values().forEach(this::reap);
        }
        try {
            var child = children.get(pid);
            if (child != null) {
                reap(child);
            } else if (isAlone) {
                reapStranger(pid);
            } else {
                LockSupport.parkNanos(STRANGER_PAUSE.toNanos()); // whose it is reaps it
            }
        } finally {
            launching.writeLock().unlock();
        }
    }

    private boolean tryLock() {
        try {
            return launching.writeLock().tryLock(LAUNCH_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return false; // nobody interrupts it
        }
    }

    private static void reapStranger(int pid) {
        try {
            LibC.waitpid(pid, new int[1], LibC.WNOHANG);
        } catch (LastErrorException e) {
            // ECHILD: the child of a failed launch, which the C library has reaped.
        }
    }
}
