package streamer.process;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A process launched by the system itself, whose exit the {@link Reaper} tells. Its id is its own until it is reaped,
 * which the lock guards, and no other's while its process group has members.
 *
 * <p>Threads: any.
 */
final class PosixChild implements Child {
    private static final int SIGKILL = 9;
    private static final int SIGTERM = 15;

    private final int pid;
    private final @Nullable WritableByteChannel stdin;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private @Nullable ProcessHandle handle;
    private boolean isReaped;

    /**
     * A process that has just been started.
     *
     * @param stdin the write end of its standard input; null if it has none
     */
    PosixChild(int pid, @Nullable WritableByteChannel stdin) {
        this.pid = pid;
        this.stdin = stdin;
        handle = ProcessHandle.of(pid).orElse(null);
    }

    int pid() {
        return pid;
    }

    /**
     * Reaps it if it has exited ({@code waitpid(2)}), and tells whoever waits for that.
     *
     * @return false if it has not exited
     * @throws LastErrorException if somebody else has reaped it (ECHILD)
     */
    boolean reap() {
        var status = new int[1];
        synchronized (this) {
            isReaped = LibC.waitpid(pid, status, LibC.WNOHANG) == pid;
        }
        if (isReaped) {
            exit.complete(exitCode(status[0]));
        }
        return isReaped;
    }

    /** The exit code of a status: 128 + n for death by signal n. */
    private static int exitCode(int status) {
        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /** Somebody else has reaped it: nobody is to wait any more. */
    void lost(int code) {
        synchronized (this) {
            isReaped = true;
        }
        exit.complete(code);
    }

    @Override
    public synchronized @Nullable ProcessHandle handle() {
        if (handle == null && !isReaped) { // without descriptors there was none
            handle = ProcessHandle.of(pid).orElse(null);
        }
        return handle;
    }

    @Override
    public boolean signalGroup(boolean forcibly) {
        return kill(forcibly ? SIGKILL : SIGTERM);
    }

    @Override
    public boolean hasGroup() {
        return kill(0);
    }

    /** {@code kill(2)} for its group, unless its id is another process's: then its group has had no member. */
    private synchronized boolean kill(int signal) {
        return (!isReaped || isFree()) && LibC.kill(-pid, signal) == 0;
    }

    private boolean isFree() {
        return LibC.kill(pid, 0) != 0 && Native.getLastError() == Errno.ESRCH;
    }

    @Override
    public OutputStream stdin() {
        return stdin == null ? OutputStream.nullOutputStream() : Channels.newOutputStream(stdin);
    }

    @Override
    public OptionalInt exitCode() {
        return exit.isDone() ? OptionalInt.of(exit.join()) : OptionalInt.empty();
    }

    @Override
    public OptionalInt awaitExit(Duration time) throws InterruptedException {
        try {
            return OptionalInt.of(exit.get(time.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return OptionalInt.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it is only ever completed
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the task throws nothing
    public void whenExited(Runnable task) {
        exit.thenRun(task);
    }

    @Override
    public void close() throws IOException {
        if (stdin != null) {
            stdin.close();
        }
    }
}
