/** The program: {@link streamer.Streamer} has its {@code main} and is the only place that exits the JVM. */
@NullMarked
package streamer;

import org.jspecify.annotations.NullMarked;
