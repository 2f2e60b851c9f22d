package streamer.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.TestServer;
import streamer.testing.Tool;
import streamer.testing.Wait;

/** What the clients that people use make of it: curl, nc, Python, Node, wrk. */
@Tag("clients")
@ExtendWith(NothingLeft.class)
class ClientsTest {
    private static final String ENDING = "printf '%s' \"$STREAMER_QUERY_SAY\"; exit $STREAMER_QUERY_CODE";

    @TempDir
    private Path directory;

    @Test
    void curlSeesEachEnding() throws IOException {
        try (var server = TestServer.of(Commands.sh(ENDING)).start()) {
            assertCurl(server, 0, "hi", "?say=hi&code=0");
            assertCurl(server, 18, "hi", "?say=hi&code=3");
            assertCurl(server, 22, "500", "?code=3", "-f");
            assertCurl(server, 0, "The command failed", "?code=3");
            assertCurl(server, 92, "hi", "?say=hi&code=3", "--http2-prior-knowledge");
            assertCurl(server, 0, "hi", "?say=hi&code=0", "--http2-prior-knowledge");
            assertCurl(server, 56, "hi", "?say=hi&code=3", "-0");
            assertCurl(server, 0, "hi", "?say=hi&code=0", "-0");
            assertCurl(server, 0, "Streamer-Exit-Code: 0", "?say=hi&code=0", "-i");
        }
    }

    private static void assertCurl(TestServer server, int code, String out, String query, String... options)
            throws IOException {
        var command = new String[options.length + 3];
        command[0] = "curl";
        command[1] = "-sSN";
        System.arraycopy(options, 0, command, 2, options.length);
        command[command.length - 1] = server.url() + query;
        var curl = Tool.run(command);
        assertThat(curl.out()).contains(out);
        assertThat(curl.code()).as(String.join(" ", command)).isEqualTo(code);
    }

    @Test
    void aKilledCurlStopsItsRun() throws Exception {
        try (var server = TestServer.of(Commands.silent()).start()) {
            for (var signal : new String[] {"-KILL", "-TERM"}) {
                for (var version : new String[] {"--http1.1", "--http2-prior-knowledge"}) {
                    var curl = new ProcessBuilder("curl", "-sN", version, server.url()).start();
                    Wait.until("the run has begun", () -> !server.runs().awaitNone(Duration.ZERO));
                    assertThat(Tool.run("kill", signal, Long.toString(curl.pid()))
                                    .code())
                            .isZero();
                    server.awaitNoRun();
                    curl.waitFor();
                }
            }
            assertThat(server.accessLines()).hasSize(4).allMatch(line -> line.contains("ended=client-gone"));
        }
    }

    @Test
    void curlUploadsAsItIsAndAsAForm() throws IOException {
        var feed = Files.writeString(directory.resolve("f ü.xml"), "x".repeat(3_000_000))
                .toString();
        try (var server = TestServer.of(Commands.sh("wc -c; echo $STREAMER_FILENAME_FILE"))
                .path("/up")
                .start()) {
            assertThat(Tool.run("curl", "-sSN", "-T", feed, server.url() + "up").out())
                    .isEqualTo("3000000\n\n");
            assertThat(Tool.run("curl", "-sSN", "-F", "file=@" + feed, server.url() + "up")
                            .out())
                    .isEqualTo("3000000\nf ü.xml\n");
            assertThat(Tool.run(
                                    "curl",
                                    "-sSN",
                                    "--http2-prior-knowledge",
                                    "--data-binary",
                                    "@" + feed,
                                    server.url() + "up")
                            .out())
                    .isEqualTo("3000000\n\n");
        }
    }

    @Test
    void netcatSpeaksHttp10() throws IOException {
        try (var server = TestServer.of(Commands.printing("hi")).start()) {
            var port = server.address().getPort();
            var nc = Tool.run("sh", "-c", "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc 127.0.0.1 " + port);
            assertThat(nc.out()).startsWith("HTTP/1.0 200 OK").endsWith("\r\n\r\nhi");
        }
    }

    @Test
    void pythonSeesATruncation() throws IOException {
        var script = "import sys, http.client as h\n"
                + "c = h.HTTPConnection('127.0.0.1', int(sys.argv[1]))\n"
                + "for q in ('?say=hi&code=0', '?say=hi&code=3'):\n"
                + "  c.request('GET', '/' + q)\n"
                + "  try: print(c.getresponse().read())\n"
                + "  except h.IncompleteRead as e: print('incomplete', e.partial)\n";
        try (var server = TestServer.of(Commands.sh(ENDING)).start()) {
            var python = Tool.run(
                    "python3", "-c", script, Integer.toString(server.address().getPort()));
            assertThat(python.out()).isEqualTo("b'hi'\nincomplete b'hi'\n");
        }
    }

    @Test
    void fetchRejectsATruncation() throws IOException {
        var script = "const u = process.argv[1]; (async () => {"
                + "console.log(await (await fetch(u + '?say=hi&code=0')).text());"
                + "await fetch(u + '?say=hi&code=3').then(r => r.text()).then(() => console.log('whole'), e => console.log('rejected'));"
                + "})()";
        try (var server = TestServer.of(Commands.sh(ENDING)).start()) {
            assertThat(Tool.run("node", "-e", script, server.url()).out()).isEqualTo("hi\nrejected\n");
        }
    }

    @Test
    void thousandsOfRequestsOnKeptConnectionsAreAnswered() throws IOException {
        try (var server = TestServer.of(Commands.printing("hi")).start()) {
            assertNoErrors(Tool.run("wrk", "-t1", "-c4", "-d5s", server.url()));
            var pipeline = Files.writeString(
                    directory.resolve("pipeline.lua"),
                    "init = function() local r = {} for i = 1, 4 do r[i] = wrk.format('GET', '/') end "
                            + "req = table.concat(r) end\nrequest = function() return req end\n");
            assertNoErrors(Tool.run("wrk", "-t1", "-c4", "-d5s", "-s", pipeline.toString(), server.url()));
            server.awaitNoRun();
        }
    }

    private static void assertNoErrors(Tool wrk) {
        assertThat(wrk.code()).isZero();
        assertThat(wrk.out()).contains("requests in").doesNotContain("Non-2xx").doesNotContain("Socket errors");
    }

    @Test
    void promtoolFindsNothingToSayOfTheMetrics() throws IOException {
        try (var server =
                TestServer.of(Commands.sh("echo hi")).keep(Duration.ofHours(1)).start()) {
            Tool.run("curl", "-sS", server.url(), server.url() + "nowhere");
            var check = Tool.run("sh", "-c", "curl -sSf " + server.url() + "-/metrics | promtool check metrics");
            assertThat(check.out()).isEmpty();
            assertThat(check.code()).isZero();
        }
    }
}
