package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Commands;
import streamer.testing.Http2Client;
import streamer.testing.TestServer;

/** Which names and which web pages are let in. */
class SitesTest {
    private static final String PROXIED = "X-Forwarded-For: 203.0.113.9";
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.of(Commands.printing("ran"))
                .path("/")
                .path("/jobs")
                .methods("GET", "POST")
                .allowHost("app.example.com")
                .allowOrigin("https://good.example")
                .allowOrigin("http://localhost:3000")
                .trustProxy("127.0.0.1")
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static int status(String request) throws IOException {
        try (var client = server.connect().send(request.replace("\n", "\r\n") + "\r\n\r\n")) {
            assertThat(client.text().contains("ran")).isEqualTo(client.status() == 200);
            return client.status();
        }
    }

    private static int status(String method, String... headers) throws IOException {
        try (var client = server.connect().request(method, "/", headers)) {
            assertThat(client.text().contains("ran")).isEqualTo(client.status() == 200);
            return client.status();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "localhost:8080, 200",
        "localhost:443, 200",
        "localhost:0, 400",
        "LocalHost., 200",
        "any.thing.localhost:99, 200",
        "127.0.0.1:80, 200",
        "127.1.2.3, 200",
        "127.0.0.255, 200",
        "127.0.0.256, 421",
        "127.0.0.999, 421",
        "[::1]:80, 200",
        "[0:0::0:1], 200",
        "[::ffff:7f00:1], 200",
        "app.example.com, 200",
        "APP.example.COM.:443, 200",
        "example.com, 421",
        "app.example.com.evil.org, 421",
        "evilapp.example.com, 421",
        "localhost.evil.org, 421",
        "evillocalhost, 421",
        "127.0.0.1.evil.org, 421",
        "192.168.1.1, 421",
        "0.0.0.0, 421",
        "2130706433, 421",
        "[::2], 421",
        "localhost:99999, 400",
        "localhost:http, 400",
        "localhost:80:80, 400",
        "user@localhost, 400",
        "localhost/x, 400",
        "localhost evil.org, 400",
        "'localhost,evil.org', 400",
        "[::1, 400",
        "[fe80::1%lo], 400",
        "., 400",
        "lócalhost, 400",
    })
    void aHostNameIsJudged(String host, int status) throws IOException {
        assertThat(status("GET / HTTP/1.1\nHost: " + host)).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost/jobs, localhost, 200",
        "HTTP://app.example.com:80/, app.example.com:80, 200",
        "http://evil.org/, evil.org, 421",
        "https://localhost/, localhost, 421",
        "HTTPS://localhost:443/, localhost:443, 421",
        "http://evil.org/, localhost, 400",
        "http://localhost/, evil.org, 400",
        "http://evil.org:80/?x=http://localhost/, evil.org:80, 421",
        "http://user@localhost/, user@localhost, 400",
        "http:///, localhost, 400",
    })
    void anAbsoluteTargetIsJudgedLikeTheHost(String target, String host, int status) throws IOException {
        assertThat(status("GET " + target + " HTTP/1.1\nHost: " + host)).isEqualTo(status);
    }

    @Test
    void aRequestNamesOneHost() throws IOException {
        assertThat(status("GET / HTTP/1.1\nX: y")).isEqualTo(400);
        assertThat(status("GET / HTTP/1.1\nHost:")).isEqualTo(400);
        assertThat(status("GET / HTTP/1.1\nHost: localhost\nHost: localhost")).isEqualTo(400);
        assertThat(status("GET / HTTP/1.1\nHost: localhost\nhost: evil.org")).isEqualTo(400);
        assertThat(status("GET / HTTP/1.0\nX: y")).as("no browser speaks so").isEqualTo(200);
        assertThat(status("GET / HTTP/1.0\nHost: evil.org")).isEqualTo(421);
    }

    @Test
    void theRefusalNamesTheFlag() throws IOException {
        try (var client = server.connect().send("GET / HTTP/1.1\r\nHost: evil.org:1\r\n\r\n")) {
            assertThat(client.text()).hasLineCount(1).contains("--allow-host evil.org ");
            assertThat(client.statusLine()).isEqualTo("HTTP/1.1 421 Misdirected Request");
            assertThat(server.accessLine("--allow-host evil.org allows"))
                    .contains(" 421 ")
                    .contains(" why=\"Not known here by the name evil.org; ")
                    .doesNotContain("run=");
        }
    }

    @Test
    void anAuthorityOfHttp2IsAHostName() throws IOException {
        try (var client = new Http2Client(server.address())) {
            assertThat(client.get("/", "Host: localhost").status()).isEqualTo(200);
            assertThat(client.get("/", "Host: evil.org").status()).isEqualTo(421);
        }
    }

    @Test
    void aProxysHostIsJudgedAsWellAsTheRequests() throws IOException {
        assertThat(status("GET", PROXIED, "X-Forwarded-Host: app.example.com")).isEqualTo(200);
        assertThat(status("GET", PROXIED, "X-Forwarded-Host: evil.org")).isEqualTo(421);
        assertThat(status("GET / HTTP/1.1\nHost: evil.org\nX-Forwarded-For: 203.0.113.9\nX-Forwarded-Host: localhost"))
                .isEqualTo(421);
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site: none, 200",
        "Sec-Fetch-Site: same-origin, 200",
        "Sec-Fetch-Site: same-site, 403",
        "Sec-Fetch-Site: cross-site, 403",
        "Sec-Fetch-Site: nonsense, 403",
        "Origin: http://localhost, 200",
        "Origin: http://LOCALHOST.:80, 200",
        "Origin: https://localhost:80, 403",
        "Origin: https://localhost, 200",
        "Origin: http://localhost:8081, 403",
        "Origin: http://evil.org, 403",
        "Origin: null, 403",
        "Origin: file://, 403",
        "Origin: http://localhost/, 403",
        "Origin: http://localhost http://evil.org, 403",
        "Origin: https://good.example, 200",
        "Origin: https://GOOD.example:443, 200",
        "Origin: http://good.example, 403",
        "Origin: https://good.example:444, 403",
        "Origin: https://good.example.evil.org, 403",
        "Origin: http://localhost:3000, 200",
    })
    void aPageIsJudgedByWhereItComesFrom(String header, int status) throws IOException {
        assertThat(status("GET", header)).isEqualTo(status);
        assertThat(status("POST", header, "Content-Length: 0")).isEqualTo(status);
    }

    @Test
    void twoAnswersAreNone() throws IOException {
        assertThat(status("GET", "Origin: http://localhost", "Origin: http://localhost"))
                .isEqualTo(403);
        assertThat(status("GET", "Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"))
                .isEqualTo(403);
    }

    @Test
    void anAllowedOriginMayComeFromAnotherSite() throws IOException {
        assertThat(status("POST", "Content-Length: 0", "Origin: https://good.example", "Sec-Fetch-Site: cross-site"))
                .isEqualTo(200);
    }

    @Test
    void theBrowserOfThisMachineMustNotFollowALinkIntoIt() throws IOException {
        String[] click = {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-User: ?1"};
        assertThat(status("GET", click)).isEqualTo(403);
        assertThat(status("GET", with(click, PROXIED))).isEqualTo(200);
        assertThat(status("GET", with(click, PROXIED, "Sec-Fetch-Dest: document")))
                .isEqualTo(200);
        assertThat(status("GET", with(click, PROXIED, "Sec-Fetch-Dest: iframe")))
                .isEqualTo(403);
        assertThat(status("POST", with(click, PROXIED, "Content-Length: 0"))).isEqualTo(403);
        assertThat(status("GET", click[0], click[1], PROXIED)).as("no click").isEqualTo(403);
    }

    private static String[] with(String[] headers, String... more) {
        var all = Arrays.copyOf(headers, headers.length + more.length);
        System.arraycopy(more, 0, all, headers.length, more.length);
        return all;
    }

    @Test
    void anAllowedOriginMayRead() throws IOException {
        try (var client = server.get("/", "Origin: https://good.example")) {
            assertThat(client.header("Access-Control-Allow-Origin")).isEqualTo("https://good.example");
            assertThat(client.header("Access-Control-Expose-Headers")).contains("Streamer-Run");
            assertThat(client.headers("Vary")).contains("Origin", "Accept");
        }
        try (var client = server.get("/")) {
            assertThat(client.headers("Vary")).as("for caches").contains("Origin");
            assertThat(client.header("Access-Control-Allow-Origin")).isEmpty();
        }
        try (var client = server.get("/nowhere", "Origin: https://good.example")) {
            assertThat(client.status()).isEqualTo(404);
            assertThat(client.header("Access-Control-Allow-Origin")).isEqualTo("https://good.example");
        }
    }

    @Test
    void aPreflightIsAnswered() throws IOException {
        try (var client = server.connect()
                .request(
                        "OPTIONS",
                        "/",
                        "Origin: https://good.example",
                        "Access-Control-Request-Method: POST",
                        "Access-Control-Request-Headers: authorization, x-job")) {
            assertThat(client.status()).isEqualTo(204);
            assertThat(client.header("Access-Control-Allow-Origin")).isEqualTo("https://good.example");
            assertThat(client.header("Access-Control-Allow-Methods")).isEqualTo("GET, POST");
            assertThat(client.header("Access-Control-Allow-Headers")).isEqualTo("authorization, x-job");
            assertThat(client.header("Access-Control-Max-Age")).isEqualTo("600");
        }
        assertThat(status("OPTIONS", "Origin: https://evil.org", "Access-Control-Request-Method: POST"))
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/-/health", "/robots.txt", "/nowhere"})
    void nothingAnswersAForeignPage(String path) throws IOException {
        try (var client = server.get(path, "Sec-Fetch-Site: cross-site")) {
            assertThat(client.status()).isEqualTo(403);
            assertThat(client.header("Access-Control-Allow-Origin")).isEmpty();
        }
    }
}
