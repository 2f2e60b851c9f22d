package streamer.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Siege;
import streamer.testing.StreamClient;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** Injection by values of a request: into variables, files, log lines or the command. */
@Tag("hostile")
@ExtendWith(NothingLeft.class)
class HostileValuesTest {
    @TempDir
    private Path directory;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.of(Commands.sh("env -0 | tr '\\n\\0' '~\\n'; [ $REQUEST_METHOD = GET ] || cat"))
                .path("/*")
                .directory(directory)
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        try (var client = server.get("/")) {
            assertThat(client.text()).as("the next request").contains("GATEWAY_INTERFACE=CGI/1.1\n");
        }
        assertThat(server.accessLines()).allMatch(line -> line.matches("[ -~]*"));
        server.awaitNoRun();
        server.close();
        assertThat(directory).as("nothing was executed").isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "Proxy: http://evil > http://evil",
                "PROXY: http://evil > http://evil",
                "LD_PRELOAD: /evil.so > evil",
                "LD-PRELOAD: /evil.so > ^LD_PRELOAD=",
                "PATH: /evil > ^PATH=/evil",
                "X_Forwarded_For: 6.6.6.6 > 6.6.6.6",
                "Authorization: Basic ZXZpbA== > ZXZpbA",
                "Proxy-Authorization: evil > evil",
                "Bash_Func: () { :; }; touch evil > evil",
            })
    void aHeaderCannotBecomeAnotherVariable(String header, String absent) throws IOException {
        try (var client = server.get("/", header)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat("\n" + client.text()).doesNotContain(absent.strip().replace("^", "\n"));
        }
    }

    @Test
    void theTwinOfAHeaderCannotTakeItsPlace() throws IOException {
        try (var client = server.get("/", "X_Token: forged", "X-Token: real", "x_token: forged")) {
            assertThat(client.text()).contains("HTTP_X_TOKEN=real\n").doesNotContain("forged");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PATH, STREAMER_QUERY_PATH",
        "LD_PRELOAD, STREAMER_QUERY_LD_PRELOAD",
        "%3D, STREAMER_QUERY__",
        "a%3Db, STREAMER_QUERY_A_B",
        "a%0ab, STREAMER_QUERY_A_B",
        "%C3%BC, STREAMER_QUERY__",
        "../../etc, STREAMER_QUERY_______ETC",
    })
    void aParametersNameStaysBehindItsPrefix(String name, String variable) throws IOException {
        try (var client = server.get("/?" + name + "=evil")) {
            assertThat(client.text()
                            .lines()
                            .filter(line -> line.contains("evil") && !line.matches("(QUERY_STRING|REQUEST_URI)=.*")))
                    .containsExactly(variable + "=evil");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$(touch evil)",
                "`touch evil`",
                "; touch evil",
                "() { :; }; touch evil",
                "%0aPATH=evil",
                "%0d%0aX: y",
                "'\"\\",
                "%ff%fe%C3",
                "ü",
                "-rf /",
            })
    void aValueIsAValue(String value) throws IOException {
        var encoded =
                value.replace(" ", "+").replace("$", "%24").replace("`", "%60").replace("\"", "%22");
        encoded = encoded.replace("\\", "%5C")
                .replace("{", "%7B")
                .replace("}", "%7D")
                .replace("ü", "%C3%BC");
        try (var client = server.get("/?v=" + encoded)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.text().lines().filter(line -> line.startsWith("STREAMER_QUERY_")))
                    .hasSize(1)
                    .allMatch(line -> line.startsWith("STREAMER_QUERY_V="));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/?v=%00", "/%00", "/a/../b", "/%2e%2e/b", "/..%2Fb", "/./a", "/a%0ab", "/a%7f"})
    void whatNoHonestClientSendsIsRefused(String path) throws IOException {
        try (var client = server.get(path)) {
            assertThat(client.status()).isEqualTo(400);
        }
    }

    @Test
    void longValuesAreHandedOnOrRefused() throws IOException {
        try (var client = server.get("/", "X-Long: " + "x".repeat(100 * 1024))) {
            assertThat(client.text()).contains("HTTP_X_LONG=" + "x".repeat(100 * 1024) + "\n");
        }
        try (var client = server.get("/", "X-Long: " + "x".repeat(100 * 1024 + 1))) {
            assertThat(client.status()).isEqualTo(400);
        }
        var many = IntStream.range(0, 190)
                .mapToObj(n -> "X-" + n + ": " + "y".repeat(1_000))
                .toArray(String[]::new);
        try (var client = server.get("/", many)) {
            assertThat(client.text()).contains("HTTP_X_189=" + "y".repeat(1_000) + "\n");
        }
    }

    @Test
    void bytesBeyondAsciiAreUtf8() throws IOException {
        try (var client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Name: gr\u00fcn\r\nX-Odd: ".getBytes(UTF_8));
            client.send("\u00ff\u0080\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(client.text()).contains("HTTP_X_NAME=grün\n").contains("HTTP_X_ODD=");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../../tmp/evil",
                "/etc/passwd",
                "..",
                "a\\\\..\\\\b",
                "nul\u0001",
                "\u00fc\u20ac",
                "%2e%2e%2fevil",
                "-rf"
            })
    void aFilesNameIsOnlyTold(String name) throws IOException {
        try (var client = post("--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" + name
                + "\"\r\n\r\ncontent\r\n--x--\r\n")) {
            assertThat(client.status()).isEqualTo(200);
            var path = client.text()
                    .lines()
                    .filter(line -> line.startsWith("STREAMER_FILE_F="))
                    .map(line -> Path.of(line.substring("STREAMER_FILE_F=".length())))
                    .findFirst()
                    .orElseThrow();
            assertThat(Path.of(System.getProperty("java.io.tmpdir"))
                            .relativize(path)
                            .toString())
                    .matches("streamer-uploads-[0-9a-f-]+/\\d+\\.upload");
            Wait.until("it is removed", () -> !Files.exists(path));
        }
    }

    private StreamClient post(String form) throws IOException {
        var length = form.getBytes(UTF_8).length;
        return server.connect()
                .request("POST", "/", "Content-Type: multipart/form-data; boundary=x", "Content-Length: " + length)
                .send(form);
    }

    private static String fields(int number) {
        return IntStream.range(0, number)
                        .mapToObj(n -> "--x\r\nContent-Disposition: form-data; name=\"f" + n + "\"\r\n\r\nv\r\n")
                        .collect(Collectors.joining())
                + "--x--\r\n";
    }

    @Test
    void aFormMayHaveAThousandFieldsButNotTenThousand() throws IOException {
        try (var client = post(fields(1_000))) {
            assertThat(client.text()).contains("STREAMER_FORM_F999=v\n");
        }
        try (var client = post(fields(10_000))) {
            assertThat(client.status()).isEqualTo(400);
        }
    }

    @Test
    void aFormThatNeverEndsLeavesNoFile() throws IOException {
        assertNoFileIsLeft(true);
    }

    /** After half a minute. */
    @Test
    @Tag("long")
    void aFormThatNeverEndsIsCutOff() throws IOException {
        assertNoFileIsLeft(false);
    }

    private static void assertNoFileIsLeft(boolean clientGivesUp) throws IOException {
        var before = uploads();
        try (var small = TestServer.of(Commands.echoing()).maxBody(3_000_000).start();
                var client = small.connect()
                        .request(
                                "POST",
                                "/",
                                "Content-Type: multipart/form-data; boundary=x",
                                "Transfer-Encoding: chunked")) {
            client.sendChunk("--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n");
            var sent = Siege.inBackground(() -> {
                while (true) {
                    client.sendChunk("\r\n--x".repeat(10_000));
                }
            });
            assertThat(client.status()).isIn(400, 413);
            if (clientGivesUp) {
                client.reset();
            }
            sent.join();
            small.awaitNoRun();
        }
        Wait.until("no file is left", () -> uploads() == before);
    }

    private static long uploads() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().endsWith(".upload"))
                    .count();
        }
    }

    @Test
    void aLineOfTheLogCannotBeForged() throws IOException {
        try (var client =
                server.connect().send("GET /a%0d%0a127.0.0.1%20GET%20/forged HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
            assertThat(client.status()).isEqualTo(400);
        }
        try (var client = server.get("/\u001b[31mred")) {
            assertThat(client.status()).isEqualTo(400);
        }
        assertThat(server.accessLine(" 400 ")).startsWith("127.0.0.1 GET /a%0d%0a127");
    }
}
