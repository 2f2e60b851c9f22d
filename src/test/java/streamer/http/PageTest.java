package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.TestServer;

/** Who gets the page instead of the stream, and what it consists of. */
@ExtendWith(NothingLeft.class)
class PageTest {
    private static final String HTML = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    private static final String NAVIGATES = "Sec-Fetch-Mode: navigate";
    private static final String AS_DOCUMENT = "Sec-Fetch-Dest: document";
    private static final String FROM_NOWHERE = "Sec-Fetch-Site: none";

    private static TestServer.Setup server() {
        return TestServer.of(Commands.printing("output\n"));
    }

    private static void assertNothingRan(TestServer server) {
        assertThat(server.accessLines()).noneMatch(line -> line.contains("run="));
    }

    static Stream<Arguments> navigations() {
        return Stream.of(
                Arguments.of((Object) new String[] {HTML, NAVIGATES, AS_DOCUMENT, FROM_NOWHERE}),
                Arguments.of((Object) new String[] {HTML, NAVIGATES, AS_DOCUMENT, "Sec-Fetch-Site: cross-site"}),
                Arguments.of((Object) new String[] {HTML, "Upgrade-Insecure-Requests: 1"}));
    }

    @ParameterizedTest
    @MethodSource("navigations")
    void aNavigationGetsThePageAndRunsNothing(String[] headers) throws IOException {
        try (var server = server().start();
                var client = server.get("/", headers)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
            assertThat(client.header("Cache-Control")).isEqualTo("no-store");
            assertThat(client.headers("Vary")).contains("Accept");
            assertThat(client.header("Content-Security-Policy"))
                    .contains("default-src 'none'", "frame-ancestors 'none'", "trusted-types 'none'")
                    .doesNotContain("unsafe");
            assertThat(client.text()).startsWith("<!doctype html>").contains("/-/page/page.js");
            assertNothingRan(server);
        }
    }

    static Stream<Arguments> others() {
        return Stream.of(
                Arguments.of("curl, wget, requests, node", new String[] {"Accept: */*"}),
                Arguments.of("no Accept", new String[] {}),
                Arguments.of(
                        "lynx, w3m", new String[] {"Accept: text/html, text/plain, text/*;q=0.5, image/*, */*;q=0.1"}),
                Arguments.of(
                        "Java's HttpURLConnection",
                        new String[] {"Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"}),
                Arguments.of("fetch", new String[] {
                    "Accept: */*", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty", "Sec-Fetch-Site: same-origin"
                }),
                Arguments.of("a frame", new String[] {
                    HTML,
                    NAVIGATES,
                    "Sec-Fetch-Dest: iframe",
                    "Sec-Fetch-Site: same-origin",
                    "Upgrade-Insecure-Requests: 1"
                }),
                Arguments.of(
                        "a browser that is asked for the stream",
                        new String[] {"Accept: text/plain", NAVIGATES, AS_DOCUMENT, FROM_NOWHERE}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void allOthersGetWhatTheyAlwaysGot(String who, String[] headers) throws IOException {
        try (var server = server().start();
                var client = server.get("/", headers)) {
            assertThat(client.header("Content-Type")).as(who).isEqualTo("text/plain; charset=utf-8");
            assertThat(client.text()).isEqualTo("output\n");
        }
    }

    @Test
    void aFormIsSentToTheCommand() throws IOException {
        try (var server = TestServer.of(Commands.echoing()).start();
                var client = server.connect()
                        .request("POST", "/", HTML, NAVIGATES, AS_DOCUMENT, "Content-Length: 3")
                        .send("a=b")) {
            assertThat(client.text()).isEqualTo("a=b");
        }
    }

    /** Whether the page starts the run by itself. */
    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site: none, now",
        "Sec-Fetch-Site: same-origin, now",
        "Sec-Fetch-Site: same-site, button",
        "Sec-Fetch-Site: cross-site, button"
    })
    void onlyWhoMeansItStartsARunByOpeningThePage(String site, String start) throws IOException {
        try (var server = server().start();
                var client = server.get("/", HTML, NAVIGATES, AS_DOCUMENT, site)) {
            assertThat(client.text()).contains("data-start=\"" + start + "\"");
        }
    }

    @Test
    void withoutMetadataNobodyKnowsWhetherItIsMeant() throws IOException {
        try (var server = server().start();
                var client = server.get("/", HTML, "Upgrade-Insecure-Requests: 1")) {
            assertThat(client.text()).contains("data-start=\"button\"");
        }
    }

    @Test
    void whatTheMethodsAreIsTold() throws IOException {
        try (var server = server().methods("PUT", "POST").start();
                var client = server.get("/", HTML, NAVIGATES, AS_DOCUMENT, FROM_NOWHERE)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.text()).contains("data-methods=\"PUT,POST\"", "data-start=\"button\"");
        }
    }

    @Test
    void aPrefetchGetsNoPage() throws IOException {
        try (var server = server().start();
                var client = server.get("/", HTML, NAVIGATES, AS_DOCUMENT, FROM_NOWHERE, "Sec-Purpose: prefetch")) {
            assertThat(client.status()).isEqualTo(503);
            assertNothingRan(server);
        }
    }

    @Test
    void noOtherPageMayRunTheCommandAllTheSame() throws IOException {
        try (var server = server().start();
                var client = server.get(
                        "/",
                        "Accept: */*",
                        "Sec-Fetch-Mode: no-cors",
                        "Sec-Fetch-Dest: image",
                        "Sec-Fetch-Site: cross-site")) {
            assertThat(client.status()).isEqualTo(403);
        }
    }

    @Test
    void itCanBeSwitchedOff() throws IOException {
        try (var server = server().page(false).start();
                var client = server.get("/", HTML, NAVIGATES, AS_DOCUMENT, FROM_NOWHERE);
                var file = server.get("/-/page/page.js")) {
            assertThat(client.text()).isEqualTo("output\n");
            assertThat(file.status()).isEqualTo(404);
        }
    }

    @Test
    void aStreamThatIsAPageItselfIsShownAsSuch() throws IOException {
        try (var server = server().contentType("text/html").start();
                var client = server.get("/", HTML, NAVIGATES, AS_DOCUMENT, FROM_NOWHERE)) {
            assertThat(client.text()).isEqualTo("output\n");
        }
    }

    @Test
    void theAddressIsTextInThePage() throws IOException {
        try (var server = server().path("/*").start();
                var client =
                        server.get("/a%22%3E%3Cscript%3E'b?c='&d=%22", HTML, NAVIGATES, AS_DOCUMENT, FROM_NOWHERE)) {
            var text = client.text();
            assertThat(text).contains("data-command=\"/a%22%3E%3Cscript%3E'b?c='&amp;d=%22\"");
            assertThat(text).contains("curl -N 'http://").doesNotContain("{{");
            assertThat(text.replaceFirst("(?s).*curl -N '", "").replaceFirst("'</code>.*(?s)", ""))
                    .doesNotContain("'");
        }
    }

    @Test
    void whatIsUnknownHasNoPage() throws IOException {
        try (var server = server().start();
                var other = server.get("/other", HTML, NAVIGATES, AS_DOCUMENT, FROM_NOWHERE);
                var own = server.get("/-/other", HTML, NAVIGATES, AS_DOCUMENT, FROM_NOWHERE)) {
            assertThat(other.status()).isEqualTo(404);
            assertThat(own.status()).isEqualTo(404);
        }
    }

    @Test
    void aRunHasAPageAndItsOutputNone() throws IOException {
        try (var server = server().keep(Duration.ofHours(1)).openList().start();
                var first = server.get("/")) {
            assertThat(first.text()).isEqualTo("output\n");
            var run = "/-/runs/" + first.header("Streamer-Run");
            for (var path : new String[] {run, "/-/runs"}) {
                try (var page = server.get(path, HTML, NAVIGATES, AS_DOCUMENT, FROM_NOWHERE);
                        var data = server.get(path)) {
                    assertThat(page.header("Content-Type")).startsWith("text/html");
                    assertThat(data.header("Content-Type")).isEqualTo("application/json");
                }
            }
            try (var output = server.get(run + "/output", HTML, NAVIGATES, AS_DOCUMENT, FROM_NOWHERE)) {
                assertThat(output.text()).isEqualTo("output\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"page.js", "runs.js", "page.css", "idle.svg", "run.svg", "ok.svg", "bad.svg"})
    void itsFilesAreCheckedAtEachUse(String name) throws IOException {
        try (var server = server().start();
                var plain = server.get("/-/page/" + name);
                var zipped = server.get("/-/page/" + name, "Accept-Encoding: gzip, br")) {
            assertThat(plain.status()).isEqualTo(200);
            assertThat(plain.header("Cache-Control")).isEqualTo("no-cache");
            assertThat(plain.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(plain.header("ETag")).matches("\"\\w+\"").isNotEqualTo(zipped.header("ETag"));
            assertThat(zipped.header("Content-Encoding")).isEqualTo("gzip");
            var unzipped = new GZIPInputStream(new ByteArrayInputStream(zipped.bytes())).readAllBytes();
            assertThat(new String(unzipped, StandardCharsets.UTF_8))
                    .isEqualTo(plain.text())
                    .isNotEmpty();
            try (var again = server.get("/-/page/" + name, "If-None-Match: " + plain.header("ETag"))) {
                assertThat(again.status()).isEqualTo(304);
                assertThat(again.header("ETag")).isEqualTo(plain.header("ETag"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, other.js, 404",
        "GET, page.html, 404",
        "GET, view.js, 404", // is a part of another
        "POST, page.js, 405",
        "HEAD, page.js, 200",
        "OPTIONS, page.js, 204"
    })
    void itHasNoOtherFilesAndMethods(String method, String name, int status) throws IOException {
        try (var server = server().start();
                var client = server.connect().request(method, "/-/page/" + name, "Content-Length: 0")) {
            assertThat(client.status()).isEqualTo(status);
        }
    }

    @Test
    void theTokenIsAPasswordWithAnyName() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo $AUTH_TYPE"))
                        .token("secret")
                        .start();
                var unknown = server.get("/");
                var known = server.get("/", "Authorization: Basic " + base64("me:secret"));
                var wrong = server.get("/", "Authorization: Basic " + base64("secret:me"));
                var malformed = server.get("/", "Authorization: Basic %"); ) {
            assertThat(unknown.status()).isEqualTo(401);
            assertThat(unknown.headers("WWW-Authenticate")).hasSize(2).anyMatch(one -> one.startsWith("Basic "));
            assertThat(known.text()).isEqualTo("Bearer\n");
            assertThat(wrong.status()).isEqualTo(401);
            assertThat(malformed.status()).isEqualTo(401);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
