package streamer.http.page;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.ETag;
import io.undertow.util.ETagUtils;
import io.undertow.util.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import streamer.http.access.MethodRule;
import streamer.http.request.RequestPath;
import streamer.http.response.Answer;

/**
 * The files of the page, from the jar, below {@link #PATH}: checked at each use ({@code no-cache}), by strong ETags
 * (RFC 9110, 8.8.3), so that a new version of the server has its own page at once.
 */
public final class PageFiles implements HttpHandler {
    /** Where they are. */
    public static final String PATH = "/-/page/";

    private static final Map<String, String> TYPES =
            Map.of(".js", "text/javascript; charset=utf-8", ".css", "text/css; charset=utf-8", ".svg", "image/svg+xml");
    private static final List<String> NAMES =
            List.of("page.js", "runs.js", "page.css", "idle.svg", "run.svg", "ok.svg", "bad.svg");

    private static final String ZIPPED = "gzip ";
    private static final int TAG_BYTES = 16;

    private final Map<String, File> files = new ConcurrentHashMap<>();

    private static final class File {
        private final String type;
        private final byte[] bytes;
        private final String tag;

        private File(String type, byte[] bytes) {
            this.type = type;
            this.bytes = bytes;
            tag = digest(bytes);
        }

        private static String digest(byte[] bytes) {
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, TAG_BYTES);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e); // each Java has it
            }
        }
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        var name = RequestPath.of(exchange).substring(PATH.length());
        if (!NAMES.contains(name)) {
            Answer.line(exchange, 404, "The page has no such file.");
        } else if (MethodRule.allows(exchange, MethodRule.READING)) {
            var key = (Gzip.negotiate(exchange) ? ZIPPED : "") + name;
            send(exchange, files.computeIfAbsent(key, PageFiles::file));
        }
    }

    private static void send(HttpServerExchange exchange, File file) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CACHE_CONTROL, "no-cache");
        headers.put(Headers.ETAG, '"' + file.tag + '"');
        if (ETagUtils.handleIfNoneMatch(exchange, new ETag(false, file.tag), false)) {
            Answer.file(exchange, file.type, file.bytes);
        } else {
            Answer.empty(exchange, 304);
        }
    }

    /** A file by its name, with the prefix {@link #ZIPPED} if it is to be compressed. */
    private static File file(String key) {
        var isZipped = key.startsWith(ZIPPED);
        var name = isZipped ? key.substring(ZIPPED.length()) : key;
        var bytes = PageSource.sent(name).getBytes(StandardCharsets.UTF_8);
        var type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.')), "application/octet-stream");
        return new File(type, isZipped ? Gzip.encode(bytes) : bytes);
    }
}
