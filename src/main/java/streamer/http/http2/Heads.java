package streamer.http.http2;

import io.undertow.protocols.http2.Http2Channel;
import io.undertow.server.Connectors;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;

/** Heads of requests: RFC 9113, 8.2.1 and 8.3.1, as far as Undertow does not hold them. */
final class Heads {
    private Heads() {}

    /**
     * Whether a head is malformed; else it has {@code :authority}, if only {@code host} was sent.
     *
     * <p>To be asked before Undertow makes {@code :authority} the host, and ends the whole connection for what is wrong
     * with one stream.
     */
    static boolean isMalformed(HeaderMap head) {
        if (head.count(Http2Channel.AUTHORITY) == 0 && head.count(Headers.HOST) == 1) {
            head.put(Http2Channel.AUTHORITY, head.getFirst(Headers.HOST));
        }
        var path = head.getFirst(Http2Channel.PATH);
        return head.count(Http2Channel.AUTHORITY) > 1
                || !hostIsAuthority(head)
                || (path != null && path.isEmpty())
                || !Connectors.areRequestHeadersValid(head)
                || !haveSoundFields(head);
    }

    private static boolean hostIsAuthority(HeaderMap head) {
        var host = head.getFirst(Headers.HOST);
        return host == null
                || (head.count(Headers.HOST) == 1 && host.equalsIgnoreCase(head.getFirst(Http2Channel.AUTHORITY)));
    }

    private static boolean haveSoundFields(HeaderMap head) {
        for (var values : head) {
            if (values.getHeaderName().toString().lastIndexOf(':') > 0) {
                return false;
            }
            for (var value : values) {
                if (!value.isEmpty() && (isBlank(value.charAt(0)) || isBlank(value.charAt(value.length() - 1)))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
