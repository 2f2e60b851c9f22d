package streamer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.NothingLeft;
import streamer.testing.Wait;

/** What goes wrong on the command line: one clear line, and the right exit code. */
@ExtendWith(NothingLeft.class)
class CommandLineTest {
    @TempDir
    private Path directory;

    /** The program's whole answer. */
    private record Result(int code, String out, String err) {}

    private static Result run(Map<String, String> environment, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        // A server that starts after all would run until a signal comes.
        var code = assertTimeoutPreemptively(
                Wait.LONG,
                () -> Program.execute(
                        List.of(arguments), environment, new PrintWriter(out, true), new PrintWriter(err, true)));
        return new Result(code, out.toString(), err.toString());
    }

    private static void assertFails(int code, String message, String... arguments) {
        assertFails(Map.of(), code, message, arguments);
    }

    private static void assertFails(Map<String, String> environment, int code, String message, String... arguments) {
        var result = run(environment, arguments);
        assertThat(result.err).startsWith("streamer: ").contains(message).hasLineCount(1);
        assertThat(result.code).isEqualTo(code);
        assertThat(result.out).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nonsense|--nonsense: no such option (try",
                "--prot=1|--prot: no such option; did you mean --port?",
                "--basic-auth|did you mean --basic-auth-file?",
                "--max-spol|did you mean --max-spool?",
                "--HOST=::1|did you mean --host?",
                "-x|-x: no such option (try",
                "--port=x|'x' is not a number",
                "--port=70000|--port: must be from 0 to 65535",
                "--flush-bytes=0|--flush-bytes: must be from 1 to 64k",
                "--flush-bytes=65k|--flush-bytes: must be from 1 to 64k",
                "--flush-bytes=much|'much' is not a size like 1, 64k or 10m",
                "--flush-after=5|'5' is not a time like 250ms, 15s or 5m",
                "--heartbeat=0|--heartbeat: must be more than 0",
                "--heartbeat-text=\\x|the only escapes are",
                "--path=jobs|'jobs' is not a path like",
                "--path=/a*|'/a*' is not a path like",
                "--methods=GET,HEAD|HEAD never runs the command",
                "--methods=,|is not a method, in a list like GET,POST",
                "--methods=GET,BAD|'BAD' is not a method",
                "--path=/a/../b|'/a/../b' never runs the command",
                "--path=/./*|'/./*' never runs the command",
                "--path=/-/x|'/-/x' never runs the command",
                "--path=/favicon.ico|'/favicon.ico' never runs the command",
                "--path=/a?b|'/a?b' is not a path: a request's query",
                "--path=/a%20b|'/a%20b' is encoded",
                "--host=|--host: must not be empty",
                "--cwd=|'' is not the name of a file or directory",
                "--token-file=|'' is not the name of a file",
                "--tls-cert=|'' is not the name of a file",
                "--timeout=1h1d|'1h1d' is not a time",
                "--timeout=1.5h|'1.5h' is not a time",
                "--max-body=1.5|'1.5' is not a size",
                "--max-body=k|'k' is not a size",
                "--on-failure=hang|'hang' is not one of abort, end",
                "--stderr=x|'x' is not one of log, lines, merge, drop",
                "--uploads=x|'x' is not one of files, raw",
                "--content-type=|cannot stand in a header",
                "--env=x|'x' is not like NAME=VALUE",
                "--cwd=/nowhere|/nowhere: no such directory",
                "--max-runs=0|--max-runs: must be at least 1",
                "--max-body=99999999999g|is too large",
                "--timeout=0|--timeout: must be more than 0",
                "--kill-after=9000h|'9000h' is longer than a year",
                "--verbose=x|",
                "--allow-host=a:1|'a:1' is not a host name like example.com",
                "--allow-host=*|'*' is not a host name",
                "--allow-origin=*|'*' is not an origin like https://app.example.com",
                "--allow-origin=null|'null' is not an origin",
                "--allow-origin=https://a/|'https://a/' is not an origin",
                "--trust-proxy=10.0.0.0/33|'10.0.0.0/33' has more than 32 bits",
                "--trust-proxy=example.com|'example.com' is not an address or a block like 10.0.0.0/8",
                "--token=x|--token: not on the command line, where ps(1) shows it",
                "--tls-cert=x|--tls-cert: needs --tls-key",
                "--tls-key=x|--tls-key: needs --tls-cert",
                "--tls-client-ca=x|--tls-client-ca: needs --tls-cert",
                "--queue=-1|--queue: must be from 0",
                "--max-connections=1|--max-connections: must be at least 2",
                "--write-timeout=0|--write-timeout: must be more than 0",
                "--min-body-rate=fast|'fast' is not a size",
                "--log-format=xml|'xml' is not one of text, json",
                "--tty=80|'80' is not a terminal's size like 120x40",
                "--tty=|'' is not a terminal's size",
                "--tty=0x5|'0x5' is not a terminal's size",
                "--unbuffer=x|",
            })
    void aBadFlagIsAUsageError(String argument, String message) {
        assertFails(2, message == null ? "" : message, argument, "--", "true");
        assertThat(run(Map.of(), argument, "--", "true").err)
                .startsWith("streamer: " + argument.replaceFirst("=.*", "") + ": ");
    }

    @Test
    void aFlagHasOneValue() {
        assertFails(2, "streamer: --timeout: needs a value, TIME", "--timeout");
        assertFails(2, "streamer: --port: needs a value, N", "-p", "--host", "::1", "true");
        assertFails(2, "streamer: --port: given twice", "-p1", "--port", "2", "true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "lines", "drop"})
    void aTerminalHasStandardErrorToo(String where) {
        assertFails(
                2,
                "--tty: standard output and error are one terminal, so not with --stderr " + where,
                "--tty",
                "--stderr",
                where,
                "true");
        assertFails(Map.of("STREAMER_TTY", "true"), 2, "(from STREAMER_TTY)", "--stderr=" + where, "true");
        assertFails(Map.of("STREAMER_STDERR", where), 2, where + " (from STREAMER_STDERR)", "--tty", "true");
    }

    @Test
    void aTerminalNeedsToBeLaunchedByTheSystem() {
        assumeThat(System.getProperty("streamer.spawner")).isEqualTo("jdk");
        assertFails(2, "--tty: needs 64-bit Linux with glibc 2.34 or newer", "--tty", "true");
    }

    /** The size of a terminal may be left out, so it is never the next argument. */
    @Test
    void aTerminalsSizeIsAttached() {
        assumeThat(System.getProperty("streamer.spawner")).isNotEqualTo("jdk");
        assertFails(2, "--timeout: must be more than 0", "--tty", "--timeout=0", "true");
        assertFails(127, "80x24: command not found", "--tty", "80x24", "true");
        assertFails(127, "none: command not found", "--tty=80x24", "none", "true");
        assertFails(Map.of("STREAMER_TTY", "80x24"), 127, "none: command not found", "none");
    }

    @Test
    void aCommandIsNeeded() {
        assertFails(2, "no command given");
        assertFails(2, "no command given", "--port", "0", "--");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "run", "runs", "completion", "help"})
    void wordsKeptForLaterNeedDashes(String word) {
        assertFails(2, "use `--`: streamer -- " + word, word);
        assertFails(127, word + ": command not found", "--", word);
    }

    @Test
    void aSubcommandStandsFirst() {
        assertFails(2, "'probe' is a subcommand, which stands before all options; to run", "--port", "0", "probe");
        assertFails(127, "probe: command not found", "--", "probe");
        assertThat(run(Map.of(), "--help").out).contains("streamer probe URL");
        assertThat(run(Map.of(), "probe", "--help").out).startsWith("Usage: streamer probe [options] URL");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|no URL given (try: streamer probe --help)",
                "a b|b: one argument too many",
                "ftp://a|'ftp://a' is not a URL like https://example.com/",
                "a:70000|'a:70000' has no port from 1 to 65535",
                "--nonsense a|--nonsense: no such option",
                "--insecrue a|--insecrue: no such option; did you mean --insecure?",
                "-H|--header: needs a value, NAME:VALUE",
                "-H x a|--header: 'x' is not a header like NAME:VALUE",
                "-H a,b:c a|--header: 'a,b:c' is not a header like NAME:VALUE",
                "--timeout=0 a|--timeout: must be more than 0",
                "--timeout=x a|--timeout: 'x' is not a time",
            })
    void aProbeThatIsAskedForBadlyIsAUsageError(String arguments, String message) {
        var all = Stream.concat(Stream.of("probe"), arguments == null ? Stream.of() : Stream.of(arguments.split(" ")));
        assertFails(2, message, all.toArray(String[]::new));
    }

    @Test
    void aHeaderOfAProbeIsOneLine() {
        assertFails(2, "is not a header like NAME:VALUE", "probe", "-H", "a: b\r\nc: d", "a");
    }

    @Test
    void aProbeThatGetsNoAnswerIsOneLine() throws IOException {
        assertFails(3, "streamer: no.such.host.invalid: unknown host", "probe", "no.such.host.invalid");
        var port = 0;
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = silent.getLocalPort();
            assertFails(3, ": no answer within 0.1 s", "probe", "--timeout=100ms", "127.0.0.1:" + port);
        }
        assertFails(3, "127.0.0.1 port " + port + ": connection refused", "probe", "127.0.0.1:" + port);
    }

    @Test
    void aCommandMustBeThereAndExecutable() throws IOException {
        var text = Files.createFile(directory.resolve("text"));
        assertFails(127, "none: command not found", "none");
        assertFails(127, "streamer: a?b?c?d: command not found", "a\033b\u009bc\u202ed");
        assertFails(126, text + ": not executable", text.toString());
        assertFails(126, directory + ": not executable", directory.toString());
        assertFails(127, "sh: command not found", "--env=PATH=/nowhere", "sh");
        assertFails(127, "; it is started without a shell: write -- ls -la", "ls -la");
    }

    @Test
    void aPortInUseIsAFailure() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = Integer.toString(taken.getLocalPort());
            assertFails(1, "cannot listen on 127.0.0.1 port " + port + ": address already in use", "-p", port, "true");
            assertFails(Map.of("PORT", port), 1, "0.0.0.0 port " + port, "true");
            assertFails(Map.of("PORT", port), 1, "0.0.0.0 port " + port, "-p", port, "true");
            assertFails(Map.of("PORT", "1"), 1, "127.0.0.1 port " + port, "-p", port, "true");
            assertFails(Map.of("PORT", "x"), 1, "127.0.0.1 port " + port, "-p", port, "true");
            assertFails(
                    Map.of("STREAMER_PORT", port, "STREAMER_HOST", "127.0.0.1"), 1, "127.0.0.1 port " + port, "true");
        }
        assertFails(1, "--host: no.such.host.invalid: unknown host", "--host", "no.such.host.invalid", "-p0", "true");
    }

    @Test
    void aFileThatCannotBeUsedIsAFailure() {
        assertFails(1, "streamer: --token-file: /none: no such file", "--token-file=/none", "-p0", "true");
        assertFails(1, "streamer: --basic-auth-file: /none: no such", "--basic-auth-file=/none", "-p0", "true");
        assertFails(1, "streamer: --tls-cert: /none: no such", "--tls-cert=/none", "--tls-key=/no", "-p0", "true");
        assertFails(1, directory + ": cannot be read", "--token-file=" + directory, "-p0", "true");
    }

    @Test
    void anEmptyTokenIsNotNoToken() {
        assertFails(Map.of("STREAMER_TOKEN", ""), 2, "STREAMER_TOKEN: must be", "true");
        assertFails(Map.of("STREAMER_TOKEN", "a b"), 2, "STREAMER_TOKEN: must be", "true");
        assertFails(Map.of("STREAMER_TOKEN", "a"), 2, "--token: not on the command line", "--token=b", "true");
    }

    @Test
    void theEnvironmentIsNamedWhereItIsWrong() {
        assertFails(Map.of("STREAMER_FLUSH_BYTES", "much"), 2, "(from STREAMER_FLUSH_BYTES)", "true");
        assertFails(Map.of("PORT", "x"), 2, "(from PORT)", "true");
        assertFails(Map.of("STREAMER_TIMEOUT", "0"), 2, "more than 0 (from STREAMER_TIMEOUT)", "true");
        assertFails(Map.of("STREAMER_VERBOSE", "maybe"), 2, "(from STREAMER_VERBOSE)", "true");
    }

    @Test
    void theCommandsOwnArgumentsAreItsOwn() {
        assertFails(127, "none: command not found", "none", "--port", "x", "@nowhere", "--", "--help");
        assertFails(127, "none: command not found", "--", "none", "-d", "@nowhere");
    }

    @Test
    void flagsMayStandInAFile() throws IOException {
        var file = Files.writeString(directory.resolve("flags"), "--port\n0\n--env\nA=b c\n--\nnone\n");
        assertFails(127, "none: command not found", "@" + file);
        assertFails(2, "@/nowhere: cannot be read", "@/nowhere", "true");
        Files.writeString(file, "# the port\n--prot 0\n");
        assertFails(2, "--prot: no such option", "@" + file, "true");
        assertFails(2, "/nowhere", "--cwd", "@/nowhere", "true");
    }

    @Test
    void helpLeadsWithExamples() {
        var help = run(Map.of(), "--help");
        assertThat(help.code).isZero();
        assertThat(help.out).contains("Examples:\n  streamer --port 8080 -- ");
        assertThat(help.out.indexOf("Examples:")).isLessThan(help.out.indexOf("Usage:"));
        assertThat(help.out)
                .contains("\nServer:\n", "\nAccess:\n", "\nStream:\n", "\nRuns:\n")
                .doesNotContain("@<filename>");
        assertThat(help.err).isEmpty();
    }

    @Test
    void versionIsOneLine() {
        var version = run(Map.of(), "--version");
        assertThat(version.code).isZero();
        assertThat(version.out).startsWith("streamer ").hasLineCount(1);
    }
}
