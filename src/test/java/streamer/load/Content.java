package streamer.load;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;

/** A repeated pattern up to a length: expected bytes that need not be stored. */
final class Content {
    private final byte[] pattern;
    private final long length;

    Content(byte[] pattern, long length) {
        this.pattern = pattern;
        this.length = length;
    }

    /** How a reader takes what comes. */
    enum Pace {
        AT_ONCE,
        SLOWLY,
        /** With one long pause. */
        STALLING
    }

    static Content of(byte[] bytes) {
        return new Content(bytes, bytes.length);
    }

    /** Bytes of any value; the period is none that a buffer has. */
    static Content random(Random random, long length) {
        var pattern = new byte[(int) Math.min(length, 65_521)];
        random.nextBytes(pattern);
        return new Content(pattern, length);
    }

    long length() {
        return length;
    }

    byte at(long index) {
        return pattern[(int) (index % pattern.length)];
    }

    byte[] slice(long from, int count) {
        var slice = new byte[(int) Math.min(count, length - from)];
        for (var i = 0; i < slice.length; i++) {
            slice[i] = at(from + i);
        }
        return slice;
    }

    Comparison compare(Pace pace, Random random) {
        return new Comparison(this, pace, random);
    }

    /** Compares what is written to it, and takes its time. */
    static final class Comparison extends OutputStream {
        private static final int LONGEST_STALL_MILLIS = 4_000;
        private static final int SLOW_PIECES = 200;

        private final Content expected;
        private final Pace pace;
        private final Random random;
        private final long stallAt;
        private int pieces;
        private boolean stalled;
        private long count;
        private String wrong = "";

        Comparison(Content expected, Pace pace, Random random) {
            this.expected = expected;
            this.pace = pace;
            this.random = random;
            stallAt = expected.length == 0 ? 0 : random.nextLong(expected.length);
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            for (var i = from; i < from + length; i++) {
                compare(bytes[i]);
            }
            take();
        }

        private void compare(byte one) {
            if (wrong.isEmpty() && count >= expected.length) {
                wrong = "more than the " + expected.length + " bytes expected";
            } else if (wrong.isEmpty() && expected.at(count) != one) {
                wrong = "byte " + count + " of " + expected.length + " is " + one + ", not " + expected.at(count);
            }
            count++;
        }

        private void take() throws IOException {
            pieces++;
            if (pace == Pace.SLOWLY && pieces < SLOW_PIECES) {
                pause(random.nextInt(20));
            } else if (pace == Pace.STALLING && !stalled && count > stallAt) {
                stalled = true;
                pause(random.nextInt(LONGEST_STALL_MILLIS));
            }
        }

        private static void pause(long millis) throws IOException {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        /** Goes on from there: what is before that does not come. */
        void skipTo(long index) {
            count = index;
        }

        /** The index of the byte that comes next. */
        long count() {
            return count;
        }

        /** What is wrong with what has come so far; empty if nothing is, though more may have to come. */
        String wrongSoFar() {
            return wrong;
        }

        /** What is wrong with it if it is all; empty if nothing is. */
        String wrong() {
            return wrong.isEmpty() && count < expected.length
                    ? "only " + count + " of " + expected.length + " bytes"
                    : wrong;
        }
    }
}
