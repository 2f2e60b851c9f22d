package streamer.http;

import java.util.concurrent.Executor;
import streamer.format.FormatChoice;
import streamer.http.request.Spool;
import streamer.run.RunSpec;

/**
 * Collaborators that all requests with a run share.
 *
 * @param config how runs are served over HTTP
 * @param spec what each run launches, before the request is added
 * @param formats the formats of its output
 * @param spool temporary files for uploads
 * @param threads the threads of runs and body feeds
 */
record Serving(ServerConfig config, RunSpec spec, FormatChoice formats, Spool spool, Executor threads) {
    /** The 500 line of a run that failed without output. */
    String failureLine() {
        return "The command failed before it wrote anything."
                + (spec.stderr() == RunSpec.Stderr.LOG ? " Its standard error is in the server's log." : "");
    }
}
