package streamer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import streamer.output.Output;
import streamer.testing.Wait;

class PipeOutputTest {
    private static final Viewing NOBODY = new Viewing() {
        @Override
        public void view(Run run, Output output, @Nullable OutputStream stdin) {}

        @Override
        public void pulse(long now) {}

        @Override
        public void stopping() {}
    };

    private final BufferPool buffers = new BufferPool();

    private PipeOutput output(Runs runs, OutputPipe pipe) {
        return new PipeOutput(new Run(runs, runs.newId(), NOBODY), pipe, buffers);
    }

    @Test
    void whoWaitsIsLetGo() throws Exception {
        var reader = Executors.newSingleThreadExecutor();
        try (var runs = new Runs(1, 0, Duration.ZERO);
                var output = output(runs, OutputPipe.open())) {
            var next = reader.submit(output::next);
            Wait.until("the reader waits", () -> output.waitingNanos(System.nanoTime()) > 0);
            output.letGo();
            assertThat(next.get()).isNull();
        } finally {
            reader.shutdown();
        }
    }

    @Test
    void nothingComesAfterItHasBeenCutOff() throws IOException {
        try (var runs = new Runs(1, 0, Duration.ZERO);
                var output = output(runs, OutputPipe.open())) {
            output.cut();
            assertThat(output.next()).isNull();
        }
    }
}
