package streamer.http.request;

import io.undertow.util.AttachmentKey;

/**
 * Who a client is, once it has shown credentials.
 *
 * @param scheme how it said so, as {@code AUTH_TYPE} (RFC 3875, 4.1.1) has it
 * @param name its name; empty if it has none
 */
public record Client(String scheme, String name) {
    /** Where a request keeps it. */
    public static final AttachmentKey<Client> KEY = AttachmentKey.create(Client.class);
}
