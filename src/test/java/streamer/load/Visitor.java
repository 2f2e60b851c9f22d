package streamer.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import streamer.load.Content.Comparison;
import streamer.load.Content.Pace;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;

/** Client that reads all of its order and compares every byte; seeded, so that a visit can be repeated. */
final class Visitor {
    private final Visit visit;
    private final Tally tally;
    private final Random random;
    private final Sending sending;

    Visitor(Visit visit, ExecutorService threads) {
        this.visit = visit;
        tally = visit.tally();
        random = visit.random();
        sending = new Sending(threads, random);
    }

    void plain() throws IOException {
        visit.wants(visit.anyOrder());
        try (var client = visit.connect()) {
            read(client.request("GET", visit.order().path()));
        }
    }

    void keptAlive() throws IOException {
        try (var client = visit.connect()) {
            for (var left = 1 + random.nextInt(5); left >= 0; left--) {
                visit.wants(left > 0 ? visit.anyOrder().succeeding() : visit.anyOrder());
                read(client.next().request("GET", visit.order().path()));
            }
        }
    }

    void pipelined() throws IOException {
        var orders = new ArrayList<Order>();
        for (var left = 1 + random.nextInt(3); left >= 0; left--) {
            orders.add(left > 0 ? visit.anyOrder().succeeding() : visit.anyOrder());
        }
        var requests = new StringBuilder();
        orders.forEach(one -> requests.append("GET " + one.path() + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        try (var client = visit.connect().send(requests.toString())) {
            for (var one : orders) {
                visit.wants(one);
                read(client.next().expect("GET"));
            }
        }
    }

    void http10() throws IOException {
        visit.wants(visit.anyOrder());
        try (var client = visit.connect().request10(visit.order().path())) {
            if (visit.order().succeeds()) {
                read(client);
            } else {
                readWhatTheResetLeaves(client);
            }
        }
    }

    /** There a reset says that it failed, and takes with it what has not been read, be it the head. */
    private void readWhatTheResetLeaves(StreamClient client) throws IOException {
        try {
            if (visit.isStream(client)) {
                var comparison = visit.order().content().compare(Pace.AT_ONCE, random);
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
        visit.wants(Order.echo("cat", Order.anyBytes(random, 3_000_000), random));
        exchange(visit.order().content(), "application/octet-stream");
    }

    /** A body that the command does not read. */
    void unreadUpload() throws IOException {
        visit.wants(visit.anyOrder());
        exchange(Order.anyBytes(random, 900_000), "application/octet-stream");
    }

    void form() throws IOException {
        var form = Form.random(random);
        visit.wants(Order.echo("form", form.echo(), random));
        exchange(form.body(), Form.TYPE);
    }

    private void exchange(Content body, String type) throws IOException {
        try (var client = visit.connect();
                var sent = sending.start(client, visit.order().path(), body, type)) {
            read(client.expect("POST"));
            if (!visit.wasRefused()) {
                sent.await();
            }
        }
    }

    void events() throws IOException {
        visit.wants(visit.textOrder());
        try (var client = visit.connect().request("GET", visit.order().path(), "Accept: text/event-stream")) {
            if (!visit.isStream(client)) {
                return;
            }
            var events = Events.of(client.text());
            var run = client.header("Streamer-Run");
            visit.check(events, run);
            assertThat(client.end()).isEqualTo(End.CLEAN);
            visit.passed(run, visit.order().content().length());
        }
    }

    /** More than is kept of it: the command waits for the one who has started it. */
    void waitedFor() throws IOException {
        visit.wants(Order.large(random));
        try (var client = visit.connect()) {
            read(client.request("GET", visit.order().path()));
        }
    }

    void http2() throws IOException {
        try (var client = new Http2Frames(visit.address())) {
            var orders = new ArrayList<Order>();
            var answers = new ArrayList<Answer>();
            for (var left = random.nextInt(4); left >= 0; left--) {
                visit.wants(visit.anyOrder());
                orders.add(visit.order());
                var comparison = visit.compare();
                answers.add(new Answer(client.get(visit.order().path(), comparison), comparison));
            }
            client.readAll();
            for (var i = 0; i < orders.size(); i++) {
                visit.wants(orders.get(i));
                check(answers.get(i));
            }
        }
    }

    void http2Upload() throws IOException {
        visit.wants(Order.echo("cat", Order.anyBytes(random, 60_000), random));
        try (var client = new Http2Frames(visit.address())) {
            var body = visit.order().content().slice(0, (int)
                    visit.order().content().length());
            var comparison = visit.compare();
            var stream = client.post(visit.order().path(), body, comparison);
            client.readAll();
            check(new Answer(stream, comparison));
        }
    }

    private record Answer(Http2Frames.Stream stream, Comparison comparison) {}

    private void check(Answer answer) {
        var status = answer.stream.status();
        if (status == 200) {
            assertThat(answer.comparison.wrong()).isEmpty();
            assertThat(answer.stream.endedCleanly()).isEqualTo(visit.order().succeeds());
            tally.add("bytes compared", answer.comparison.count());
        } else if (status == 0) {
            assertThat(answer.comparison.count()).isEqualTo(Visit.ALL_TAKEN.length());
            visit.isStream(503, "");
        } else {
            visit.isStream(status, visit.order().code());
        }
    }

    private void read(StreamClient client) throws IOException {
        if (!visit.isStream(client)) {
            return;
        }
        var comparison = visit.compare();
        client.copyTo(comparison);
        var run = client.header("Streamer-Run");
        assertThat(comparison.wrong()).as("run %s, end %s", run, client.end()).isEmpty();
        assertThat(client.end()).as("run %s", run).isEqualTo(visit.order().succeeds() ? End.CLEAN : End.BROKEN_OFF);
        if (!client.header("Trailer").isEmpty() && visit.order().succeeds()) {
            assertThat(client.trailer("Streamer-Exit-Code")).isEqualTo("0");
            assertThat(client.trailer("Streamer-Ended")).isEqualTo("exit");
        }
        visit.passed(run, comparison.count());
    }
}
