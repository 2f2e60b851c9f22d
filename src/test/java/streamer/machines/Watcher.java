package streamer.machines;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;

/** Client that compares each byte of a run, and comes back to any machine by offset until it has been told the end. */
final class Watcher {
    private static final int BACK_OFF_MILLIS = 200;

    private final Site site;
    private final Story story;
    private final String run;
    private final Random random;
    private final byte[] expected;
    private int offset;
    private long skipped;
    private long longestGapMillis;
    private int gapOffset;
    private int returns;
    private String last = "";

    /**
     * How it ended.
     *
     * @param how by a word, like {@code exit}; empty if that was not told
     * @param bytes how many have been compared
     * @param skipped how many were not kept any more
     * @param gapMillis the longest time without any
     * @param gapOffset the offset of the byte that came after that
     * @param returns how often it has come back
     * @param last the last answer that was none
     */
    record Result(String how, int bytes, long skipped, long gapMillis, int gapOffset, int returns, String last) {}

    Watcher(Site site, Story story, String run, Random random) {
        this.site = site;
        this.story = story;
        this.run = run;
        this.random = random;
        expected = story.bytes();
    }

    /** Compares what comes for a response to the end of that; says whether it is the truthful end of all. */
    private final class Comparison extends OutputStream {
        private long at = System.nanoTime();

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            var now = System.nanoTime();
            longestGapMillis =
                    Math.max(longestGapMillis, Duration.ofNanos(now - at).toMillis());
            at = now;
            for (var i = from; i < from + length; i++, offset++) {
                if (offset >= expected.length || expected[offset] != bytes[i]) {
                    throw new AssertionError(
                            "byte " + offset + " of " + expected.length + " of " + run + " " + story + " is wrong");
                }
            }
        }
    }

    /** Reads a response that has begun, to its end. */
    Result read(StreamClient client) throws IOException {
        client.copyTo(new Comparison());
        var how = client.end() == End.CLEAN ? "exit" : "";
        return new Result(how, offset, skipped, longestGapMillis, gapOffset, returns, last);
    }

    /** Watches until it is told the end, or the time is over. */
    Result watch(Duration time) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + time.toNanos();
        var how = "";
        while (how.isEmpty() && System.nanoTime() < deadline) {
            how = ask();
            if (how.isEmpty()) {
                returns++;
                TimeUnit.MILLISECONDS.sleep(BACK_OFF_MILLIS);
            }
        }
        return new Result(how, offset, skipped, longestGapMillis, gapOffset, returns, last);
    }

    private String ask() {
        try (var client = new StreamClient(site.anyAddress(random), 0)
                .request("GET", "/-/runs/" + run + "/output?from=" + offset)) {
            if (client.status() == 200) {
                client.copyTo(new Comparison());
                return client.end() == End.CLEAN ? "exit" : "";
            }
            var line = client.text().strip();
            last = client.status() + " " + line;
            if (client.status() == 410) {
                skipTo(Integer.parseInt(line.replaceFirst("(?s).*?first (?:byte )?that is kept is (\\d+).*", "$1")));
            }
            return client.status() == 500 ? client.header("Streamer-Ended") : "";
        } catch (IOException e) {
            last = e.toString();
            return "";
        }
    }

    private void skipTo(int first) {
        skipped += Math.max(0, first - offset);
        offset = Math.max(offset, first);
    }
}
