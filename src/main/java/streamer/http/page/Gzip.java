package streamer.http.page;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** The content coding {@code gzip} (RFC 9110, 8.4.1.3), for what is small and the same for many. */
final class Gzip {
    private static final Pattern TAKEN = Pattern.compile("\\bgzip\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))");

    private Gzip() {}

    /** Whether the client takes it; the response says whether it is used, and that it depends on the client. */
    static boolean negotiate(HttpServerExchange exchange) {
        var codings = exchange.getRequestHeaders().get(Headers.ACCEPT_ENCODING);
        var isTaken = codings != null
                && codings.stream().anyMatch(list -> TAKEN.matcher(list).find());
        exchange.getResponseHeaders().add(Headers.VARY, Headers.ACCEPT_ENCODING_STRING);
        if (isTaken) {
            exchange.getResponseHeaders().put(Headers.CONTENT_ENCODING, "gzip");
        }
        return isTaken;
    }

    /** Bytes in this coding. */
    static byte[] encode(byte[] bytes) {
        var encoded = new ByteArrayOutputStream();
        try (var zip = new Best(encoded)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return encoded.toByteArray();
    }

    private static final class Best extends GZIPOutputStream {
        private Best(OutputStream to) throws IOException {
            super(to);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
