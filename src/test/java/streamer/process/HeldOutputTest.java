package streamer.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import streamer.process.RunSpec.Stderr;
import streamer.process.RunSpec.Stdin;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Wait;

/** Programs that hold their output are told from those that have none. Programs that are not here are left out. */
@ExtendWith(NothingLeft.class)
class HeldOutputTest {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1_200);
    private static final int PAIRS_OF_LOOKS = 2;

    /** Writes a line five times a second. */
    private static final String FLOW = "flow() { while sleep .2; do i=$((i+1)); echo \"{\\\"a\\\": $i}\"; done; }; ";

    /** The program that is needed, what is launched, and the cure that is named for it. */
    private static final List<List<String>> HELD = List.of(
            List.of("grep", "flow | grep a", "grep --line-buffered, or --unbuffer, or --tty"),
            List.of("grep", "flow | grep a | cat", "grep --line-buffered, or --unbuffer"),
            List.of("grep", "flow | grep a | cut -c1 | tr a b", "grep --line-buffered, or --unbuffer"),
            List.of("sed", "(echo first; sleep 1000) | sed s/a/b/ | cat", "sed -u, or --unbuffer"),
            List.of("sed", "_STDBUF_O=L; export _STDBUF_O; flow | sed s/a/b/", "fflush(3)"),
            List.of("sed", "flow | sed s/a/b/", "sed -u, or --unbuffer, or --tty"),
            List.of("tr", "flow | tr a b", "--unbuffer, or --tty"),
            List.of("cut", "flow | cut -c1", "--unbuffer, or --tty"),
            List.of("uniq", "flow | uniq", "--unbuffer, or --tty"),
            List.of("nl", "flow | nl", "--unbuffer, or --tty"),
            List.of("fold", "flow | fold -w3", "--unbuffer, or --tty"),
            List.of("expand", "flow | expand", "--unbuffer, or --tty"),
            List.of("paste", "flow | paste - -", "--unbuffer, or --tty"),
            List.of("od", "flow | od -An -c -v", "--unbuffer, or --tty"),
            List.of("gawk", "flow | gawk '{print}'", "--unbuffer, or --tty"),
            List.of("jq", "flow | jq -c .", "jq --unbuffered, or --unbuffer, or --tty"),
            List.of("mawk", "flow | mawk '{print}'", "mawk -W interactive"),
            List.of("mawk", "ln -s $(command -v mawk) awk; flow | ./awk '{print}'", "mawk -W interactive"),
            List.of("perl", "perl -e 'while (1) { print 1; sleep 1 }'", "$| = 1, or --tty"),
            List.of("perl", "flow | perl -pe s/a/b/ | cat", "$| = 1"),
            List.of("perl", "echo 'while (<>) { print $_; }' >p; flow | perl -w p", "$| = 1, or --tty"),
            List.of("ruby", "ruby -e 'loop { puts 1; sleep 0.5 }'", "$stdout.sync = true, or --tty"),
            List.of(
                    "python3",
                    "exec env -u PYTHONUNBUFFERED python3 -c 'import time\nwhile 1: print(1); time.sleep(.5)'",
                    "PYTHONUNBUFFERED=1, which sudo and env -i drop, or --tty"));

    private static final List<List<String>> NOT_HELD = List.of(
            List.of("sleep", "sleep 1000"),
            List.of("sh", "while sleep .5; do :; done"),
            List.of("sh", "i=0; while :; do i=$((i+1)); done"),
            List.of("yes", "yes >/dev/null"),
            List.of("cat", "sleep 1000 | cat"),
            List.of("grep", "sleep 1000 | grep a"),
            List.of("grep", "flow | grep b"),
            List.of("grep", "x=$(flow | grep a)"),
            List.of("sort", "flow | sort"),
            List.of("wc", "flow | wc -l"),
            List.of("sha256sum", "flow | sha256sum"),
            List.of("gzip", "flow | gzip"),
            List.of("tee", "flow | tee file >/dev/null"),
            List.of("dd", "flow | dd bs=1k of=/dev/null"),
            List.of("sort", "flow | grep a | sort"),
            List.of("tail", "flow | tr a b | tail -n 3"),
            List.of("yes", "yes | grep y | sleep 1000"),
            List.of("yes", "yes | grep y | while read -r x; do sleep .1; done"),
            List.of("mawk", "mawk 'BEGIN { while (1) i++ }'"),
            List.of("mawk", "sleep 1000 | mawk '{print}'"),
            List.of("mawk", "flow | mawk -W interactive /b/"),
            List.of("mawk", "flow | mawk '{ s += $1 } END { print s }'"),
            List.of("perl", "perl -e 'sleep 1 while 1'"),
            List.of("perl", "perl -e '1 while 1; print 1'"),
            List.of("perl", "perl -e '$| = 1; while (1) { sleep 1; print 1 if 0 }'"),
            List.of("perl", "flow | perl -ne '$n++; END { print $n }'"),
            List.of("perl", "echo 'use IO::Handle; STDOUT->autoflush; while (<>) { print if /b/ }' >q; flow | perl q"),
            List.of("perl", "flow | perl -e '@lines = <STDIN>; print sort @lines'"),
            List.of("perl", "perl -e 'open F, q(>), q(/dev/null); while (1) { print F 1; sleep 1 }'"),
            List.of("ruby", "ruby -e 'loop { sleep 0.5; $stderr.puts 1 if false }'"),
            List.of("ruby", "ruby -e 'loop { sleep 0.5 }'"),
            List.of("ruby", "ruby -e '$stdout.sync = true; loop { sleep 0.5; puts 1 if false }'"),
            List.of("node", "node -e 'setInterval(() => 1, 100)'"),
            List.of("php", "php -r 'while (1) usleep(100000);'"),
            List.of("python3", "exec python3 -uc 'import time\nwhile 1:\n time.sleep(.1)\n if 0: print()'"),
            List.of(
                    "python3",
                    "PYTHONUNBUFFERED=1 exec python3 -c 'import time\nwhile 1:\n time.sleep(.1)\n if 0: print()'"),
            List.of("python3", "python3 -c 'import socket\ns = socket.create_server((\"\", 0)); s.accept(); print()'"));

    @TempDir
    private Path directory;

    private final List<Case> cases = new ArrayList<>();

    /** A launched command. */
    private record Case(List<String> words, Launcher.Launched launched) {
        Map<Stage, Activity> look() throws IOException {
            var seen = new HashMap<Stage, Activity>();
            for (var stage : Stage.leadingTo(launched.pipe().name(), handle().pid())) {
                Activity.of(stage.pid()).ifPresent(activity -> seen.put(stage, activity));
            }
            return seen;
        }

        ProcessHandle handle() {
            return Objects.requireNonNull(launched.child().handle());
        }
    }

    @BeforeAll
    static void itIsSeen() {
        assumeThat(Spawners.chosen()).isInstanceOf(PosixSpawner.class);
    }

    @AfterEach
    void stop() throws Exception {
        var tree = ProcessTree.snapshot();
        for (var one : cases) {
            tree.of("", List.of(one.handle())).forEach(ProcessHandle::destroyForcibly);
            one.launched().child().awaitExit(Wait.LONG);
            one.launched().pipe().close();
        }
    }

    private void launch(List<String> words, @Nullable TerminalSize terminal) throws LaunchException {
        var spec = new RunSpec(
                Commands.sh(FLOW + words.get(1)),
                directory,
                System.getenv(),
                new Stdin.Empty(),
                terminal == null ? Stderr.DROP : Stderr.MERGE,
                terminal,
                RunSpec.Limits.NONE);
        cases.add(new Case(words, new ExecLauncher().launch(spec, "")));
    }

    private static boolean isHere(List<String> words) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, words.get(0))));
    }

    /** What all cases hold, by their words, as two looks tell. */
    private Map<List<String>, String> held() throws IOException {
        var first = look();
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        var second = look();
        var held = new HashMap<List<String>, String>();
        for (var one : cases) {
            var output = one.launched().pipe().name();
            second.getOrDefault(one, Map.of())
                    .forEach((stage, now) -> Optional.ofNullable(
                                    first.getOrDefault(one, Map.of()).get(stage))
                            .flatMap(before -> HeldOutput.find(stage, output, before, now))
                            .ifPresent(found -> held.put(one.words(), found)));
        }
        return held;
    }

    private Map<Case, Map<Stage, Activity>> look() throws IOException {
        var looks = new HashMap<Case, Map<Stage, Activity>>();
        for (var one : cases) {
            looks.put(one, one.look());
        }
        return looks;
    }

    private void launchAll(List<List<String>> all) throws LaunchException {
        for (var words : all) {
            if (isHere(words)) {
                launch(words, null);
            }
        }
    }

    @Test
    void whoHoldsItsOutputIsNamed() throws Exception {
        launchAll(HELD);
        var held = new HashMap<List<String>, String>();
        Wait.within(Wait.LONG, () -> "only these are seen: " + held, () -> {
            held.putAll(held());
            return held.size() == cases.size();
        });
        held.forEach((words, found) -> assertThat(found).as("%s", words).endsWith("; cure: " + words.get(2)));
    }

    @Test
    void whoHasNoneIsNot() throws Exception {
        launchAll(NOT_HELD);
        for (var i = 0; i < PAIRS_OF_LOOKS; i++) {
            assertThat(held()).isEmpty();
        }
    }

    @Test
    void atATerminalAnUnfinishedLineIsHeld() throws Exception {
        launch(List.of("tr", "flow | tr '\\n' ' '"), new TerminalSize(80, 24));
        Wait.until(
                "it is seen",
                () -> held().values().stream()
                        .anyMatch(found -> found.endsWith("; cure: --unbuffer --env _STDBUF_O=0")));
    }
}
