package streamer.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import streamer.load.Content.Comparison;
import streamer.load.Content.Pace;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;

/** Client that reads all of its order and compares every byte; seeded, so that a visit can be repeated. */
final class Visitor {
    private static final String ALL_TAKEN = "All runs are taken, and the queue is full; see --max-runs and --queue.\n";

    private final InetSocketAddress address;
    private final Tally tally;
    private final Random random;
    private final Sending sending;
    private Order order = new Order("none", 0, "0", Content.of(new byte[0]));
    private boolean refused;

    Visitor(InetSocketAddress address, Tally tally, Random random, ExecutorService threads) {
        this.address = address;
        this.tally = tally;
        this.random = random;
        sending = new Sending(threads, random);
    }

    /** What it wanted last. */
    Order order() {
        return order;
    }

    /** Whether all runs were taken. */
    boolean wasRefused() {
        return refused;
    }

    private StreamClient connect() throws IOException {
        return new StreamClient(address, random.nextInt(3) > 0 ? 0 : 10_000 + random.nextInt(60_000));
    }

    private Pace pace() {
        var chance = random.nextInt(10);
        return chance > 3 ? Pace.AT_ONCE : chance > 0 ? Pace.SLOWLY : Pace.STALLING;
    }

    void plain() throws IOException {
        order = Order.any(random);
        try (var client = connect()) {
            read(client.request("GET", order.path()));
        }
    }

    void keptAlive() throws IOException {
        try (var client = connect()) {
            for (var left = 1 + random.nextInt(5); left >= 0; left--) {
                order = left > 0 ? Order.any(random).succeeding() : Order.any(random);
                read(client.next().request("GET", order.path()));
            }
        }
    }

    void pipelined() throws IOException {
        var orders = new ArrayList<Order>();
        for (var left = 1 + random.nextInt(3); left >= 0; left--) {
            orders.add(left > 0 ? Order.any(random).succeeding() : Order.any(random));
        }
        var requests = new StringBuilder();
        orders.forEach(one -> requests.append("GET " + one.path() + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        try (var client = connect().send(requests.toString())) {
            for (var one : orders) {
                order = one;
                read(client.next().expect("GET"));
            }
        }
    }

    void http10() throws IOException {
        order = Order.any(random);
        try (var client = connect().request10(order.path())) {
            if (order.succeeds()) {
                read(client);
            } else {
                readWhatTheResetLeaves(client);
            }
        }
    }

    /** There a reset says that it failed, and takes with it what has not been read, be it the head. */
    private void readWhatTheResetLeaves(StreamClient client) throws IOException {
        try {
            if (isStream(client)) {
                var comparison = order.content().compare(Pace.AT_ONCE, random);
                client.copyTo(comparison);
                assertThat(comparison.wrongSoFar()).isEmpty();
                assertThat(client.end()).isEqualTo(End.RESET);
                tally.add("bytes compared", comparison.count());
            }
        } catch (SocketException e) {
            tally.add("heads lost by a reset on HTTP/1.0", 1);
        }
    }

    void upload() throws IOException {
        order = Order.echo("cat", Order.anyBytes(random, 3_000_000), random);
        exchange(order.content(), "application/octet-stream");
    }

    /** A body that the command does not read. */
    void unreadUpload() throws IOException {
        order = Order.any(random);
        exchange(Order.anyBytes(random, 900_000), "application/octet-stream");
    }

    void form() throws IOException {
        var form = Form.random(random);
        order = Order.echo("form", form.echo(), random);
        exchange(form.body(), Form.TYPE);
    }

    private void exchange(Content body, String type) throws IOException {
        try (var client = connect();
                var sent = sending.start(client, order.path(), body, type)) {
            read(client.expect("POST"));
            if (!refused) {
                sent.await();
            }
        }
    }

    void events() throws IOException {
        order = Order.text(random);
        try (var client = connect().request("GET", order.path(), "Accept: text/event-stream")) {
            if (!isStream(client)) {
                return;
            }
            var events = Events.of(client.text());
            var run = client.header("Streamer-Run");
            assertThat(events.lines()).isEqualTo(text().lines().toList());
            assertThat(events.lastId()).isEqualTo(run + ":" + order.content().length() + ":end");
            assertThat(events.exit()).contains("\"code\":" + order.code() + ",\"ended\":\"exit\"");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            passed(run, order.content().length());
        }
    }

    private String text() {
        var length = (int) order.content().length();
        return new String(order.content().slice(0, length), StandardCharsets.US_ASCII);
    }

    void http2() throws IOException {
        try (var client = new Http2Frames(address)) {
            var orders = new ArrayList<Order>();
            var answers = new ArrayList<Answer>();
            for (var left = random.nextInt(4); left >= 0; left--) {
                order = Order.any(random);
                orders.add(order);
                var comparison = order.content().compare(pace(), random);
                answers.add(new Answer(client.get(order.path(), comparison), comparison));
            }
            client.readAll();
            for (var i = 0; i < orders.size(); i++) {
                order = orders.get(i);
                check(answers.get(i));
            }
        }
    }

    void http2Upload() throws IOException {
        order = Order.echo("cat", Order.anyBytes(random, 60_000), random);
        try (var client = new Http2Frames(address)) {
            var body = order.content().slice(0, (int) order.content().length());
            var comparison = order.content().compare(pace(), random);
            var stream = client.post(order.path(), body, comparison);
            client.readAll();
            check(new Answer(stream, comparison));
        }
    }

    private record Answer(Http2Frames.Stream stream, Comparison comparison) {}

    private void check(Answer answer) {
        var status = answer.stream.status();
        if (status == 200) {
            assertThat(answer.comparison.wrong()).isEmpty();
            assertThat(answer.stream.endedCleanly()).isEqualTo(order.succeeds());
            tally.add("bytes compared", answer.comparison.count());
        } else if (status == 0) {
            assertThat(answer.comparison.count()).isEqualTo(ALL_TAKEN.length());
            isStream(503, "");
        } else {
            isStream(status, order.code());
        }
    }

    private void read(StreamClient client) throws IOException {
        if (!isStream(client)) {
            return;
        }
        var comparison = order.content().compare(pace(), random);
        client.copyTo(comparison);
        var run = client.header("Streamer-Run");
        assertThat(comparison.wrong()).as("run %s, end %s", run, client.end()).isEmpty();
        assertThat(client.end()).as("run %s", run).isEqualTo(order.succeeds() ? End.CLEAN : End.BROKEN_OFF);
        if (!client.header("Trailer").isEmpty() && order.succeeds()) {
            assertThat(client.trailer("Streamer-Exit-Code")).isEqualTo("0");
            assertThat(client.trailer("Streamer-Ended")).isEqualTo("exit");
        }
        passed(run, comparison.count());
    }

    /** Whether it is one; if not, reads the answer, which must be one of those that are allowed. */
    private boolean isStream(StreamClient client) throws IOException {
        if (client.status() == 200) {
            return true;
        }
        var text = client.text();
        assertThat(client.status() != 503 || text.equals(ALL_TAKEN)).as(text).isTrue();
        return isStream(client.status(), client.header("Streamer-Exit-Code"));
    }

    private boolean isStream(int status, @Nullable String code) {
        if (status == 503) {
            refused = true;
            tally.add("refused: all runs were taken", 1);
        } else if (status != 200) {
            assertThat(status).isEqualTo(500);
            assertThat(List.of(order.code(), order.content().length())).isEqualTo(List.of(String.valueOf(code), 0L));
            tally.add("silent failures told by a 500", 1);
        }
        return status == 200;
    }

    private void passed(String run, long bytes) {
        tally.add("bytes compared", bytes);
        tally.add(order.succeeds() ? "streams read to a clean end" : "streams read till they broke off", 1);
        tally.expectLine(run, "exit=" + order.code() + " ended=exit");
    }
}
