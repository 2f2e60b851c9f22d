package streamer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import streamer.output.Ending;
import streamer.output.Output;

class PipeOutputTest {
    private static final Viewing NOBODY = new Viewing() {
        @Override
        public void view(Run run, Output output, @Nullable OutputStream stdin) {}

        @Override
        public void pulse(long now) {}

        @Override
        public void stopping() {}

        @Override
        public void giveUp(Ending ending) {}
    };

    /** A reader that gets no processor for a second looks like one that waits in vain. */
    @Test
    void whatIsReadWhileItIsCutOffStillCounts() throws IOException {
        try (var runs = new Runs(1, 0, Duration.ZERO, Runnable::run)) {
            var pipe = new SlowPipe();
            var output = new PipeOutput(new Run(runs, runs.newId(), NOBODY), pipe);
            pipe.meanwhile = output::cut;
            assertThat(output.next())
                    .extracting(chunk -> chunk.bytes().remaining())
                    .isEqualTo(5);
            assertThat(output.next()).isNull();
        }
    }

    /** Something happens between the call and the bytes. */
    private static final class SlowPipe extends InputStream {
        private Runnable meanwhile = () -> {};

        @Override
        public int read() {
            return 'x';
        }

        @Override
        public int read(byte[] bytes, int from, int length) {
            meanwhile.run();
            return 5;
        }
    }
}
