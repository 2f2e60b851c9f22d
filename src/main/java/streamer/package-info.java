/** The program: {@link streamer.Streamer} is where it begins and the only place where it exits. */
@NullMarked
package streamer;

import org.jspecify.annotations.NullMarked;
