package streamer.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.NothingLeft;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class PulseTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final Pulse pulse = new Pulse();
    private final BlockingQueue<String> asked = new ArrayBlockingQueue<>(100);

    @AfterEach
    void close() {
        pulse.close();
    }

    private Pulse.Timer timer(String name, long again) {
        return pulse.timer(now -> {
            asked.offer(name); // one that is asked again and again soon has no room
            return again;
        });
    }

    private String next() throws InterruptedException {
        return String.valueOf(asked.poll(Wait.LONG.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void asksInTheOrderOfWhatIsDue() throws InterruptedException {
        timer("late", Stopwatch.NEVER).within(Duration.ofMillis(200).toNanos());
        timer("never", Stopwatch.NEVER).within(HOUR);
        timer("soon", Stopwatch.NEVER).within(Duration.ofMillis(20).toNanos());
        assertThat(next()).isEqualTo("soon");
        assertThat(next()).isEqualTo("late");
        assertThat(asked).isEmpty();
    }

    @Test
    void theSoonerOfTwoTimesCounts() throws InterruptedException {
        var timer = timer("one", Stopwatch.NEVER);
        timer.within(HOUR);
        timer.within(0);
        timer.within(HOUR);
        assertThat(next()).isEqualTo("one");
    }

    @Test
    void asksAgainWhenItIsToldTo() throws InterruptedException {
        timer("again", 1).within(0);
        for (var i = 0; i < 5; i++) {
            assertThat(next()).isEqualTo("again");
        }
    }

    @Test
    void oneWhoFailsIsAskedAgainAndTheOthersAreAskedAllTheSame() throws InterruptedException {
        var times = new AtomicInteger();
        var failing = pulse.timer(now -> {
            if (times.incrementAndGet() < 3) {
                throw new OutOfMemoryError("a test's");
            }
            asked.add("recovered");
            return Stopwatch.NEVER;
        });
        failing.within(0);
        timer("other", Stopwatch.NEVER).within(0);
        assertThat(next()).isEqualTo("other");
        assertThat(next()).isEqualTo("recovered");
    }

    @Test
    void whoHasStoppedIsNotAsked() throws InterruptedException {
        var stopped = timer("stopped", Stopwatch.NEVER);
        stopped.within(Duration.ofMillis(20).toNanos());
        stopped.stop();
        stopped.within(0);
        timer("after", Stopwatch.NEVER).within(Duration.ofMillis(40).toNanos());
        assertThat(next()).isEqualTo("after");
        assertThat(asked).isEmpty();
    }

    @Test
    void doesThingsOnItsOwnThread() throws InterruptedException {
        pulse.execute(() -> asked.add(Thread.currentThread().getName()));
        assertThat(next()).isEqualTo("pulse");
    }
}
