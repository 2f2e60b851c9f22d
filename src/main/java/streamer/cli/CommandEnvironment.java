package streamer.cli;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import streamer.http.request.CgiEnvironment;
import streamer.process.LineBuffering;

/** The command's environment: streamer's own, but for what only streamer or a request means, and what is given. */
final class CommandEnvironment {
    private static final Logger LOG = System.getLogger(CommandEnvironment.class.getName());
    private static final Set<String> TERMINAL_SIZE = Set.of("COLUMNS", "LINES");

    private final Map<String, String> variables;

    /**
     * Streamer's own.
     *
     * @param inherited all of it
     * @param dropped the variables that the command does not get
     */
    CommandEnvironment(Map<String, String> inherited, Set<String> dropped) {
        variables = new HashMap<>(inherited);
        variables.keySet().removeAll(dropped);
        dropRequests();
        variables.putIfAbsent("PYTHONUNBUFFERED", "1"); // else Python block-buffers its output to a pipe
    }

    /** Drops variables that would be taken for a request's; whoever means one hands it on by {@code --env}. */
    private void dropRequests() {
        var forged = variables.keySet().stream()
                .filter(CgiEnvironment::isOfRequests)
                .sorted()
                .toList();
        if (!forged.isEmpty()) {
            variables.keySet().removeAll(forged);
            LOG.log(
                    Level.WARNING,
                    "not handed on to the command, as only requests set them: {0}; --env hands on what is meant",
                    String.join(", ", forged));
        }
    }

    /** As at a terminal that has a size of its own, and no keyboard for a pager. */
    void describeTerminal() {
        variables.keySet().removeIf(name -> name.endsWith("PAGER") || TERMINAL_SIZE.contains(name));
        variables.putAll(Map.of("TERM", "xterm-256color", "PAGER", "cat", "GIT_PAGER", "cat"));
    }

    /**
     * Adds variables, which win over equal names.
     *
     * @param given {@code NAME=VALUE} each
     * @param isUnbuffered whether C's stdio is to write by lines
     */
    void add(List<String> given, boolean isUnbuffered) {
        if (isUnbuffered) {
            LineBuffering.dropFrom(variables);
        }
        for (var variable : given) {
            var equals = variable.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--env: '" + variable + "' is not like NAME=VALUE");
            }
            variables.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        if (isUnbuffered) {
            unbuffer();
        }
    }

    private void unbuffer() {
        try {
            LineBuffering.addTo(variables);
        } catch (IOException e) {
            throw new UsageException("--unbuffer: " + e.getMessage());
        }
    }

    /** Where the command is searched for; null if that is not set. */
    @Nullable
    String searchPath() {
        return variables.get("PATH");
    }

    Map<String, String> variables() {
        return variables;
    }
}
