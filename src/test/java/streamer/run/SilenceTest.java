package streamer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.output.Ending;
import streamer.process.ExecLauncher;
import streamer.process.RunSpec;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.TestServer;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class SilenceTest {
    private static final Duration TWO_LOOKS = Duration.ofSeconds(60);

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final List<StreamClient> clients = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(MessageFormat.format(line.getMessage(), line.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @Test
    void looksAreDueWheneverTheSilenceIsTwiceAsLong() throws Exception {
        var launched = new ExecLauncher()
                .launch(
                        new RunSpec(
                                Commands.exiting(0),
                                null,
                                System.getenv(),
                                new RunSpec.Stdin.Empty(),
                                RunSpec.Stderr.DROP,
                                null,
                                RunSpec.Limits.NONE),
                        "");
        var looks = new ArrayList<Silence>();
        try (var output = new PipeOutput(launched.pipe(), new BufferPool(1 << 20), Ending.Failed::new)) {
            var silence = new Silence(launched.child(), output, looks::add);
            assertThat(left(silence, 5)).isEqualTo(30);
            output.waiting().start(at(10));
            silence.enforce(at(39));
            assertThat(looks).isEmpty();
            assertThat(left(silence, 39)).isEqualTo(1);
            silence.enforce(at(40));
            silence.enforce(at(69));
            assertThat(looks).hasSize(1);
            assertThat(left(silence, 69)).isEqualTo(1);
            silence.enforce(at(72));
            assertThat(looks).hasSize(2);
            assertThat(left(silence, 72)).as("a new silence may begin").isEqualTo(30);
            silence.enforce(at(102));
            assertThat(looks).hasSize(2);
            output.waiting().restart(at(100));
            assertThat(left(silence, 131)).isZero();
            silence.enforce(at(131));
            assertThat(looks).hasSize(3);
        }
        launched.child().awaitExit(Wait.LONG);
    }

    private static long at(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    private static long left(Silence silence, long seconds) {
        return TimeUnit.NANOSECONDS.toSeconds(silence.left(at(seconds)));
    }

    @AfterEach
    void close() throws IOException {
        for (var client : clients) {
            client.close();
        }
    }

    /** The one that writes now and then is not named. */
    @Test
    @Tag("long")
    void eachProgramThatHoldsTheOutputIsNamedOnce() throws IOException {
        var flow = "while sleep 1; do echo a; done | ";
        var log = Logger.getLogger(SilenceWatch.class.getName());
        log.addHandler(handler);
        try (var server =
                TestServer.of(Commands.sh(flow + "$STREAMER_QUERY_BY a")).start()) {
            for (var by : List.of("grep", "grep", "tr+b", "grep+--line-buffered")) {
                clients.add(server.get("/?by=" + by));
            }
            Wait.within(TWO_LOOKS, () -> "two are named: " + lines, () -> lines.size() == 2);
            assertThat(lines).anyMatch(line -> line.matches("run \\p{XDigit}{32}: grep \\(\\d+\\) holds .*"));
            assertThat(lines).anyMatch(line -> line.matches("run \\p{XDigit}{32}: tr \\(\\d+\\) holds .*"));
            assertThat(clients.get(3).piece()).isEqualTo("a\n");
            for (var client : clients.subList(0, 3)) {
                try (var status = server.get("/-/runs/" + client.header("Streamer-Run"))) {
                    assertThat(status.text()).matches("(?s).*\"holds\":\"(grep|tr) \\(\\d+\\) holds .*");
                }
            }
        } finally {
            log.removeHandler(handler);
        }
    }
}
