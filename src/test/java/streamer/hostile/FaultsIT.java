package streamer.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.NothingLeft;
import streamer.testing.Program;
import streamer.testing.ProgramSiege;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.Wait;

/**
 * Fault injection: the system is out of processes, descriptors, threads, disk or memory, or standard streams are
 * closed.
 */
@Tag("hostile")
@ExtendWith(NothingLeft.class)
class FaultsIT {
    /** Says its process id; its child writes. */
    private static final String FAMILY =
            "/family) echo $$; (while :; do echo line; sleep 0.01; done) & wait $!; exit $?;;";

    @TempDir
    private Path directory;

    private enum Victim {
        CHILD,
        GRANDCHILD,
        CLIENT,
        CHILD_AND_CLIENT
    }

    @Test
    void whoeverIsKilledNobodyElseNotices() throws IOException {
        var random = new Random(20_261_122);
        try (var siege = ProgramSiege.of(directory, "", FAMILY)) {
            for (var round = 0; round < 3; round++) {
                IntStream.range(0, 8)
                        .mapToObj(i -> new Kill(Victim.values()[i % 4], random.nextInt(60)))
                        .toList()
                        .parallelStream()
                        .forEach(kill -> kill(siege, kill));
                siege.assertUnharmed();
            }
            siege.awaitNothingElseRuns();
            Wait.until("all is logged", () -> siege.program().err().lines().count() >= 24);
            assertThat(siege.program().err().lines().filter(line -> line.contains("exit=137 ended=exit")))
                    .hasSizeGreaterThanOrEqualTo(12);
            siege.lift();
        }
    }

    private record Kill(Victim victim, int afterPieces) {}

    private static void kill(ProgramSiege siege, Kill kill) {
        try (var client = siege.program().get("/family")) {
            var child = ProcessHandle.of(Long.parseLong(
                            String.valueOf(client.piece()).lines().findFirst().orElse("")))
                    .orElseThrow();
            for (var i = 0; i < kill.afterPieces; i++) {
                client.piece();
            }
            if (kill.victim == Victim.GRANDCHILD) {
                Wait.until("it has a child", () -> child.children().findAny().isPresent());
                child.children().forEach(ProcessHandle::destroyForcibly);
            } else if (kill.victim != Victim.CLIENT) {
                child.destroyForcibly();
            }
            if (kill.victim == Victim.CHILD || kill.victim == Victim.GRANDCHILD) {
                assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            } else {
                client.reset();
            }
        } catch (IOException e) {
            throw new AssertionError(kill.toString(), e);
        }
    }

    /** With each number of descriptors left for the last launch, which may find none half way. */
    @ParameterizedTest
    @ValueSource(ints = {64, 65, 66, 67})
    void recoversAtOnceWhenThereAreDescriptorsAgain(int descriptors) throws IOException {
        try (var siege = ProgramSiege.of(directory, "ulimit -n " + descriptors + "; ", "", "--max-runs", "64")) {
            var clients = takeAll(siege);
            siege.assertUnharmed();
            for (var client : clients) {
                client.close();
            }
            var start = System.nanoTime();
            siege.assertRecovers();
            assertThat(System.nanoTime() - start).isLessThan(8_000_000_000L);
            siege.lift();
        }
    }

    @Test
    void endsInTimeWithoutDescriptors() throws IOException {
        try (var siege = ProgramSiege.of(directory, "ulimit -n 64; ", "", "--max-runs", "64", "--kill-after", "1s")) {
            var clients = takeAll(siege);
            siege.end("TERM", 143);
            for (var client : clients) {
                client.close();
            }
        }
    }

    @Test
    void takesFewerRunsByItselfWhereDescriptorsAreFew() throws IOException {
        try (var siege = ProgramSiege.of(directory, "ulimit -n 64; ", "")) {
            var clients = takeAll(siege);
            assertThat(siege.program().err()).doesNotContain("WARNING");
            for (var client : clients) {
                client.close();
            }
            siege.lift();
        }
    }

    /** Holds runs until nobody is answered any more: each before that gets one, or 503. */
    private static List<StreamClient> takeAll(ProgramSiege siege) throws IOException {
        var clients = new ArrayList<StreamClient>();
        while (clients.size() < 100) {
            var client = siege.program().get("/hold");
            clients.add(client);
            var start = System.nanoTime();
            while (!client.hasMore()) {
                if (System.nanoTime() - start > 1_000_000_000L) {
                    return clients;
                }
                Thread.onSpinWait();
            }
            assertThat(client.status()).as(siege.program().err()).isIn(200, 503);
            if (client.status() == 503) {
                assertThat(client.header("Retry-After")).isNotEmpty();
                assertThat(client.text()).matches("[^\n]+\n");
            }
        }
        return clients;
    }

    @Test
    void uploadsFindRoomAgain() throws IOException {
        var files = directory.resolve("files");
        var prelude = "ulimit -f 1024; export JAVA_OPTS=-Djava.io.tmpdir=" + files + "; ";
        try (var siege = ProgramSiege.of(directory, prelude, "/upload) wc -c;;")) {
            assertThat(upload(siege, 10)).as("without its directory").isEqualTo("507 The upload cannot be kept.");
            Files.createDirectory(files);
            assertThat(upload(siege, 3_000_000)).isEqualTo("507 The upload cannot be kept.");
            assertThat(upload(siege, 10)).isEqualTo("200 10");
            Wait.until("no file is left", () -> {
                try (var left = Files.list(files)) {
                    return left.findAny().isEmpty();
                }
            });
            siege.lift();
        }
    }

    private static String upload(ProgramSiege siege, int bytes) throws IOException {
        var form = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" + "x".repeat(bytes)
                + "\r\n--B--\r\n";
        try (var client = new StreamClient(siege.program().address(), 0)) {
            client.send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + form.length()
                    + "\r\nContent-Type: multipart/form-data; boundary=B\r\nExpect: 100-continue\r\n\r\n");
            client.send(form);
            if (client.status() == 100) {
                client.next();
            }
            return client.status() + " " + client.text().strip();
        }
    }

    @Test
    void uploadsOfOneThatWasKilledAreRemovedAtTheNextStart() throws IOException {
        var files = Files.createDirectory(directory.resolve("files"));
        try (var killed = holding(files, "killed");
                var living = holding(files, "living")) {
            var left = upload(killed);
            var kept = upload(living);
            killed.signal("KILL");
            assertThat(killed.exitCode()).isEqualTo(128 + 9);
            assertThat(left).exists();
            try (var next = holding(files, "next")) {
                Wait.until("what was left is removed", () -> Files.notExists(left.getParent()));
                assertThat(kept).exists();
                next.signal("INT");
                assertThat(next.exitCode()).isEqualTo(130);
            }
            living.signal("INT");
            assertThat(living.exitCode()).isEqualTo(130);
            assertThat(files).isEmptyDirectory();
        }
    }

    /** Its command runs until it is stopped, or the program is gone. */
    private Program holding(Path files, String name) throws IOException {
        var environment = Map.of("JAVA_OPTS", "-Djava.io.tmpdir=" + files);
        var script = "echo $STREAMER_FILE_F; while kill -0 $PPID; do sleep 0.05; done";
        return Program.start(
                Files.createDirectory(directory.resolve(name)),
                environment,
                Path.of("bin/streamer"),
                "sh",
                "-c",
                script);
    }

    private static Path upload(Program program) throws IOException {
        var form = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nx\r\n--B--\r\n";
        var client = new StreamClient(program.address(), 0)
                .send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + form.length()
                        + "\r\nContent-Type: multipart/form-data; boundary=B\r\n\r\n" + form);
        var path = Path.of(String.valueOf(client.piece()).strip());
        assertThat(path).exists();
        return path;
    }

    @Test
    void nobodyWaitsForAReaderOfTheLog() throws IOException {
        var prelude = "mkfifo unread; exec 2<>unread; ";
        var cases = "/noise) yes >&2;;";
        try (var siege = ProgramSiege.of(directory, prelude, cases, "--stderr", "log", "--kill-after", "1s")) {
            try (var noise = siege.program().get("/noise")) {
                assertThat(noise.status()).isEqualTo(200);
                for (var i = 0; i < 200; i++) {
                    try (var client = siege.program().get("/" + "x".repeat(8_000))) {
                        assertThat(client.text()).isEmpty();
                    }
                }
            }
            siege.lift();
        }
    }

    @Test
    void closedStandardStreamsAreNotTakenByOtherFiles() throws IOException {
        var cases = "/streams) for n in 0 2; do readlink /proc/$PPID/fd/$n; done; echo words >&2 && echo written;;";
        try (var siege = ProgramSiege.of(directory, "exec <&- 2>&-; ", cases)) {
            try (var client = siege.program().get("/streams")) {
                assertThat(client.text()).isEqualTo("/dev/null\n/dev/null\nwritten\n");
            }
            siege.lift();
        }
    }

    /** As under {@code nohup(1)}, and started by a shell that became the program and had a child. */
    @Test
    @DisabledIfSystemProperty(named = "streamer.spawner", matches = "jdk")
    void whatItWasStartedWithIsNotPassedOn() throws IOException {
        var prelude = "trap '' HUP; sleep 0.5 & ";
        var cases = "/signals) grep SigIgn /proc/self/status;; /seven) exit 7;;";
        try (var siege = ProgramSiege.of(directory, prelude, cases)) {
            try (var client = siege.program().get("/signals")) {
                assertThat(client.text()).isEqualTo("SigIgn:\t0000000000000000\n");
            }
            for (var i = 0; i < 50; i++) { // a stranger's exit hides no other, whenever it comes
                try (var client = siege.program().get("/seven")) {
                    assertThat(client.status()).isEqualTo(500);
                    assertThat(client.header("Streamer-Exit-Code")).isEqualTo("7");
                }
            }
            siege.lift();
        }
    }

    @Test
    void aCommandThatClosesItsOutputEarlyIsWaitedFor() throws IOException {
        var cases = "/early) echo hi; exec >&-; sleep 0.3; exit 0;; /never) echo hi; exec >&-; sleep 1000;;";
        try (var siege = ProgramSiege.of(directory, "", cases)) {
            try (var client = siege.program().get("/early")) {
                assertThat(client.text()).isEqualTo("hi\n");
                assertThat(client.end()).isEqualTo(End.CLEAN);
                assertThat(client.trailer("Streamer-Exit-Code")).isEqualTo("0");
            }
            try (var client = siege.program().get("/never")) {
                assertThat(client.piece()).isEqualTo("hi\n");
            }
            siege.lift();
        }
    }

    @Test
    void aWildFamilyGoesWithItsClient() throws IOException {
        var cases = "/wild) i=0; while [ $i -lt 200 ]; do i=$((i+1)); (trap '' TERM; exec sleep 1000) & done;"
                + " echo ready; wait;;";
        try (var siege = ProgramSiege.of(directory, "", cases, "--kill-after", "500ms")) {
            try (var client = siege.program().get("/wild")) {
                assertThat(client.piece()).isEqualTo("ready\n");
            }
            siege.lift();
        }
    }
}
