package streamer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class StopperTest {
    private static final String UNUSED_ID = "0".repeat(32);

    /** As after a pause of the whole machine: when the stopper gets to look, the time is long over. */
    @Test
    void killsBeforeItGivesUp() throws IOException, InterruptedException {
        var process = new ProcessBuilder(Commands.ignoringTerm()).start();
        assertThat(process.getInputStream().read()).isEqualTo('r');
        var stopper = new Stopper(Duration.ofHours(-1), Executors.newScheduledThreadPool(1));
        try {
            var done = new CountDownLatch(1);
            stopper.stop(UNUSED_ID, new JdkChild(process), stopped -> done.countDown());
            assertThat(done.await(Wait.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.isAlive()).isFalse();
        } finally {
            stopper.close();
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
