package streamer.http;

/**
 * Log entry of a run's launch.
 *
 * @param run its id
 * @param client the address of the client that has asked for it
 * @param method the request's method
 * @param path its path, as it was sent
 */
public record LaunchLine(String run, String client, String method, String path) {
    /** The logger of these entries, which is off unless they are wanted. */
    public static final String LOGGER = "streamer.launch";

    @Override
    public String toString() {
        return "run " + run + ": launched for " + client + " " + method + " " + path;
    }
}
