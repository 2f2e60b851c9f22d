package streamer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import streamer.output.Ending;
import streamer.process.OutputPipe;
import streamer.testing.Wait;

class PipeOutputTest {
    private static final Ending ENDED = new Ending.Exited(0);

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

    @Test
    void nothingComesAfterItHasBeenCutOff() throws IOException {
        try (var output = output(OutputPipe.open())) {
            output.cut();
            assertThat(output.next()).isNull();
            assertThat(output.ending()).isEqualTo(ENDED);
        }
    }
}
