package streamer.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import streamer.testing.StreamClient;
import streamer.testing.Wait;

/** Sends request bodies on other threads, while the responses are read. */
final class Sending {
    private static final int MOST_AT_ONCE = 20_000;

    private final ExecutorService threads;
    private final Random random;

    Sending(ExecutorService threads, Random random) {
        this.threads = threads;
        this.random = random;
    }

    Sent start(StreamClient client, String path, Content body, String type) {
        var own = new Random(random.nextLong());
        return new Sent(threads.submit(() -> {
            send(client, path, body, type, own);
            return true;
        }));
    }

    private static void send(StreamClient client, String path, Content body, String type, Random random)
            throws IOException, InterruptedException {
        var chunked = random.nextBoolean();
        var length = chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length();
        client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\n" + length
                + "\r\n\r\n");
        var at = 0L;
        while (at < body.length()) {
            var piece = body.slice(at, 1 + random.nextInt(MOST_AT_ONCE));
            at += piece.length;
            client.send(chunked ? chunk(piece) : piece);
            if (random.nextInt(20) == 0) {
                Thread.sleep(random.nextInt(50));
            }
        }
        if (chunked) {
            client.sendLastChunk();
        }
    }

    private static byte[] chunk(byte[] piece) {
        var chunk = new ByteArrayOutputStream();
        chunk.writeBytes((Integer.toHexString(piece.length) + "\r\n").getBytes(US_ASCII));
        chunk.writeBytes(piece);
        chunk.writeBytes("\r\n".getBytes(US_ASCII));
        return chunk.toByteArray();
    }

    /** A body under way. */
    record Sent(Future<?> future) implements AutoCloseable {
        /** Waits until all of it is sent. */
        void await() throws IOException {
            try {
                future.get(Wait.LONG.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new IOException("sending: " + e, e);
            }
        }

        @Override
        public void close() {
            future.cancel(true);
        }
    }
}
