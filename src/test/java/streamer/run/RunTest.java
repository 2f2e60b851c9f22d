package streamer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.output.Ending.Reason;
import streamer.process.LaunchException;
import streamer.process.Launcher;
import streamer.process.RunSpec;
import streamer.testing.NothingLeft;
import streamer.testing.Wait;
import streamer.time.Pulse;
import streamer.time.Stopwatch;

@ExtendWith(NothingLeft.class)
class RunTest {
    private static final RunSpec SPEC = new RunSpec(
            List.of("true"), null, Map.of(), new RunSpec.Stdin.Empty(), RunSpec.Stderr.DROP, null, RunSpec.Limits.NONE);

    private final Pulse pulse = new Pulse();
    private final LaunchTurns turns = new LaunchTurns();
    private final Stopper stopper = new Stopper(Duration.ZERO, Executors.newScheduledThreadPool(1));

    private final SilenceWatch silences = new SilenceWatch();

    @AfterEach
    void close() {
        silences.close();
        stopper.close();
        pulse.close();
    }

    private Run run(Launcher launcher) {
        var services = new RunServices(
                launcher, turns, new BufferPool(1 << 20), stopper, silences, new ShutdownSignal(), pulse);
        var slot = Objects.requireNonNull(new Slots(1, 0, pulse).take());
        return new Run("0".repeat(32), slot, services, changed -> {});
    }

    @Test
    void whoIsStoppedBeforeItsTurnIsNotLaunched() throws InterruptedException {
        for (var i = 0; i < Math.max(1, Runtime.getRuntime().availableProcessors() / 2); i++) {
            turns.take(() -> {});
        }
        var run = run((spec, id) -> {
            throw new AssertionError("launched");
        });
        var isLate = new CountDownLatch(1);
        run.listen(new Waiting(isLate::countDown));
        var launch = CompletableFuture.runAsync(() -> launch(run));
        assertThat(isLate.await(Wait.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        run.stop(Reason.CLIENT_GONE);
        turns.giveBack();
        assertThat(launch)
                .failsWithin(Wait.LONG)
                .withThrowableThat()
                .withMessageContaining("stopped before it began: client-gone");
        assertThat(run.ending()).extracting(ending -> ending.word()).isEqualTo("client-gone");
    }

    @Test
    void whoIsStoppedDuringItsLaunchIsWaitedFor() throws InterruptedException {
        var launching = new CountDownLatch(1);
        var outcome = new CountDownLatch(1);
        var run = run((spec, id) -> {
            launching.countDown();
            await(outcome);
            throw new LaunchException(LaunchException.Kind.OTHER, "not launched", new Exception());
        });
        var launch = CompletableFuture.runAsync(() -> launch(run));
        assertThat(launching.await(Wait.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(run.isStopping()).isFalse();
        run.stop(Reason.SHUTDOWN);
        assertThat(run.isStopping()).isTrue();
        outcome.countDown();
        assertThat(launch).failsWithin(Wait.LONG);
        assertThat(run.isStopping()).isFalse();
    }

    private static void launch(Run run) {
        try (run) {
            run.launch(SPEC);
        } catch (LaunchException e) {
            throw new CompletionException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(Wait.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Tells that its run waits. */
    private record Waiting(Runnable told) implements RunListener {
        @Override
        public void waiting() {
            told.run();
        }

        @Override
        public void stopping() {}

        @Override
        public long due(long now) {
            return Stopwatch.NEVER;
        }
    }
}
