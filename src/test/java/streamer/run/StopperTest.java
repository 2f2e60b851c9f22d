package streamer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.process.ExecLauncher;
import streamer.process.RunSpec;
import streamer.process.RunSpec.Stderr;
import streamer.process.RunSpec.Stdin;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class StopperTest {
    private static final String UNUSED_ID = "0".repeat(32);

    /** As after a pause of the whole machine: when the stopper gets to look, the time is long over. */
    @Test
    void killsBeforeItGivesUp() throws Exception {
        var spec = new RunSpec(
                Commands.ignoringTerm(),
                null,
                System.getenv(),
                new Stdin.Empty(),
                Stderr.DROP,
                null,
                RunSpec.Limits.NONE);
        var stopper = new Stopper(Duration.ofHours(-1), Executors.newScheduledThreadPool(1));
        var launched = new ExecLauncher().launch(spec, UNUSED_ID);
        try (var pipe = launched.pipe()) {
            assertThat(pipe.read(ByteBuffer.allocate(1))).isOne();
            var done = new CountDownLatch(1);
            stopper.stop(UNUSED_ID, launched.child(), stopped -> done.countDown());
            assertThat(done.await(Wait.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(launched.child().awaitExit(Wait.LONG)).hasValue(128 + 9);
        } finally {
            stopper.close();
        }
    }
}
