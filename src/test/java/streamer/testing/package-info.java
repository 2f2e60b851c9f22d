/** What the tests share: named commands, a server in this process, a client that sees each piece, and bounded waits. */
@NullMarked
package streamer.testing;

import org.jspecify.annotations.NullMarked;
