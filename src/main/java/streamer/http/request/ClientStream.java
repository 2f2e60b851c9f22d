package streamer.http.request;

import io.undertow.util.AttachmentKey;

/** The HTTP/2 stream of a request as its client has it: to see a reset while nothing is written. */
@FunctionalInterface
public interface ClientStream {
    AttachmentKey<ClientStream> KEY = AttachmentKey.create(ClientStream.class);

    /** Whether the client has reset it, or both sides have ended it. */
    boolean isClosed();
}
