package streamer.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import streamer.clients.Proxy;
import streamer.clients.Proxy.Kind;
import streamer.probe.Verdict.Outcome;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.TestServer;

/** What a probe says of real proxies, each in its own ways to hold a stream, or not to. */
@Tag("clients")
@ExtendWith(NothingLeft.class)
class HopsTest {
    private static final String LIVE = "each line arrives when it is sent";
    private static final String NGINX = "location / { proxy_pass http://127.0.0.1:8080; %s }";
    private static final String NGINX_CACHE = NGINX.formatted("proxy_cache cache; proxy_cache_valid 200 1m;"
            + " proxy_ignore_headers X-Accel-Buffering Cache-Control Vary;");
    private static final String HAPROXY = """
            defaults
                mode http
                timeout connect 5s
                timeout client 1h
                timeout server 1h
            backend streamer
                %s
                server streamer 127.0.0.1:8080
            """;
    private static final String APACHE = "ProxyPass / http://127.0.0.1:8080/\n%s\n";
    private static final String CADDY = "example.com {\n%s\nreverse_proxy 127.0.0.1:8080\n}\n";
    private static final String VARNISH = """
            vcl 4.1;
            backend streamer { .host = "127.0.0.1"; .port = "8080"; }
            %s
            """;

    @TempDir
    private Path directory;

    /**
     * A proxy.
     *
     * @param block its configuration
     * @param sentence how what is said begins
     * @param cure what that has to contain
     */
    private record Case(Kind kind, String block, Outcome outcome, String sentence, String cure) {
        @Override
        public String toString() {
            return kind + ": " + sentence;
        }
    }

    private static Stream<Case> cases() {
        return Stream.of(
                new Case(Kind.NGINX, NGINX.formatted("proxy_buffering off;"), Outcome.LIVE, LIVE, ""),
                new Case(
                        Kind.NGINX,
                        NGINX.formatted(""),
                        Outcome.LIVE,
                        "thanks to `X-Accel-Buffering: no`, which nginx obeys; else it buffers; cure:",
                        "`proxy_buffering off;`"),
                new Case(
                        Kind.NGINX,
                        NGINX.formatted("proxy_ignore_headers X-Accel-Buffering;"),
                        Outcome.HELD,
                        "nginx buffers the response until there are about 4096 bytes; cure: `proxy_buffering off;`",
                        "no `proxy_ignore_headers X-Accel-Buffering`"),
                new Case(
                        Kind.NGINX,
                        NGINX.formatted("proxy_http_version 1.1; proxy_ignore_headers X-Accel-Buffering; gzip on;"
                                + " gzip_types text/plain;"),
                        Outcome.HELD,
                        "nginx compresses it for clients that take gzip, as browsers do, and holds it until it is"
                                + " complete; cure:",
                        "`gzip off;`"),
                new Case(
                        Kind.NGINX,
                        NGINX_CACHE,
                        Outcome.HELD,
                        "nginx replays an earlier answer instead of asking again; cure:",
                        "`proxy_cache off;`"),
                new Case(
                        Kind.HAPROXY,
                        HAPROXY.formatted(""),
                        Outcome.HELD,
                        "a hop without a name, most likely HAProxy, holds each line for 0.2 s; cure:",
                        "`option http-no-delay`"),
                new Case(Kind.HAPROXY, HAPROXY.formatted("option http-no-delay"), Outcome.LIVE, LIVE, ""),
                new Case(Kind.APACHE, APACHE.formatted(""), Outcome.LIVE, LIVE, ""),
                new Case(Kind.APACHE, APACHE.formatted("SetOutputFilter DEFLATE"), Outcome.LIVE, LIVE, ""),
                new Case(Kind.CADDY, CADDY.formatted(""), Outcome.LIVE, LIVE, ""),
                new Case(Kind.CADDY, CADDY.formatted("encode gzip"), Outcome.LIVE, LIVE, ""),
                new Case(Kind.VARNISH, VARNISH.formatted("sub vcl_recv { return (pipe); }"), Outcome.LIVE, LIVE, ""),
                new Case(
                        Kind.VARNISH,
                        VARNISH.formatted(""),
                        Outcome.BROKEN,
                        "Varnish breaks it off before its end; cure:",
                        "`return (pipe)`"));
    }

    private static Verdict probe(InetSocketAddress address) throws IOException {
        var url = Address.of("http://127.0.0.1:" + address.getPort() + "/");
        return new Probe(url, new Settings(List.of(), false, Duration.ofSeconds(10)), new Probe.Listener() {
                    @Override
                    public void begins(Address asked, Address at, boolean isStreamer) {
                        assertThat(isStreamer).isTrue();
                    }

                    @Override
                    public void done(Row row) {}
                })
                .run()
                .verdict();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theHopAndItsCureAreNamed(Case one) throws IOException {
        try (var server = TestServer.of(Commands.printing("hi"))
                        .trustProxy("127.0.0.1")
                        .start();
                var proxy = Proxy.start(one.kind(), one.block(), directory, server.address())) {
            var verdict = probe(proxy.address());
            assertThat(verdict.sentence()).startsWith(one.sentence()).contains(one.cure());
            assertThat(verdict.outcome()).isEqualTo(one.outcome());
        }
    }

    /** Behind nginx, since it caches nothing that has trailers. */
    @Test
    void aCacheOfVarnishIsNamed() throws IOException {
        var caching = VARNISH.formatted(
                "sub vcl_backend_response { unset beresp.http.Cache-Control; set beresp.ttl = 1m; return (deliver); }");
        var inner = Files.createDirectory(directory.resolve("inner"));
        try (var server = TestServer.of(Commands.printing("hi"))
                        .trustProxy("127.0.0.1")
                        .start();
                var nginx = Proxy.start(Kind.NGINX, NGINX.formatted(""), inner, server.address());
                var varnish = Proxy.start(Kind.VARNISH, caching, directory, nginx.address())) {
            var verdict = probe(varnish.address());
            assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
            assertThat(verdict.sentence())
                    .contains("Varnish replays an earlier answer (Age: ", "`return (pass)` or `return (pipe)`");
        }
    }
}
