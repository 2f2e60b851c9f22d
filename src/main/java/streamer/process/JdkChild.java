package streamer.process;

import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A process launched by the JDK, with a workaround for reused process ids.
 *
 * <p>The JDK caches an exit by process id for a moment after the id is free. If a new process gets the id meanwhile,
 * the JDK takes the old exit for its own and never reaps it ({@code waitpid(2)}). So an exit counts only when the
 * process is gone; until then the JDK is asked again, by an internal method, hence
 * {@code Add-Opens: java.base/java.lang} in the jar's manifest.
 *
 * <p>Threads: any.
 */
final class JdkChild implements Child {
    private static final Method COMPLETION = completion();

    private final Process process;
    private final ProcessHandle handle;
    private @Nullable Runnable whenExited;
    private @Nullable CompletableFuture<?> secondAnswer;
    private OptionalInt exitCode = OptionalInt.empty();

    JdkChild(Process process) {
        this.process = process;
        handle = process.toHandle();
    }

    /**
     * Does nothing where the JDK has the internal method.
     *
     * @throws LinkageError if it has not
     */
    static void check() {}

    private static Method completion() {
        try {
            var method = Class.forName("java.lang.ProcessHandleImpl")
                    .getDeclaredMethod("completion", long.class, boolean.class);
            method.setAccessible(true);
            return method;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new LinkageError("needs --add-opens java.base/java.lang=ALL-UNNAMED", e);
        }
    }

    @Override
    public ProcessHandle handle() {
        return handle;
    }

    /** Does nothing: its group is ours. */
    @Override
    public boolean signalGroup(boolean forcibly) {
        return false;
    }

    @Override
    public boolean hasGroup() {
        return false;
    }

    @Override
    public OutputStream stdin() {
        return process.getOutputStream();
    }

    @Override
    public synchronized OptionalInt exitCode() {
        if (exitCode.isEmpty() && hasAnswer()) {
            if (handle.isAlive()) { // so the exit was that of an earlier process with the same id
                secondAnswer = ask(true);
                if (whenExited != null) {
                    notifyOf(secondAnswer, whenExited);
                }
            } else {
                exitCode = OptionalInt.of(answer());
            }
        }
        return exitCode;
    }

    private boolean hasAnswer() {
        return secondAnswer == null ? !process.isAlive() : secondAnswer.isDone();
    }

    private int answer() {
        var again = secondAnswer == null ? null : secondAnswer.join();
        return again instanceof Integer code && code >= 0 ? code : process.exitValue(); // below 0: ECHILD
    }

    /** The exit as the JDK knows it; with {@code reaps} it reaps the process itself. */
    private CompletableFuture<?> ask(boolean reaps) {
        try {
            return (CompletableFuture<?>) COMPLETION.invoke(null, process.pid(), reaps);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void whenExited(Runnable task) {
        whenExited = task;
        notifyOf(ask(false), task);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task throws nothing
    private static void notifyOf(CompletableFuture<?> exit, Runnable task) {
        exit.whenComplete((code, failure) -> task.run());
    }

    @Override
    public OptionalInt awaitExit(Duration time) throws InterruptedException {
        var deadline = System.nanoTime() + time.toNanos();
        while (true) {
            var left = deadline - System.nanoTime();
            var isAnswered = awaitAnswer(left);
            var code = exitCode();
            if (code.isPresent() || !isAnswered) {
                return code;
            }
        }
    }

    private boolean awaitAnswer(long nanos) throws InterruptedException {
        CompletableFuture<?> again;
        synchronized (this) {
            again = secondAnswer;
        }
        if (again == null) {
            return process.waitFor(nanos, TimeUnit.NANOSECONDS);
        }
        try {
            again.get(nanos, TimeUnit.NANOSECONDS);
            return nanos > 0;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /** Leaves the standard input to the JDK, which closes it at the exit: closing it would wait for a write under way. */
    @Override
    public void close() {}
}
