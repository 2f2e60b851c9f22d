package streamer.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import streamer.testing.StreamClient;

/** Client of events that is cut off at random bytes, and comes back with the id of the last one until it has all. */
final class EventReturner {
    private static final String NO_SUCH_HEADER = "X-None: -";

    private final Visit visit;
    private final Random random;

    EventReturner(Visit visit) {
        this.visit = visit;
        random = visit.random();
    }

    void cutOff() throws Exception {
        do {
            visit.wants(visit.textOrder());
        } while (visit.order().content().length() > Service.KEPT_BYTES);
        var stream = new StringBuilder();
        var run = "";
        do {
            var last = Events.of(stream.toString()).lastId();
            var path = run.isEmpty() || (!last.isEmpty() && random.nextBoolean())
                    ? visit.order().path()
                    : Visit.output(run);
            var header = last.isEmpty() ? NO_SUCH_HEADER : "Last-Event-ID: " + last;
            try (var client = visit.connect().request("GET", path, "Accept: text/event-stream", header)) {
                if (!run.isEmpty() && client.status() != 200) {
                    visit.checkForgotten(run);
                    return;
                }
                if (!visit.isStream(client)) {
                    return;
                }
                run = client.header("Streamer-Run");
                stream.append(events(client));
                visit.leave(client);
            }
            visit.stayAway();
            visit.tally().add("returns by event", 1);
        } while (Events.of(stream.toString()).exit().isEmpty());
        checkAll(Events.of(stream.toString()), run);
    }

    private void checkAll(Events events, String run) throws IOException {
        visit.check(events, run);
        var path = random.nextBoolean() ? visit.order().path() : Visit.output(run);
        try (var client = visit.connect()
                .request("GET", path, "Accept: text/event-stream", "Last-Event-ID: " + events.lastId())) {
            assertThat(client.status()).isIn(204, 404);
        }
        visit.passed(run, visit.order().content().length());
    }

    /** As a browser does, which drops one that is cut off. */
    private String events(StreamClient client) throws IOException {
        var bytes = new ByteArrayOutputStream();
        client.copyTo(bytes, visit.most(2 * visit.order().content().length() + 1_000));
        var text = bytes.toString(UTF_8);
        return text.substring(0, text.lastIndexOf("\n\n") < 0 ? 0 : text.lastIndexOf("\n\n") + 2);
    }
}
