package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import streamer.testing.Commands;
import streamer.testing.TestServer;

/** What proxies say of a client. */
class ProxyRuleTest {
    private static final String SAY =
            "echo \"$REMOTE_ADDR ${REMOTE_PORT-none} ${HTTPS-off} $SERVER_NAME $SERVER_PORT\"";
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.of(Commands.sh(SAY))
                .trustProxy("127.0.0.0/8")
                .trustProxy("10.0.0.0/8")
                .trustProxy("fd00::/8")
                .allowHost("example.com")
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String said(TestServer asked, String... headers) throws IOException {
        try (var client = asked.get("/", headers)) {
            return client.text().strip();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "X-Forwarded-For: 1.2.3.4 > 1.2.3.4",
                "X-Forwarded-For: 6.6.6.6, 1.2.3.4 > 1.2.3.4",
                "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.9.9.9,10.1.1.1 > 1.2.3.4",
                "X-Forwarded-For: 10.2.2.2, 10.1.1.1 > 10.2.2.2",
                "X-Forwarded-For: 6.6.6.6, unknown, 10.1.1.1 > 10.1.1.1",
                "X-Forwarded-For: 2001:DB8::1 > 2001:db8:0:0:0:0:0:1",
                "X-Forwarded-For: 1.2.3.4, fd00::7 > 1.2.3.4",
                "X-Forwarded-For: nonsense > 127.0.0.1",
                "X-Forwarded-For: 1.2.3.999 > 127.0.0.1",
                "X-Forwarded-For: localhost > 127.0.0.1",
                "X-Forwarded-For:  > 127.0.0.1",
                "Forwarded: for=1.2.3.4 > 1.2.3.4",
                "Forwarded: For=6.6.6.6, for=1.2.3.4;by=10.1.1.1 , FOR=10.0.0.1 > 1.2.3.4",
                "Forwarded: for=\"[2001:db8::1]:4711\" > 2001:db8:0:0:0:0:0:1",
                "Forwarded: for=6.6.6.6, for=_hidden > 127.0.0.1",
                "Forwarded: for=1.2.3.4, nonsense > 127.0.0.1",
                "Forwarded: for=\"6.6.6.6, for=1.2.3.4 > 127.0.0.1",
                "Forwarded: for=\"a\\\"b\", for=1.2.3.4 > 1.2.3.4",
            })
    void theClientIsTheLastThatNobodyTrusts(String header, String address) throws IOException {
        assertThat(said(server, header)).startsWith(address + " ");
        assertThat(server.accessLine(address + " GET / 200 ")).isNotEmpty();
    }

    @Test
    void schemeAndHostAreThoseOfTheClient() throws IOException {
        assertThat(said(server))
                .matches(
                        "127\\.0\\.0\\.1 \\d+ off localhost " + server.address().getPort());
        assertThat(said(
                        server,
                        "X-Forwarded-For: 1.2.3.4",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: Example.com"))
                .isEqualTo("1.2.3.4 none on Example.com 443");
        assertThat(said(
                        server,
                        "X-Forwarded-For: 1.2.3.4:99",
                        "X-Forwarded-Proto: http, HTTPS",
                        "X-Forwarded-Host: x, example.com:8443"))
                .isEqualTo("1.2.3.4 99 on example.com 8443");
        assertThat(said(server, "Forwarded: for=6.6.6.6;proto=http, for=1.2.3.4;proto=https;host=example.com"))
                .isEqualTo("1.2.3.4 none on example.com 443");
        assertThat(said(server, "X-Forwarded-Proto: gopher")).contains(" off ");
    }

    @Test
    void xForwardedForCountsBeforeForwarded() throws IOException {
        assertThat(said(server, "Forwarded: for=6.6.6.6;proto=https", "X-Forwarded-For: 1.2.3.4"))
                .startsWith("1.2.3.4 none off");
    }

    @Test
    void whoIsNotTrustedIsNotBelieved() throws IOException {
        try (var other =
                TestServer.of(Commands.sh(SAY)).trustProxy("10.0.0.0/8").start()) {
            assertThat(said(
                            other,
                            "X-Forwarded-For: 1.2.3.4",
                            "X-Forwarded-Proto: https",
                            "X-Forwarded-Host: example.com",
                            "Forwarded: for=1.2.3.4;proto=https"))
                    .startsWith("127.0.0.1 ")
                    .contains(" off localhost ");
        }
    }
}
