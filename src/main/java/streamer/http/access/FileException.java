package streamer.http.access;

import java.io.IOException;
import java.nio.file.Path;

/** A configured file cannot be used; the message is one line that names it and the reason. */
public final class FileException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Path file;

    /** An error of this file; {@code why} follows its name. */
    public FileException(Path file, String why) {
        super(file + ": " + why);
        this.file = file;
    }

    /** The file. */
    public Path file() {
        return file;
    }
}
