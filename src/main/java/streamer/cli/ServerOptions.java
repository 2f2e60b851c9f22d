package streamer.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import streamer.http.ServerConfig;
import streamer.http.access.AccessConfig;
import streamer.http.listener.ListenerConfig;
import streamer.http.listener.TlsFiles;
import streamer.http.request.PathPattern;
import streamer.http.request.RequestConfig;
import streamer.http.response.ResponseConfig;

/** The flags of the server: where it listens, which requests run the command, and what their bodies may be. */
final class ServerOptions {
    /** IANA's registry of methods (RFC 9110, 16.1), without those that never run the command. */
    private static final Set<String> METHODS = Set.of(
            ("ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY DELETE GET LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR"
                            + " MKCOL MKREDIRECTREF MKWORKSPACE MOVE ORDERPATCH PATCH POST PROPFIND PROPPATCH PUT"
                            + " QUERY REBIND REPORT SEARCH UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF"
                            + " VERSION-CONTROL")
                    .split(" "));

    private static final List<String> NEVER_RUN = List.of("HEAD", "OPTIONS", "TRACE", "CONNECT");
    private static final Duration STALLED_AFTER = Duration.ofSeconds(60);
    private static final Duration BODY_GRACE = Duration.ofSeconds(60);
    private static final int MIN_CONNECTIONS = 2; // one for each I/O thread: XNIO splits the limit
    private static final int MAX_PORT = 65_535;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "N",
            description = "Port to listen on, 0 for any free one. Default: $PORT, else 8080.")
    private int port = 8080;

    @Option(
            names = "--host",
            paramLabel = "ADDR",
            description = "Address to listen on. Default: 127.0.0.1, or 0.0.0.0 for the port that PORT names in the"
                    + " environment.")
    private @Nullable String host;

    @Option(
            names = "--path",
            paramLabel = "PATTERN",
            converter = PathConverter.class,
            description = "Request path that runs the command: an exact one, or /jobs/* for /jobs and all below it."
                    + " May be given again. Default: /.")
    private List<PathPattern> paths = new ArrayList<>();

    @Option(
            names = "--methods",
            paramLabel = "LIST",
            converter = MethodsConverter.class,
            description = "Methods that run the command. Default: GET,POST,PUT,PATCH,DELETE.")
    private Methods methods = new Methods(List.of("GET", "POST", "PUT", "PATCH", "DELETE"));

    @Option(
            names = "--max-body",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "A larger request body is refused. Default: 1g.")
    private long maxBody = 1L << 30;

    @Option(
            names = "--max-spool",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "What the files of all uploads together may hold. Default: 2g.")
    private long maxSpool = 2L << 30;

    @Option(
            names = "--uploads",
            paramLabel = "files|raw",
            description = "Hand a form's files on as files, or its body as it is. Default: files.")
    private RequestConfig.UploadMode uploads = RequestConfig.UploadMode.FILES;

    @Option(
            names = "--min-body-rate",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "A request's body that brings less a second, beyond a minute of waiting for it, is refused."
                    + " 0: no limit. Default: 16.")
    private long minBodyRate = 16;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            description = "Connections at one time; more wait. Default: 4096, less where few open files are allowed.")
    private int maxConnections = SystemLimits.defaultConnections();

    /**
     * The value of these flags.
     *
     * @param platformPort the port on which a platform's router connects from elsewhere
     * @throws UsageException if a flag's value is out of range
     */
    ServerConfig toConfig(
            OptionalInt platformPort, AccessConfig access, @Nullable TlsFiles tls, ResponseConfig stream) {
        if (host != null && host.isBlank()) {
            throw new UsageException("--host: must not be empty");
        }
        if (port < 0 || port > MAX_PORT) {
            throw new UsageException("--port: must be from 0 to " + MAX_PORT);
        }
        if (maxConnections < MIN_CONNECTIONS) {
            throw new UsageException("--max-connections: must be at least " + MIN_CONNECTIONS);
        }
        var defaultHost = platformPort.equals(OptionalInt.of(port)) ? "0.0.0.0" : "127.0.0.1";
        return new ServerConfig(
                new ListenerConfig(host == null ? defaultHost : host, port, maxConnections, tls),
                access,
                paths.isEmpty() ? List.of(PathPattern.parse("/")) : paths,
                methods.names(),
                stream,
                new RequestConfig(
                        maxBody, maxSpool, uploads, new RequestConfig.Pace(BODY_GRACE, minBodyRate), STALLED_AFTER));
    }

    /** Methods as one value: picocli would add to a list with every use of the flag. */
    record Methods(List<String> names) {}

    /** Methods in a comma-separated list: {@code GET,POST}. */
    static final class MethodsConverter implements ITypeConverter<Methods> {
        @Override
        public Methods convert(String text) {
            var names = List.of(text.toUpperCase(Locale.ROOT).split(",", -1));
            for (var name : names) {
                if (NEVER_RUN.contains(name)) {
                    throw new TypeConversionException(name + " never runs the command");
                }
                if (!METHODS.contains(name)) {
                    throw new TypeConversionException("'" + name + "' is not a method, in a list like GET,POST");
                }
            }
            return new Methods(names);
        }
    }

    /** A path pattern: {@code /}, {@code /jobs} or {@code /jobs/*}. */
    static final class PathConverter implements ITypeConverter<PathPattern> {
        @Override
        public PathPattern convert(String text) {
            try {
                return PathPattern.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
