package streamer.machines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import streamer.machines.Watcher.Result;
import streamer.testing.RedisServer;
import streamer.testing.StreamClient;
import streamer.testing.Wait;

/** What goes wrong with Redis, a machine or what is between them, at random moments: no watcher gets a wrong byte. */
@Tag("long")
class MachinesFaultsIT {
    private static final int ROUNDS = Integer.getInteger("faults.rounds", 3);
    private static final int RUNS = 4;
    private static final int WATCHERS = 3;
    private static final int MACHINES = 3;

    /** A command waits for no more than a pause, whatever happens to Redis; the rest is for a busy computer. */
    private static final long MOST_GAP_MILLIS = 2_500;

    private static final Duration AFTER_ALL = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final long seed = Long.getLong("faults.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private int rounds;

    /** Something that goes wrong, until it is well again. */
    @FunctionalInterface
    private interface Fault {
        void strike(Site site) throws Exception;
    }

    /**
     * What a run had come to.
     *
     * @param owner its machine
     * @param id its id
     * @param local what the client had that started it
     * @param others what those had who came back to any machine
     */
    private record Told(Story story, int owner, String id, Future<Result> local, List<Future<Result>> others) {}

    @BeforeEach
    void printSeed() {
        System.out.println("-Dfaults.seed=" + seed);
    }

    @AfterEach
    void tearDown() {
        threads.shutdownNow();
    }

    private Site start(List<String> redisOptions, String... flags) throws IOException {
        return Site.start(Files.createDirectory(directory.resolve("round" + rounds++)), MACHINES, redisOptions, flags);
    }

    private void pause(int mostMillis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(mostMillis));
    }

    /** Starts runs on any of the machines, with all who watch them. */
    private List<Told> tell(Site site, int millis, Duration until) throws IOException {
        var all = new ArrayList<Told>();
        for (var i = 0; i < RUNS; i++) {
            var story = Story.random(random, millis);
            var owner = i % MACHINES;
            var client = new StreamClient(site.address(owner), 0).request("GET", story.path());
            var id = client.header("Streamer-Run");
            assertThat(id).as(client.statusLine()).isNotEmpty();
            var mine = new Watcher(site, story, id, new Random(random.nextLong()));
            var others = new ArrayList<Future<Result>>();
            for (var j = 0; j < WATCHERS; j++) {
                var watcher = new Watcher(site, story, id, new Random(random.nextLong()));
                var after = random.nextInt(millis);
                others.add(threads.submit(() -> {
                    TimeUnit.MILLISECONDS.sleep(after);
                    return watcher.watch(until);
                }));
            }
            all.add(new Told(
                    story,
                    owner,
                    id,
                    threads.submit(() -> {
                        try (client) {
                            return mine.read(client);
                        }
                    }),
                    others));
        }
        return all;
    }

    private static void assertAll(Site site, Told told, boolean maySkip) throws Exception {
        var length = told.story.bytes().length;
        var local = told.local.get();
        assertThat(local.bytes()).as("local, %s", told).isEqualTo(length);
        assertThat(local.how()).isEqualTo(told.story.code() == 0 ? "exit" : "");
        assertThat(local.gapMillis())
                .as("the command waits for nobody: %s", local)
                .isLessThan(MOST_GAP_MILLIS);
        for (var other : told.others) {
            var result = other.get();
            assertThat(result.how()).as("%s, %s", result, told).isEqualTo("exit");
            assertThat(result.bytes()).isEqualTo(length);
            if (!maySkip) {
                assertThat(result.skipped()).as("%s, %s", result, told).isZero();
            }
        }
        for (var i = 0; i < MACHINES; i++) {
            try (var client = new StreamClient(site.address(i), 0).request("GET", "/-/runs/" + told.id)) {
                var status = client.text();
                if (!maySkip || client.status() == 200) { // what has ended goes first, where there is no room
                    assertThat(status)
                            .as("machine %s of %s", i, told)
                            .contains("\"ended\":\"exit\",\"code\":" + told.story.code(), "\"next\":" + length);
                }
            }
        }
    }

    private static void assertNothingRuns(Site site) {
        for (var machine : site.machines()) {
            Wait.until(
                    "no command runs: " + machine.descendants(),
                    () -> machine.descendants().isEmpty());
        }
    }

    /** Nobody may miss anything, whatever happens. */
    private void assertHarmless(int millis, List<String> redisOptions, boolean maySkip, Fault fault, String... flags)
            throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            try (var site = start(redisOptions, flags)) {
                var told = tell(site, millis, AFTER_ALL.plusMillis(millis));
                pause(3_000);
                fault.strike(site);
                try {
                    for (var one : told) {
                        assertAll(site, one, maySkip);
                    }
                    assertNothingRuns(site);
                } catch (AssertionError | ExecutionException e) {
                    for (var machine : site.machines()) {
                        System.out.println(machine.err());
                    }
                    throw e;
                }
                report(told);
            }
        }
    }

    private static void report(List<Told> told) throws Exception {
        var bytes = 0L;
        var returns = 0;
        var answers = new TreeMap<String, Integer>();
        for (var one : told) {
            for (var other : one.others) {
                bytes += other.get().bytes();
                returns += other.get().returns();
                var last = other.get().last();
                answers.merge(last.replaceFirst("[0-9a-f]{32}|\\d{4,}", "N"), 1, Integer::sum);
            }
        }
        System.out.println("compared " + bytes + " bytes, " + returns + " returns, last answers " + answers);
    }

    @Test
    void redisIsStoppedForAWhile() throws Exception {
        assertHarmless(14_000, List.of(), false, site -> {
            site.redis().signal("STOP");
            TimeUnit.SECONDS.sleep(8);
            site.redis().signal("CONT");
        });
    }

    @Test
    void redisIsKilledAndComesBackWithWhatItHad() throws Exception {
        assertHarmless(10_000, List.of("--appendonly", "yes"), false, site -> {
            site.redis().kill();
            pause(4_000);
            site.redis().startAgain();
        });
    }

    @Test
    void redisIsKilledAndComesBackEmpty() throws Exception {
        assertHarmless(10_000, List.of(), false, site -> {
            site.redis().kill();
            pause(4_000);
            site.redis().startEmpty();
        });
    }

    @Test
    void redisComesBackWithAnOldSnapshot() throws Exception {
        assertHarmless(10_000, List.of(), false, site -> {
            site.redis().cli("SAVE");
            pause(3_000);
            site.redis().kill();
            site.redis().startAgain();
        });
    }

    @Test
    void redisIsFull() throws Exception {
        assertHarmless(20_000, List.of(), true, site -> site.redis().cli("CONFIG", "SET", "maxmemory", "8mb"));
    }

    @Test
    void redisIsFarAway() throws Exception {
        assertHarmless(
                8_000, List.of(), false, site -> site.cables().forEach(cable -> cable.latency(Duration.ofMillis(50))));
    }

    @Test
    void answersAreLost() throws Exception {
        assertHarmless(12_000, List.of(), false, site -> {
            for (var i = 0; i < 20; i++) {
                site.cable(random.nextInt(MACHINES)).cutAfter(1 + random.nextInt(20_000));
                pause(600);
            }
            assertThat(site.cables().stream()
                            .mapToLong(one -> one.lostAnswers())
                            .sum())
                    .isPositive();
        });
    }

    @Test
    void aReplicaThatLaggedTakesOver() throws Exception {
        assertHarmless(12_000, List.of(), false, site -> {
            try (var replica = RedisServer.start()) {
                replica.cli(
                        "REPLICAOF",
                        "127.0.0.1",
                        Integer.toString(site.redis().address().getPort()));
                Wait.until(
                        "it has all", () -> replica.cli("INFO", "replication").contains("master_link_status:up"));
                pause(2_000);
                replica.cli("REPLICAOF", "NO", "ONE");
                pause(2_000);
                site.redis().kill();
                site.cables().forEach(cable -> cable.plugInto(replica.address()));
                TimeUnit.SECONDS.sleep(12);
                var file = replica.cli("CONFIG", "GET", "dir")
                        .lines()
                        .skip(1)
                        .findFirst()
                        .orElseThrow();
                replica.cli("SAVE");
                site.redis().startFrom(Path.of(file).resolve("dump.rdb"));
                site.cables().forEach(cable -> cable.plugInto(site.redis().address()));
            }
        });
    }

    @Test
    void linksAreCut() throws Exception {
        assertHarmless(8_000, List.of(), false, site -> {
            for (var i = 0; i < 20; i++) {
                site.cable(random.nextInt(MACHINES)).cut();
                pause(400);
            }
        });
    }

    @Test
    void aMachineWithASlowLinkIsOvertaken() throws Exception {
        assertHarmless(
                10_000,
                List.of(),
                true,
                site -> {
                    site.cable(0).rate(100_000);
                    TimeUnit.SECONDS.sleep(6);
                    site.cable(0).rate(Long.MAX_VALUE);
                },
                "--keep-bytes",
                "256k");
    }

    @Test
    void aMachineIsCutOffForLongerThanItsLease() throws Exception {
        assertHarmless(58_000, List.of(), false, site -> {
            site.cable(0).takeOut();
            TimeUnit.SECONDS.sleep(45);
            site.cable(0).plugIn();
        });
    }

    @Test
    void aMachineThatOnlyWatchesIsKilled() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            try (var site = start(List.of())) {
                var told = tell(site, 8_000, AFTER_ALL);
                pause(3_000);
                site.isAway(2, true);
                site.machine(2).signal("KILL");
                for (var one : told) {
                    if (one.owner != 2) {
                        for (var other : one.others) {
                            assertThat(other.get().how()).isEqualTo("exit");
                            assertThat(other.get().bytes()).isEqualTo(one.story.bytes().length);
                        }
                    }
                }
                report(told.stream().filter(one -> one.owner != 2).toList());
            }
        }
    }

    /** Its runs may go on or not: nobody is told that they ended. */
    @Test
    void theMachineOfARunIsKilled() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            try (var site = start(List.of())) {
                var told = tell(site, 15_000, Duration.ofSeconds(80));
                pause(5_000);
                var children = site.machine(0).descendants();
                site.isAway(0, true);
                site.machine(0).signal("KILL");
                for (var one : told) {
                    for (var other : one.others) {
                        var result = other.get();
                        assertThat(result.how()).as("%s, %s", result, one).isEqualTo(one.owner == 0 ? "" : "exit");
                        if (one.owner == 0) {
                            assertThat(result.last()).startsWith("503 ");
                        }
                    }
                    if (one.owner == 0) {
                        for (var i = 1; i < MACHINES; i++) {
                            assertStatus(site, i, one.id, "\"state\":\"unreachable\"");
                        }
                    }
                }
                for (var child : children) {
                    var pid = Long.parseLong(child.replaceFirst(" .*", ""));
                    Wait.until(
                            "it has ended: " + child,
                            () -> ProcessHandle.of(pid).isEmpty());
                }
            }
        }
    }

    private static void assertStatus(Site site, int machine, String run, String part) throws IOException {
        try (var client = new StreamClient(site.address(machine), 0).request("GET", "/-/runs/" + run)) {
            assertThat(client.text()).contains(part);
        }
    }

    /** It does not notice; its commands write on as far as their pipes hold that. */
    @Test
    void theMachineOfARunIsStoppedForLongerThanItsLease() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            try (var site = start(List.of())) {
                var told = tell(site, 20_000, Duration.ofMinutes(2));
                pause(3_000);
                site.isAway(0, true);
                site.machine(0).signal("STOP");
                TimeUnit.SECONDS.sleep(45);
                site.machine(0).signal("CONT");
                site.isAway(0, false);
                for (var one : told) {
                    for (var other : one.others) {
                        var result = other.get();
                        assertThat(result.how()).as("%s, %s", result, one).isEqualTo("exit");
                        assertThat(result.bytes()).isEqualTo(one.story.bytes().length);
                    }
                }
                assertNothingRuns(site);
                report(told);
            }
        }
    }

    @Test
    void anotherProgramHasWrittenToTheKeyOfAnOutput() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            try (var site = start(List.of())) {
                var told = tell(site, 6_000, AFTER_ALL);
                pause(3_000);
                var spoilt = told.get(0);
                site.redis().cli("SET", "streamer:{" + spoilt.id + "}:out", "foreign");
                for (var one : told) {
                    assertThat(one.local.get().bytes()).isEqualTo(one.story.bytes().length);
                    for (var other : one.equals(spoilt) ? List.<Future<Result>>of() : one.others) {
                        assertThat(other.get().how())
                                .as("%s, %s", other.get(), one)
                                .isEqualTo("exit");
                    }
                }
                for (var i = 0; i < MACHINES; i++) {
                    assertStatus(site, i, told.get(1).id, "\"state\":\"ended\"");
                    try (var list = new StreamClient(site.address(i), 0).request("GET", "/-/runs")) {
                        assertThat(list.text()).contains(told.get(1).id, told.get(2).id, told.get(3).id);
                    }
                }
            }
        }
    }

    @Test
    void anotherProgramHasWrittenToTheKeyOfTheList() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            try (var site = start(List.of())) {
                site.redis().cli("SET", "streamer:runs", "foreign");
                for (var one : tell(site, 5_000, AFTER_ALL)) {
                    assertAll(site, one, false);
                }
            }
        }
    }

    @Test
    void aRunIsStoppedByAllWhileItEnds() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            try (var site = start(List.of())) {
                var told = tell(site, 1_500, AFTER_ALL);
                TimeUnit.MILLISECONDS.sleep(1_400 + random.nextInt(500));
                for (var one : told) {
                    var stops = new ArrayList<Future<Integer>>();
                    for (var i = 0; i < MACHINES; i++) {
                        var address = site.address(i);
                        stops.add(threads.submit(() -> {
                            try (var client = new StreamClient(address, 0).request("DELETE", "/-/runs/" + one.id)) {
                                return client.status();
                            }
                        }));
                    }
                    for (var stop : stops) {
                        assertThat(stop.get()).isIn(202, 204);
                    }
                }
                for (var one : told) {
                    var words = new ArrayList<String>();
                    for (var other : one.others) {
                        words.add(other.get().how());
                    }
                    assertThat(words).as("%s", one).containsOnly(words.get(0)).isSubsetOf(Set.of("exit", "stop"));
                    for (var i = 0; i < MACHINES; i++) {
                        assertStatus(site, i, one.id, "\"ended\":\"" + words.get(0) + "\"");
                    }
                }
                assertNothingRuns(site);
            }
        }
    }

    /** A watcher is told the same as all others, though none has all. */
    @Test
    void aMachineIsEnded() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            try (var site = start(List.of(), "--drain", "0s")) {
                var told = tell(site, 8_000, AFTER_ALL);
                pause(4_000);
                site.isAway(0, true);
                site.machine(0).signal("TERM");
                for (var one : told) {
                    var lengths = new ArrayList<Integer>();
                    for (var other : one.others) {
                        assertThat(other.get().how())
                                .as("%s, %s", other.get(), one)
                                .isEqualTo(one.owner == 0 ? "shutdown" : "exit");
                        lengths.add(other.get().bytes());
                    }
                    assertThat(lengths).containsOnly(lengths.get(0));
                }
            }
        }
    }
}
