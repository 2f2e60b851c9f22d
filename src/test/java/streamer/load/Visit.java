package streamer.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import streamer.load.Content.Comparison;
import streamer.load.Content.Pace;
import streamer.testing.StreamClient;

/** One visit of a client: what it has ordered, and whether what it gets may be an answer to that. */
final class Visit {
    static final String ALL_TAKEN = "All runs are taken, and the queue is full; see --max-runs and --queue.\n";
    static final String RUNS = "/-/runs/";

    private static final int LONGEST_ABSENCE_MILLIS = 300;

    private final InetSocketAddress address;
    private final Service service;
    private final Tally tally;
    private final Random random;
    private Order order = new Order("none", 0, "0", Content.of(new byte[0]));
    private boolean refused;

    Visit(InetSocketAddress address, Service service, Tally tally, Random random) {
        this.address = address;
        this.service = service;
        this.tally = tally;
        this.random = random;
    }

    InetSocketAddress address() {
        return address;
    }

    Tally tally() {
        return tally;
    }

    Random random() {
        return random;
    }

    Order anyOrder() {
        return Order.any(service.draw(random));
    }

    Order textOrder() {
        return Order.text(service.draw(random));
    }

    void wants(Order next) {
        order = next;
    }

    /** What it wanted last. */
    Order order() {
        return order;
    }

    /** Whether all runs were taken. */
    boolean wasRefused() {
        return refused;
    }

    StreamClient connect() throws IOException {
        return new StreamClient(address, random.nextInt(3) > 0 ? 0 : 10_000 + random.nextInt(60_000));
    }

    Comparison compare() {
        var chance = random.nextInt(10);
        var pace = chance > 3 ? Pace.AT_ONCE : chance > 0 ? Pace.SLOWLY : Pace.STALLING;
        return order.content().compare(pace, random);
    }

    /** Whether it is one; if not, reads the answer, which must be one of those that are allowed. */
    boolean isStream(StreamClient client) throws IOException {
        if (client.status() == 200) {
            return true;
        }
        var text = client.text();
        assertThat(client.status() != 503 || text.equals(ALL_TAKEN)).as(text).isTrue();
        return isStream(client.status(), client.header("Streamer-Exit-Code"));
    }

    boolean isStream(int status, @Nullable String code) {
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

    void check(Events events, String run) {
        var length = (int) order.content().length();
        var text = new String(order.content().slice(0, length), StandardCharsets.US_ASCII);
        assertThat(events.lines()).isEqualTo(text.lines().toList());
        assertThat(events.lastId()).isEqualTo(run + ":" + length + ":end");
        assertThat(events.exit()).contains("\"code\":" + order.code() + ",\"ended\":\"exit\"");
    }

    void passed(String run, long bytes) {
        tally.add("bytes compared", bytes);
        tally.add(order.succeeds() ? "streams read to a clean end" : "streams read till they broke off", 1);
        tally.expectLine(run, "exit=" + order.code() + " ended=exit");
    }

    static String output(String run) {
        return RUNS + run + "/output";
    }

    /** After how many bytes it is cut off. */
    long most(long length) {
        return random.nextInt(4) == 0 ? Long.MAX_VALUE : 1 + Order.small(random, length);
    }

    void leave(StreamClient client) throws IOException {
        if (random.nextBoolean()) {
            client.reset();
        } else {
            client.close();
        }
    }

    void stayAway() throws InterruptedException {
        Thread.sleep(random.nextInt(LONGEST_ABSENCE_MILLIS));
    }

    /** The output of this run must not be kept any more. */
    void checkForgotten(String run) throws IOException {
        try (var client = connect().request("GET", output(run) + "?follow=0")) {
            assertThat(client.status()).as("run %s", run).isEqualTo(404);
            tally.add("runs forgotten before they were read", 1);
        }
    }
}
