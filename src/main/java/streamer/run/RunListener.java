package streamer.run;

import streamer.time.Pulse;

/** Callbacks of a run: its timer, and that it is being stopped. */
public interface RunListener extends Pulse.Timed {
    /** The run is being stopped: the request's body is not needed any more. On any thread; must not wait. */
    void stopping();
}
