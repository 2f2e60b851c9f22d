/**
 * The parts of a request: its body ({@link streamer.http.request.RequestBody}), a form's files
 * ({@link streamer.http.request.Uploads}), and all else as variables of the command
 * ({@link streamer.http.request.CgiEnvironment}).
 */
@NullMarked
package streamer.http.request;

import org.jspecify.annotations.NullMarked;
