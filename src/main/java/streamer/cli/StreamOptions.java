package streamer.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import streamer.http.response.FlushPolicy;
import streamer.http.response.ResponseConfig;

/** The flags of the stream: flushing, heartbeats, and how it ends. */
final class StreamOptions {
    private static final String PLAIN_TEXT = "text/plain";

    @Option(
            names = "--flush-bytes",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "Flush as soon as this many bytes wait, at most 64k. Default: 1, always at once.")
    private long flushBytes = 1;

    @Option(
            names = "--flush-after",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "However few bytes wait, flush after this time. 0: wait for the threshold, a heartbeat"
                    + " or the end. Default: 1s.")
    private Duration flushAfter = Duration.ofSeconds(1);

    @Option(
            names = "--heartbeat",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Send a heartbeat after this much silence: event streams always, plain ones with"
                    + " --heartbeat-text. Default: 15s.")
    private Duration heartbeat = Duration.ofSeconds(15);

    @Option(
            names = "--heartbeat-text",
            paramLabel = "TEXT",
            converter = HeartbeatTextConverter.class,
            description = "What a silent plain stream sends, like \\n or . (escapes: \\n \\t \\\\). Default: nothing.")
    private String heartbeatText = "";

    @Option(
            names = "--content-type",
            paramLabel = "TYPE",
            converter = HeaderConverter.class,
            description = "Type of the plain stream. Default: text/plain; charset=utf-8.")
    private String contentType = "text/plain; charset=utf-8";

    @Option(
            names = "--page",
            paramLabel = "on|off",
            description = "Show a browser a page instead of the plain stream. Default: on, where the stream is plain"
                    + " text.")
    private @Nullable Page page;

    @Option(
            names = "--status-wait",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "How long a run may stay silent before its 200 is sent; one that fails silently within it"
                    + " is a 500. Default: 1s.")
    private Duration statusWait = Duration.ofSeconds(1);

    @Option(
            names = "--on-failure",
            paramLabel = "abort|end",
            description = "Break a plain stream off when the command fails, or end it cleanly. Default: abort.")
    private ResponseConfig.OnFailure onFailure = ResponseConfig.OnFailure.ABORT;

    @Option(
            names = "--write-timeout",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Stop a run whose client takes nothing of its output for this long. Default: none.")
    private @Nullable Duration writeTimeout;

    /**
     * The value of these flags.
     *
     * @throws UsageException if one is out of range
     */
    ResponseConfig toStream() {
        if (flushBytes < 1 || flushBytes > FlushPolicy.MAX_FLUSH_BYTES) {
            throw new UsageException("--flush-bytes: must be from 1 to 64k");
        }
        TimeConverter.positive("--heartbeat", heartbeat);
        var flush = new FlushPolicy((int) flushBytes, flushAfter, heartbeat, heartbeatText);
        TimeConverter.positive("--write-timeout", writeTimeout);
        var isText = contentType.regionMatches(true, 0, PLAIN_TEXT, 0, PLAIN_TEXT.length());
        var hasPage = page == null ? isText : page == Page.ON;
        return new ResponseConfig(contentType, flush, statusWait, onFailure, hasPage, writeTimeout);
    }

    /** Whether there is a page. */
    enum Page {
        ON,
        OFF
    }

    /** A header value: printable ASCII. */
    static final class HeaderConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (text.isBlank() || !text.chars().allMatch(c -> c >= ' ' && c < 127)) {
                throw new TypeConversionException("'" + text + "' cannot stand in a header");
            }
            return text;
        }
    }
}
