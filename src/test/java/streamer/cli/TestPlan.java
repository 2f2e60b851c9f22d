package streamer.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import streamer.http.ServerConfig;
import streamer.kept.KeptRuns;
import streamer.process.LaunchException;
import streamer.process.RunSpec;
import streamer.run.Runs;

/**
 * What the real options make of flags, for tests of other packages: so that defaults stand once.
 *
 * @param http how runs are put on HTTP
 * @param run what a run executes
 * @param runs all runs; to be closed
 * @param kept those that are kept; to be closed; null if none are
 */
public record TestPlan(
        ServerConfig http, RunSpec run, Runs runs, @Nullable KeptRuns kept) {
    static {
        SystemProperties.set();
    }

    /** The plan of {@code streamer FLAGS -- COMMAND} in this environment. */
    public static TestPlan of(List<String> flags, List<String> command, Map<String, String> environment)
            throws LaunchException, IOException {
        var arguments = new ArrayList<>(flags);
        arguments.add("--");
        arguments.addAll(command);
        var line = ServeCommand.commandLine(environment);
        line.parseArgs(arguments.toArray(String[]::new));
        ServePlan plan = line.<ServeCommand>getCommand().plan();
        var kept = plan.kept(); // first, as it may fail
        return new TestPlan(plan.http(), plan.run(), plan.runs(), kept);
    }
}
