package streamer.redis;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import streamer.redis.RedisConfig.Verify;

/** Makes connections to a Redis server, and looks whether it is one that can be used. */
final class Connector {
    private static final Logger LOG = System.getLogger(Connector.class.getName());
    private static final int CONNECT_MILLIS = 2_000;
    private static final int REPLY_MILLIS = 3_000;

    /** Blocked commands wait for at most a second. */
    static final String BLOCK_MILLIS = "1000";

    /** 6.2: {@code MINID}, and ranges that leave out their first entry. */
    private static final Pattern OLD = Pattern.compile("[0-5]\\..*|6\\.[01]\\..*");

    /** What Redis needs besides, in bytes: its own memory, and buffers of clients. */
    private static final long RESERVE_BYTES = 16L << 20;

    private static final double MEGABYTE = 1 << 20;

    private final RedisUrl url;
    private final Verify verify;
    private volatile boolean isUserLeftOut;

    Connector(RedisConfig config) {
        url = config.url();
        verify = config.verify();
    }

    /**
     * A new connection.
     *
     * @throws JedisException if there is none to be had
     */
    Connection connect() {
        try {
            return connectAs(isUserLeftOut ? null : url.user());
        } catch (JedisAccessControlException e) {
            if (url.user() == null || isUserLeftOut) {
                throw e;
            }
            var made = connectAs(null); // some platforms give a name that their server does not know
            isUserLeftOut = true;
            return made;
        }
    }

    private Connection connectAs(@Nullable String user) {
        var connection = new Connection(new HostAndPort(url.host(), url.port()), config(user));
        try {
            connection.connect();
            return connection;
        } catch (JedisException e) {
            close(connection);
            throw e;
        }
    }

    private JedisClientConfig config(@Nullable String user) {
        var config = DefaultJedisClientConfig.builder()
                .protocol(RedisProtocol.RESP2)
                .autoNegotiateProtocol(false)
                .connectionTimeoutMillis(CONNECT_MILLIS)
                .socketTimeoutMillis(REPLY_MILLIS)
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .database(url.database());
        if (url.password() != null) {
            config.user(user).password(url.password());
        }
        if (url.isTls()) {
            config.sslOptions(SslOptions.builder().sslVerifyMode(mode(verify)).build());
        }
        return config.build();
    }

    private static SslVerifyMode mode(Verify verify) {
        return switch (verify) {
            case FULL -> SslVerifyMode.FULL;
            case CA -> SslVerifyMode.CA;
            case NONE -> SslVerifyMode.INSECURE;
        };
    }

    /**
     * The first connection, to a server that was found to be one that can be used; warns where it may forget runs.
     *
     * @param keptBytes what is kept of all runs
     * @throws IOException if there is none; the message is a line that says why
     */
    Connection first(long keptBytes) throws IOException {
        Connection made;
        try {
            made = connect();
        } catch (JedisException e) {
            throw new IOException("--store: cannot use " + this + ": " + line(e), e);
        }
        try {
            check(info(made), keptBytes);
            return made;
        } catch (JedisException e) {
            close(made);
            throw new IOException("--store: cannot use " + this + ": " + line(e), e);
        } catch (IOException e) {
            close(made);
            throw e;
        }
    }

    private Map<String, String> info(Connection connection) {
        var info = new HashMap<String, String>();
        try {
            Replies.text(connection.executeCommand(Command.of(Protocol.Command.INFO)))
                    .lines()
                    .filter(line -> line.contains(":"))
                    .forEach(line -> info.put(line.replaceFirst(":.*", ""), line.replaceFirst("[^:]*:", "")));
        } catch (JedisDataException e) {
            LOG.log(Level.WARNING, "--store: {0} does not say what it is: {1}", this, e.getMessage());
        }
        return info;
    }

    private void check(Map<String, String> info, long keptBytes) throws IOException {
        var version = info.getOrDefault("redis_version", "");
        if (OLD.matcher(version).matches()) {
            throw new IOException("--store: " + this + " is Redis " + version + ", and 6.2 is needed");
        }
        if ("cluster".equals(info.get("redis_mode"))) {
            throw new IOException("--store: " + this + " is a Redis Cluster, and one server is needed");
        }
        if ("slave".equals(info.get("role"))) {
            throw new IOException("--store: " + this + " is a replica, which takes nothing; its master is needed");
        }
        var policy = info.getOrDefault("maxmemory_policy", "noeviction");
        if (!policy.equals("noeviction")) {
            LOG.log(
                    Level.WARNING,
                    "--store: {0} may evict runs that are kept: its maxmemory-policy is {1}, not noeviction",
                    this,
                    policy);
        }
        var most = Long.parseLong(info.getOrDefault("maxmemory", "0"));
        if (most > 0 && keptBytes + RESERVE_BYTES > most) {
            LOG.log(
                    Level.WARNING,
                    "--store: {0} may hold {1} MB, which is not enough for --keep-total ({2} MB) and {3} MB besides",
                    this,
                    megabytes(most),
                    megabytes(keptBytes),
                    megabytes(RESERVE_BYTES));
        }
    }

    private static String megabytes(long bytes) {
        return Long.toString(Math.round(bytes / MEGABYTE));
    }

    /** Why there is no connection, in a few words. */
    static String line(JedisException failure) {
        Throwable cause = failure;
        var isOfTls = false;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
            isOfTls |= cause instanceof SSLException;
        }
        for (var suppressed : cause.getSuppressed()) {
            cause = suppressed;
        }
        if (cause instanceof ConnectException) {
            return "connection refused";
        }
        if (cause instanceof UnknownHostException) {
            return "unknown host";
        }
        if (cause instanceof SocketTimeoutException) {
            return "no answer";
        }
        var message = String.valueOf(cause.getMessage());
        if (message.startsWith("NOAUTH")) {
            return "it asks for a password";
        }
        return isOfTls
                ? message + " (see --store-verify)"
                : message.lines().findFirst().orElse("").replaceFirst("^(WRONGPASS|NOAUTH|ERR) ", "");
    }

    /** Closes a connection, whatever state it is in. */
    static void close(Connection connection) {
        try {
            connection.forceDisconnect();
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "cannot close a connection: {0}", e.toString());
        }
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
