package streamer.http.page;

import java.util.List;

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
    /** Defensive copy. */
    public PageSettings {
        methods = List.copyOf(methods);
    }
}
