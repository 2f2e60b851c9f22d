/** The page: a view of a run's output for people, and the files that it consists of. */
@NullMarked
package streamer.http.page;

import org.jspecify.annotations.NullMarked;
