package streamer.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * A histogram of times, in buckets.
 *
 * <p>Threads: any.
 */
public final class Times {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final double[] seconds;
    private final List<LongAdder> buckets;
    private final LongAdder sumNanos = new LongAdder();

    /** Buckets for times up to each of these, in seconds, and one for longer ones. */
    Times(double... seconds) {
        this.seconds = Arrays.copyOf(seconds, seconds.length + 1);
        this.seconds[seconds.length] = Double.POSITIVE_INFINITY;
        buckets = Stream.generate(LongAdder::new).limit(this.seconds.length).toList();
    }

    /** Adds a time, in nanoseconds. */
    public void add(long nanos) {
        var i = 0;
        while (nanos / NANOS_PER_SECOND > seconds[i]) {
            i++;
        }
        buckets.get(i).increment();
        sumNanos.add(nanos);
    }

    /** The upper bounds of the buckets, in seconds. */
    double[] bounds() {
        return seconds.clone();
    }

    /** How many times are in each bucket. */
    long[] counts() {
        return buckets.stream().mapToLong(LongAdder::sum).toArray();
    }

    /** All times together, in seconds. */
    double sum() {
        return sumNanos.sum() / NANOS_PER_SECOND;
    }
}
