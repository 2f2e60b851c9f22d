package streamer.kept;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import streamer.output.Chunk;
import streamer.output.Ending.Reason;
import streamer.run.Run;

/**
 * A kept run's one reader: copies its output to its log.
 *
 * <p>Threads: the run's own.
 */
public final class Recorder {
    private static final Logger LOG = System.getLogger(Recorder.class.getName());

    private final Run run;
    private final OutputLog log;
    private boolean isBroken;

    /** A recorder. */
    public Recorder(Run run, OutputLog log) {
        this.run = run;
        this.log = log;
    }

    /**
     * Copies the launched run's output to its end; waits for the run.
     *
     * @throws IOException when the output cannot be read
     */
    public void record() throws IOException {
        var output = run.output();
        for (var chunk = output.next(); chunk != null; chunk = output.next()) {
            append(chunk);
        }
    }

    /** Where it cannot be kept it is read on: a full pipe must not block a command that is being stopped. */
    private void append(Chunk chunk) {
        if (isBroken) {
            return;
        }
        try {
            log.append(chunk.bytes());
        } catch (IOException e) {
            isBroken = true;
            LOG.log(Level.WARNING, "run {0}: stopped, as its output cannot be kept: {1}", run.id(), e.getMessage());
            run.stop(e instanceof StoreFullException ? Reason.STORE_FULL : Reason.ERROR);
        }
    }
}
