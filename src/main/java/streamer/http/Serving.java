package streamer.http;

import java.util.Set;
import java.util.concurrent.Executor;
import streamer.format.FormatChoice;
import streamer.http.request.Spool;
import streamer.metrics.Metrics;
import streamer.output.Ending;
import streamer.process.RunSpec;

/**
 * Collaborators that all requests with a run share.
 *
 * @param config how runs are served over HTTP
 * @param spec what each run launches, before the request is added
 * @param formats the formats of its output
 * @param spool temporary files for uploads
 * @param threads the threads of runs and body feeds
 * @param metrics what is counted
 */
record Serving(
        ServerConfig config, RunSpec spec, FormatChoice formats, Spool spool, Executor threads, Metrics metrics) {
    private static final Set<RunSpec.Stderr> LOGGED = Set.of(RunSpec.Stderr.LOG, RunSpec.Stderr.LINES);

    /** The 500 line of a run that failed without output. */
    String failureLine(Ending how) {
        return failureLine(how, false);
    }

    /** The 500 line of a run that failed, perhaps after output that the client has. */
    String failureLine(Ending how, boolean hasOutput) {
        var what = how instanceof Ending.Exited exited
                ? "The command failed with exit code " + exited.exitCode()
                : "The run was ended (" + how.word() + ")";
        var where = " Its standard error is in the server's log; with --stderr merge it comes here.";
        if (hasOutput) {
            return what + "; all that it wrote has been sent.";
        }
        return what + " before it wrote anything." + (LOGGED.contains(spec.stderr()) ? where : "");
    }
}
