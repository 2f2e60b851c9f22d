package streamer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import streamer.http.ServerConfig;
import streamer.process.RunSpec;

/** Laws of all flags: each reaches a value, stands in the help and in the docs, and has a limit that is finite. */
class OptionsTest {
    private static final Map<String, String> OTHER_VALUES = Map.ofEntries(
            Map.entry("--port", "1"),
            Map.entry("--host", "1.2.3.4"),
            Map.entry("--path", "/x"),
            Map.entry("--methods", "POST"),
            Map.entry("--max-connections", "2"),
            Map.entry("--allow-host", "example.com"),
            Map.entry("--allow-origin", "https://example.com"),
            Map.entry("--token-file", "t"),
            Map.entry("--basic-auth-file", "b"),
            Map.entry("--trust-proxy", "10.0.0.0/8"),
            Map.entry("--tls-cert", "c"),
            Map.entry("--tls-key", "k"),
            Map.entry("--tls-client-ca", "a"),
            Map.entry("--min-body-rate", "1"),
            Map.entry("--write-timeout", "2s"),
            Map.entry("--queue", "2"),
            Map.entry("--log-format", "json"),
            Map.entry("--max-body", "1"),
            Map.entry("--max-spool", "1"),
            Map.entry("--uploads", "raw"),
            Map.entry("--flush-bytes", "2"),
            Map.entry("--flush-after", "2s"),
            Map.entry("--heartbeat", "2s"),
            Map.entry("--heartbeat-text", "."),
            Map.entry("--content-type", "a/b"),
            Map.entry("--page", "off"),
            Map.entry("--status-wait", "2s"),
            Map.entry("--on-failure", "end"),
            Map.entry("--max-runs", "2"),
            Map.entry("--timeout", "2s"),
            Map.entry("--idle-timeout", "2s"),
            Map.entry("--kill-after", "2s"),
            Map.entry("--drain", "2s"),
            Map.entry("--stderr", "merge"),
            Map.entry("--unbuffer", "true"),
            Map.entry("--open-list", "true"),
            Map.entry("--keep", "2h"),
            Map.entry("--unwatched", "2s"),
            Map.entry("--keep-bytes", "1m"),
            Map.entry("--keep-total", "1m"),
            Map.entry("--keep-dir", "d"),
            Map.entry("--share", "true"),
            Map.entry("--store", "rediss://other"),
            Map.entry("--store-verify", "none"),
            Map.entry("--cwd", "/"),
            Map.entry("--env", "A=b"));
    private static final Pattern FLAG = Pattern.compile("--[a-z-]+");
    private static final Set<String> TESTED_ELSEWHERE = Set.of("--verbose", "--help", "--version", "--token", "--tty");

    @TempDir
    private Path directory;

    @Command
    private static final class Options {
        @Mixin
        private ServerOptions server = new ServerOptions();

        @Mixin
        private AccessOptions access = new AccessOptions();

        @Mixin
        private CommonOptions common = new CommonOptions();

        @Mixin
        private StreamOptions stream = new StreamOptions();

        @Mixin
        private RunOptions run = new RunOptions();

        @Mixin
        private KeepOptions keep = new KeepOptions();

        static List<Object> values(String... arguments) throws Exception {
            var options = new Options();
            var all = new ArrayList<>(
                    List.of("--tls-cert", "needs", "--tls-key", "this", "--keep", "1h", "--store", "rediss://needs"));
            all.addAll(List.of(arguments));
            new CommandLine(options)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .setOverwrittenOptionsAllowed(true)
                    .parseArgs(all.toArray(String[]::new));
            var keep = options.keep.toConfig();
            return List.of(
                    options.server.toConfig(
                            OptionalInt.empty(),
                            options.access.toAccess(null),
                            options.access.toTls(),
                            options.stream.toStream()),
                    options.run.toSpec(List.of("true"), Map.of("PATH", "/usr/bin:/bin"), Set.of()),
                    options.run.maxRuns(),
                    options.run.killAfter(),
                    options.run.drain(),
                    options.run.queue(),
                    Optional.ofNullable(keep),
                    Optional.ofNullable(options.keep.toStore(keep, List.of("true"))),
                    options.common.logFormat());
        }
    }

    private static Stream<OptionSpec> options() {
        return ServeCommand.commandLine(Map.of()).getCommandSpec().options().stream();
    }

    @Test
    void eachFlagChangesAValue() throws Exception {
        var byDefault = Options.values();
        for (var option : options().map(OptionSpec::longestName).toList()) {
            if (!TESTED_ELSEWHERE.contains(option)) {
                assertThat(OTHER_VALUES).containsKey(option);
                assertThat(Options.values(option + "=" + OTHER_VALUES.get(option)))
                        .as(option)
                        .isNotEqualTo(byDefault);
            }
        }
    }

    /** Behind what is there, whether it was inherited or given. */
    @Test
    void unbufferingIsPreloadedTo() throws Exception {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        var spec =
                (RunSpec) Options.values("--unbuffer", "--env=LD_PRELOAD=/a.so").get(1);
        assertThat(spec.environment().get("LD_PRELOAD")).matches("/a\\.so:/.*/libstdbuf\\.so");
        assertThat(spec.environment()).containsEntry("_STDBUF_O", "L");
        spec = (RunSpec) Options.values("--unbuffer", "--env=_STDBUF_O=0").get(1);
        assertThat(spec.environment().get("LD_PRELOAD")).matches("/.*/libstdbuf\\.so");
        assertThat(spec.environment()).containsEntry("_STDBUF_O", "0");
    }

    @Test
    void eachFlagStandsInTheHelpAndInTheDocs() throws IOException {
        var help = ServeCommand.commandLine(Map.of()).getUsageMessage();
        var docs = Files.readString(Path.of("docs/options.md"));
        options().forEach(option -> {
            assertThat(help).contains(option.longestName());
            assertThat(docs).as("table of flags").containsPattern("(?m)^\\| `(-\\w, )?" + option.longestName() + "\\b");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/options.md"})
    void eachFlagOfATableExists(Path page) throws IOException {
        var flags = options().map(OptionSpec::longestName).toList();
        var shown = Files.readAllLines(page).stream()
                .filter(line -> line.startsWith("| `-"))
                .flatMap(line -> FLAG.matcher(line.split(" \\| ", 2)[0]).results())
                .map(MatchResult::group)
                .toList();
        assertThat(shown).isNotEmpty();
        shown.forEach(flag -> assertThat(flags).contains(flag));
    }

    @Test
    void eachLimitOnAResourceIsFinite() throws Exception {
        var values = Options.values();
        assertFinite((ServerConfig) values.get(0));
        assertThat((int) values.get(2)).isBetween(1, 64);
        assertThat((Duration) values.get(3)).isPositive().isLessThan(Duration.ofMinutes(1));
        assertThat((Duration) values.get(4)).isPositive().isLessThan(Duration.ofMinutes(1));
        assertThat(((RunSpec) values.get(1)).limits()).isEqualTo(RunSpec.Limits.NONE);
    }

    private static void assertFinite(Record value) throws ReflectiveOperationException {
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            var part = component.getAccessor().invoke(value);
            if (part instanceof Record record) {
                assertFinite(record);
            } else if (part instanceof Long number) {
                assertThat(number).as(component.getName()).isBetween(1L, 1L << 40);
            } else if (part instanceof Integer number) {
                assertThat(number).as(component.getName()).isBetween(1, 1 << 20);
            } else if (part instanceof Duration time) {
                assertThat(time).as(component.getName()).isPositive().isLessThan(Duration.ofHours(1));
            }
        }
    }

    @Test
    void theEnvironmentAddsWhatTheCommandLineDoesNotSay() {
        var spec = ServeCommand.commandLine(Map.of()).getCommandSpec();
        var flags = new EnvironmentFlags(
                spec,
                Map.of(
                        "STREAMER_PATH", "/a,/b/*",
                        "STREAMER_TIMEOUT", "5s",
                        "STREAMER_VERBOSE", "true",
                        "STREAMER_HOST", "",
                        "STREAMER_DRAIN", "tcp://10.0.0.1:80",
                        "PORT", "5000"));
        assertThat(flags.addTo(List.of("--timeout=1s", "cmd", "--path=/c")))
                .containsExactlyInAnyOrder(
                        "--path=/a", "--path=/b/*", "--verbose=true", "--port=5000", "--timeout=1s", "cmd", "--path=/c")
                .endsWith("--timeout=1s", "cmd", "--path=/c");
        assertThat(flags.platformPort()).hasValue(5000);
        assertThat(flags.names()).contains("PORT", "JAVA_TOOL_OPTIONS", "STREAMER_TIMEOUT", "STREAMER_MAX_RUNS");
    }

    @Test
    void theFlagWinsOverTheEnvironmentAndThatOverPort() {
        var spec = ServeCommand.commandLine(Map.of()).getCommandSpec();
        var flags = new EnvironmentFlags(spec, Map.of("STREAMER_PORT", "1", "PORT", "2"));
        assertThat(flags.addTo(List.of("x"))).containsExactly("--port=1", "x");
        assertThat(flags.addTo(List.of("-p", "3", "x"))).containsExactly("-p", "3", "x");
        assertThat(flags.addTo(List.of("-vp3", "x"))).containsExactly("-vp3", "x");
    }

    @Test
    void aVariableThatIsNoFlagsIsTold() {
        var flags = new EnvironmentFlags(
                ServeCommand.commandLine(Map.of()).getCommandSpec(),
                Map.of(
                        "STREAMER_MAX_RUN", "1",
                        "STREAMER_WHATEVER", "1",
                        "STREAMER_EMPTY", "",
                        "STREAMER_RUN", "0123",
                        "STREAMER_QUERY_A", "1",
                        "STREAMER_SERVICE_PORT_HTTP", "80",
                        "STREAMER_PORT_80_TCP", "tcp://10.0.0.1:80",
                        "STREAMER_WEB_PORT_80_TCP_ADDR", "10.0.0.1",
                        "STREAMER_QUEUE", "2"));
        assertThat(flags.unknown())
                .containsExactly(
                        "STREAMER_MAX_RUN: no such option; did you mean STREAMER_MAX_RUNS?",
                        "STREAMER_WHATEVER: no such option");
    }

    @Test
    void aFileHasAFlagALine() throws IOException {
        var text = """
                # where
                --port 0
                  --host\t::1\r
                -v
                --tty 80x24
                --heartbeat-text
                # 1
                --env=A=b c
                --env B=c  d
                --tty
                --
                sh
                # no comment
                -c x
                """;
        var file = Files.writeString(directory.resolve("flags"), text);
        var spec = ServeCommand.commandLine(Map.of()).getCommandSpec();
        assertThat(ArgumentFile.expand(List.of("@" + file, "@other"), spec))
                .startsWith(
                        "--port", "0", "--host", "::1", "-v", "--tty=80x24", "--heartbeat-text", "# 1", "--env=A=b c")
                .endsWith("--env", "B=c  d", "--tty", "--", "sh", "# no comment", "-c x", "@other");
    }

    @Test
    void theCommandMayStandBehindTheDashes() throws IOException {
        var file = Files.writeString(directory.resolve("flags"), "--unbuffer false\n--verbose\n-- sh\n-c x\n");
        var spec = ServeCommand.commandLine(Map.of()).getCommandSpec();
        assertThat(ArgumentFile.expand(List.of("@" + file), spec))
                .containsExactly("--unbuffer=false", "--verbose", "--", "sh", "-c x");
    }

    @Test
    void sizesAndTimesHaveUnits() throws Exception {
        var size = new SizeConverter();
        assertThat(List.of(size.convert("1"), size.convert("64k"), size.convert("10M"), size.convert("2g")))
                .containsExactly(1L, 65_536L, 10_485_760L, 2_147_483_648L);
        var time = new TimeConverter();
        assertThat(List.of(size.convert("1kb"), size.convert("1.5g"), size.convert("2MiB"), size.convert("7B")))
                .containsExactly(1_024L, 1_610_612_736L, 2_097_152L, 7L);
        assertThat(List.of(time.convert("1d"), time.convert("1h30m"), time.convert("1m500ms")))
                .containsExactly(Duration.ofDays(1), Duration.ofMinutes(90), Duration.ofMillis(60_500));
        assertThat(List.of(time.convert("0"), time.convert("250ms"), time.convert("15s"), time.convert("5m")))
                .containsExactly(Duration.ZERO, Duration.ofMillis(250), Duration.ofSeconds(15), Duration.ofMinutes(5));
        assertThat(new HeartbeatTextConverter().convert("a\\n\\t\\\\")).isEqualTo("a\n\t\\");
    }
}
