package streamer.run;

import streamer.process.Launcher;
import streamer.time.Pulse;

/**
 * Collaborators that all runs share.
 *
 * @param launcher launches their commands
 * @param turns whose turn it is to launch
 * @param buffers the buffers for their outputs
 * @param stopper stops their process trees
 * @param silences looks at their processes when they are silent
 * @param signal the signal that ends the server
 * @param pulse calls them when something is due
 */
record RunServices(
        Launcher launcher,
        LaunchTurns turns,
        BufferPool buffers,
        Stopper stopper,
        SilenceWatch silences,
        ShutdownSignal signal,
        Pulse pulse) {}
