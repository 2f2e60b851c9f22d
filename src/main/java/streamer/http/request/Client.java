package streamer.http.request;

import io.undertow.util.AttachmentKey;

/**
 * An authenticated client.
 *
 * @param scheme its authentication scheme, as in {@code AUTH_TYPE} (RFC 3875, 4.1.1)
 * @param name its name; empty if it has none
 */
public record Client(String scheme, String name) {
    /** The key under which it is attached to a request. */
    public static final AttachmentKey<Client> KEY = AttachmentKey.create(Client.class);
}
