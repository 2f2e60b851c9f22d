package streamer.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StopwatchTest {
    private final Stopwatch watch = new Stopwatch();

    @Test
    void standsStillUntilItIsStarted() {
        assertThat(watch.isRunning()).isFalse();
        assertThat(watch.elapsed(100)).isZero();
        assertThat(watch.left(100, 5)).isEqualTo(Stopwatch.NEVER);
    }

    @Test
    void saysForHowLongItHasBeenRunning() {
        watch.start(100);
        watch.start(105); // goes on
        assertThat(watch.isRunning()).isTrue();
        assertThat(watch.elapsed(107)).isEqualTo(7);
        assertThat(watch.left(107, 10)).isEqualTo(3);
        assertThat(watch.left(110, 10)).isZero();
        assertThat(watch.left(200, 10)).isZero();
    }

    @Test
    void addsUpWhatItHasBeenRunning() {
        watch.start(100);
        watch.stop(110);
        watch.stop(115); // stands still already
        watch.start(200);
        assertThat(watch.elapsed(205)).isEqualTo(5);
        assertThat(watch.total(205)).isEqualTo(15);
        watch.stop(210);
        assertThat(watch.total(300)).isEqualTo(20);
    }

    @Test
    void mayBeAskedAboutAMomentBeforeItWasStarted() {
        watch.start(100);
        assertThat(watch.elapsed(90)).isZero();
        assertThat(watch.left(90, 5)).isEqualTo(5);
        assertThat(watch.left(90, Stopwatch.NEVER)).isEqualTo(Stopwatch.NEVER);
    }

    @Test
    void canBeginAnew() {
        watch.start(100);
        watch.stop(110);
        watch.restart(200);
        assertThat(watch.total(205)).isEqualTo(5);
        watch.reset();
        assertThat(watch.isRunning()).isFalse();
        assertThat(watch.total(205)).isZero();
    }

    @Test
    void runsAtAnyMomentOfTheClock() {
        watch.start(0);
        assertThat(watch.isRunning()).isTrue();
        watch.restart(-50);
        assertThat(watch.elapsed(-40)).isEqualTo(10);
        watch.restart(Long.MAX_VALUE);
        assertThat(watch.elapsed(Long.MIN_VALUE)).isEqualTo(1);
    }
}
