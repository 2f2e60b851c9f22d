package streamer.kept;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a run that may be another machine's.
 *
 * @param id its id
 * @param owner the machine that it is on, as machines call it
 * @param machine the same, as people call it
 * @param request what was asked for
 * @param started when its command was launched; null if it has not been
 * @param end how it ended; null if it has not
 * @param first the offset of the first byte of its output that is kept
 * @param next the offset after the last byte that is known
 * @param isReachable whether its machine answers, or need not as it has ended
 */
public record RemoteRun(
        String id,
        String owner,
        String machine,
        KeptRequest request,
        @Nullable Instant started,
        @Nullable End end,
        long first,
        long next,
        boolean isReachable) {
    /** The same, of whose machine this is known. */
    public RemoteRun reachable(boolean isSo) {
        return new RemoteRun(id, owner, machine, request, started, end, first, next, isSo);
    }
}
