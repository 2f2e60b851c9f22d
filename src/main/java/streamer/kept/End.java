package streamer.kept;

import java.time.Instant;
import streamer.output.Ending;

/**
 * The end of a kept run.
 *
 * @param ending how it ended
 * @param millis how long it took, in milliseconds
 * @param at when
 */
public record End(Ending ending, long millis, Instant at) {}
