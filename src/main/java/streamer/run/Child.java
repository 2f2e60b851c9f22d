package streamer.run;

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
 * The process that was launched, and whether it has really exited.
 *
 * <p>The JDK keeps the exit of a process under its number, for a moment longer than the system keeps the number. If a new
 * process gets that number meanwhile, the JDK takes the old exit for the new one's, and nobody waits for the new one. So an
 * exit counts only when the process is gone; until then the JDK is asked again, by a method that it keeps to itself, hence
 * {@code Add-Opens: java.base/java.lang} in the jar's manifest.
 *
 * <p>Threads: any.
 */
final class Child {
    private static final Method COMPLETION = completion();

    private final Process process;
    private final ProcessHandle handle;
    private @Nullable CompletableFuture<?> askedAgain;
    private OptionalInt exitCode = OptionalInt.empty();

    Child(Process process) {
        this.process = process;
        handle = process.toHandle();
    }

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

    ProcessHandle handle() {
        return handle;
    }

    OutputStream stdin() {
        return process.getOutputStream();
    }

    /** Its exit code, 128 + n for death by signal n; empty while it has not exited. */
    synchronized OptionalInt exitCode() {
        if (exitCode.isEmpty() && hasAnswer()) {
            if (handle.isAlive()) { // so that was its predecessor's
                askedAgain = askAgain();
            } else {
                exitCode = OptionalInt.of(answer());
            }
        }
        return exitCode;
    }

    private boolean hasAnswer() {
        return askedAgain == null ? !process.isAlive() : askedAgain.isDone();
    }

    private int answer() {
        var again = askedAgain == null ? null : askedAgain.join();
        return again instanceof Integer code && code >= 0 ? code : process.exitValue(); // below 0: nothing to wait for
    }

    private CompletableFuture<?> askAgain() {
        try {
            var reaps = true;
            return (CompletableFuture<?>) COMPLETION.invoke(null, process.pid(), reaps);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for its exit, but not longer than this. */
    OptionalInt awaitExit(Duration time) throws InterruptedException {
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
            again = askedAgain;
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
}
