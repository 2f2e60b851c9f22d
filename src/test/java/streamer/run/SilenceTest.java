package streamer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.TestServer;
import streamer.testing.Wait;

@Tag("long")
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

    /** The one that writes now and then is not named. */
    @AfterEach
    void close() throws IOException {
        for (var client : clients) {
            client.close();
        }
    }

    @Test
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
        } finally {
            log.removeHandler(handler);
        }
    }
}
