/**
 * HTTP/2 (RFC 9113) around Undertow's: {@link streamer.http.http2.Http2Listener} opens connections whose frames pass
 * through a {@code FrameSource} and a {@code FrameSink}. They keep the {@code Streams} as the client sees them, and
 * give Undertow only what it gets right.
 */
@NullMarked
package streamer.http.http2;

import org.jspecify.annotations.NullMarked;
