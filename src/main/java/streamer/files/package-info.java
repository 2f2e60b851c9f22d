/**
 * Files of which other processes must know whether they are in use.
 *
 * <p>A {@link streamer.files.LockFile} is locked while its owner lives; a {@link streamer.files.TemporaryDirectory} has
 * one in it, so that those of dead processes are found and removed.
 */
@NullMarked
package streamer.files;

import org.jspecify.annotations.NullMarked;
