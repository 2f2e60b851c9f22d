package streamer.format;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Content negotiation (RFC 9110, 12.5.1): chooses the format by the request's {@code Accept}.
 *
 * <p>Threads: any.
 */
public final class FormatChoice {
    private static final Pattern WEIGHT = Pattern.compile("q=([01](?:\\.\\d{0,3})?)");

    private final String plainType;
    private final String heartbeatText;

    /**
     * A choice between plain output and events.
     *
     * @param plainType the media type of plain output
     * @param heartbeatText the heartbeat of a plain stream; empty for none
     */
    public FormatChoice(String plainType, String heartbeatText) {
        this.plainType = plainType;
        this.heartbeatText = heartbeatText;
    }

    /**
     * A new format, for the output of one run.
     *
     * @param accept the values of the request's {@code Accept} headers
     * @param run the run's id
     * @param start where in the output it begins
     */
    public Format format(List<String> accept, String run, Start start) {
        return wantsEvents(accept) ? new ServerSentEvents(run, start) : new PlainText(plainType, heartbeatText);
    }

    /** The media type of the format that would be chosen. */
    public String contentType(List<String> accept) {
        return wantsEvents(accept) ? ServerSentEvents.CONTENT_TYPE : plainType;
    }

    /** Whether a page would be taken rather than plain output: it must be named, with a higher weight. */
    public boolean prefersPage(List<String> accept) {
        var ranges = ranges(accept);
        return weight(ranges, "text/html") > plainWeight(ranges);
    }

    /**
     * Whether events are chosen: they must be named, with a weight (RFC 9110, 12.4.2) that is not lower than that of
     * plain output.
     */
    public boolean wantsEvents(List<String> accept) {
        var ranges = ranges(accept);
        var events = weight(ranges, ServerSentEvents.CONTENT_TYPE);
        return events > 0 && events >= plainWeight(ranges);
    }

    private static List<String> ranges(List<String> accept) {
        return accept.stream()
                .flatMap(header -> List.of(header.split(",")).stream())
                .map(FormatChoice::folded)
                .toList();
    }

    /** The weight of the most specific media range that matches plain output; 0 if none does. */
    private double plainWeight(List<String> ranges) {
        var type = folded(plainType).split(";", 2)[0];
        for (var range : List.of(type, type.split("/", 2)[0] + "/*", "*/*")) {
            var weight = weight(ranges, range);
            if (weight >= 0) {
                return weight;
            }
        }
        return 0;
    }

    /** The weight of this media range, 0 to 1; -1 if it is not in the header. */
    private static double weight(List<String> ranges, String wanted) {
        var weight = -1.0;
        for (var range : ranges) {
            var parts = range.split(";");
            if (parts.length > 0 && parts[0].equals(wanted)) {
                weight = Math.max(weight, weight(parts));
            }
        }
        return weight;
    }

    private static double weight(String[] parts) {
        for (var i = 1; i < parts.length; i++) {
            var matcher = WEIGHT.matcher(parts[i]);
            if (matcher.matches()) {
                return Double.parseDouble(matcher.group(1));
            }
        }
        return 1;
    }

    private static String folded(String text) {
        return text.toLowerCase(Locale.ROOT).replace(" ", "").replace("\t", "");
    }
}
