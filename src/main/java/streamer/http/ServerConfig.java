package streamer.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How runs are put on HTTP.
 *
 * @param listen where the server listens
 * @param access who gets to the command
 * @param paths the request paths that run the command
 * @param methods the request methods that run it
 * @param stream how its output is streamed
 * @param body what becomes of a request's body
 */
public record ServerConfig(
        Listen listen, Access access, List<PathPattern> paths, List<String> methods, Stream stream, Body body) {

    /** Copies what could change. */
    public ServerConfig {
        paths = List.copyOf(paths);
        methods = List.copyOf(methods);
    }

    /** Whether clients must say who they are. */
    public boolean asksWho() {
        return access.token() != null
                || access.tokenFile() != null
                || access.passwordFile() != null
                || (listen.tls() != null && listen.tls().clientAuthority() != null);
    }

    /**
     * The listening socket.
     *
     * @param host the address to bind
     * @param port the port to bind; 0 for any free one
     * @param maxConnections how many connections may be open at one time; more wait to be accepted
     * @param tls what HTTPS is spoken with; null for plain HTTP
     */
    public record Listen(
            String host,
            int port,
            int maxConnections,
            @Nullable Tls tls) {}

    /**
     * TLS, by files in PEM.
     *
     * @param certificate the server's certificate and those that lead to its authority
     * @param key the certificate's private key
     * @param clientAuthority the certificates of those who vouch for clients; null if clients need none
     */
    public record Tls(Path certificate, Path key, @Nullable Path clientAuthority) {}

    /**
     * Who gets to the command.
     *
     * @param hosts more names for connections on loopback, as {@link Authority} writes them
     * @param origins the origins whose pages may run the command
     * @param proxies whose word is taken for who the client is
     * @param token what clients must present; null for none
     * @param tokenFile the file that holds such a token; null for none
     * @param passwordFile the file that holds names and passwords, one of which clients must present; null for none
     */
    public record Access(
            Set<String> hosts,
            List<Origin> origins,
            List<Cidr> proxies,
            @Nullable String token,
            @Nullable Path tokenFile,
            @Nullable Path passwordFile) {

        private static final Pattern VISIBLE = Pattern.compile("[!-~]+");

        /** Copies what could change. */
        public Access {
            hosts = Set.copyOf(hosts);
            origins = List.copyOf(origins);
            proxies = List.copyOf(proxies);
        }

        /** Whether this can be a token: it must fit into a header. */
        public static boolean isToken(String text) {
            return VISIBLE.matcher(text).matches();
        }

        /** Without the token: values get printed. */
        @Override
        public String toString() {
            return "Access[" + hosts + origins + proxies + (token == null ? "" : "token") + tokenFile + passwordFile
                    + "]";
        }
    }

    /**
     * The response.
     *
     * @param contentType the type of a plain stream
     * @param flush when bytes leave
     * @param statusWait how long a plain stream may stay silent before its 200 is sent
     * @param onFailure how a plain stream ends whose command failed
     * @param writeTimeout a client that takes no byte for this long of what it is sent is given up; null for none
     */
    public record Stream(
            String contentType,
            FlushPolicy flush,
            Duration statusWait,
            OnFailure onFailure,
            @Nullable Duration writeTimeout) {}

    /** The end of a plain stream whose command failed: broken off, or clean with the truth in the trailers. */
    public enum OnFailure {
        ABORT,
        END
    }

    /**
     * The request's body.
     *
     * @param maxBytes a larger one is refused
     * @param maxSpoolBytes what the files of all uploads may hold at one time
     * @param uploads how a form with files is handed on
     * @param pace how fast it must come
     * @param stalledAfter a response that takes no byte for this long while its request's body still comes is broken off
     */
    public record Body(long maxBytes, long maxSpoolBytes, Uploads uploads, Pace pace, Duration stalledAfter) {}

    /**
     * How fast a body must come, by the time that was spent waiting for it.
     *
     * @param grace so much waiting is free
     * @param bytesPerSecond what must come for each second beyond; 0 for no such limit
     */
    public record Pace(Duration grace, long bytesPerSecond) {
        /** For how long a body may have been waited for, in nanoseconds, that has brought so many bytes. */
        long allowedNanos(long bytes) {
            return bytesPerSecond == 0 ? Long.MAX_VALUE : (long) (grace.toNanos() + 1e9 * bytes / bytesPerSecond);
        }
    }

    /** A form with files: its files are kept first and handed on by name, or it is handed on as it is. */
    public enum Uploads {
        FILES,
        RAW
    }
}
