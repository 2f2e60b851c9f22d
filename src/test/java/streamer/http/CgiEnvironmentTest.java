package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.http.request.Software;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.TestServer;

@ExtendWith(NothingLeft.class)
class CgiEnvironmentTest {
    private static TestServer server() throws IOException {
        return TestServer.of(Commands.sh("env")).path("/jobs/*").start();
    }

    private static Map<String, String> variables(StreamClient client) throws IOException {
        var variables = new TreeMap<String, String>();
        client.text().lines().filter(line -> line.contains("=")).forEach(line -> {
            var equals = line.indexOf('=');
            variables.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return variables;
    }

    @Test
    void aRequestBecomesVariables() throws IOException {
        try (var server = server();
                var client = server.get("/jobs/a%20b/%C3%BC;p=1%2F+?x=1&y=a%26b+c", "X-Token: t", "X-Token: u")) {
            assertThat(variables(client))
                    .containsEntry("GATEWAY_INTERFACE", "CGI/1.1")
                    .containsEntry("REQUEST_METHOD", "GET")
                    .containsEntry("SCRIPT_NAME", "/jobs")
                    .containsEntry("PATH_INFO", "/a b/ü;p=1/+")
                    .containsEntry("QUERY_STRING", "x=1&y=a%26b+c")
                    .containsEntry("STREAMER_QUERY_X", "1")
                    .containsEntry("STREAMER_QUERY_Y", "a&b c")
                    .containsEntry("REQUEST_URI", "/jobs/a%20b/%C3%BC;p=1%2F+?x=1&y=a%26b+c")
                    .containsEntry("REMOTE_ADDR", "127.0.0.1")
                    .containsEntry("REMOTE_HOST", "127.0.0.1")
                    .containsEntry("SERVER_NAME", "localhost")
                    .containsEntry("SERVER_PROTOCOL", "HTTP/1.1")
                    .containsEntry("SERVER_SOFTWARE", Software.NAME_AND_VERSION)
                    .containsEntry("HTTP_X_TOKEN", "t, u")
                    .containsEntry("HTTP_HOST", "localhost")
                    .containsEntry("STREAMER_RUN", client.header("Streamer-Run"))
                    .containsKeys("REMOTE_PORT", "SERVER_PORT", "PATH")
                    .doesNotContainKeys("CONTENT_LENGTH", "CONTENT_TYPE");
        }
    }

    @Test
    void aBodyHasItsTypeAndLength() throws IOException {
        try (var server = server();
                var client = server.connect()) {
            client.send(
                    "POST /jobs HTTP/1.1\r\nHost: localhost:1\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(variables(client))
                    .containsEntry("CONTENT_TYPE", "a/b")
                    .containsEntry("CONTENT_LENGTH", "3")
                    .containsEntry("PATH_INFO", "")
                    .containsEntry("SERVER_PORT", "" + server.address().getPort())
                    .doesNotContainKeys("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH");
        }
    }

    @Test
    void credentialsAndTrapsAreNotHandedOn() throws IOException {
        try (var server = server();
                var client = server.get(
                        "/jobs",
                        "Proxy: http://evil",
                        "Authorization: Basic x",
                        "Proxy-Authorization: y",
                        "X_Token: forged",
                        "X.Token: forged",
                        "X~Token: forged")) {
            assertThat(variables(client))
                    .doesNotContainKeys("HTTP_PROXY", "HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION", "HTTP_X_TOKEN");
        }
    }

    @Test
    void headersOfTheConnectionAreNotHandedOn() throws IOException {
        try (var server = server();
                var client = server.connect()) {
            client.send("POST /jobs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n"
                    + "Connection: close, TE\r\nKeep-Alive: timeout=5\r\nUpgrade: x\r\nX-Mine: 1\r\n\r\n0\r\n\r\n");
            assertThat(variables(client).keySet())
                    .contains("HTTP_X_MINE")
                    .doesNotContain(
                            "HTTP_CONNECTION", "HTTP_KEEP_ALIVE", "HTTP_TE", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE");
        }
    }

    /** As far as the launcher can: the JDK's makes question marks of them. */
    @Test
    @DisabledIfSystemProperty(named = "streamer.spawner", matches = "jdk")
    void bytesThatAreNotUtf8AreHandedOn() throws IOException {
        var command = Commands.sh("printf %s \"$PATH_INFO,$STREAMER_QUERY_W,$HTTP_X_LATIN\" | od -An -tx1");
        try (var server = TestServer.of(command).path("/jobs/*").start();
                var client = server.connect()) {
            client.send("GET /jobs/%e4?w=%E4%C3%A4 HTTP/1.1\r\nHost: localhost\r\nX-Latin: ");
            client.send(new byte[] {(byte) 0xe4});
            client.send("\r\n\r\n");
            assertThat(client.text()).isEqualTo(" 2f e4 2c e4 c3 a4 2c e4\n");
        }
    }

    @Test
    void theFirstOfEqualNamesWins() throws IOException {
        try (var server = server();
                var client = server.get("/jobs?a-b=1&A_B=2&a-b=3")) {
            assertThat(variables(client)).containsEntry("STREAMER_QUERY_A_B", "1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_001, 2_000, 4_000})
    void aQueryOfTooManyParametersIsABadRequest(int number) throws IOException {
        try (var server = TestServer.of(Commands.printing("ran")).start();
                var client = server.get("/?" + String.join("&", Collections.nCopies(number, "a=1")))) {
            assertThat(client.status()).isEqualTo(400);
            assertThat(client.text()).isEqualTo("The query has more than 1000 parameters.\n");
        }
    }

    @Test
    void whatDoesNotFitAnEnvironmentIsABadRequest() throws IOException {
        try (var server = server()) {
            for (var path : new String[] {"/jobs?a=%00", "/jobs?a=" + "x".repeat(100 * 1024 + 1), "/jobs?a=%zz"}) {
                try (var client = server.get(path)) {
                    assertThat(client.status()).isEqualTo(400);
                }
            }
        }
    }
}
