/** Traffic that no honest client sends: what it must not get, and what it must not take from others. */
@NullMarked
package streamer.hostile;

import org.jspecify.annotations.NullMarked;
