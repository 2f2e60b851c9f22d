package streamer.load;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.Random;
import streamer.testing.StreamClient;

/** Client that disconnects at a random point; nothing else would end its runs. */
final class Leaver {
    private final Visit visit;
    private final InetSocketAddress address;
    private final Random random;

    Leaver(Visit visit) {
        this.visit = visit;
        address = visit.address();
        random = visit.random();
    }

    private StreamClient connect() throws IOException {
        return new StreamClient(address, random.nextBoolean() ? 0 : 2_000);
    }

    void inTheHead() throws IOException {
        var head = "GET " + Order.endless(random).path() + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (var client = connect()) {
            client.send(head.substring(0, random.nextInt(head.length() + 1)));
            leave(client);
        }
    }

    void inTheBody() throws IOException {
        var isForm = random.nextBoolean();
        var type = isForm ? Form.TYPE : "application/octet-stream";
        var body = isForm ? Form.random(random).body() : Order.anyBytes(random, 200_000);
        try (var client = connect()) {
            client.send("POST /?kind=" + (isForm ? "form" : "cat")
                    + "&end=0&n=0 HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: "
                    + (body.length() + 1) + "\r\n\r\n");
            // So little that it fits into buffers, since nobody reads the echo meanwhile.
            client.send(body.slice(0, random.nextInt((int) Math.min(30_000, body.length()))));
            leave(client);
        }
    }

    void inTheResponse() throws IOException {
        try (var client = connect().request("GET", Order.endless(random).path(), events())) {
            if (client.status() == 200) {
                readSome(client);
            }
            leave(client);
        }
    }

    /** While the next requests wait behind the one that never ends. */
    void inThePipeline() throws IOException {
        var path = Order.endless(random).path();
        try (var client = connect().request("GET", path, events()).request("GET", path)) {
            if (random.nextBoolean() && client.status() == 200) {
                readSome(client);
            }
            leave(client);
        }
    }

    private String events() {
        return random.nextBoolean() ? "Accept: */*" : "Accept: text/event-stream";
    }

    private void readSome(StreamClient client) throws IOException {
        var most = random.nextInt(10);
        for (var pieces = 0; pieces < most && client.hasMore(); pieces++) {
            client.piece();
        }
    }

    private void leave(StreamClient client) throws IOException {
        switch (random.nextInt(4)) {
            case 0 -> client.reset();
            case 1 -> halfClose(client);
            default -> client.close();
        }
    }

    /** Then the server ends it. */
    private static void halfClose(StreamClient client) throws IOException {
        client.halfClose();
        while (!client.isClosed()) {
            // what still comes
        }
    }

    void http2() throws IOException {
        try (var client = new Http2Frames(address)) {
            var first = client.get(Order.endless(random).path(), OutputStream.nullOutputStream());
            client.get(Order.endless(random).path(), OutputStream.nullOutputStream());
            for (var frames = random.nextInt(4); frames > 0; frames--) {
                client.readFrame();
            }
            if (random.nextBoolean()) {
                client.cancel(first);
            } else if (random.nextBoolean()) {
                client.reset();
            }
        }
    }

    /** Nobody watches it any more: it ends by itself, or is stopped. */
    void alone() throws IOException {
        visit.wants(random.nextBoolean() ? visit.anyOrder() : Order.endless(random));
        try (var client = visit.connect().request("GET", visit.order().path())) {
            if (client.status() == 200) {
                visit.tally().expectLine(client.header("Streamer-Run"), "ended=(exit|unwatched)");
            }
            visit.leave(client);
        }
    }

    /** Takes nothing, not even the head, for a while. */
    void unread() throws Exception {
        visit.wants(random.nextBoolean() ? Order.large(random) : Order.endless(random));
        try (var client =
                new StreamClient(address, 2_000).request("GET", visit.order().path())) {
            Thread.sleep(random.nextInt(3_000));
            visit.leave(client);
        }
    }
}
