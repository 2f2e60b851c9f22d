package streamer.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a Redis server is: {@code redis[s]://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE][?prefix=NAME]}.
 *
 * @param isTls whether the connection is encrypted
 * @param host its host
 * @param port its port
 * @param user the user's name; null for the default one
 * @param password the password; null if none is asked for
 * @param database the number of the database
 * @param prefix how all keys begin
 */
public record RedisUrl(
        boolean isTls,
        String host,
        int port,
        @Nullable String user,
        @Nullable String password,
        int database,
        String prefix) {
    private static final int PORT = 6379;
    private static final String PREFIX = "streamer";
    private static final Pattern SERVER =
            Pattern.compile("(?:([^@]*)@)?([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::(\\d{1,5}))?");
    private static final Pattern DATABASE = Pattern.compile("/?|/(\\d{1,5})");
    private static final Pattern QUERY = Pattern.compile("prefix=([A-Za-z0-9._:-]{1,64})");

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException if it is none; the message is a line that says why, without the password
     */
    public static RedisUrl parse(String text) {
        var uri = uri(text);
        var scheme = String.valueOf(uri.getScheme());
        if (!scheme.equals("redis") && !scheme.equals("rediss")) {
            throw new IllegalArgumentException("begins with redis:// or rediss://");
        }
        var server = SERVER.matcher(String.valueOf(uri.getRawAuthority())); // URI knows no names like my_redis
        if (!server.matches()) {
            throw new IllegalArgumentException("has no host, or no port that is one");
        }
        var database = DATABASE.matcher(uri.getRawPath());
        if (!database.matches()) {
            throw new IllegalArgumentException("after the host comes the number of a database, or nothing");
        }
        return new RedisUrl(
                scheme.equals("rediss"),
                server.group(2),
                server.group(3) == null ? PORT : Integer.parseInt(server.group(3)),
                user(server.group(1)),
                password(server.group(1)),
                database.group(1) == null ? 0 : Integer.parseInt(database.group(1)),
                prefix(uri.getRawQuery()));
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) { // whose message would have the password
            throw new IllegalArgumentException(
                    "is one like redis://:PASSWORD@HOST:PORT; special characters are written like %2F");
        }
    }

    private static @Nullable String user(@Nullable String info) {
        var name = info == null ? "" : info.replaceFirst(":.*", "");
        return name.isEmpty() ? null : decode(name);
    }

    private static @Nullable String password(@Nullable String info) {
        return info == null || !info.contains(":") ? null : decode(info.substring(info.indexOf(':') + 1));
    }

    private static String prefix(@Nullable String query) {
        if (query == null) {
            return PREFIX;
        }
        var prefix = QUERY.matcher(query);
        if (!prefix.matches()) {
            throw new IllegalArgumentException("its query is prefix=NAME, of letters, digits and ._:-");
        }
        return prefix.group(1);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The server, without a password. */
    @Override
    public String toString() {
        return (isTls ? "rediss://" : "redis://") + host + ":" + port + (database == 0 ? "" : "/" + database);
    }
}
