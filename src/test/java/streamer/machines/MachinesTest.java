package streamer.machines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.output.Ending.Reason;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.RedisServer;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** {@code --store}: several machines serve the same kept runs. */
@Tag("clients")
@ExtendWith(NothingLeft.class)
class MachinesTest {
    private static final String EVENTS = "Accept: text/event-stream";
    private static final String ASYNC = "Prefer: respond-async";
    private static final String KEY = "Idempotency-Key: k";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int MANY = 50;
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    @SuppressWarnings("NullAway.Init")
    private static RedisServer redis;

    @TempDir
    private Path directory;

    private final String prefix = "test" + PREFIXES.incrementAndGet();
    private final List<TestServer> machines = new ArrayList<>();

    @BeforeAll
    static void startRedis() throws IOException {
        redis = RedisServer.start();
    }

    @AfterAll
    static void stopRedis() throws IOException {
        redis.close();
    }

    @AfterEach
    void closeAll() {
        machines.forEach(TestServer::close);
        machines.clear();
    }

    private TestServer.Setup setup(List<String> command) {
        return TestServer.of(command)
                .path("/*")
                .keep(Duration.ofHours(1))
                .openList()
                .statusWait(Duration.ofMillis(50))
                .store(redis.url() + "?prefix=" + prefix);
    }

    private TestServer start(TestServer.Setup setup) throws IOException {
        var server = setup.start();
        machines.add(server);
        return server;
    }

    private TestServer start(List<String> command) throws IOException {
        return start(setup(command));
    }

    private static String run(StreamClient client) throws IOException {
        return client.header("Streamer-Run");
    }

    private static String status(String run) {
        return "/-/runs/" + run;
    }

    private static String output(String run) {
        return status(run) + "/output";
    }

    /** Starts a run for which nobody has to stay; its id. */
    private static String begin(TestServer server) throws IOException {
        try (var client = server.get("/", ASYNC)) {
            assertThat(client.status()).isEqualTo(202);
            return run(client);
        }
    }

    private static String text(TestServer server, String path, String... headers) throws IOException {
        try (var client = server.get(path, headers)) {
            return client.text();
        }
    }

    private static int code(TestServer server, String method, String path) throws IOException {
        try (var client = server.connect().request(method, path)) {
            return client.status();
        }
    }

    private static void awaitEnd(TestServer server, String run) {
        Wait.until("it has ended", () -> text(server, status(run)).contains("\"state\":\"ended\""));
    }

    private static String readTo(String last, StreamClient client) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf(last) < 0) {
            text.append(client.piece());
        }
        return text.toString();
    }

    @Test
    void anotherMachineSendsARunAsItComes() throws IOException {
        try (var puppet = new Puppet()) {
            var owner = start(puppet.command());
            var other = start(puppet.command());
            var third = start(puppet.command());
            try (var first = owner.get("/")) {
                puppet.tell("printf one");
                assertThat(first.piece()).isEqualTo("one");
                Wait.until("it is known", () -> text(other, status(run(first))).contains("\"next\":3"));
                try (var second = other.get(output(run(first)));
                        var late = third.get(output(run(first)) + "?from=2")) {
                    assertThat(second.piece()).isEqualTo("one");
                    assertThat(second.header("Streamer-From")).isEqualTo("0");
                    assertThat(late.piece()).isEqualTo("e");
                    assertThat(late.header("Streamer-From")).isEqualTo("2");
                    puppet.tell("printf two");
                    assertThat(second.piece()).isEqualTo("two");
                    assertThat(late.piece()).isEqualTo("two");
                    puppet.tell("printf three; exit 0");
                    assertThat(second.text()).isEqualTo("three");
                    assertThat(late.text()).isEqualTo("three");
                    assertThat(second.end()).isEqualTo(End.CLEAN);
                    assertThat(second.trailer("Streamer-Ended")).isEqualTo("exit");
                    assertThat(second.trailer("Streamer-Exit-Code")).isEqualTo("0");
                }
            }
        }
    }

    /** Entries are read by eights, and the ending is the last that there can be. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6, 7, 8, 15})
    void anEndedRunIsReadWhateverItsEntries(int number) throws IOException {
        try (var puppet = new Puppet()) {
            var owner = start(puppet.command());
            var other = start(puppet.command());
            try (var client = owner.get("/")) {
                puppet.tell(":");
                var run = run(client);
                for (var i = 1; i <= number; i++) {
                    var next = i;
                    puppet.tell("printf " + next % 10);
                    Wait.until("it is an entry", () -> text(other, status(run)).contains("\"next\":" + next + ","));
                }
                puppet.tell("exit 0");
                awaitEnd(other, run);
                try (var late = other.get(output(run))) {
                    assertThat(late.text()).hasSize(number);
                    assertThat(late.end()).isEqualTo(End.CLEAN);
                }
            }
        }
    }

    @Test
    void whatRedisForgetsIsSentAgain() throws IOException {
        var owner = start(Commands.printing("abc"));
        var other = start(Commands.printing("abc"));
        var run = begin(owner);
        awaitEnd(other, run);
        redis.cli("flushall");
        Wait.until("it is known again", () -> code(other, "GET", status(run)) == 200);
        assertThat(text(other, output(run))).isEqualTo("abc");
    }

    @Test
    void anEndedRunIsReadFromEachOffsetOnEachMachine() throws IOException {
        var all = "0123456789";
        var owner = start(Commands.printing(all));
        var others = List.of(start(Commands.printing(all)), start(Commands.printing(all)));
        var run = begin(owner);
        for (var other : others) {
            awaitEnd(other, run);
            for (var from = 0; from <= all.length(); from++) {
                try (var client = other.get(output(run) + "?from=" + from)) {
                    assertThat(client.text()).isEqualTo(all.substring(from));
                    assertThat(client.end()).isEqualTo(End.CLEAN);
                }
            }
            assertThat(code(other, "GET", output(run) + "?from=11")).isEqualTo(416);
        }
    }

    @Test
    void eventsGoOnAfterTheLastOneOnAnyMachine() throws IOException {
        try (var puppet = new Puppet()) {
            var owner = start(puppet.command());
            var other = start(puppet.command());
            var run = begin(owner);
            puppet.tell("echo one");
            try (var first = other.get(output(run), EVENTS)) {
                assertThat(readTo("one\n\n", first)).contains("id: " + run + ":4\ndata: one\n\n");
            }
            puppet.tell("echo two");
            try (var second = start(puppet.command()).get("/", EVENTS, "Last-Event-ID: " + run + ":4")) {
                assertThat(readTo("two\n\n", second)).endsWith("id: " + run + ":8\ndata: two\n\n");
                puppet.tell("exit 3");
                assertThat(second.text()).contains("event: exit", "\"code\":3", run + ":8:end");
            }
            assertThat(code(other, "GET", output(run) + "?lastEventId=" + run + ":8:end"))
                    .isEqualTo(204);
        }
    }

    @Test
    void anotherMachineSendsLastLinesAndWhatIsThere() throws IOException {
        try (var puppet = new Puppet()) {
            var owner = start(puppet.command());
            var other = start(puppet.command());
            var run = begin(owner);
            puppet.tell("seq 10");
            Wait.until("all is there", () -> text(other, status(run)).contains("\"next\":21"));
            try (var client = other.get(output(run) + "?follow=0")) {
                assertThat(client.text()).endsWith("9\n10\n").hasSize(21);
                assertThat(client.end()).isEqualTo(End.CLEAN);
                assertThat(client.header("Streamer-Next")).isEqualTo("21");
                assertThat(client.header("Streamer-Ended")).isEmpty();
            }
            try (var client = other.get(output(run) + "?tail=2")) {
                assertThat(readTo("10\n", client)).isEqualTo("9\n10\n");
                puppet.tell("echo last; exit 3");
                assertThat(client.text()).isEqualTo("last\n");
                assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            }
            try (var client = other.get(output(run) + "?follow=0&from=21")) {
                assertThat(client.text()).isEqualTo("last\n");
                assertThat(client.end()).isEqualTo(End.CLEAN);
                assertThat(client.header("Streamer-Next")).isEqualTo("26");
                assertThat(client.header("Streamer-Ended")).isEqualTo("exit");
                assertThat(client.header("Streamer-Exit-Code")).isEqualTo("3");
            }
        }
    }

    @Test
    void statusIsKnownOnEachMachineAndItsEndIsWaitedFor() throws IOException {
        try (var puppet = new Puppet()) {
            var owner = start(puppet.command());
            var other = start(puppet.command());
            var run = begin(owner);
            Wait.until("it runs", () -> text(other, status(run)).contains("\"state\":\"running\""));
            assertThat(text(other, status(run) + "?wait=10ms")).contains("\"state\":\"running\"");
            puppet.tell("printf four; exit 3");
            assertThat(text(other, status(run) + "?wait=25s"))
                    .contains("\"state\":\"ended\",\"ended\":\"exit\",\"code\":3", "\"next\":4", "\"machine\":");
            assertThat(text(owner, status(run))).contains("\"machine\":");
            assertThat(text(other, status("0".repeat(32)))).contains("No such run");
        }
    }

    @Test
    void theListHasTheRunsOfAll() throws IOException {
        var one = start(Commands.printing("1"));
        var two = start(Commands.printing("2"));
        var ofOne = begin(one);
        var ofTwo = begin(two);
        for (var server : List.of(one, two, start(Commands.printing("3")))) {
            Wait.until("both are listed as ended", () -> {
                var list = text(server, "/-/runs");
                return list.contains(ofOne) && list.contains(ofTwo) && list.split("\"ended\":\"exit\"").length == 3;
            });
            assertThat(text(server, "/-/runs").split("\"machine\":\"")).hasSize(3);
        }
    }

    @Test
    void aRunIsStoppedFromAnyMachine() throws IOException {
        var command = Commands.sh("echo ready; exec sleep 1000");
        var owner = start(command);
        var other = start(command);
        var third = start(command);
        var run = begin(owner);
        try (var viewer = third.get(output(run))) {
            assertThat(viewer.piece()).isEqualTo("ready\n");
            var began = System.nanoTime();
            assertThat(text(other, status(run))).contains("running");
            assertThat(code(other, "DELETE", status(run))).isEqualTo(202);
            assertThat(viewer.end()).isEqualTo(End.BROKEN_OFF);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SECOND);
        }
        assertThat(text(third, status(run))).contains("\"ended\":\"stop\"");
        assertThat(code(other, "DELETE", status(run))).isEqualTo(204);
        assertThat(code(third, "DELETE", status(run))).isEqualTo(204);
        assertThat(code(other, "DELETE", status("0".repeat(32)))).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void outputIsForgottenOnAllMachines(int by) throws IOException {
        try (var puppet = new Puppet()) {
            var all = List.of(start(puppet.command()), start(puppet.command()), start(puppet.command()));
            var run = begin(all.get(0));
            puppet.tell("echo x");
            for (var server : all) {
                try (var viewer = server.get(output(run))) {
                    assertThat(viewer.piece()).isEqualTo("x\n");
                    assertThat(code(server, "DELETE", output(run))).isEqualTo(409);
                }
            }
            puppet.tell("exit 0");
            for (var server : all) {
                awaitEnd(server, run);
            }
            assertThat(code(all.get(by), "DELETE", output(run))).isEqualTo(204);
            for (var server : all) {
                Wait.within(SECOND, "it is gone", () -> code(server, "GET", output(run)) == 404);
            }
            assertThat(redis.cli("KEYS", prefix + ":{" + run + "*")).isEmpty();
        }
    }

    /** Asks all machines at one time for the same; what each answer says, when the command has ended. */
    private List<StreamClient> askAll(List<TestServer> servers, String... headers) throws IOException {
        var clients = new ArrayList<StreamClient>();
        for (var i = 0; i < MANY; i++) {
            clients.add(servers.get(i % servers.size()).connect());
        }
        clients.parallelStream().forEach(client -> ask(client, headers));
        return clients;
    }

    private static void ask(StreamClient client, String... headers) {
        try {
            client.request("GET", "/a?x=1", headers);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Says in a file that it was launched, and goes on until another one is there. */
    private List<String> counted() {
        return Commands.sh(
                "echo run >>\"$1/runs\"; echo 1; while ! [ -e \"$1/go\" ]; do sleep 0.05; done; echo 2",
                directory.toString());
    }

    private String launches() throws IOException {
        return Files.readString(directory.resolve("runs"));
    }

    private void assertAllGetOne(List<StreamClient> clients) throws IOException {
        for (var client : clients) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(run(client)).isEqualTo(run(clients.get(0)));
        }
        Files.createFile(directory.resolve("go"));
        for (var client : clients) {
            assertThat(client.text()).isEqualTo("1\n2\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            client.close();
        }
        assertThat(launches()).isEqualTo("run\n");
    }

    @Test
    void manyAtOnceShareOneRunOnAllMachines() throws IOException {
        var all = List.of(
                start(setup(counted()).share()),
                start(setup(counted()).share()),
                start(setup(counted()).share()));
        assertAllGetOne(askAll(all));
        try (var next = all.get(1).get("/a?x=1")) {
            assertThat(next.text()).isEqualTo("1\n2\n");
        }
        assertThat(launches()).isEqualTo("run\nrun\n");
    }

    @Test
    void manyAtOnceOfOneKeyRunOnceOnAllMachines() throws IOException {
        var all = List.of(start(counted()), start(counted()), start(counted()));
        assertAllGetOne(askAll(all, KEY));
        for (var server : all) {
            assertThat(text(server, "/a?x=1", KEY)).isEqualTo("1\n2\n");
            try (var other = server.get("/a?x=2", KEY)) {
                assertThat(other.status()).isEqualTo(422);
            }
        }
        assertThat(launches()).isEqualTo("run\n");
    }

    @Test
    void oneThatIsBeingStoppedIsNotSharedOnOtherMachines() throws IOException {
        var owner = start(setup(Commands.ignoringTerm()).share().killAfter(Duration.ofMinutes(10)));
        var other = start(setup(Commands.ignoringTerm()).share());
        try (var first = owner.get("/")) {
            assertThat(first.piece()).isEqualTo("ready\n");
            assertThat(code(owner, "DELETE", status(run(first)))).isEqualTo(202);
            Wait.until(
                    "others do not join it",
                    () -> redis.cli("KEYS", prefix + ":share:*").isEmpty());
            try (var second = other.get("/")) {
                assertThat(second.piece()).isEqualTo("ready\n");
                assertThat(run(second)).isNotEqualTo(run(first));
            }
            owner.runs().killNow();
            other.runs().killNow();
        }
    }

    @Test
    void aCommandThatCannotBeLaunchedLeavesItsKeyFreeOnAllMachines() throws IOException {
        var script = directory.resolve("script");
        write(script);
        var one = start(List.of(script.toString()));
        var two = start(List.of(script.toString()));
        Files.delete(script);
        try (var client = one.get("/", KEY)) {
            assertThat(client.status()).isEqualTo(500);
        }
        write(script);
        Wait.within(SECOND, "it is free", () -> text(two, "/", KEY).equals("all\n"));
    }

    private static void write(Path script) throws IOException {
        Files.writeString(script, "#!/bin/sh\necho all\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void aShutdownIsToldToWhoWatchesElsewhereAndWhatItLeftCanBeRead() throws IOException {
        var command = Commands.either("[ $PATH_INFO = /b ]", "echo b", Commands.sh("echo a; exec sleep 1000"));
        var owner = setup(command).start();
        var other = start(command);
        String ended;
        String running;
        try (owner) {
            try (var client = owner.get("/b")) {
                assertThat(client.text()).isEqualTo("b\n");
                ended = run(client);
            }
            running = begin(owner);
            try (var plain = other.get(output(running));
                    var events = other.get(output(running), EVENTS)) {
                assertThat(plain.piece()).isEqualTo("a\n");
                owner.runs().stopAll(Reason.SHUTDOWN);
                assertThat(plain.end()).isEqualTo(End.BROKEN_OFF);
                assertThat(events.text()).contains("data: a\n", "event: exit", "shutdown");
            }
        }
        try (var client = start(command).get(output(ended))) {
            assertThat(client.text()).isEqualTo("b\n");
            assertThat(client.trailer("Streamer-Ended")).isEqualTo("exit");
        }
        assertThat(text(other, status(running))).contains("\"state\":\"ended\",\"ended\":\"shutdown\"");
    }

    @Test
    void aBadEndIsAnErrorAtItsOffsetOnAnotherMachine() throws IOException {
        var owner = start(Commands.sh("printf four; exit 3"));
        var other = start(Commands.sh("printf four; exit 3"));
        var run = begin(owner);
        awaitEnd(other, run);
        try (var client = other.get(output(run))) {
            assertThat(client.text()).isEqualTo("four");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
        }
        try (var client = other.get(output(run) + "?from=4")) {
            assertThat(client.status()).isEqualTo(500);
            assertThat(client.header("Streamer-Ended")).isEqualTo("exit");
            assertThat(client.header("Streamer-Exit-Code")).isEqualTo("3");
        }
    }

    @Test
    void aHeadThatIsNotKeptIsNamedOnAnotherMachine() throws IOException {
        var command = Commands.sh("yes 1234567 | head -c 1000000");
        var owner = start(setup(command).keepBytes(64 * 1024));
        var other = start(setup(command).keepBytes(64 * 1024));
        var run = begin(owner);
        awaitEnd(other, run);
        String first;
        try (var client = other.get(output(run))) {
            first = client.header("Streamer-From");
            var length = client.bytes().length;
            assertThat(length).isBetween(1, 64 * 1024);
            assertThat(Long.parseLong(first) + length).isEqualTo(1_000_000);
        }
        try (var client = other.get(output(run) + "?from=8")) {
            assertThat(client.status()).isEqualTo(410);
            assertThat(client.text()).contains("The first byte that is kept is " + first + ".");
        }
        assertThat(text(other, output(run) + "?from=8", EVENTS))
                .startsWith("event: gap\ndata: {\"from\":8,\"to\":" + first + "}\n");
    }

    /** What says that somebody watches is there for 15 s after they have last been seen. */
    @Test
    void whoWatchesOnAnotherMachineKeepsARunGoing() throws IOException {
        var command = Commands.sh("echo ready; exec sleep 1000");
        var unwatched = Duration.ofMillis(200);
        var owner = start(setup(command).unwatched(unwatched));
        var other = start(setup(command).unwatched(unwatched));
        String run;
        StreamClient viewer;
        try (var first = owner.get("/")) {
            assertThat(first.piece()).isEqualTo("ready\n");
            run = run(first);
            viewer = other.get(output(run));
            assertThat(viewer.piece()).isEqualTo("ready\n");
        }
        try (viewer) {
            Wait.until(
                    "it is only watched there", () -> text(owner, status(run)).contains("\"viewers\":0"));
            var until = System.nanoTime() + Duration.ofSeconds(17).toNanos();
            Wait.until("long after that", () -> System.nanoTime() > until);
            assertThat(text(owner, status(run))).contains("\"state\":\"running\"");
        }
        Wait.until(
                "it is stopped",
                () -> text(owner, status(run)).contains("\"state\":\"ended\",\"ended\":\"unwatched\""));
    }

    @Test
    void oneThatWasAnsweredAtOnceByAnotherMachineNeedsNobody() throws IOException {
        try (var puppet = new Puppet()) {
            var unwatched = Duration.ofMillis(50);
            var owner = start(setup(puppet.command()).unwatched(unwatched));
            var other = start(setup(puppet.command()).unwatched(unwatched));
            try (var first = owner.get("/", KEY)) {
                puppet.tell("echo one");
                first.piece();
                try (var joined = other.get("/", KEY, ASYNC)) {
                    assertThat(joined.status()).isEqualTo(202);
                    assertThat(joined.header("Location")).isEqualTo(status(run(first)));
                }
                first.reset();
                Wait.until(
                        "nobody watches", () -> text(owner, status(run(first))).contains("\"viewers\":0"));
                var until = System.nanoTime() + SECOND.toNanos();
                Wait.until("long after that", () -> System.nanoTime() > until);
                assertThat(text(other, status(run(first)))).contains("\"state\":\"running\"");
                puppet.tell("exit 0");
                assertThat(text(other, status(run(first)) + "?wait=20s")).contains("\"ended\":\"exit\"");
            }
        }
    }

    @Test
    void twoApplicationsDoNotSeeEachOther() throws IOException {
        var one = start(setup(counted()).share());
        var two = start(setup(counted()).share().store(redis.url() + "?prefix=" + prefix + "b"));
        try (var first = one.get("/");
                var second = two.get("/")) {
            assertThat(first.piece()).isEqualTo("1\n");
            assertThat(second.piece()).isEqualTo("1\n");
            assertThat(run(second)).isNotEqualTo(run(first));
            assertThat(code(two, "GET", status(run(first)))).isEqualTo(404);
            assertThat(code(two, "GET", output(run(first)))).isEqualTo(404);
            assertThat(code(two, "DELETE", status(run(first)))).isEqualTo(404);
            assertThat(text(two, "/-/runs")).doesNotContain(run(first));
            Files.createFile(directory.resolve("go"));
            assertThat(first.text()).isEqualTo("2\n");
        }
    }

    @Test
    void requestsAreEqualOnlyWhereTheCommandIs() throws IOException {
        var one = start(Commands.printing("one"));
        var two = start(Commands.printing("two"));
        assertThat(text(one, "/", KEY)).isEqualTo("one");
        assertThat(text(two, "/", KEY)).isEqualTo("two");
    }

    @Test
    void eachByteComesAsItWas() throws IOException {
        var all = new byte[5_000_000];
        new Random(1).nextBytes(all);
        var file = Files.write(directory.resolve("bytes"), all);
        var command = List.of("cat", file.toString());
        var owner = start(command);
        var other = start(command);
        var run = begin(owner);
        try (var client = other.get(output(run))) {
            assertThat(client.bytes()).isEqualTo(all);
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
        try (var client = other.get(output(run) + "?from=4999999")) {
            assertThat(client.bytes()).containsExactly(all[4_999_999]);
        }
    }

    @Test
    void aServerThatCannotBeUsedIsALine() throws IOException {
        assertRefused("redis://127.0.0.1:1", "connection refused");
        try (var asking = RedisServer.start("--requirepass", "secret");
                var cluster = RedisServer.start("--cluster-enabled", "yes");
                var replica = RedisServer.start(
                        "--replicaof", "127.0.0.1 " + redis.address().getPort())) {
            var wrong = asking.url().replace("//", "//:wrong@");
            assertRefused(wrong, "invalid username-password pair");
            assertRefused(asking.url(), "it asks for a password");
            assertRefused(cluster.url(), "Redis Cluster");
            assertRefused(replica.url(), "replica");
            start(TestServer.of(Commands.silent())
                    .keep(Duration.ofHours(1))
                    .store(asking.url().replace("//", "//:secret@")));
            closeAll();
        }
    }

    private static void assertRefused(String url, String why) {
        assertThatThrownBy(() -> TestServer.of(Commands.silent())
                        .keep(Duration.ofHours(1))
                        .store(url)
                        .start())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("--store: ")
                .hasMessageContaining(why)
                .hasMessageNotContaining("wrong@")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aServerThatMayForgetRunsIsWarnedOf() throws IOException {
        var lines = Collections.synchronizedList(new ArrayList<String>());
        var log = Logger.getLogger("streamer.redis.Connector");
        var handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(handler);
        try (var small = RedisServer.start("--maxmemory", "30mb", "--maxmemory-policy", "allkeys-lru")) {
            start(TestServer.of(Commands.silent()).keep(Duration.ofHours(1)).store(small.url()));
            assertThat(lines).anyMatch(line -> line.contains("not enough for --keep-total"));
            assertThat(lines).anyMatch(line -> line.contains("maxmemory-policy"));
            closeAll();
        } finally {
            log.removeHandler(handler);
        }
    }
}
