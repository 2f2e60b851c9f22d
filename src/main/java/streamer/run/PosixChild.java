package streamer.run;

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
 * A process launched by the system itself, whose exit the {@link Reaper} tells.
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

    /**
     * A process that has just been started.
     *
     * @param stdin the write end of its standard input; null if it has none
     */
    PosixChild(int pid, @Nullable WritableByteChannel stdin) {
        this.pid = pid;
        this.stdin = stdin;
        handle = findHandle();
    }

    int pid() {
        return pid;
    }

    /** The handle; to be asked for before the exit, as the id may be another's after it. */
    private @Nullable ProcessHandle findHandle() {
        return ProcessHandle.of(pid).orElse(null);
    }

    /** Its exit code: it has been reaped. */
    void exited(int code) {
        exit.complete(code);
    }

    @Override
    public synchronized @Nullable ProcessHandle handle() {
        if (handle == null && !exit.isDone()) { // without descriptors there was none
            handle = findHandle();
        }
        return handle;
    }

    @Override
    public void signal(boolean forcibly) {
        if (!exit.isDone()) { // so its id is not another's
            LibC.kill(-pid, forcibly ? SIGKILL : SIGTERM);
        }
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
