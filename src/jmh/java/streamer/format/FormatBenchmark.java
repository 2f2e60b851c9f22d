package streamer.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What a format takes for one read of the output: a line, or as much as a pipe holds. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FormatBenchmark {
    private static final String LINE = "x".repeat(79) + "\n";

    @Param({"1", "819"})
    private int lines;

    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private final Format plain = new PlainText("text/plain", "");
    private final Format events = new ServerSentEvents("0".repeat(32), Start.ZERO);

    /** Fills the chunk. */
    @Setup
    public void fill() {
        var bytes = LINE.repeat(lines).getBytes(StandardCharsets.US_ASCII);
        chunk = ByteBuffer.allocateDirect(bytes.length).put(bytes);
    }

    /** As plain text. */
    @Benchmark
    public void plainText(Blackhole hole) {
        encode(plain, hole);
    }

    /** As server-sent events. */
    @Benchmark
    public void serverSentEvents(Blackhole hole) {
        encode(events, hole);
    }

    private void encode(Format format, Blackhole hole) {
        chunk.flip();
        chunk.limit(chunk.capacity());
        while (chunk.hasRemaining()) {
            var body = format.encode(chunk);
            hole.consume(body.remaining());
            body.position(body.limit());
        }
    }
}
