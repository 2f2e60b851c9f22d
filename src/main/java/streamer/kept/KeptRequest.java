package streamer.kept;

/**
 * What a kept run was asked for.
 *
 * @param method the request's method
 * @param path its path
 * @param key a digest of its {@code Idempotency-Key} and of who has sent it; empty if it has none
 * @param digest a digest of method, path and query, and of who has sent them
 */
public record KeptRequest(String method, String path, String key, String digest) {
    /** The same, of which no other request can be the repetition. */
    KeptRequest withoutKey() {
        return new KeptRequest(method, path, "", digest);
    }
}
