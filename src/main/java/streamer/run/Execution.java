package streamer.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import streamer.output.Ending.Reason;
import streamer.process.Child;
import streamer.time.Stopwatch;

/**
 * A launched command: its process, its output and its timeouts.
 *
 * <p>Threads: one reads the output; the pulse checks the timeouts.
 *
 * @param child its process
 * @param output its output
 * @param lingering closes the output if other processes hold it after the child's exit
 * @param limits its timeouts
 * @param silence has held output looked for
 */
record Execution(Child child, PipeOutput output, Lingering lingering, TimeLimits limits, Silence silence) {
    private static final Duration EXIT_POLL = Duration.ofMillis(100);
    private static final long SOON_NANOS = Duration.ofMillis(50).toNanos();

    /** Waits for the child's exit, or until the ending is decided without it. */
    OptionalInt awaitExit(BooleanSupplier isDecided) {
        var code = OptionalInt.empty();
        while (code.isEmpty() && !isDecided.getAsBoolean()) {
            try {
                code = child.awaitExit(EXIT_POLL);
            } catch (InterruptedException e) {
                // Nobody interrupts a run; the child would have to be waited for all the same.
            }
        }
        lingering.exited(code);
        return code;
    }

    /**
     * Enforces its timeouts.
     *
     * @param stop stops the run for a reason
     */
    void enforce(long now, Consumer<Reason> stop) {
        var overdue = limits.overdue(now);
        if (overdue != null) {
            stop.accept(overdue);
        }
        lingering.enforce(now);
        silence.enforce(now);
    }

    /** Closes our ends of the command's pipes; for the thread that reads. */
    void close() {
        try (output) {
            child.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // close(2) of a pipe does not fail
        }
    }

    /** Nanoseconds until something may be due; at least 50 ms, so that checking stays cheap. */
    long left(long now, boolean isOpen) {
        var left =
                Math.min(isOpen ? Math.min(limits.left(now), silence.left(now)) : Stopwatch.NEVER, lingering.left(now));
        return left == Stopwatch.NEVER ? left : Math.max(SOON_NANOS, left);
    }
}
