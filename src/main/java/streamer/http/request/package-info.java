/**
 * What a request holds: its body ({@link streamer.http.request.RequestBody}), as it comes or, a form's files, by way of
 * {@link streamer.http.request.Uploads}; and what the command is told of the rest of it
 * ({@link streamer.http.request.CgiEnvironment}).
 */
@NullMarked
package streamer.http.request;

import org.jspecify.annotations.NullMarked;
