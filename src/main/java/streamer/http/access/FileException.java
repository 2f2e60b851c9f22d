package streamer.http.access;

import java.io.IOException;
import java.nio.file.Path;

/** A file that was named cannot be used; the message says in one line which, and why. */
public final class FileException extends IOException {
    private static final long serialVersionUID = 1;

    public FileException(Path file, String why) {
        super(file + ": " + why);
    }
}
