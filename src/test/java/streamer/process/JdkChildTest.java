package streamer.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class JdkChildTest {
    @Test
    void anotherProcessesExitIsNotTakenForItsOwn() throws IOException, InterruptedException {
        var process = new ProcessBuilder(Commands.sh("read go; exit 3")).start();
        var child = new JdkChild(new Mistaken(process));
        assertThat(child.exitCode()).isEmpty();
        child.stdin().close();
        assertThat(child.awaitExit(Wait.LONG)).hasValue(3);
        assertThat(child.exitCode()).hasValue(3);
    }

    /** A process with the exit of another one that had the same number before. */
    private static final class Mistaken extends Process {
        private final Process process;

        Mistaken(Process process) {
            this.process = process;
        }

        @Override
        public OutputStream getOutputStream() {
            return process.getOutputStream();
        }

        @Override
        public InputStream getInputStream() {
            return process.getInputStream();
        }

        @Override
        public InputStream getErrorStream() {
            return process.getErrorStream();
        }

        @Override
        public ProcessHandle toHandle() {
            return process.toHandle();
        }

        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public boolean isAlive() {
            return false;
        }

        @Override
        public int waitFor() {
            return 7;
        }

        @Override
        public boolean waitFor(long time, TimeUnit unit) {
            return true;
        }

        @Override
        public int exitValue() {
            return 7;
        }

        @Override
        public void destroy() {
            throw new UnsupportedOperationException();
        }
    }
}
