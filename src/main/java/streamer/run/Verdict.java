package streamer.run;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.process.LaunchException;

/**
 * Decides the ending of a run, once: by the first reason for which it was stopped, else by its command's exit.
 *
 * <p>Threads: any. The lock guards the fields; nothing is called under it.
 */
final class Verdict {
    private final ShutdownSignal signal;
    private @Nullable Reason reason;
    private @Nullable Ending ending;
    private boolean launchBegun;
    private boolean launchOver;

    Verdict(ShutdownSignal signal) {
        this.signal = signal;
    }

    /**
     * Begins the launch: from now on a stop has to wait for its outcome.
     *
     * @throws LaunchException if the run has been stopped
     */
    synchronized void beginLaunch() throws LaunchException {
        launchBegun = true;
        if (reason != null) {
            throw new LaunchException(LaunchException.Kind.STOPPED, "stopped before it began: " + reason.word());
        }
    }

    /** Ends the launch. */
    synchronized void endLaunch() {
        launchOver = true;
    }

    /** Whether the run has been stopped during its launch, whose outcome has to be waited for. */
    synchronized boolean awaitsLaunch() {
        return reason != null && launchBegun && !launchOver;
    }

    /** Ends the run: the command could not be launched. */
    synchronized void failLaunch() {
        ending = new Ending.Failed();
    }

    /** Stops the run for this reason; false if it has ended or been stopped already. */
    synchronized boolean stop(Reason why) {
        if (ending != null || reason != null) {
            return false;
        }
        reason = why;
        if (!launchBegun) {
            ending = new Ending.Stopped(why, OptionalInt.empty());
        }
        return true;
    }

    /** Whether the run goes on: it has not been stopped, and has not ended. */
    synchronized boolean isOpen() {
        return reason == null && ending == null;
    }

    synchronized boolean isStopped() {
        return reason != null;
    }

    /**
     * Decides at the command's exit; waits a moment for a signal that may have been the cause.
     *
     * @param code its exit code; empty if unknown
     */
    Ending exited(OptionalInt code) {
        var bySignal = code.isPresent() && !isStopped() && signal.isCauseOf(code.getAsInt());
        synchronized (this) {
            if (bySignal && reason == null) {
                reason = Reason.SHUTDOWN;
            }
            return decide(code);
        }
    }

    /** Decides now, if the ending is not decided. */
    synchronized Ending decide(OptionalInt code) {
        if (ending == null) {
            ending = reason == null && code.isPresent()
                    ? new Ending.Exited(code.getAsInt())
                    : new Ending.Stopped(reason == null ? Reason.SHUTDOWN : reason, code);
        }
        return ending;
    }

    /** The ending; null while it is not decided. */
    synchronized @Nullable Ending ending() {
        return ending;
    }
}
