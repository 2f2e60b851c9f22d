package streamer.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import streamer.process.LaunchException.Kind;
import streamer.process.RunSpec.Stderr;
import streamer.process.RunSpec.Stdin;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class PosixSpawnerTest {
    private static final Launcher LAUNCHER = new ExecLauncher();

    @TempDir
    private Path directory;

    @BeforeAll
    static void isChosen() {
        assumeThat(Spawners.chosen()).isInstanceOf(PosixSpawner.class);
    }

    @Test
    void signalsHaveTheirDefaultActions() throws Exception {
        assertThat(output("sed -n /^Sig[BIC]/p /proc/self/status"))
                .isEqualTo("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nSigCgt:\t0000000000000000\n");
    }

    @Test
    void noDescriptorIsPassedOn() throws Exception {
        assertThat(output("for n in $(seq 0 99); do [ ! -e /proc/$$/fd/$n ] || echo $n; done"))
                .isEqualTo("0\n1\n2\n");
    }

    @Test
    void thereIsNoTerminalToAskAt() throws Exception {
        assertThat(output("cut -d' ' -f5,7 /proc/$$/stat; echo $$; (: </dev/tty) 2>/dev/null || echo none"))
                .as("a process group, a terminal")
                .matches("(\\d+) 0\n\\1\nnone\n");
    }

    @Test
    void bytesThatAreNotUtf8ArriveAsTheyAre() throws Exception {
        var text = RawText.decode(new byte[] {'a', (byte) 0xe9, (byte) 0xf0, (byte) 0x9f, (byte) 0x92, (byte) 0x80});
        var command = Commands.sh("printf '%s,%s' \"$1\" \"$VALUE\"", text + "\uD83D\uDC80é");
        assertThat(output(launch(command, Map.of("VALUE", text, "PATH", "/usr/bin:/bin"))))
                .isEqualTo("aé\u00f0\u009f\u0092\u0080ð\u009f\u0092\u0080Ã©,aéð\u009f\u0092\u0080");
    }

    private enum Failure {
        MISSING(Kind.NOT_FOUND, "./missing: command or its interpreter not found"),
        UNREADABLE(Kind.NOT_EXECUTABLE, "./unreadable: not executable"),
        ORPHANED(Kind.NOT_FOUND, "./orphaned: command or its interpreter not found"),
        BUSY(Kind.OTHER, "./busy: cannot be launched: Text file busy");

        private final Kind kind;
        private final String line;

        Failure(Kind kind, String line) {
            this.kind = kind;
            this.line = line;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureSaysWhy(Failure failure) throws Exception {
        write("unreadable", "#!/bin/sh\n", "rw-------");
        write("orphaned", "#!/no/interpreter\n", "rwx------");
        write("busy", "#!/bin/sh\n", "rwx------");
        var program = "./" + failure.name().toLowerCase(Locale.ROOT);
        try (var writer = Files.newOutputStream(directory.resolve("busy"))) {
            writer.write('x');
            assertThatThrownBy(() -> launch(List.of(program), directory, Map.of()))
                    .isInstanceOfSatisfying(
                            LaunchException.class, e -> assertThat(e.kind()).isEqualTo(failure.kind))
                    .hasMessage(failure.line);
        }
    }

    @Test
    void theDirectoryIsTold() {
        var missing = directory.resolve("missing");
        assertThatThrownBy(() -> launch(List.of("/bin/true"), missing, Map.of()))
                .hasMessage(missing + ": no such directory");
    }

    @Test
    void tooManyBytesAreTold() {
        assertThatThrownBy(() -> launch(List.of("/bin/true", "x".repeat(200_000)), Map.of()))
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LARGE));
    }

    @Test
    void aScriptWithoutAnInterpreterIsRunByTheShell() throws Exception {
        write("plain", "echo \"$0 $1\"; pwd", "rwx------");
        assertThat(output(launch(List.of("./plain", "word"), directory, Map.of())))
                .isEqualTo("./plain word\n" + directory.toRealPath() + "\n");
    }

    private void write(String name, String text, String permissions) throws IOException {
        var file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void closingStandardInputWakesItsWriter() throws Exception {
        var spec = new RunSpec(
                Commands.silent(), null, System.getenv(), new Stdin.Pipe(), Stderr.DROP, null, RunSpec.Limits.NONE);
        var launched = LAUNCHER.launch(spec, "");
        try {
            var writer = CompletableFuture.runAsync(() -> {
                try (var stdin = launched.child().stdin()) {
                    while (true) {
                        stdin.write(new byte[100_000]);
                    }
                } catch (IOException e) {
                    // It is closed.
                }
            });
            launched.child().close();
            Wait.until("the writer is woken", writer::isDone);
        } finally {
            launched.pipe().close();
            Optional.ofNullable(launched.child().handle()).ifPresent(ProcessHandle::destroyForcibly);
            launched.child().awaitExit(Wait.LONG);
        }
    }

    /** Some of the launches fail, each with a child for a moment that the C library reaps. */
    @Test
    void noExitIsLostOrTakenForAnothers() {
        IntStream.range(0, 400).parallel().forEach(i -> {
            var code = i % 200;
            try {
                if (code % 10 == 9) {
                    assertThatThrownBy(() -> launch(List.of("/no/such/command"), Map.of()))
                            .isInstanceOf(LaunchException.class);
                } else {
                    var launched = launch(Commands.exiting(code), System.getenv());
                    assertThat(launched.child().awaitExit(Wait.LONG)).hasValue(code);
                    launched.pipe().close();
                }
            } catch (LaunchException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void deathBySignalIsToldByItsNumber() throws Exception {
        var launched = launch(Commands.sh("kill -9 $$"), System.getenv());
        assertThat(launched.child().awaitExit(Wait.LONG)).hasValue(128 + 9);
        launched.pipe().close();
    }

    private static Launcher.Launched launch(List<String> command, Map<String, String> environment)
            throws LaunchException {
        return launch(command, null, environment);
    }

    private static Launcher.Launched launch(
            List<String> command, @Nullable Path directory, Map<String, String> environment) throws LaunchException {
        var spec = new RunSpec(
                command, directory, environment, new Stdin.Empty(), Stderr.MERGE, null, RunSpec.Limits.NONE);
        return LAUNCHER.launch(spec, "");
    }

    private static String output(String script) throws Exception {
        return output(launch(Commands.sh(script), System.getenv()));
    }

    /** All that a command writes, one char a byte. */
    private static String output(Launcher.Launched launched) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var pipe = launched.pipe()) {
            var buffer = ByteBuffer.allocate(1_000);
            while (pipe.read(buffer.clear()) >= 0) {
                bytes.write(buffer.array(), 0, buffer.position());
            }
        }
        assertThat(launched.child().awaitExit(Wait.LONG)).hasValue(0);
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
