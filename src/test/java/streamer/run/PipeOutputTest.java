package streamer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import streamer.output.Ending;
import streamer.process.OutputPipe;
import streamer.testing.Wait;

class PipeOutputTest {
    private static final Ending ENDED = new Ending.Exited(0);

    private static final int MORE_THAN_A_READ = 20_925;

    private final BufferPool buffers = new BufferPool(1 << 20);

    private PipeOutput output(OutputPipe pipe) {
        return new PipeOutput(pipe, buffers, () -> ENDED);
    }

    @Test
    void whoWaitsIsLetGo() throws Exception {
        var reader = Executors.newSingleThreadExecutor();
        try (var output = output(OutputPipe.open())) {
            var next = reader.submit(output::next);
            Wait.until("the reader waits", () -> output.waiting().elapsed(System.nanoTime()) > 0);
            output.closePipe();
            assertThat(next.get()).isNull();
        } finally {
            reader.shutdown();
        }
    }

    /** Its reader may have been late: there is no time in which a reader must have had its turn. */
    @Test
    void whatIsInThePipeIsReadThoughItHasBeenCutOff() throws IOException {
        var pipe = OutputPipe.open();
        try (var writeEnd = new FileOutputStream("/proc/self/fd/" + pipe.writeEndNumber());
                var output = output(pipe)) {
            writeEnd.write(new byte[MORE_THAN_A_READ]);
            output.cut();
            var length = 0;
            for (var chunk = output.next(); chunk != null; chunk = output.next()) {
                length += chunk.bytes().remaining();
            }
            assertThat(length).isEqualTo(MORE_THAN_A_READ);
        }
    }

    /** Else a process that cannot be found, and writes without end, would never end the output. */
    @Test
    void whatIsWrittenWithoutEndIsNotReadForEver() throws Exception {
        var pipe = OutputPipe.open();
        var writer = Executors.newSingleThreadExecutor();
        try (var output = output(pipe)) {
            var writing = writer.submit(() -> write(pipe));
            assertThat(output.next()).isNotNull();
            output.cut();
            var length = 0L;
            for (var chunk = output.next(); chunk != null; chunk = output.next()) {
                length += chunk.bytes().remaining();
            }
            assertThat(length).isLessThan(2L << 20);
            output.closePipe();
            assertThat(writing).failsWithin(Wait.LONG); // SIGPIPE is ignored by Java: EPIPE
        } finally {
            writer.shutdown();
        }
    }

    private static Object write(OutputPipe pipe) throws IOException {
        try (var writeEnd = new FileOutputStream("/proc/self/fd/" + pipe.writeEndNumber())) {
            while (true) {
                writeEnd.write(new byte[MORE_THAN_A_READ]);
            }
        }
    }

    @Test
    void nothingComesAfterItHasBeenCutOff() throws IOException {
        try (var output = output(OutputPipe.open())) {
            output.cut();
            assertThat(output.next()).isNull();
            assertThat(output.ending()).isEqualTo(ENDED);
        }
    }
}
