/** Several machines that have their kept runs together. */
@NullMarked
package streamer.machines;

import org.jspecify.annotations.NullMarked;
