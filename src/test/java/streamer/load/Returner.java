package streamer.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import streamer.load.Content.Comparison;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;

/**
 * Client of runs that are kept: it is cut off at random bytes, and comes back until it has all; or it asks for a run and
 * reads later, repeats requests, or stops runs.
 */
final class Returner {
    private static final String ASYNC = "Prefer: respond-async";
    private static final Pattern FIRST_KEPT = Pattern.compile(".*[Tt]he first(?: byte)? that is kept is (\\d+)\\.\n");

    private final Visit visit;
    private final Tally tally;
    private final Random random;
    private final String key;

    Returner(Visit visit) {
        this.visit = visit;
        tally = visit.tally();
        random = visit.random();
        key = "Idempotency-Key: " + random.nextLong();
    }

    void cutOff() throws Exception {
        visit.wants(visit.anyOrder());
        var comparison = visit.compare();
        try (var client = visit.connect().request("GET", visit.order().path())) {
            if (!visit.isStream(client)) {
                return;
            }
            assertThat(client.header("Streamer-From")).isEqualTo("0");
            var run = client.header("Streamer-Run");
            if (hasAll(client, comparison)) {
                visit.passed(run, comparison.count());
            } else {
                resume(run, comparison);
            }
        }
    }

    /** Comes back until it has all. */
    private void resume(String run, Comparison comparison) throws Exception {
        do {
            visit.stayAway();
            tally.add("returns by offset", 1);
        } while (!readsRest(run, comparison));
    }

    /** False if it was cut off again. */
    private boolean readsRest(String run, Comparison comparison) throws IOException {
        try (var client = visit.connect().request("GET", Visit.output(run) + "?from=" + comparison.count())) {
            switch (client.status()) {
                case 200 -> {
                    assertThat(client.header("Streamer-From")).isEqualTo("" + comparison.count());
                    if (!hasAll(client, comparison)) {
                        return false;
                    }
                }
                case 500 -> {
                    client.text();
                    assertThat(comparison.wrong()).as("run %s", run).isEmpty();
                    assertThat(client.header("Streamer-Exit-Code"))
                            .as("run %s", run)
                            .isEqualTo(visit.order().code());
                }
                case 410 -> {
                    skip(client.text(), comparison);
                    return false;
                }
                default -> {
                    visit.checkForgotten(run);
                    return true;
                }
            }
        }
        visit.passed(run, comparison.count());
        return true;
    }

    private void skip(String answer, Comparison comparison) {
        var first = FIRST_KEPT.matcher(answer);
        assertThat(first.matches()).as(answer).isTrue();
        var to = Long.parseLong(first.group(1));
        assertThat(to).isGreaterThan(comparison.count());
        skipTo(to, comparison);
    }

    private void skipTo(long first, Comparison comparison) {
        var dropped = first - comparison.count();
        assertThat(dropped == 0 || visit.order().content().length() > Service.KEPT_BYTES)
                .isTrue();
        tally.add("bytes dropped before they were read", dropped);
        comparison.skipTo(first);
    }

    /** Reads on until it has had enough, or all; whether it has all of a run that has ended well. */
    private boolean hasAll(StreamClient client, Comparison comparison) throws IOException {
        var most = visit.most(visit.order().content().length());
        if (client.copyTo(comparison, most) == most) {
            assertThat(comparison.wrongSoFar()).isEmpty();
            visit.leave(client);
            return false;
        }
        if (client.end() == End.CLEAN) {
            assertThat(comparison.wrong()).isEmpty();
            assertThat(visit.order().succeeds()).isTrue();
            return true;
        }
        assertThat(comparison.wrongSoFar()).isEmpty();
        assertThat(visit.order().succeeds() && visit.order().content().length() < Service.KEPT_BYTES)
                .as("broken off after %s, as %s", comparison.count(), client.end())
                .isFalse();
        return false;
    }

    /** Is told where the run is, and waits for its end, perhaps, before it reads. */
    void later() throws Exception {
        visit.wants(visit.anyOrder());
        var run = ask("GET", "", ASYNC);
        if (run != null && (random.nextBoolean() || waited(run, "exit"))) {
            resume(run, visit.compare());
        }
    }

    /** Reads a run from which bytes are dropped meanwhile. */
    void behind() throws Exception {
        visit.wants(Order.large(random));
        var run = ask("GET", "", ASYNC);
        if (run != null) {
            resume(run, visit.compare());
        }
    }

    /** Asks for a run that goes on without its client; its id, null if all are taken. */
    private @Nullable String ask(String method, String body, String... headers) throws IOException {
        try (var client = visit.connect()) {
            send(client, method, body, headers);
            if (client.status() != 202) {
                visit.isStream(client);
                assertThat(visit.wasRefused()).as(client.statusLine()).isTrue();
                return null;
            }
            assertThat(client.text()).contains("\"state\":\"");
            return client.header("Location").replaceFirst("^" + Visit.RUNS, "");
        }
    }

    private void send(StreamClient client, String method, String body, String... headers) throws IOException {
        var length = "Content-Length: " + body.length();
        var head = method + " " + visit.order().path() + " HTTP/1.1\r\nHost: localhost\r\n" + length + "\r\n";
        client.send(head + String.join("\r\n", headers) + "\r\n\r\n").send(body);
    }

    /** Waits for a run's end, which must be this; false if it is long ago. */
    private boolean waited(String run, String ended) throws IOException {
        var content = visit.order().content();
        var status = "";
        while (!status.contains("\"state\":\"ended\"")) {
            var path = Visit.RUNS + run + "?wait=" + random.nextInt(10_000) + "ms";
            try (var client = visit.connect().request("GET", path)) {
                status = client.text();
                if (client.status() != 200) {
                    visit.checkForgotten(run);
                    return false;
                }
            }
        }
        assertThat(status).contains("\"ended\":\"" + ended + "\"");
        if (ended.equals("exit")) {
            assertThat(status).contains("\"code\":" + visit.order().code() + ",", "\"next\":" + content.length() + ",");
        }
        return true;
    }

    /** Asks again, with the same key, until it has all in one response. */
    void repeated() throws Exception {
        visit.wants(visit.anyOrder());
        var run = "";
        Comparison comparison;
        do {
            comparison = visit.compare();
            try (var client = visit.connect().request("GET", visit.order().path(), key)) {
                if (client.status() == 410) { // its beginning is not kept any more
                    assertThat(visit.order().content().length()).isGreaterThan(Service.KEPT_BYTES);
                    return;
                }
                if (!visit.isStream(client)) {
                    return;
                }
                checkSame(run, client.header("Streamer-Run"));
                run = client.header("Streamer-Run");
                skipTo(Long.parseLong(client.header("Streamer-From")), comparison);
                if (hasAll(client, comparison)) {
                    break;
                }
            }
            tally.add("returns by key", 1);
        } while (!comparison.wrong().isEmpty());
        visit.passed(run, comparison.count());
    }

    private void checkSame(String run, String next) throws IOException {
        if (!run.isEmpty() && !run.equals(next)) {
            visit.checkForgotten(run);
        }
    }

    void repeatedUpload() throws Exception {
        var body = "all that is sent comes back ".repeat((int) Order.small(random, 2_000));
        visit.wants(Order.echo("cat", Content.of(body.getBytes(UTF_8)), random));
        var run = ask("POST", body, ASYNC, key);
        if (run == null) {
            return;
        }
        try (var client = visit.connect()) {
            send(client, "POST", body, key);
            if (visit.isStream(client)) {
                checkSame(run, client.header("Streamer-Run"));
                resume(client.header("Streamer-Run"), visit.compare());
            }
        }
    }

    void stopped() throws IOException {
        visit.wants(Order.endless(random));
        var run = ask("GET", "", ASYNC);
        if (run == null) {
            return;
        }
        try (var viewer = visit.connect().request("GET", Visit.output(run))) {
            if (!visit.order().kind().equals("silent") && random.nextBoolean()) {
                viewer.piece();
            }
            try (var client = visit.connect().request("DELETE", Visit.RUNS + run)) {
                assertThat(client.status()).isEqualTo(202);
            }
            assertThat(viewer.end()).isEqualTo(viewer.status() == 200 ? End.BROKEN_OFF : End.CLEAN);
        }
        waited(run, "stop");
        tally.expectLine(run, "ended=stop");
    }
}
