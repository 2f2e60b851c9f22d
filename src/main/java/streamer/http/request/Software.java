package streamer.http.request;

/** The server's name and version. */
public final class Software {
    /** The value of {@code SERVER_SOFTWARE} (RFC 3875, 4.1.17). */
    public static final String NAME_AND_VERSION = "streamer/" + version();

    private Software() {}

    private static String version() {
        var version = Software.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
