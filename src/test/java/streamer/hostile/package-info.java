/** Attacks and faults: what they must not achieve, and that other clients are served all the while. */
@NullMarked
package streamer.hostile;

import org.jspecify.annotations.NullMarked;
