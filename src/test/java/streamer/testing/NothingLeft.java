package streamer.testing;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Leak check: after each test no child process and no thread of streamer is left, but for a {@link RedisServer}. */
public final class NothingLeft implements AfterEachCallback {
    private static final Pattern OURS =
            Pattern.compile("(run|body)-[0-9a-f]{8}|pulse|stopper|redis(-wait)?|http I/O.*");

    @Override
    public void afterEach(ExtensionContext context) {
        Wait.within(
                Wait.LONG,
                () -> "no process is left: " + processes(),
                () -> processes().isEmpty());
        Wait.within(
                Wait.LONG,
                () -> "no thread is left: " + threads(),
                () -> threads().isEmpty());
    }

    private static List<String> processes() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.isAlive() && !RedisServer.isOne(process.pid()))
                .map(process ->
                        process.pid() + " " + process.info().commandLine().orElse("?"))
                .toList();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> OURS.matcher(name).matches())
                .toList();
    }
}
