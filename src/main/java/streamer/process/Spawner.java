package streamer.process;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Way to start a process.
 *
 * <p>Threads: any.
 */
interface Spawner {
    /**
     * Starts a process; does not wait for it.
     *
     * @param spec the command, its directory, and where its standard input and error are
     * @param environment its whole environment, instead of the specification's
     * @param output its standard output, by the write end, which stays open
     * @param errors the same for its standard error; null if the specification says where that is
     * @throws IOException if none was started; its message has {@code error=} and the number of {@code errno(3)}
     */
    Child spawn(RunSpec spec, Map<String, String> environment, OutputPipe output, @Nullable OutputPipe errors)
            throws IOException;
}
