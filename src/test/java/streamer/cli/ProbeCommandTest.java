package streamer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** {@code streamer probe} as it is typed. */
@ExtendWith(NothingLeft.class)
class ProbeCommandTest {
    private static String run(int code, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var all = new ArrayList<>(List.of("probe"));
        all.addAll(List.of(arguments));
        var ended = assertTimeoutPreemptively(
                Wait.LONG.multipliedBy(2),
                () -> Program.execute(
                        all, Map.of("COLUMNS", "100"), new PrintWriter(out, true), new PrintWriter(err, true)));
        assertThat(err.toString()).isEmpty();
        assertThat(ended).isEqualTo(code);
        return out.toString();
    }

    @Test
    void itDrawsEachWayToAskAndTellsWhatItSays() throws IOException {
        try (var server = TestServer.of(Commands.printing("hi")).start()) {
            var lines = run(0, server.url()).lines().toList();
            assertThat(lines.get(0)).isEqualTo("streamer at " + server.url() + "-/probe, a line each 40 ms");
            assertThat(lines.get(1)).startsWith("            0 to 1.4 s ").endsWith(" late p50     max");
            assertThat(lines.get(2)).matches("plain 40 B  [|#.>]{42} .* x 41 B +\\d+ ms +\\d+ ms");
            assertThat(lines).hasSize(13).allMatch(line -> line.length() <= 100);
            assertThat(lines.get(6)).isEqualTo("without X-Accel-Buffering: no");
            assertThat(lines.get(11)).isEqualTo("seen: no hop names itself; HTTP/1.1, streamer was asked in HTTP/1.1");
            assertThat(lines.get(12)).isEqualTo("live: each line arrives when it is sent");
        }
    }

    @Test
    void aFaultOfItsOwnIsOneLineAndNoVerdict() throws IOException {
        var err = new StringWriter();
        var full = new PrintWriter(new StringWriter()) {
            @Override
            public void println(String line) {
                throw new IllegalStateException("full");
            }
        };
        try (var server = TestServer.of(Commands.printing("hi")).start()) {
            var code = Program.execute(List.of("probe", server.url()), Map.of(), full, new PrintWriter(err, true));
            assertThat(code).isEqualTo(3);
            assertThat(err).hasToString("streamer: the probe has failed: java.lang.IllegalStateException: full\n");
        }
    }

    @Test
    void asJsonItIsOneObject() throws IOException {
        try (var server = TestServer.of(Commands.printing("hi")).start()) {
            var json = run(0, "--json", server.url());
            assertThat(json)
                    .hasLineCount(1)
                    .startsWith("{\"url\":\"" + server.url() + "-/probe\",\"streamer\":true,\"verdict\":\"live\",")
                    .contains(
                            "\"rows\":[{\"accept_encoding\":\"identity\",\"line_bytes\":40,\"x_accel_buffering\":true,")
                    .contains("\"hops\":[]", "\"end\":\"clean\"", "\"piece_bytes\":[40,")
                    .endsWith("]}]}\n");
        }
    }
}
