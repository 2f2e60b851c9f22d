package streamer.http.access;

import java.util.Optional;

/**
 * One way for clients to say who they are (RFC 9110, 11).
 *
 * <p>Threads: any.
 */
public interface Credentials {
    /** The scheme's name, as it stands before the credentials. */
    String scheme();

    /**
     * What a client is told that has to say who it is.
     *
     * @param wrong whether it has said so, but not convincingly
     */
    String challenge(boolean wrong);

    /** The client's name, which may be empty; no name if it is not who it says, or has yet to be checked. */
    Optional<String> recall(String credentials);

    /** Whether what cannot be recalled may be right all the same. */
    default boolean needsCheck() {
        return false;
    }

    /** The client's name; no name if it is not who it says. May take a second of work. */
    default Optional<String> check(String credentials) {
        return recall(credentials);
    }
}
