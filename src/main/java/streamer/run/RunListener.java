package streamer.run;

import streamer.time.Pulse;
import streamer.time.Stopwatch;

/** Callbacks of a run: its timer, and that it waits or is being stopped. */
public interface RunListener extends Pulse.Timed {
    /** A listener that does nothing. */
    RunListener NONE = new RunListener() {
        @Override
        public void waiting() {}

        @Override
        public void stopping() {}

        @Override
        public long due(long now) {
            return Stopwatch.NEVER;
        }
    };

    /** The run has to wait for its slot, or its launch for those of others. Must not wait itself. */
    void waiting();

    /** The run is being stopped: the request's body is not needed any more. On any thread; must not wait. */
    void stopping();
}
