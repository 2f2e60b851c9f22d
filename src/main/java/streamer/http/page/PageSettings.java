package streamer.http.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import streamer.http.request.RequestConfig;
import streamer.http.response.ResponseConfig;
import streamer.process.RunSpec;

/**
 * What the page has to know of this server.
 *
 * @param methods the methods that run the command; GET first, if it is one of them
 * @param uploads how a file is sent: {@code files}, in a form, or {@code raw}; empty for not at all
 * @param keeps whether runs are kept
 * @param hasHeartbeats whether there may be text in a stream that is not the command's
 * @param stderr where the command's standard error goes, as {@code --stderr} has it
 */
public record PageSettings(List<String> methods, String uploads, boolean keeps, boolean hasHeartbeats, String stderr) {
    private static final String GET = "GET";

    /** What a server's configuration says. */
    public static PageSettings of(
            List<String> methods,
            RequestConfig request,
            ResponseConfig response,
            boolean keeps,
            RunSpec.Stderr stderr) {
        var sorted = new ArrayList<>(methods);
        if (sorted.remove(GET)) {
            sorted.add(0, GET);
        }
        var takesBody = sorted.stream().anyMatch(method -> !method.equals(GET));
        return new PageSettings(
                sorted,
                takesBody ? request.uploads().name().toLowerCase(Locale.ROOT) : "",
                keeps,
                !response.flush().heartbeatText().isEmpty(),
                stderr.name().toLowerCase(Locale.ROOT));
    }

    /** Defensive copy. */
    public PageSettings {
        methods = List.copyOf(methods);
    }
}
