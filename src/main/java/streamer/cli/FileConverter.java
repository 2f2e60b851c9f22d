package streamer.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A file or directory, by a name that is not empty: an unset variable in a script would name the current directory. */
final class FileConverter implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
        try {
            if (!text.isBlank()) {
                return Path.of(text);
            }
        } catch (InvalidPathException e) {
            // a NUL: no name either
        }
        throw new TypeConversionException("'" + text + "' is not the name of a file or directory");
    }
}
